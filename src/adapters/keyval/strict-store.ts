import type { UseStore } from 'idb-keyval';

/** An idb-keyval store that answers a write only when it is on the disk, and gives way to deletion by another tab. */
export function strictStore(databaseName: string, storeName = 'keyval'): UseStore {
  let opened: Promise<IDBDatabase> | null = null;
  const database = (): Promise<IDBDatabase> =>
    (opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(databaseName, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(storeName);
      request.onerror = () => {
        opened = null;
        reject(request.error ?? new Error('The database did not open.'));
      };
      request.onsuccess = () => {
        const { result } = request;
        result.onversionchange = () => {
          opened = null;
          result.close();
        };
        result.onclose = () => (opened = null);
        resolve(result);
      };
    }));
  return async (mode, callback) =>
    callback((await database()).transaction(storeName, mode, { durability: 'strict' }).objectStore(storeName));
}
