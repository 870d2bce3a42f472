import type { Sealed } from './crypto.ts';

/** Sealed secrets by name. What lies in it is opaque: sealing and opening are the caller's. */
export interface SecretStore {
  readonly get: (name: string) => Promise<Sealed | null>;
  /** Durable when this resolves. */
  readonly put: (name: string, sealed: Sealed) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}
