import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import type { Sha256 } from '#core/base/ids.ts';

/** The synchronous SHA-256 that core functions are handed. */
export const sha256: Sha256 = (bytes) => nobleSha256(bytes);

/** SHA-256 of bytes that come piece by piece. */
export const incrementalSha256 = (): {
  readonly update: (bytes: Uint8Array) => unknown;
  readonly digest: () => Uint8Array;
} => nobleSha256.create();
