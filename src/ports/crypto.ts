import type { Result } from '#core/base/result.ts';

/** The agent's signing key: Ed25519 (RFC 8032). The secret never leaves the adapter. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** @returns 64 bytes */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

/** The agent's signing key on this device, which can give way to another while tabs are open. */
export interface ChangingSigner extends Signer {
  /** Public halves of the keys that signed here before this one. */
  readonly past: readonly Uint8Array[];
  /** Makes the key that shall follow and keeps it; until it is in use, the same again. */
  readonly prepare: () => Promise<Signer>;
  /** Public half of a key that was prepared and is not in use yet. */
  readonly prepared: () => Promise<Uint8Array | null>;
  /** From now on the prepared key signs, and the secret of the one before is destroyed. Durable when this resolves. */
  readonly usePrepared: () => Promise<void>;
  /** Takes up what another tab changed. */
  readonly refresh: () => Promise<void>;
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
