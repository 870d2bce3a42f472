import { get, update, type UseStore } from 'idb-keyval';
import type { Sealed } from '#ports/crypto.ts';
import type { SecretStore } from '#ports/secret-store.ts';
import { strictStore } from './strict-store.ts';

const PREFIX = 'sealed:';

/** Beside the keys, in their database: erased with them. */
export function keyvalSecretStore(databaseName = 'windhover-keys'): SecretStore {
  const store: UseStore = strictStore(databaseName);
  return {
    get: async (name) => (await get<Sealed>(PREFIX + name, store)) ?? null,
    keepFirst: async (name, sealed) => {
      let kept = sealed;
      await update<Sealed>(PREFIX + name, (other) => (kept = other ?? sealed), store);
      return kept;
    },
  };
}
