import { clear, get, update, type UseStore } from 'idb-keyval';
import { strictStore } from './strict-store.ts';

/** CryptoKeys that cannot be taken out, in a database of their own. */
export interface KeyHolder {
  /**
   * The value kept under this name, else what `create` makes, kept from now on. Tabs that race all get the one that was
   * kept first.
   */
  readonly once: <T extends CryptoKey | CryptoKeyPair>(name: string, create: () => Promise<T>) => Promise<T>;
  readonly has: (name: string) => Promise<boolean>;
  readonly erase: () => Promise<void>;
}

export function keyHolder(databaseName = 'windhover-keys'): KeyHolder {
  const store: UseStore = strictStore(databaseName);
  return {
    once: async <T extends CryptoKey | CryptoKeyPair>(name: string, create: () => Promise<T>): Promise<T> => {
      const kept = await get<T>(name, store);
      if (kept !== undefined) return kept;
      const made: T = await create();
      let winner: T = made;
      await update<T>(name, (other) => (winner = other === undefined ? made : other), store);
      return winner;
    },
    has: async (name) => (await get(name, store)) !== undefined,
    erase: () => clear(store),
  };
}
