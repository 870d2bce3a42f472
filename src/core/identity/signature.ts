import type { Sha256 } from '../base/ids.ts';
import { fromBase64, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { keyIdOf, type KeyId, rawKeysOf, type SigningAlgorithm, type SigningKey } from './key-document.ts';
import { list, match, object, oneOf, type Shape } from './shape.ts';

/**
 * A signature on a record, its algorithm named. A hybrid signature has two parts over the same bytes, and both must hold:
 * it stands as long as one of the two algorithms does. The signed bytes name the algorithm, so that one part of a hybrid
 * signature cannot be cut out and shown as a signature of its own.
 */
export interface RecordSignature {
  readonly algorithm: SigningAlgorithm;
  readonly by: KeyId;
  /** base64: Ed25519 (RFC 8032) 64 bytes; then, if hybrid, ML-DSA-65 (FIPS 204, pure, empty context) 3309 bytes. */
  readonly values: readonly string[];
}

/** What checking needs: core has no hash and no curve of its own. */
export interface SignatureTools {
  readonly sha256: Sha256;
  /** RFC 8032 section 5.1.7 */
  readonly verifyEd25519: VerifySignature;
  /** FIPS 204 algorithm 3 with an empty context. */
  readonly verifyMlDsa65: VerifySignature;
}

export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

const PARTS: { readonly [Algorithm in SigningAlgorithm]: number } = { Ed25519: 1, 'Ed25519+ML-DSA-65': 2 };
const SIGNATURE_CHARS_MAX = 4_500;

/** The bytes that every part of a signature signs: `windhover-record-v1`, the algorithm, the canonical JSON; a line each. */
export function signingBytes(algorithm: SigningAlgorithm, record: object): Uint8Array {
  return utf8(`windhover-record-v1\n${algorithm}\n${canonicalJson(record)}\n`);
}

/** Whether this key made this signature on this record, with every part of it. */
export function holds(
  tools: SignatureTools,
  key: SigningKey,
  record: object,
  { algorithm, by, values }: RecordSignature,
): boolean {
  const raw = rawKeysOf(key);
  if (raw === null || algorithm !== key.algorithm || by !== keyIdOf(tools.sha256, key)) return false;
  const parts = values.map(fromBase64);
  const [first, second] = parts;
  if (parts.length !== PARTS[algorithm] || !first) return false;
  const message = signingBytes(algorithm, record);
  if (!tools.verifyEd25519(raw.ed25519, message, first)) return false;
  if (raw.mlDsa65 === null) return true;
  return second != null && tools.verifyMlDsa65(raw.mlDsa65, message, second);
}

const signatureValue: Shape = (value, at) =>
  typeof value === 'string' && value.length <= SIGNATURE_CHARS_MAX && fromBase64(value) !== null
    ? null
    : `${at} is not the base64 of a signature`;

export const signatureShape: Shape = object({
  algorithm: oneOf('Ed25519', 'Ed25519+ML-DSA-65'),
  by: match(/^[0-9a-f]{64}$/, 'a key id of 64 hex digits'),
  values: list(signatureValue, 2, 1),
});
