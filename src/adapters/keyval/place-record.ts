import { clear, get, set } from 'idb-keyval';
import { strictStore } from './strict-store.ts';

/** Which set of stores is in use, by number, and which was set aside when. The first set is 0. */
export interface PlaceRecord {
  readonly current: number;
  readonly aside: { readonly place: number; readonly at: number } | null;
}

export interface PlaceRecordStore {
  readonly get: () => Promise<PlaceRecord | null>;
  readonly set: (record: PlaceRecord) => Promise<void>;
  readonly erase: () => Promise<void>;
}

/** One write, which is done or is not: the switch from one set of stores to another. */
export function keyvalPlaceRecord(databaseName = 'windhover-place'): PlaceRecordStore {
  const store = strictStore(databaseName);
  return {
    get: async () => (await get<PlaceRecord>('place', store)) ?? null,
    set: (record) => set('place', record, store),
    erase: () => clear(store),
  };
}
