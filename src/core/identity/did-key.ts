import type { Brand } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { concat } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';
import { base58, fromBase58 } from './base58.ts';

/** The agent's name: `did:key` of its Ed25519 public key. Whoever has the name has the key that checks its signatures. */
export type AgentId = Brand<string, 'AgentId'>;

export type DidKeyError = 'not-did-key' | 'not-base58' | 'not-ed25519' | 'wrong-length';

export const ED25519_PUBLIC_KEY_BYTES = 32;
/** FIPS 204 section 4, table 2. */
export const ML_DSA_65_PUBLIC_KEY_BYTES = 1952;

/** did:key Method v0.7, section 2: `did:key:` + multibase base58-btc of the multicodec-prefixed key. */
const PREFIX = 'did:key:z';
/** Multicodec ed25519-pub, 0xed, as an unsigned varint. */
const ED25519_PUB = Uint8Array.of(0xed, 0x01);
/** Multicodec mldsa-65-pub, 0x1211 (a draft entry of the table), as an unsigned varint. */
const ML_DSA_65_PUB = Uint8Array.of(0x91, 0x24);
/** A longer did:key is of no kind that is read here; reading base58 takes the square of its length. */
const DID_CHARS_MAX = 2_800;

/** @param publicKey Ed25519, 32 bytes */
export function agentIdOf(publicKey: Uint8Array): AgentId {
  assert(publicKey.length === ED25519_PUBLIC_KEY_BYTES, 'an Ed25519 public key has 32 bytes');
  return `${PREFIX}${base58(concat(ED25519_PUB, publicKey))}` as AgentId;
}

/** The Ed25519 public key, 32 bytes, of a did:key; other kinds of key are refused. */
export function publicKeyOf(did: string): Result<Uint8Array, DidKeyError> {
  if (!did.startsWith(PREFIX)) return err('not-did-key');
  const bytes = fromBase58(did.slice(PREFIX.length));
  if (bytes === null) return err('not-base58');
  if (bytes[0] !== ED25519_PUB[0] || bytes[1] !== ED25519_PUB[1]) return err('not-ed25519');
  if (bytes.length !== ED25519_PUB.length + ED25519_PUBLIC_KEY_BYTES) return err('wrong-length');
  return ok(bytes.slice(ED25519_PUB.length));
}

/** The did:key of an ML-DSA-65 public key (FIPS 204), 1952 bytes: the second half of a hybrid key. */
export function mlDsaDidOf(publicKey: Uint8Array): string {
  assert(publicKey.length === ML_DSA_65_PUBLIC_KEY_BYTES, 'an ML-DSA-65 public key has 1952 bytes');
  return `${PREFIX}${base58(concat(ML_DSA_65_PUB, publicKey))}`;
}

/** The ML-DSA-65 public key of a did:key; null when it is of another kind or cannot be read. */
export function mlDsaKeyOf(did: string): Uint8Array | null {
  if (!did.startsWith(PREFIX) || did.length > DID_CHARS_MAX) return null;
  const bytes = fromBase58(did.slice(PREFIX.length));
  if (bytes?.length !== ML_DSA_65_PUB.length + ML_DSA_65_PUBLIC_KEY_BYTES) return null;
  return bytes[0] === ML_DSA_65_PUB[0] && bytes[1] === ML_DSA_65_PUB[1] ? bytes.slice(ML_DSA_65_PUB.length) : null;
}
