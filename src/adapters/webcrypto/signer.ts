import { err, ok, type Result } from '#core/base/result.ts';
import type { Signer } from '#ports/crypto.ts';
import type { VaultKeys } from '#ports/vault.ts';
import { utf8 } from '#core/base/bytes.ts';
import { unshared, unwrap, wrapSecretKey } from './aes-gcm.ts';
import { platformKey } from './vault-crypto.ts';

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

/** Whether this platform can make Ed25519 keys: Chromium before 137 and others cannot. */
export async function canSign(): Promise<boolean> {
  return (await generateSigningKeys()).ok;
}

/** A signing pair at rest: its public half, and the secret one wrapped by the vault. */
export interface KeptSigningKeys {
  readonly publicKey: Uint8Array;
  /** PKCS #8, wrapped. */
  readonly wrapped: Uint8Array;
}

/** A new pair that only the open vault can sign with. Its secret half can be exported only until this resolves. */
export async function createSigningKeys(
  vault: VaultKeys,
  context: string,
): Promise<Result<KeptSigningKeys, 'unsupported'>> {
  try {
    const pair = await crypto.subtle.generateKey(ED25519, true, ['sign', 'verify']);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
    return ok({ publicKey, wrapped: await wrapSecretKey(platformKey(vault.records), pair.privateKey, utf8(context)) });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return err('unsupported');
    throw error;
  }
}

/** @returns null when the vault or the context is another than when the pair was made */
export async function openSigner(kept: KeptSigningKeys, vault: VaultKeys, context: string): Promise<Signer | null> {
  const key = await unwrap(platformKey(vault.records), kept.wrapped, utf8(context), {
    format: 'pkcs8',
    algorithm: ED25519,
    usages: ['sign'],
  });
  return (
    key && {
      publicKey: kept.publicKey,
      sign: async (message) => new Uint8Array(await crypto.subtle.sign(ED25519, key, unshared(message))),
    }
  );
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
