import { clear, del, get, keys, set, update, type UseStore } from 'idb-keyval';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { VaultRecord, VaultRecordStore } from '#ports/vault.ts';
import { strictStore } from './strict-store.ts';

/** Keys in an IndexedDB database of their own. */
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
    names: async () => (await keys<string>(store)).sort(),
    erase: () => clear(store),
  };
}

/** The vault's record, beside the keys. */
export function vaultRecords(kept: KeyHolder): VaultRecordStore {
  return { read: () => kept.get<VaultRecord>('vault'), change: (next) => kept.change<VaultRecord>('vault', next) };
}
