import { concat } from '#core/base/bytes.ts';

/** AES-GCM (NIST SP 800-38D) with a 96-bit nonce and a 128-bit tag. A box is nonce, ciphertext, tag. */
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

export async function encryptAesGcm(
  key: CryptoKey,
  nonce: Uint8Array,
  plain: Uint8Array,
  context: Uint8Array,
): Promise<Uint8Array> {
  const sealed = await crypto.subtle.encrypt(parameters(nonce, context), key, unshared(plain));
  return concat(nonce, new Uint8Array(sealed));
}

/** @returns null when key, context or any bit of the box is another than when it was sealed */
export async function decryptAesGcm(key: CryptoKey, box: Uint8Array, context: Uint8Array): Promise<Uint8Array | null> {
  if (box.length < NONCE_BYTES + TAG_BYTES) return null;
  const { nonce, sealed } = split(box);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, context), key, unshared(sealed)));
  } catch (error) {
    return refused(error);
  }
}

/** The box of another key, which must be extractable. */
export async function wrapAesKey(
  key: CryptoKey,
  nonce: Uint8Array,
  wrapped: CryptoKey,
  context: Uint8Array,
): Promise<Uint8Array> {
  return concat(nonce, new Uint8Array(await crypto.subtle.wrapKey('raw', wrapped, key, parameters(nonce, context))));
}

/** The box of a secret key of a pair, which must be extractable. */
export async function wrapSecretKey(key: CryptoKey, wrapped: CryptoKey, context: Uint8Array): Promise<Uint8Array> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return concat(nonce, new Uint8Array(await crypto.subtle.wrapKey('pkcs8', wrapped, key, parameters(nonce, context))));
}

/** What a key is once it is unwrapped. */
export interface Unwrapping {
  readonly format: 'raw' | 'pkcs8';
  readonly algorithm: string | AesKeyAlgorithm;
  readonly usages: KeyUsage[];
  readonly extractable?: boolean;
}

/** @returns the key, which cannot be read unless it is asked for so, or null as `decryptAesGcm` */
export async function unwrap(
  key: CryptoKey,
  box: Uint8Array,
  context: Uint8Array,
  { format, algorithm, usages, extractable = false }: Unwrapping,
): Promise<CryptoKey | null> {
  if (box.length < NONCE_BYTES + TAG_BYTES) return null;
  const { nonce, sealed } = split(box);
  const how = parameters(nonce, context);
  try {
    return await crypto.subtle.unwrapKey(format, unshared(sealed), key, how, algorithm, extractable, usages);
  } catch (error) {
    return refused(error);
  }
}

function parameters(nonce: Uint8Array, context: Uint8Array): AesGcmParams {
  return { name: 'AES-GCM', iv: unshared(nonce), additionalData: unshared(context), tagLength: 8 * TAG_BYTES };
}

function split(box: Uint8Array): { readonly nonce: Uint8Array; readonly sealed: Uint8Array } {
  return { nonce: box.subarray(0, NONCE_BYTES), sealed: box.subarray(NONCE_BYTES) };
}

/** The platform says OperationError for a failed tag (and DataError for a wrapped key of a wrong length), no more. */
function refused(error: unknown): null {
  if (error instanceof DOMException && (error.name === 'OperationError' || error.name === 'DataError')) return null;
  throw error;
}

/** WebCrypto takes no shared memory: bytes on it are copied first. */
export function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
