import { journalKey } from '#core/audit/checkpoint.ts';
import { withSignatures } from '#core/audit/cosignature.ts';
import { encodeDossier, makeDossier } from '#core/audit/dossier.ts';
import {
  appendExportLine,
  writeExportCheckpoint,
  writeExportEntry,
  writeExportHeader,
  writeExportSeal,
} from '#core/audit/export.ts';
import { tellsOfKeys } from '#core/audit/signing-keys.ts';
import type { ExportRecord } from '#core/audit/export-contents.ts';
import { EMPTY_FRONTIER } from '#core/audit/merkle.ts';
import { entryHash } from '#core/audit/entry.ts';
import { type MerkleTree, merkleTree } from '#core/audit/merkle-tree.ts';
import { encodeSentenceProof, makeSentenceProof } from '#core/audit/sentence-proof.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import type { RunId, UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { Signer } from '#ports/crypto.ts';
import { readGroups } from '../journal/reader.ts';
import type { JournalReading } from '../journal/parts.ts';
import { NOTHING_WITHHELD, refusalToShare, type Withheld } from '../proofs/withheld.ts';
import type { CosignedHead } from '../proofs/witness-facts.ts';

/** What exporting needs beside reading: the seal over the file is signed, and cosignatures go along. */
export type ExportingParts = JournalReading & { readonly signer: Signer };

/**
 * The acknowledged journal as one file that verifies without the app (core/audit/export.ts). What it says of its
 * keys goes along in any case: public keys and signatures, without which nobody could tell whose heads count.
 * @param withheld what stays here
 */
export async function exportJournal(
  parts: ExportingParts,
  agent: AgentId,
  createdAt: UnixMs,
  withPayloads: boolean,
  cosigned: readonly CosignedHead[] = [],
  withheld: Withheld = NOTHING_WITHHELD,
): Promise<Uint8Array> {
  const { sha256 } = parts.tools;
  const size = (await parts.store.head())?.size ?? 0;
  const lines: string[] = [];
  const noted: { readonly note: string; readonly size: number }[] = [];
  let written = 0;
  const ends = await keyEnds(parts);
  for await (const group of readGroups(parts)) {
    if (group.size > size) break;
    for (const { entry, text, payload, missing } of group.entries) {
      const kept = withheld.entries.has(entry.sequence) ? 'withheld' : missing === 'destroyed' ? missing : payload;
      lines.push(writeExportEntry(sha256, text, withPayloads || tellsOfKeys(entry.type) ? kept : null));
    }
    written = group.size;
    const note = cosignedNote(group.checkpoint, group.size, cosigned);
    // The newest head, every one that somebody vouches for, and the last of each key.
    if (note === group.checkpoint && group.size < size && !ends.has(group.size)) continue;
    lines.push(writeExportCheckpoint(note, group.size));
    noted.push({ note, size: group.size });
  }
  const header = { agent, createdAt, size: written, checkpoints: noted.length, version: 3 } as const;
  lines.unshift(writeExportHeader(header));
  const frontier = lines.reduce((sum, line) => appendExportLine(sha256, sum, line.slice(0, -1)), EMPTY_FRONTIER);
  lines.push(await writeExportSeal(sha256, frontier, journalKey(agent, parts.signer.publicKey), parts.signer.sign));
  return concat(...lines.map(utf8));
}

/** One sentence of a finished run with its chain down to the signed checkpoint. @returns an error in words for people */
export async function proveClaim(
  parts: JournalReading,
  agent: AgentId,
  run: RunId,
  claim: string,
  withheld: Withheld,
): Promise<Result<Uint8Array, string>> {
  const refused = withheld.runs.get(run);
  if (refused !== undefined) return err(`This sentence cannot be given to others. ${refusalToShare(refused)}`);
  const { records, tree, heads } = await wholeJournal(parts);
  const readable = records.flatMap(({ entry, text, payload }) => (payload === null ? [] : [{ entry, text, payload }]));
  const answer = readable.findLast(({ entry }) => entry.type === 'answer.verified' && entry.run === run);
  if (answer === undefined)
    return err('This run has no verified answer in the journal, or its contents were destroyed.');
  const imported = readable.filter(({ entry }) => entry.type === 'source.imported');
  const checkpoint = heads.at(-1)?.note ?? '';
  const proof = makeSentenceProof(parts.tools.sha256, {
    agent,
    claim,
    answer,
    imported,
    telling: records,
    tree,
    checkpoint,
  });
  return proof.ok ? ok(utf8(encodeSentenceProof(proof.value))) : err(`This sentence cannot be proved: ${proof.error}.`);
}

/** Everything about one run in one file, under the newest head that a witness vouches for if one covers the run. */
export async function exportDossier(
  parts: JournalReading,
  agent: AgentId,
  run: RunId,
  cosigned: readonly CosignedHead[],
  withheld: Withheld,
): Promise<Result<Uint8Array, string>> {
  const refused = withheld.runs.get(run) ?? withheld.plans.get(run);
  if (refused !== undefined) return err(`This run cannot be given to others. ${refusalToShare(refused)}`);
  const { records, tree, heads } = await wholeJournal(parts);
  const end = records.findLast(({ entry }) => entry.run === run)?.entry.sequence ?? 0;
  const anchored = heads.findLast(({ size }) => size > end && cosigned.some((head) => head.size === size));
  const head = anchored ?? heads.at(-1);
  const checkpoint = head === undefined ? '' : cosignedNote(head.note, head.size, cosigned);
  const dossier = makeDossier(parts.tools.sha256, { agent, run, records, tree, checkpoint });
  return dossier.ok ? ok(utf8(encodeDossier(dossier.value))) : err(`No dossier can be made: ${dossier.error}.`);
}

/** The journal as it stands, whole in memory, for making proofs. */
export async function wholeJournal(parts: JournalReading): Promise<{
  readonly records: readonly ExportRecord[];
  readonly tree: MerkleTree;
  /** The head after each group, oldest first. */
  readonly heads: readonly { readonly note: string; readonly size: number }[];
}> {
  const records: ExportRecord[] = [];
  const heads: { readonly note: string; readonly size: number }[] = [];
  for await (const group of readGroups(parts)) {
    heads.push({ note: group.checkpoint, size: group.size });
    for (const { entry, text, payload } of group.entries) records.push({ entry, text, payload });
  }
  const leaves = records.map(({ text }) => entryHash(parts.tools.sha256, text));
  return { records, tree: merkleTree(parts.tools.sha256, leaves), heads };
}

/** Sizes of the last heads that earlier keys signed. */
async function keyEnds({ keys }: JournalReading): Promise<ReadonlySet<number>> {
  const known = (await keys?.())?.keys ?? [];
  return new Set(known.slice(1).map(({ from }) => from));
}

/** A head's note with the cosignatures that were given on exactly it. */
function cosignedNote(note: string, size: number, cosigned: readonly CosignedHead[]): string {
  const given = cosigned.filter((head) => head.size === size && head.note === note);
  return withSignatures(
    note,
    given.map(({ line }) => line),
  );
}
