import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concat } from '../base/bytes.ts';

/**
 * One record under a key of its own: ChaCha20-Poly1305 (RFC 8439). In JavaScript it takes half the time of AES-GCM, looks
 * nothing up in tables, and needs no turn of the event loop, which for a record of a few hundred bytes costs more than
 * the cipher.
 */
export const RECORD_KEY_BYTES = 32;
export const RECORD_NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param nonce 12 random bytes: a key seals one record, or the few that were written in its place and never counted
 * @returns nonce, ciphertext, tag
 */
export function sealRecord(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, context: Uint8Array): Uint8Array {
  return concat(nonce, chacha20poly1305(key, nonce, context).encrypt(plain));
}

/** @returns null when the key, the context or any bit of the box is another than when it was sealed */
export function openRecord(key: Uint8Array, box: Uint8Array, context: Uint8Array): Uint8Array | null {
  if (box.length < RECORD_NONCE_BYTES + TAG_BYTES) return null;
  const nonce = box.subarray(0, RECORD_NONCE_BYTES);
  try {
    return chacha20poly1305(key, nonce, context).decrypt(box.subarray(RECORD_NONCE_BYTES));
  } catch {
    return null; // The tag does not hold: the library says no more than that.
  }
}
