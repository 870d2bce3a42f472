import type { UnixMs } from '#core/base/ids.ts';

declare const held: unique symbol;

/** A key that the platform holds: it can be used and handed to another thread, never looked into. */
export interface HeldKey {
  readonly [held]: true;
}

/** What an open vault can do: wrap and unwrap the keys of records, and name things so that the name tells nothing. */
export interface VaultKeys {
  readonly records: HeldKey;
  readonly names: HeldKey;
}

/** A vault that is open, as it is handed to another thread. */
export interface OpenVault {
  /** Which vault: 128 random bits, hex. */
  readonly id: string;
  readonly keys: VaultKeys;
}

/**
 * The vault key is 256 random bits that exist only wrapped, or inside the platform. Every wrap authenticates its
 * context, so that a box cannot pass for another's.
 */
export interface VaultCrypto {
  /** A key that stays in this browser profile and opens the vault by itself. */
  readonly deviceKey: () => Promise<HeldKey>;
  /** The key of a slot from what its secret gave (HKDF-SHA-256, RFC 5869). */
  readonly slotKey: (secret: Uint8Array, salt: Uint8Array, context: string) => Promise<HeldKey>;
  /** A new vault key, wrapped. */
  readonly create: (under: HeldKey, context: string) => Promise<Uint8Array>;
  /** The same vault key, wrapped for another slot; null when `from` does not open the box. */
  readonly rewrap: (
    box: Uint8Array,
    from: { readonly key: HeldKey; readonly context: string },
    to: { readonly key: HeldKey; readonly context: string },
  ) => Promise<Uint8Array | null>;
  /** Null when key, context or box is another. */
  readonly open: (box: Uint8Array, under: HeldKey, context: string) => Promise<VaultKeys | null>;
  /** A name that only this vault gives to the text: HMAC-SHA-256, hex. */
  readonly nameOf: (keys: VaultKeys, text: string) => Promise<string>;
}

/** Argon2id (RFC 9106): how hard a passphrase is made to guess. */
export interface Stretch {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** One thread that stretches passphrases; to be closed after use, which gives its memory back. */
export interface Stretcher {
  /** @returns 32 bytes */
  readonly stretch: (passphrase: Uint8Array, salt: Uint8Array, stretch: Stretch) => Promise<Uint8Array>;
  /** Milliseconds that this device takes. */
  readonly measure: (stretch: Stretch) => Promise<number>;
  readonly close: () => void;
}

/** One way to open the vault: the vault key, wrapped by a key that comes from something its owner has or knows. */
export type Slot = {
  readonly id: string;
  readonly createdAt: UnixMs;
  readonly wrapped: Uint8Array;
} &
  /** The key lies beside what it opens: it goes in the same write. */
  (
    | { readonly kind: 'device'; readonly key: HeldKey }
    | { readonly kind: 'passphrase'; readonly salt: Uint8Array; readonly stretch: Stretch }
    | {
        readonly kind: 'passkey';
        readonly salt: Uint8Array;
        /** WebAuthn's id of the credential, and the input that its pseudo-random function is given. */
        readonly credential: Uint8Array;
        readonly input: Uint8Array;
        readonly label: string;
      }
    | { readonly kind: 'recovery'; readonly salt: Uint8Array }
  );

/** What is kept of the vault in the clear. Nothing in it opens anything by itself once no device slot is left. */
export interface VaultRecord {
  readonly version: 1;
  /** 128 random bits, hex. */
  readonly vault: string;
  readonly slots: readonly Slot[];
  /** Unlocking that failed since it last succeeded; counted before it is tried. */
  readonly attempts: { readonly failed: number; readonly lastAt: UnixMs };
  /** How often the vault was locked: keys that were given out before are no longer handed on. */
  readonly locks: number;
  /** Locks by itself after so long without the owner; null for never. */
  readonly idleMinutes: number | null;
}

export interface VaultRecordStore {
  readonly read: () => Promise<VaultRecord | null>;
  /** One durable transaction; gives the record that is kept afterwards. */
  readonly change: (next: (kept: VaultRecord | null) => VaultRecord) => Promise<VaultRecord>;
}

/** A question from a tab to the others: who has this vault open, since its last locking? */
export interface KeyQuestion {
  readonly vault: string;
  readonly locks: number;
}

/** How tabs hand the open vault's keys to a new tab. */
export interface KeySharing {
  /** Null when no tab answered in time. */
  readonly ask: (question: KeyQuestion) => Promise<VaultKeys | null>;
  /** Answers the others from now on; `give` returns null where it cannot. */
  readonly answer: (give: (question: KeyQuestion) => Promise<VaultKeys | null>) => void;
}
