import type { BackupArchive } from './backup-archive.ts';
import type { WindowApi } from '#ports/window-api.ts';
import type { UnixMs } from '#core/base/ids.ts';

/** What a locked or open vault shows of itself, and what its owner can do with it: over Comlink, as AgentApi. */
export interface VaultApi {
  /** Opens the vault as far as it opens by itself, or through another tab that has it open. */
  vault(): Promise<VaultView>;
  /** Shows who one is: opens a locked vault, and is checked against an open one. */
  unlock(secret: Secret): Promise<VaultOutcome>;
  /** @param proof what opens the vault now; null where this browser profile does */
  changeVault(change: VaultChange, proof: Secret | null): Promise<VaultOutcome>;
  /** A new code, to be shown once; nothing is kept of it until it is added. */
  newRecoveryCode(): Promise<string>;
  setIdleMinutes(minutes: number | null): Promise<VaultView>;
  /** From now on no tab hands on its keys. The page ends this worker next. */
  lockVault(): Promise<void>;
  /** What is kept here as it lies, nothing of it opened: an archive to be restored by whoever can open the vault again. */
  sealedCopy(window: WindowApi): Promise<BackupArchive>;
  /** Destroys everything that is kept here, while it is locked: for an owner who cannot open it any more. */
  eraseLocked(window: WindowApi): Promise<void>;
}

export interface VaultView {
  readonly locked: boolean;
  readonly ways: readonly WayView[];
  /** After wrong attempts: not to be tried again before this. */
  readonly retryAt: UnixMs | null;
  /** Locks by itself after so long without the owner; null for never. */
  readonly idleMinutes: number | null;
  /** The signing key was made before there was a vault: it can be used by whoever has this browser profile. */
  readonly signsUnlocked: boolean;
}

/** One way to open the vault. */
export type WayView = { readonly id: string; readonly createdAt: UnixMs } & (
  | { readonly kind: 'device' | 'passphrase' | 'recovery' }
  | {
      readonly kind: 'passkey';
      readonly label: string;
      /** WebAuthn's id of the credential, and what its pseudo-random function is to be given. */
      readonly credential: Uint8Array;
      readonly input: Uint8Array;
    }
);

/** What an owner shows to open the vault. */
export type Secret =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  /** What the passkey's pseudo-random function gave for the way's input: 32 bytes. */
  | { readonly kind: 'passkey'; readonly way: string; readonly output: Uint8Array }
  | { readonly kind: 'recovery'; readonly code: string };

/** A way to open the vault that is to be made. A passphrase or a recovery code takes the place of the one before. */
export type NewWay =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | {
      readonly kind: 'passkey';
      readonly label: string;
      readonly credential: Uint8Array;
      readonly input: Uint8Array;
      readonly output: Uint8Array;
    }
  | { readonly kind: 'recovery'; readonly code: string };

export type VaultChange =
  | { readonly type: 'add'; readonly way: NewWay }
  /** @param unprotect said out loud: afterwards this browser profile opens the vault by itself */
  | { readonly type: 'remove'; readonly way: string; readonly unprotect: boolean };

export type VaultError =
  /** The secret opens nothing here. */
  | { readonly code: 'wrong' }
  /** Too soon after wrong ones. */
  | { readonly code: 'too-soon'; readonly retryAt: UnixMs }
  /** Not a recovery code: a slip of the pen, which is not counted. */
  | { readonly code: 'malformed' }
  /** Nothing of that kind opens this vault. */
  | { readonly code: 'no-such-way' }
  /** A change that needs the owner to show who they are. */
  | { readonly code: 'proof-needed' }
  /** It would leave the vault open to whoever has this browser profile, and that was not said. */
  | { readonly code: 'unprotects' }
  | { readonly code: 'too-short' };

export type VaultOutcome =
  | { readonly ok: true; readonly view: VaultView }
  | { readonly ok: false; readonly error: VaultError; readonly view: VaultView };

/** The shortest passphrase that is taken, in UTF-16 units. */
export const PASSPHRASE_CHARS_MIN = 10;
