import { clear, get, set } from 'idb-keyval';
import type { BackupMemory } from '#ports/backup-memory.ts';
import { strictStore } from './strict-store.ts';

/** What this browser knows of its backup, in a database of its own. */
export function keyvalBackupMemory(databaseName = 'windhover-backup'): BackupMemory {
  const store = strictStore(databaseName);
  return {
    get: async () => (await get<Uint8Array>('state', store)) ?? null,
    set: (bytes) => set('state', bytes, store),
    erase: () => clear(store),
  };
}
