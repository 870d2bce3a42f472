import type { Result } from '#core/base/result.ts';

/** The agent's signing key: Ed25519 (RFC 8032). The secret never leaves the adapter. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** @returns 64 bytes */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

/** Authenticated encryption under keys the adapter holds: the device key until a passphrase exists. */
export interface Sealer {
  /** AES-256-GCM under a fresh record key, itself wrapped by the device key; the context is authenticated. */
  readonly seal: (plain: Uint8Array, context: string) => Promise<Sealed>;
  readonly open: (sealed: Sealed, context: string) => Promise<Result<Uint8Array, 'wrong-key' | 'destroyed'>>;
}

export interface Sealed {
  /** 12-byte nonce then ciphertext and tag. */
  readonly ciphertext: Uint8Array;
  /** The record key wrapped by the device key (AES-GCM: 12-byte nonce, 32 bytes, 16-byte tag); empty once destroyed. */
  readonly wrappedKey: Uint8Array;
}

/** Cryptographically strong random bytes: salts, ids, nonces. */
export interface Entropy {
  readonly bytes: (length: number) => Uint8Array;
}
