import { utf8 } from '#core/base/bytes.ts';
import { err, ok } from '#core/base/result.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { VaultKeys } from '#ports/vault.ts';
import { decryptAesGcm, encryptAesGcm, NONCE_BYTES, unwrap, type Unwrapping, wrapAesKey } from './aes-gcm.ts';
import { platformKey, webCryptoVault } from './vault-crypto.ts';

const AES_256 = { name: 'AES-GCM', length: 256 };
const RECORD_KEY: Unwrapping = { format: 'raw', algorithm: AES_256, usages: ['decrypt'] };

/** Until there was a vault, this key wrapped every record key itself: it still opens what was written then. */
export function generateDeviceKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey(AES_256, false, ['wrapKey', 'unwrapKey']);
}

/**
 * Seals each record under a key of its own: destroying the wrapped key destroys the record. Nonces are random; a record
 * key is used once, and the vault's key stays far below the 2^32 records that SP 800-38D section 8.3 allows.
 * @param wrapContext what the wrap of a record's key authenticates, from the record's own context
 */
export function createVaultSealer(keys: VaultKeys, wrapContext: (context: string) => string): Sealer {
  return {
    ...sealerUnder(platformKey(keys.records), (context) => utf8(wrapContext(context))),
    nameOf: (text) => webCryptoVault.nameOf(keys, text),
  };
}

/** As it was before there was a vault: the device's key wraps, and things have their own names. */
export function createWebCryptoSealer(deviceKey: CryptoKey): Sealer {
  return { ...sealerUnder(deviceKey, utf8), nameOf: (text) => Promise.resolve(text) };
}

function sealerUnder(wrapping: CryptoKey, wrapContext: (context: string) => Uint8Array): Pick<Sealer, 'seal' | 'open'> {
  return {
    seal: async (plain, context) => {
      const recordKey = await crypto.subtle.generateKey(AES_256, true, ['encrypt']);
      const [ciphertext, wrappedKey] = await Promise.all([
        encryptAesGcm(recordKey, freshNonce(), plain, utf8(context)),
        wrapAesKey(wrapping, freshNonce(), recordKey, wrapContext(context)),
      ]);
      return { ciphertext, wrappedKey };
    },
    open: async ({ ciphertext, wrappedKey }, context) => {
      if (wrappedKey.length === 0) return err('destroyed');
      const recordKey = await unwrap(wrapping, wrappedKey, wrapContext(context), RECORD_KEY);
      const plain = recordKey === null ? null : await decryptAesGcm(recordKey, ciphertext, utf8(context));
      return plain === null ? err('wrong-key') : ok(plain);
    },
  };
}

function freshNonce(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
}
