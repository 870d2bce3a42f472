import type { Result } from '#core/base/result.ts';

/** The agent's signing key: Ed25519 (RFC 8032). The secret never leaves the adapter. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** @returns 64 bytes */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

/** Authenticated encryption under the keys of the open vault, which the adapter holds. */
export interface Sealer {
  /** AES-256-GCM under a fresh record key, itself wrapped by the vault's; the context is authenticated. */
  readonly seal: (plain: Uint8Array, context: string) => Promise<Sealed>;
  readonly open: (sealed: Sealed, context: string) => Promise<Result<Uint8Array, 'wrong-key' | 'destroyed'>>;
  /** A name for the text to be stored under: always the same, and it tells nothing without the vault. */
  readonly nameOf: (text: string) => Promise<string>;
}

export interface Sealed {
  /** 12-byte nonce then ciphertext and tag. */
  readonly ciphertext: Uint8Array;
  /** The record key wrapped by the vault's (AES-GCM: 12-byte nonce, 32 bytes, 16-byte tag); empty once destroyed. */
  readonly wrappedKey: Uint8Array;
}

/** Cryptographically strong random bytes: salts, ids, nonces. */
export interface Entropy {
  readonly bytes: (length: number) => Uint8Array;
}
