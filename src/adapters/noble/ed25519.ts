import { ed25519 } from '@noble/curves/ed25519.js';
import type { VerifyEd25519 } from '#core/audit/note.ts';
import type { Signer } from '#ports/crypto.ts';

const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Synchronous and strict: RFC 8032 section 5.1.7, not the looser ZIP 215. */
export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false; // bytes that encode no point
  }
};

/**
 * A signer for platforms without Ed25519 in WebCrypto, and for simulation. The caller keeps the secret, sealed at rest.
 * @param secret 32 random bytes (RFC 8032 section 5.1.5)
 */
export function createNobleSigner(secret: Uint8Array): Signer {
  return {
    publicKey: ed25519.getPublicKey(secret),
    sign: (message) => Promise.resolve(ed25519.sign(message, secret)),
  };
}
