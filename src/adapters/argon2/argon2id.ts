import { argon2id } from 'hash-wasm';
import type { Stretch } from '#ports/vault.ts';

const KEY_BYTES = 32;

/** Argon2id, version 1.3 (RFC 9106), in WebAssembly. @returns 32 bytes */
export function stretchWithArgon2(passphrase: Uint8Array, salt: Uint8Array, stretch: Stretch): Promise<Uint8Array> {
  return argon2id({
    password: passphrase,
    salt,
    memorySize: stretch.memoryKib,
    iterations: stretch.passes,
    parallelism: stretch.lanes,
    hashLength: KEY_BYTES,
    outputType: 'binary',
  });
}
