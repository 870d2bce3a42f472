import { utf8 } from '#core/base/bytes.ts';
import { err, ok } from '#core/base/result.ts';
import type { Sealer } from '#ports/crypto.ts';
import { decryptAesGcm, encryptAesGcm, NONCE_BYTES, unwrapAesKey, wrapAesKey } from './aes-gcm.ts';

const AES_256 = { name: 'AES-GCM', length: 256 };

/** The key that wraps every record key. It cannot be read, only used, and is kept as it is in IndexedDB. */
export function generateDeviceKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey(AES_256, false, ['wrapKey', 'unwrapKey']);
}

/**
 * Seals each record under a key of its own: destroying the wrapped key destroys the record. Nonces are random; a record
 * key is used once, and the device key stays far below the 2^32 records that SP 800-38D section 8.3 allows.
 */
export function createWebCryptoSealer(deviceKey: CryptoKey): Sealer {
  return {
    seal: async (plain, context) => {
      const authenticated = utf8(context);
      const recordKey = await crypto.subtle.generateKey(AES_256, true, ['encrypt']);
      const [ciphertext, wrappedKey] = await Promise.all([
        encryptAesGcm(recordKey, freshNonce(), plain, authenticated),
        wrapAesKey(deviceKey, freshNonce(), recordKey, authenticated),
      ]);
      return { ciphertext, wrappedKey };
    },
    open: async ({ ciphertext, wrappedKey }, context) => {
      if (wrappedKey.length === 0) return err('destroyed');
      const authenticated = utf8(context);
      const recordKey = await unwrapAesKey(deviceKey, wrappedKey, authenticated);
      const plain = recordKey === null ? null : await decryptAesGcm(recordKey, ciphertext, authenticated);
      return plain === null ? err('wrong-key') : ok(plain);
    },
  };
}

function freshNonce(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
}
