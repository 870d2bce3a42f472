import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import type { VerifySignature } from '#core/identity/signature.ts';
import { hybridKey } from '#core/identity/key-document.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import { createNobleSigner } from './ed25519.ts';

/** FIPS 204 algorithm 3, ML-DSA.Verify, with an empty context. */
export const verifyMlDsa65: VerifySignature = (publicKey, message, signature) => {
  if (publicKey.length !== ml_dsa65.lengths.publicKey || signature.length !== ml_dsa65.lengths.signature) return false;
  return ml_dsa65.verify(signature, message, publicKey);
};

/**
 * A hybrid signer. ML-DSA signs deterministically (FIPS 204 section 3.4 allows it): the same record, the same signature.
 * @param ed25519Seed 32 random bytes
 * @param mlDsaSeed 32 other random bytes (ξ of FIPS 204 algorithm 1)
 */
export function createHybridSigner(ed25519Seed: Uint8Array, mlDsaSeed: Uint8Array): RecordSigner {
  const classic = createNobleSigner(ed25519Seed);
  const { publicKey, secretKey } = ml_dsa65.keygen(mlDsaSeed);
  return {
    key: hybridKey(classic.publicKey, publicKey),
    sign: async (message) => [await classic.sign(message), ml_dsa65.sign(message, secretKey, { extraEntropy: false })],
  };
}
