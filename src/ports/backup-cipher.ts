import type { Result } from '#core/base/result.ts';

/** Files that only the holder of a key can open, in the age format (C2SP age, version 1). */
export interface BackupCipher {
  /** A fresh X25519 identity, as people can write it down: `AGE-SECRET-KEY-1…`. */
  readonly newKey: () => Promise<string>;
  /** The key in what a person typed or pasted; null when there is none in it. */
  readonly readKey: (text: string) => string | null;
  /** The bytes of an age file for this key, in bounded memory. */
  readonly seal: (key: string, plain: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** The plain bytes again; throws a BackupError of 'wrong-key' or 'damaged', at the latest at the end. */
  readonly open: (key: string, sealed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** A small age file that gives the key to whoever knows the passphrase (scrypt). */
  readonly lockKey: (key: string, passphrase: string) => Promise<Uint8Array>;
  readonly unlockKey: (
    locked: Uint8Array,
    passphrase: string,
  ) => Promise<Result<string, 'wrong-passphrase' | 'damaged'>>;
}
