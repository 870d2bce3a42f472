import type { Sha256 } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { base64, concat, equalBytes, fromBase64, hex, utf8 } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';
import { ED25519_PUBLIC_KEY_BYTES } from '../identity/did-key.ts';

/**
 * Signed notes: C2SP signed-note (c2sp.org/signed-note). Text that ends in a newline, an empty line, then signature lines
 * `— <key name> base64(4-byte key id || signature)`. The newline before the empty line is part of what is signed.
 */
export interface Note {
  /** Ends in a newline; no control characters but newlines. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** 4 bytes: only a hint which key to try. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A name and the Ed25519 key it stands for. */
export interface NoteKey {
  readonly name: string;
  /** 32 bytes */
  readonly publicKey: Uint8Array;
}

export type NoteError = 'malformed' | 'unsigned' | 'bad-signature';
export type NoteKeyError = 'malformed' | 'wrong-key-id' | 'not-ed25519';

/** Ed25519 verification (RFC 8032 section 5.1.7), handed in. */
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
/** Ed25519 signing, handed in; asynchronous because platforms keep the key away from the program. */
export type SignEd25519 = (message: Uint8Array) => Promise<Uint8Array>;

const SIGNATURE_LINE_START = '\u2014 ';
/** Signature type identifiers (C2SP signed-note, "Signature types"): a plain Ed25519 signature, and a timestamped cosignature. */
const ED25519_TYPE = 0x01;
export const COSIGNATURE_TYPE = 0x04;
type SignatureType = typeof ED25519_TYPE | typeof COSIGNATURE_TYPE;
const KEY_ID_BYTES = 4;
const SIGNATURES_MAX = 100;

/** @param text must end in a newline */
export async function signNote(sha256: Sha256, text: string, key: NoteKey, sign: SignEd25519): Promise<string> {
  // The platform signs on a thread of its own: meanwhile the rest is made.
  const signing = sign(utf8(text));
  const line = { name: key.name, keyId: keyIdOf(sha256, key) };
  const note = formatNote({ text, signatures: [{ ...line, signature: await signing }] });
  assert(parseNote(note).ok, 'what is signed can be read as a note');
  return note;
}

export function formatNote(note: Note): string {
  return `${note.text}\n${note.signatures.map(formatSignature).join('')}`;
}

/** One signature line, its newline with it. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  return `${SIGNATURE_LINE_START}${name} ${base64(concat(keyId, signature))}\n`;
}

/** Strict parsing; says nothing about whether a signature holds. */
export function parseNote(note: string): Result<Note, 'malformed'> {
  if (!note.isWellFormed() || CONTROL.test(note)) return err('malformed');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return err('malformed');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) return err('malformed');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (signature === null) return err('malformed');
    signatures.push(signature);
  }
  return ok({ text: note.slice(0, split + 1), signatures });
}

/**
 * Opens a note signed by this key. Signatures of other keys are ignored (cosignatures by witnesses, say); every
 * signature that claims to be this key's must hold.
 * @returns the signed text
 */
export function openNote(sha256: Sha256, verify: VerifyEd25519, key: NoteKey, note: string): Result<Note, NoteError> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const keyId = keyIdOf(sha256, key);
  const own = parsed.value.signatures.filter((line) => line.name === key.name && equalBytes(line.keyId, keyId));
  if (own.length === 0) return err('unsigned');
  const message = utf8(parsed.value.text);
  return own.every((line) => verify(key.publicKey, message, line.signature)) ? parsed : err('bad-signature');
}

/** The first 4 bytes of SHA-256(name || 0x0A || type || public key). */
export function keyIdOf(sha256: Sha256, key: NoteKey, type: SignatureType = ED25519_TYPE): Uint8Array {
  return sha256(concat(utf8(`${key.name}\n`), Uint8Array.of(type), key.publicKey)).slice(0, KEY_ID_BYTES);
}

/** `<key name>+<key id, hex>+base64(type || public key)`: how other tools for signed notes are told of the key. */
export function formatNoteKey(sha256: Sha256, key: NoteKey, type: SignatureType = ED25519_TYPE): string {
  return `${key.name}+${hex(keyIdOf(sha256, key, type))}+${base64(concat(Uint8Array.of(type), key.publicKey))}`;
}

/** @param type what the key is for; a key for something else is refused */
export function parseNoteKey(
  sha256: Sha256,
  text: string,
  type: SignatureType = ED25519_TYPE,
): Result<NoteKey, NoteKeyError> {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)/s.exec(text);
  const [, name = '', keyId = '', encoded = ''] = match ?? [];
  const bytes = fromBase64(encoded);
  if (!isKeyName(name) || bytes === null) return err('malformed');
  if (bytes[0] !== type || bytes.length !== 1 + ED25519_PUBLIC_KEY_BYTES) return err('not-ed25519');
  const key = { name, publicKey: bytes.slice(1) };
  return hex(keyIdOf(sha256, key, type)) === keyId ? ok(key) : err('wrong-key-id');
}

/** Key names are not empty and have neither spaces nor plus signs. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.isWellFormed() && !/[\s+]/u.test(name);
}

/** @param line without its newline */
export function parseSignatureLine(line: string): NoteSignature | null {
  if (!line.startsWith(SIGNATURE_LINE_START)) return null;
  const [name = '', encoded = '', ...more] = line.slice(SIGNATURE_LINE_START.length).split(' ');
  const bytes = fromBase64(encoded);
  if (more.length > 0 || !isKeyName(name) || bytes === null || bytes.length <= KEY_ID_BYTES) return null;
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

/** ASCII control characters (those below U+0020) but newline. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
