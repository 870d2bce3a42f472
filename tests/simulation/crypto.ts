import { createHash, hash } from 'node:crypto';
import { concat, equalBytes, hex, utf8 } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { seededRandom } from '#core/base/random.ts';
import { err, ok } from '#core/base/result.ts';
import type { Entropy, Sealer } from '#ports/crypto.ts';

/** The machine's own SHA-256: the same digests as any other, at once. */
export const sha256: Sha256 = (bytes) => {
  const digest = hash('sha256', bytes, 'buffer');
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length);
};

export const incrementalSha256 = (): { update: (bytes: Uint8Array) => unknown; digest: () => Uint8Array } => {
  const hash = createHash('sha256');
  return { update: (bytes) => hash.update(bytes), digest: () => new Uint8Array(hash.digest()) };
};

/** xorshift32 as a key stream and a 64-bit tag: hides and authenticates as far as a simulation needs, at no cost. */
export function fastSealer(device: number, entropy: Entropy): Sealer {
  return {
    seal: (plain, context) => {
      const nonce = entropy.bytes(8);
      const key = mixed(device, nonce, context);
      return Promise.resolve({
        ciphertext: concat(nonce, tagOf(key, plain), stream(key, plain)),
        wrappedKey: utf8(`wrapped by device ${String(device)}`.padEnd(60)),
      });
    },
    nameOf: (text) => Promise.resolve(hex(sha256(utf8(`device ${String(device)} ${text}`)))),
    open: ({ ciphertext, wrappedKey }, context) => {
      if (wrappedKey.length === 0) return Promise.resolve(err('destroyed'));
      const plain = unseal(device, ciphertext, context);
      return Promise.resolve(plain === null ? err('wrong-key') : ok(plain));
    },
  };
}

/** @returns null when device, context or any byte is another than when it was sealed */
export function unseal(device: number, ciphertext: Uint8Array, context: string): Uint8Array | null {
  const key = mixed(device, ciphertext.subarray(0, 8), context);
  const plain = stream(key, ciphertext.subarray(16));
  return ciphertext.length >= 16 && equalBytes(ciphertext.subarray(8, 16), tagOf(key, plain)) ? plain : null;
}

export function fastEntropy(seed: number): Entropy {
  const random = seededRandom(seed);
  return {
    bytes: (length) => {
      const out = new Uint8Array(length);
      for (let at = 0; at < length; at += 4) {
        const word = Math.floor(random.next() * 4294967296);
        for (let index = at; index < Math.min(length, at + 4); index++)
          out[index] = (word >>> (8 * (index - at))) & 255;
      }
      return out;
    },
  };
}

function mixed(device: number, nonce: Uint8Array, context: string): number {
  let hash = 0x811c9dc5 ^ device;
  for (const byte of nonce) hash = Math.imul(hash ^ byte, 0x01000193);
  for (let at = 0; at < context.length; at++) hash = Math.imul(hash ^ context.charCodeAt(at), 0x01000193);
  return hash | 1;
}

function stream(key: number, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let state = key;
  for (let at = 0; at < bytes.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[at] = bytes[at]! ^ (state & 255);
  }
  return out;
}

function tagOf(key: number, plain: Uint8Array): Uint8Array {
  let a = key;
  let b = ~key;
  for (const byte of plain) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x85ebca6b) ^ (b >>> 15);
  }
  const out = new Uint8Array(8);
  new DataView(out.buffer).setInt32(0, a);
  new DataView(out.buffer).setInt32(4, b);
  return out;
}
