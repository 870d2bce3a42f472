import { concat } from '#core/base/bytes.ts';
import type { Sealed } from '#ports/crypto.ts';

/** One byte of length, the wrapped key, the ciphertext. */
export function encodeSealed(sealed: Sealed): Uint8Array {
  return concat(Uint8Array.of(sealed.wrappedKey.length), sealed.wrappedKey, sealed.ciphertext);
}

/** @returns null when the bytes are too few */
export function decodeSealed(bytes: Uint8Array): Sealed | null {
  const length = bytes[0];
  if (length === undefined || bytes.length < 1 + length) return null;
  return { wrappedKey: bytes.slice(1, 1 + length), ciphertext: bytes.slice(1 + length) };
}
