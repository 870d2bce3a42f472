import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { concat, fromBase64, utf8 } from '../base/bytes.ts';
import type { ProofKey } from './key-document.ts';
import { base64Of, object, type Shape } from './shape.ts';

/**
 * Schnorr's proof of knowledge, made non-interactive as in RFC 8235 section 3.3 over the group ristretto255 (RFC 9496):
 *
 *     A = a·G              the proof key
 *     V = v·G              the commitment, for a fresh v
 *     c = H(G, V, A, UserID, OtherInfo)
 *     r = v - a·c          the response
 *
 * and whoever checks it finds V = r·G + c·A. It shows that its maker knows a, and nothing else. The group has prime order and
 * one encoding for each element, so there are no cofactors and no second spellings. H is hash-to-scalar as in RFC 9497
 * section 4.1 (expand_message_xmd of RFC 9380 with SHA-512, 64 bytes, reduced) with a domain separation tag of its own.
 * Every input is preceded by its length (RFC 8235 section 3.3 asks for it): no two inputs give the same bytes.
 *
 * The secret a is never here; adapters/noble/ristretto-prover.ts makes proofs.
 */
export interface SchnorrProof {
  /** V, base64 of 32 bytes */
  readonly commitment: string;
  /** r, base64 of 32 bytes, little-endian, less than the group's order */
  readonly response: string;
}

const { Point } = ristretto255;
const DOMAIN = utf8('windhover-identity-proof-v1_ristretto255_XMD:SHA-512');
const LENGTH_BYTES = 4;

/**
 * @param userId who proves: the agent's identity
 * @param otherInfo what the proof is bound to
 * @returns c, an integer modulo the group's order
 */
export function schnorrChallenge(
  commitment: Uint8Array,
  publicKey: Uint8Array,
  userId: Uint8Array,
  otherInfo: Uint8Array,
): bigint {
  const parts = [Point.BASE.toBytes(), commitment, publicKey, userId, otherInfo];
  const message = concat(...parts.flatMap((part) => [lengthOf(part), part]));
  return ristretto255_hasher.hashToScalar(message, { DST: DOMAIN });
}

export function schnorrHolds(key: ProofKey, proof: SchnorrProof, userId: Uint8Array, otherInfo: Uint8Array): boolean {
  const [publicKey, commitment, response] = [key.key, proof.commitment, proof.response].map(fromBase64);
  if (!publicKey || !commitment || !response) return false;
  try {
    const a = Point.fromBytes(publicKey); // canonical encodings only (RFC 9496 section 4.3.1)
    const v = Point.fromBytes(commitment);
    const r = Point.Fn.fromBytes(response);
    const c = schnorrChallenge(commitment, publicKey, userId, otherInfo);
    if (a.is0() || c === 0n || r === 0n) return false;
    return v.equals(Point.BASE.multiply(r).add(a.multiply(c)));
  } catch {
    return false; // bytes that encode no element, or no scalar
  }
}

export const schnorrShape: Shape = object({ commitment: base64Of(32), response: base64Of(32) });

function lengthOf(part: Uint8Array): Uint8Array {
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, part.length);
  return length;
}
