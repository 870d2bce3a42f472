import type { Sha256, UnixMs } from '../base/ids.ts';
import { concat, equalBytes, utf8 } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';
import { publicKeyOf } from '../identity/did-key.ts';
import { ORIGIN_PREFIX } from './checkpoint.ts';
import {
  COSIGNATURE_TYPE,
  formatSignature,
  keyIdOf,
  type NoteKey,
  type NoteSignature,
  parseNote,
  parseSignatureLine,
  type SignEd25519,
  type VerifyEd25519,
} from './note.ts';

/**
 * A cosignature on a checkpoint, of the Ed25519 kind of C2SP tlog-cosignature (c2sp.org/tlog-cosignature): its signer saw,
 * at this time, no larger tree of this log, and each tree it saw grew from the one before. `timestamp u64 || signature`
 * over `cosignature/v1\ntime <seconds>\n<the checkpoint's text>`.
 */
export interface Cosignature {
  readonly name: string;
  readonly publicKey: Uint8Array;
  /** By the cosigner's clock, to the second. */
  readonly time: UnixMs;
}

export type CosignatureError = 'malformed' | 'bad-cosignature';

const TIMESTAMP_BYTES = 8;
const SIGNATURE_BYTES = 64;
/** The last second an ECMAScript date can show (ECMA-262 section 21.4.1.1). */
const SECONDS_MAX = 8_640_000_000_000;

/**
 * @param text a checkpoint's text, without its signatures
 * @param seconds since 1970-01-01T00:00:00Z
 * @returns a signature line, with its newline, to be put after those of the checkpoint
 */
export async function cosign(
  sha256: Sha256,
  text: string,
  key: NoteKey,
  seconds: number,
  sign: SignEd25519,
): Promise<string> {
  const signature = concat(timestamp(seconds), await sign(cosignedMessage(text, seconds)));
  return formatSignature({ name: key.name, keyId: keyIdOf(sha256, key, COSIGNATURE_TYPE), signature });
}

/** Whether a line is the cosignature of this key on this text; null when it is another key's. */
export function checkCosignature(
  sha256: Sha256,
  verify: VerifyEd25519,
  key: NoteKey,
  text: string,
  line: NoteSignature,
): Result<Cosignature, CosignatureError> | null {
  if (line.name !== key.name || !equalBytes(line.keyId, keyIdOf(sha256, key, COSIGNATURE_TYPE))) return null;
  const { signature } = line;
  if (signature.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES) return err('bad-cosignature');
  const seconds = readTimestamp(signature.subarray(0, TIMESTAMP_BYTES));
  if (seconds === null) return err('bad-cosignature');
  if (!verify(key.publicKey, cosignedMessage(text, seconds), signature.subarray(TIMESTAMP_BYTES)))
    return err('bad-cosignature');
  return ok({ name: key.name, publicKey: key.publicKey, time: (seconds * 1000) as UnixMs });
}

/**
 * The cosignatures on a note by these keys, and by cosigners whose name says their key (other agents). Lines of unknown
 * keys are passed over; one that claims a known key and does not hold spoils them all.
 */
export function cosignaturesOn(
  sha256: Sha256,
  verify: VerifyEd25519,
  keys: readonly NoteKey[],
  note: string,
): Result<readonly Cosignature[], CosignatureError> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const found: Cosignature[] = [];
  for (const line of parsed.value.signatures) {
    const own = keyInName(line.name);
    for (const key of own === null ? keys : [own]) {
      const checked = checkCosignature(sha256, verify, key, parsed.value.text, line);
      if (checked === null) continue;
      if (!checked.ok) return checked;
      found.push(checked.value);
    }
  }
  return ok(found);
}

/** `windhover/did:key:…` names its own key; any other name needs to be told. */
export function keyInName(name: string): NoteKey | null {
  if (!name.startsWith(ORIGIN_PREFIX)) return null;
  const publicKey = publicKeyOf(name.slice(ORIGIN_PREFIX.length));
  return publicKey.ok ? { name, publicKey: publicKey.value } : null;
}

/** Adds signature lines to a note; those that it has already are not repeated. */
export function withSignatures(note: string, lines: readonly string[]): string {
  const fresh = lines.filter((line, i) => !note.includes(`\n${line}`) && lines.indexOf(line) === i);
  return note + fresh.join('');
}

/** The signature lines of a witness's answer (c2sp.org/tlog-witness, add-checkpoint). */
export function parseSignatureLines(text: string): Result<readonly NoteSignature[], 'malformed'> {
  if (!text.endsWith('\n')) return err('malformed');
  const lines = text.slice(0, -1).split('\n').map(parseSignatureLine);
  return lines.includes(null) ? err('malformed') : ok(lines as NoteSignature[]);
}

function cosignedMessage(text: string, seconds: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${String(seconds)}\n${text}`);
}

function timestamp(seconds: number): Uint8Array {
  const bytes = new Uint8Array(TIMESTAMP_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(seconds));
  return bytes;
}

function readTimestamp(bytes: Uint8Array): number | null {
  const seconds = new DataView(bytes.buffer, bytes.byteOffset, TIMESTAMP_BYTES).getBigUint64(0);
  return seconds <= SECONDS_MAX ? Number(seconds) : null;
}
