import { clear, del, get, set, update, type UseStore } from 'idb-keyval';
import type { VaultRecord, VaultRecordStore } from '#ports/vault.ts';
import { strictStore } from './strict-store.ts';

/**
 * Keys in a database of their own: CryptoKeys that cannot be taken out, and secrets that the vault has sealed or
 * wrapped. Nothing is put here that opens or signs anything by itself, but for the device's key.
 */
export interface KeyHolder {
  /**
   * The value kept under this name, else what `create` makes, kept from now on. Tabs that race all get the one that was
   * kept first.
   */
  readonly once: <T>(name: string, create: () => Promise<T>) => Promise<T>;
  readonly get: <T>(name: string) => Promise<T | null>;
  readonly set: (name: string, value: unknown) => Promise<void>;
  readonly has: (name: string) => Promise<boolean>;
  readonly remove: (name: string) => Promise<void>;
  /** One durable transaction; gives what is kept afterwards. */
  readonly change: <T>(name: string, next: (kept: T | null) => T) => Promise<T>;
  readonly erase: () => Promise<void>;
}

export function keyHolder(databaseName = 'windhover-keys'): KeyHolder {
  const store: UseStore = strictStore(databaseName);
  const change = async <T>(name: string, next: (kept: T | null) => T): Promise<T> => {
    let kept: T | null = null;
    await update<T>(name, (before) => (kept = next(before ?? null)), store);
    return kept as unknown as T;
  };
  return {
    once: async <T>(name: string, create: () => Promise<T>): Promise<T> => {
      const kept = await get<T>(name, store);
      if (kept !== undefined) return kept;
      const made: T = await create();
      return change<T>(name, (other) => other ?? made);
    },
    get: async <T>(name: string) => (await get<T>(name, store)) ?? null,
    set: (name, value) => set(name, value, store),
    has: async (name) => (await get(name, store)) !== undefined,
    remove: (name) => del(name, store),
    change,
    erase: () => clear(store),
  };
}

/** The vault's record, beside the keys. */
export function vaultRecords(keys: KeyHolder): VaultRecordStore {
  return { read: () => keys.get<VaultRecord>('vault'), change: (next) => keys.change<VaultRecord>('vault', next) };
}
