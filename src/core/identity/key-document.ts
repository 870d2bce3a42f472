import type { Brand, Digest, Sha256 } from '../base/ids.ts';
import { digestOf } from '../base/json.ts';
import { agentIdOf, mlDsaDidOf, mlDsaKeyOf, publicKeyOf } from './did-key.ts';
import { base64Of, object, oneOf, type Shape } from './shape.ts';

/**
 * Key documents: a public key with its algorithm named. JSON, so that they stand in records as they are.
 *
 *     {"algorithm":"Ed25519","keys":["did:key:z6Mk…"]}
 *     {"algorithm":"Ed25519+ML-DSA-65","keys":["did:key:z6Mk…","did:key:z…"]}      both must sign
 *     {"algorithm":"ristretto255","key":"<base64 of 32 bytes>"}                    proves, never signs
 *
 * A hybrid key is one key: neither half is accepted alone (see signature.ts). The ristretto255 key has no did:key form,
 * because no multicodec stands for it.
 */
export type KeyDocument = SigningKey | ProofKey;

export type SigningAlgorithm = 'Ed25519' | 'Ed25519+ML-DSA-65';

export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  /** did:key of each part, in the order the algorithm names them. */
  readonly keys: readonly string[];
}

/** An element of ristretto255 (RFC 9496) whose discrete logarithm the agent knows. */
export interface ProofKey {
  readonly algorithm: 'ristretto255';
  /** base64 of the 32-byte encoding */
  readonly key: string;
}

/** SHA-256 of a key document's canonical JSON. */
export type KeyId = Brand<Digest, 'KeyId'>;

/** @param publicKey 32 bytes */
export function ed25519Key(publicKey: Uint8Array): SigningKey {
  return { algorithm: 'Ed25519', keys: [agentIdOf(publicKey)] };
}

/** @param ed25519 32 bytes @param mlDsa65 1952 bytes */
export function hybridKey(ed25519: Uint8Array, mlDsa65: Uint8Array): SigningKey {
  return { algorithm: 'Ed25519+ML-DSA-65', keys: [agentIdOf(ed25519), mlDsaDidOf(mlDsa65)] };
}

export function keyIdOf(sha256: Sha256, key: KeyDocument): KeyId {
  return digestOf(sha256, key) as KeyId;
}

/** The raw Ed25519 part and, of a hybrid key, the raw ML-DSA-65 part; null when a did:key does not read as named. */
export function rawKeysOf(
  key: SigningKey,
): { readonly ed25519: Uint8Array; readonly mlDsa65: Uint8Array | null } | null {
  const [first = '', second = '', ...more] = key.keys;
  const ed25519 = publicKeyOf(first);
  if (!ed25519.ok || more.length > 0) return null;
  if (key.algorithm === 'Ed25519') return key.keys.length === 1 ? { ed25519: ed25519.value, mlDsa65: null } : null;
  const mlDsa65 = mlDsaKeyOf(second);
  return mlDsa65 === null ? null : { ed25519: ed25519.value, mlDsa65 };
}

const ALGORITHMS: readonly unknown[] = ['Ed25519', 'Ed25519+ML-DSA-65'] satisfies SigningAlgorithm[];

export const signingKeyShape: Shape = (value, at) => {
  const fault = object({
    algorithm: (algorithm, where) =>
      ALGORITHMS.includes(algorithm) ? null : `${where} names an algorithm that is not known here`,
    keys: (keys, where) =>
      Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? null : `${where} is not a list of did:keys`,
  })(value, at);
  if (fault !== null) return fault;
  return rawKeysOf(value as SigningKey) === null ? `${at} is not a key of the algorithm it names` : null;
};

/** Whether the bytes are an element of the group is for the proof's check to say. */
export const proofKeyShape: Shape = object({ algorithm: oneOf('ristretto255'), key: base64Of(32) });
