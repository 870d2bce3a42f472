import type { Sha256, UnixMs } from '../base/ids.ts';
import { base64, hex, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { type AgentId, publicKeyOf } from '../identity/did-key.ts';
import { encodePayload, entryHash, hasKeys, type Payload, parseCanonical, payloadFrom, TIME_MS_MAX } from './entry.ts';
import { appendLeaf, type Frontier, frontierRoot, leafHash } from './merkle.ts';
import { type NoteKey, signNote, type SignEd25519 } from './note.ts';

/**
 * The export of a journal, version 3: text, one canonical JSON value (RFC 8785) a line, each line ended by a newline.
 *
 *     {"agent":"did:key:…","checkpoints":2,"createdAt":1763700000000,"format":"windhover-export","size":9,"version":3}
 *     {"entry":{…},"leaf":"<hex>","payload":{"salt":"<base64>","value":…}}      a line for each entry, in order
 *     {"checkpoint":"<C2SP note>","size":4}                                   after the last entry that it covers
 *     {"seal":"<C2SP note>"}                                                  the last line
 *
 * The seal is the agent's signature over all lines before it, so that no byte of the file can change unseen: its text is
 * `windhover-export`, the number of lines and the root of the Merkle tree over them, a line each. Version 1 had none, and
 * is still read: there the date of the export could change, and a payload could be left out.
 *
 * `payload` is absent where contents were not asked for. Where its owner destroyed it or kept it back, `missing` stands in
 * its place (version 3): `{"entry":{…},"leaf":"<hex>","missing":"destroyed"}`, or "withheld". It is the word of whoever
 * exported; the entry verifies either way. `leaf` is the entry's hash as a leaf
 * of the tree: it proves nothing by itself, but lets the first changed entry be named and not only the checkpoint that
 * fails. The counts in the header make a cut at a line's end visible. `createdAt` is the word of whoever exported.
 */
export interface ExportHeader {
  readonly agent: AgentId;
  readonly createdAt: UnixMs;
  /** Entries in the file. */
  readonly size: number;
  /** Checkpoints in the file, the newest among them. */
  readonly checkpoints: number;
  readonly version: 1 | 2 | 3;
}

export type ExportLine =
  | {
      readonly kind: 'entry';
      readonly text: string;
      readonly leaf: string;
      readonly payload: Payload | null;
      readonly missing: MissingPayload | null;
    }
  | { readonly kind: 'checkpoint'; readonly note: string; readonly size: number }
  | { readonly kind: 'seal'; readonly note: string };

/** Why a payload that was asked for is not there: its owner destroyed it for good, or keeps it back from this export. */
export type MissingPayload = 'destroyed' | 'withheld';

export const EXPORT_FORMAT = 'windhover-export';
const VERSIONS: readonly unknown[] = [1, 2, 3];

/** The first line. */
export function writeExportHeader(header: ExportHeader): string {
  const { agent, createdAt, size, checkpoints, version } = header;
  return `${canonicalJson({ format: EXPORT_FORMAT, version, agent, createdAt, size, checkpoints })}\n`;
}

/**
 * @param text the entry's canonical JSON
 * @param payload what it says; null where that is not asked for
 */
export function writeExportEntry(sha256: Sha256, text: string, payload: Payload | MissingPayload | null): string {
  const leaf = hex(entryHash(sha256, text));
  if (typeof payload === 'string') return `{"entry":${text},"leaf":"${leaf}","missing":"${payload}"}\n`;
  return payload === null
    ? `{"entry":${text},"leaf":"${leaf}"}\n`
    : `{"entry":${text},"leaf":"${leaf}","payload":${encodePayload(payload)}}\n`;
}

/** @param size entries that the checkpoint covers, all of them written before it */
export function writeExportCheckpoint(note: string, size: number): string {
  return `${canonicalJson({ checkpoint: note, size })}\n`;
}

/**
 * The last line.
 * @param lines all lines before it, as `appendExportLine` adds them up
 */
export async function writeExportSeal(
  sha256: Sha256,
  lines: Frontier,
  key: NoteKey,
  sign: SignEd25519,
): Promise<string> {
  return `${canonicalJson({ seal: await signNote(sha256, sealText(sha256, lines), key, sign) })}\n`;
}

/** @param line without its newline */
export function appendExportLine(sha256: Sha256, lines: Frontier, line: string): Frontier {
  return appendLeaf(sha256, lines, leafHash(sha256, utf8(line)));
}

/** What a seal signs. Its first line is no log's origin, so it cannot pass for a checkpoint. */
export function sealText(sha256: Sha256, lines: Frontier): string {
  return `${EXPORT_FORMAT}\n${String(lines.size)}\n${base64(frontierRoot(sha256, lines))}\n`;
}

/** @returns an error in words for people */
export function readExportHeader(line: string): Result<ExportHeader, string> {
  const parsed = parseCanonical(line);
  if (!parsed.ok) return err(`the header cannot be read: ${parsed.error.message}`);
  const header = parsed.value;
  if (!hasKeys(header, ['agent', 'checkpoints', 'createdAt', 'format', 'size', 'version']))
    return err('the header does not have the keys of a Windhover export');
  if (header.format !== EXPORT_FORMAT) return err('this is not a Windhover export');
  if (!VERSIONS.includes(header.version))
    return err(`version ${canonicalJson(header.version)} of the export is unknown`);
  for (const key of ['checkpoints', 'createdAt', 'size'])
    if (!isCount(header[key])) return err(`${key} in the header is not a whole number from 0`);
  if ((header.createdAt as number) > TIME_MS_MAX) return err('createdAt in the header is later than a date can be');
  if (typeof header.agent !== 'string' || !publicKeyOf(header.agent).ok)
    return err('the agent in the header is not the did:key of an Ed25519 key');
  return ok(header as unknown as ExportHeader);
}

/** @returns an error in words for people */
export function readExportLine(line: string): Result<ExportLine, string> {
  const parsed = parseCanonical(line);
  if (!parsed.ok) return err(parsed.error.message);
  const value = parsed.value;
  if (hasKeys(value, ['checkpoint', 'size']))
    return typeof value.checkpoint === 'string' && isCount(value.size)
      ? ok({ kind: 'checkpoint', note: value.checkpoint, size: value.size })
      : err('a checkpoint line has a note and a size');
  if (hasKeys(value, ['seal']))
    return typeof value.seal === 'string' ? ok({ kind: 'seal', note: value.seal }) : err('a seal is a note');
  const withPayload = hasKeys(value, ['entry', 'leaf', 'payload']);
  const withReason = hasKeys(value, ['entry', 'leaf', 'missing']);
  if (!withPayload && !withReason && !hasKeys(value, ['entry', 'leaf']))
    return err('the line is neither an entry nor a checkpoint');
  const missing = withReason ? value.missing : null;
  if (missing !== null && missing !== 'destroyed' && missing !== 'withheld')
    return err('why a payload is missing is not said in words that are known');
  if (typeof value.leaf !== 'string') return err('the leaf is not a hash');
  const payload = withPayload ? payloadFrom(value.payload) : ok(null);
  if (!payload.ok) return err(payload.error.message);
  return ok({ kind: 'entry', text: canonicalJson(value.entry), leaf: value.leaf, payload: payload.value, missing });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
