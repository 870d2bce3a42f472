import type { Sealed } from './crypto.ts';

/** Sealed secrets by name. What lies in it is opaque: sealing and opening are the caller's. */
export interface SecretStore {
  readonly get: (name: string) => Promise<Sealed | null>;
  /** Keeps this unless something is kept under the name already. @returns what is kept now: tabs that race agree on one */
  readonly keepFirst: (name: string, sealed: Sealed) => Promise<Sealed>;
}
