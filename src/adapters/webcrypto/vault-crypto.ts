import { hex, utf8 } from '#core/base/bytes.ts';
import type { HeldKey, VaultCrypto, VaultKeys } from '#ports/vault.ts';
import { NONCE_BYTES, unshared, unwrap, type Unwrapping, wrapAesKey } from './aes-gcm.ts';

const AES_256 = { name: 'AES-GCM', length: 256 };
const WRAPPING: KeyUsage[] = ['wrapKey', 'unwrapKey'];
const TO_WRAP: Unwrapping = { format: 'raw', algorithm: AES_256, usages: ['encrypt'], extractable: true };
const TO_DERIVE: Unwrapping = { format: 'raw', algorithm: 'HKDF', usages: ['deriveKey'] };
/** What each key of the vault is derived for (HKDF's `info`). */
const RECORDS = 'windhover vault records';
const NAMES = 'windhover vault names';

/**
 * The vault key is unwrapped as what HKDF starts from, so that it can be neither read nor used for anything else; keys
 * for records and for names are derived from it. To wrap it anew it is an AES key for a moment, still in the platform.
 */
export const webCryptoVault: VaultCrypto = {
  deviceKey: async () => held(await crypto.subtle.generateKey(AES_256, false, WRAPPING)),

  slotKey: async (secret, salt, context) => {
    const base = await crypto.subtle.importKey('raw', unshared(secret), 'HKDF', false, ['deriveKey']);
    return held(await deriveAes(base, salt, context));
  },

  create: async (under, context) => {
    const made = await crypto.subtle.generateKey(AES_256, true, ['encrypt']);
    return wrapAesKey(platformKey(under), freshNonce(), made, utf8(context));
  },

  rewrap: async (box, from, to) => {
    const vaultKey = await unwrap(platformKey(from.key), box, utf8(from.context), TO_WRAP);
    return vaultKey && wrapAesKey(platformKey(to.key), freshNonce(), vaultKey, utf8(to.context));
  },

  open: async (box, under, context) => {
    const base = await unwrap(platformKey(under), box, utf8(context), TO_DERIVE);
    if (base === null) return null;
    const none = new Uint8Array(0);
    const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
    const [records, names] = await Promise.all([
      deriveAes(base, none, RECORDS),
      crypto.subtle.deriveKey(hkdf(none, NAMES), base, hmac, false, ['sign']),
    ]);
    return { records: held(records), names: held(names) };
  },

  nameOf: async ({ names }, text) =>
    hex(new Uint8Array(await crypto.subtle.sign('HMAC', platformKey(names), unshared(utf8(text))))),
};

/** The key inside; only this folder looks. */
export function platformKey(key: HeldKey): CryptoKey {
  return key as unknown as CryptoKey;
}

export function held(key: CryptoKey): HeldKey {
  return key as unknown as HeldKey;
}

/** Keys that reached this thread from another one are those of a vault, and not something else. */
export function isVaultKeys(value: unknown): value is VaultKeys {
  const { records, names } = (value ?? {}) as Partial<Record<keyof VaultKeys, unknown>>;
  return records instanceof CryptoKey && names instanceof CryptoKey;
}

function deriveAes(base: CryptoKey, salt: Uint8Array, info: string): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(hkdf(salt, info), base, AES_256, false, WRAPPING);
}

function hkdf(salt: Uint8Array, info: string): HkdfParams {
  return { name: 'HKDF', hash: 'SHA-256', salt: unshared(salt), info: unshared(utf8(info)) };
}

function freshNonce(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
}
