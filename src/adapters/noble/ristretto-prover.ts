import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { base64, concat, utf8 } from '#core/base/bytes.ts';
import { schnorrChallenge } from '#core/identity/schnorr.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { Prover } from '#ports/identity-keys.ts';

const { Point } = ristretto255;
const { Fn } = Point;
const SECRET_DOMAIN = utf8('windhover-identity-proof-v1_secret');
const NONCE_DOMAIN = utf8('windhover-identity-proof-v1_nonce');
const NONCE_ENTROPY_BYTES = 32;

/**
 * Makes Schnorr proofs (core/identity/schnorr.ts has the equations).
 * The nonce v is hashed from the secret, fresh randomness and the message: a bad source of randomness does not repeat it, as
 * with deterministic signatures, and two proofs of the same message still differ.
 * @param seed 32 random bytes
 */
export function createRistrettoProver(seed: Uint8Array, entropy: Entropy): Prover {
  const secret = ristretto255_hasher.hashToScalar(seed, { DST: SECRET_DOMAIN });
  const publicKey = Point.BASE.multiply(secret).toBytes();
  return {
    key: { algorithm: 'ristretto255', key: base64(publicKey) },
    prove: (userId, otherInfo) => {
      const random = entropy.bytes(NONCE_ENTROPY_BYTES);
      const v = ristretto255_hasher.hashToScalar(concat(Fn.toBytes(secret), random, userId, otherInfo), {
        DST: NONCE_DOMAIN,
      });
      const commitment = Point.BASE.multiply(v).toBytes();
      const c = schnorrChallenge(commitment, publicKey, userId, otherInfo);
      const response = Fn.sub(v, Fn.mul(secret, c));
      return { commitment: base64(commitment), response: base64(Fn.toBytes(response)) };
    },
  };
}
