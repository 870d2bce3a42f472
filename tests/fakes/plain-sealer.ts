import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equalBytes, hex, utf8 } from '#core/base/bytes.ts';
import { err, ok } from '#core/base/result.ts';
import type { Sealer } from '#ports/crypto.ts';

/** Hides nothing, but notices a changed byte, a foreign context and another device's key, as the real one does. */
export function plainSealer(device = 'device'): Sealer {
  const tag = (plain: Uint8Array, context: string): Uint8Array =>
    sha256(concat(utf8(`${device}|${context}|`), plain)).slice(0, 16);
  return {
    seal: (plain, context) =>
      Promise.resolve({
        ciphertext: concat(tag(plain, context), plain),
        wrappedKey: utf8(device.padEnd(60).slice(0, 60)),
      }),
    nameOf: (text) => Promise.resolve(hex(sha256(utf8(`${device}|${text}`)))),
    open: ({ ciphertext, wrappedKey }, context) => {
      if (wrappedKey.length === 0) return Promise.resolve(err('destroyed'));
      const plain = ciphertext.slice(16);
      return Promise.resolve(equalBytes(ciphertext.slice(0, 16), tag(plain, context)) ? ok(plain) : err('wrong-key'));
    },
  };
}
