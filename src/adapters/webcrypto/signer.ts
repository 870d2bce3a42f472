import { err, ok, type Result } from '#core/base/result.ts';
import type { Signer } from '#ports/crypto.ts';
import { unshared } from './aes-gcm.ts';

const ED25519 = 'Ed25519';

/** A new Ed25519 pair whose secret half cannot be read; the pair can be kept as it is in IndexedDB. */
export async function generateSigningKeys(): Promise<Result<CryptoKeyPair, 'unsupported'>> {
  try {
    return ok(await crypto.subtle.generateKey(ED25519, false, ['sign', 'verify']));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return err('unsupported');
    throw error;
  }
}

export async function createWebCryptoSigner(keys: CryptoKeyPair): Promise<Signer> {
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(ED25519, keys.privateKey, unshared(message))),
  };
}

/** Ed25519 verification by the platform: several times faster than in JavaScript, but asynchronous. */
export async function verifyEd25519WithWebCrypto(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('raw', unshared(publicKey), ED25519, false, ['verify']);
    return await crypto.subtle.verify(ED25519, key, unshared(signature), unshared(message));
  } catch (error) {
    // A public key of a wrong length or, on some platforms, one that is no point.
    if (error instanceof DOMException && error.name === 'DataError') return false;
    throw error;
  }
}
