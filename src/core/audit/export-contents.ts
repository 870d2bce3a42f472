import type { Sha256 } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { AgentId } from '../identity/did-key.ts';
import { readCheckpoint } from './checkpoint.ts';
import { type Entry, entryHash, parseEntry, type Payload } from './entry.ts';
import { readExportHeader, readExportLine } from './export.ts';
import { consistencyProof, merkleTree, rootAt } from './merkle-tree.ts';
import { verifyConsistency } from './merkle.ts';

/** What an export holds, read after it was verified: the entries, and the checkpoints with their cosignatures. */
export interface ExportContents {
  readonly agent: AgentId;
  readonly records: readonly ExportRecord[];
  readonly leaves: readonly Uint8Array[];
  /** C2SP notes, as they stand in the file: the sizes grow. */
  readonly checkpoints: readonly { readonly note: string; readonly size: number; readonly root: Uint8Array }[];
}

export interface ExportRecord {
  readonly entry: Entry;
  /** Its canonical JSON. */
  readonly text: string;
  readonly payload: Payload | null;
}

/** A fact of the journal whose payload is there. */
export interface LoggedFact {
  readonly entry: Entry;
  readonly value: Json;
}

/** @returns an error in words for people; only for files that do not verify */
export function readExport(sha256: Sha256, lines: Iterable<string | null>): Result<ExportContents, string> {
  let agent: AgentId | null = null;
  const records: ExportRecord[] = [];
  const leaves: Uint8Array[] = [];
  const checkpoints: ExportContents['checkpoints'][number][] = [];
  for (const line of lines) {
    if (line === null) return err('a line is not UTF-8 text');
    if (agent === null) {
      const header = readExportHeader(line);
      if (!header.ok) return header;
      agent = header.value.agent;
      continue;
    }
    const read = readExportLine(line);
    if (!read.ok) return read;
    if (read.value.kind === 'checkpoint') {
      const checkpoint = readCheckpoint(read.value.note);
      if (!checkpoint.ok) return err('a checkpoint cannot be read');
      checkpoints.push({ note: read.value.note, size: checkpoint.value.size, root: checkpoint.value.root });
    } else if (read.value.kind === 'entry') {
      const entry = parseEntry(read.value.text);
      if (!entry.ok) return err(entry.error.message);
      records.push({ entry: entry.value, text: read.value.text, payload: read.value.payload });
      leaves.push(entryHash(sha256, read.value.text));
    }
  }
  return agent === null ? err('the file is empty') : ok({ agent, records, leaves, checkpoints });
}

export function factsIn(records: readonly ExportRecord[]): LoggedFact[] {
  return records.flatMap(({ entry, payload }) => (payload === null ? [] : [{ entry, value: payload.value }]));
}

/** How one export continues another. */
export interface Continuation {
  /** Sizes of the heads that were compared. */
  readonly from: number;
  readonly to: number;
  /** RFC 9162 section 2.1.4: found to hold. */
  readonly proof: readonly Uint8Array[];
}

/**
 * Proves that of two exports, each verified by itself, the one with the smaller head is the beginning of the other.
 * @returns the first entry that differs, when it is not
 */
export function compareExports(
  sha256: Sha256,
  one: ExportContents,
  other: ExportContents,
): Result<Continuation, { readonly sequence: number | null; readonly why: string }> {
  const shared = Math.min(one.leaves.length, other.leaves.length);
  // After a succession another key signs the same entries on; salted digests make equal ones the same journal.
  if (one.agent !== other.agent && (shared === 0 || one.records[0]?.text !== other.records[0]?.text))
    return err({ sequence: null, why: 'they are exports of two different agents' });
  for (let i = 0; i < shared; i++) {
    if (one.records[i]?.text !== other.records[i]?.text)
      return err({ sequence: i, why: `entry ${String(i)} is not the same in both: one of them was rewritten` });
  }
  const [a, b] = [one.checkpoints.at(-1), other.checkpoints.at(-1)];
  if (a === undefined || b === undefined || Math.min(a.size, b.size) === 0)
    return ok({ from: 0, to: shared, proof: [] });
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  const tree = merkleTree(sha256, (large === a ? one : other).leaves);
  const proof = consistencyProof(sha256, tree, small.size, large.size);
  return verifyConsistency(sha256, proof, small.size, large.size, small.root, rootAt(sha256, tree, large.size))
    ? ok({ from: small.size, to: large.size, proof })
    : err({ sequence: 0, why: 'their signed heads do not grow from one another' });
}
