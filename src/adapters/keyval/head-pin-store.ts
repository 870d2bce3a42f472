import { del, get, set } from 'idb-keyval';
import type { HeadPin, HeadPinStore } from '#ports/journal-leg.ts';
import { strictStore } from './strict-store.ts';

/** A head pin in IndexedDB, in a database apart from the journal and the projections. */
export function keyvalPinStore(databaseName = 'windhover-pins'): HeadPinStore {
  const store = strictStore(databaseName);
  return {
    name: 'indexeddb',
    get: async () => (await get<HeadPin>('head', store)) ?? null,
    set: (pin) => set('head', pin, store),
    erase: () => del('head', store),
  };
}
