import { fromBase64 } from '../base/bytes.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type Entry, entryHash, parseEntry, payloadDigest, payloadFrom } from './entry.ts';
import type { CheckTools } from './check-tools.ts';
import { verifyInclusion } from './merkle.ts';

/** An entry of a log with the proof that it is there, as files for others carry it. */
export interface ProvedEntry {
  readonly entry: Entry;
  /** What it commits to; the salt in base64. */
  readonly payload: { readonly salt: string; readonly value: Json };
  /** Inclusion proof, RFC 9162 section 2.1.3: hashes in base64, lowest first. */
  readonly inclusion: readonly string[];
}

export interface EntryFault {
  readonly sequence: number | null;
  readonly why: string;
}

/** The entry is in the tree, and the payload is what it commits to. From a file: nothing is taken on trust. */
export function checkProvedEntry(
  tools: CheckTools,
  proved: ProvedEntry,
  checkpoint: Checkpoint,
): Result<Entry, EntryFault> {
  const entry = checkIncluded(tools, proved, checkpoint);
  if (!entry.ok) return entry;
  const { sequence } = entry.value;
  const payload = payloadFrom(proved.payload);
  if (!payload.ok || payloadDigest(tools.sha256, payload.value) !== entry.value.payload)
    return err({ sequence, why: `the payload of entry ${String(sequence)} is not what the entry commits to` });
  return entry;
}

/** The entry is in the tree, whatever it says. */
export function checkIncluded(
  tools: CheckTools,
  proved: Pick<ProvedEntry, 'entry' | 'inclusion'>,
  checkpoint: Checkpoint,
): Result<Entry, EntryFault> {
  const text = canonicalJson(proved.entry);
  const entry = parseEntry(text);
  if (!entry.ok) return err({ sequence: null, why: `an entry cannot be read: ${entry.error.message}` });
  const { sequence } = entry.value;
  const name = `entry ${String(sequence)}`;
  const inclusion = hashesOf(proved.inclusion);
  if (inclusion === null) return err({ sequence, why: `the inclusion proof of ${name} is not a list of hashes` });
  const leaf = entryHash(tools.sha256, text);
  return verifyInclusion(tools.sha256, inclusion, sequence, checkpoint.size, leaf, checkpoint.root)
    ? ok(entry.value)
    : err({ sequence, why: `${name} is not in the tree that the checkpoint signs` });
}

function hashesOf(list: unknown): Uint8Array[] | null {
  if (!Array.isArray(list)) return null;
  const hashes = list.map((text: unknown) => (typeof text === 'string' ? fromBase64(text) : null));
  return hashes.includes(null) ? null : (hashes as Uint8Array[]);
}
