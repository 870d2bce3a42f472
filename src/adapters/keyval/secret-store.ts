import { del, get, set, type UseStore } from 'idb-keyval';
import type { Sealed } from '#ports/crypto.ts';
import type { SecretStore } from '#ports/secret-store.ts';
import { strictStore } from './strict-store.ts';

const PREFIX = 'sealed:';

/** Beside the keys, in their database: erased with them. */
export function keyvalSecretStore(databaseName = 'windhover-keys'): SecretStore {
  const store: UseStore = strictStore(databaseName);
  return {
    get: async (name) => (await get<Sealed>(PREFIX + name, store)) ?? null,
    put: (name, sealed) => set(PREFIX + name, sealed, store),
    remove: (name) => del(PREFIX + name, store),
  };
}
