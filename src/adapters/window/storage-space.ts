/** How much the browser keeps for this origin, in bytes; null where it does not say. */
export async function storageSpace(): Promise<{ readonly used: number; readonly quota: number } | null> {
  if (!('storage' in navigator) || typeof navigator.storage.estimate !== 'function') return null;
  const { usage, quota } = await navigator.storage.estimate();
  return usage === undefined || quota === undefined ? null : { used: usage, quota };
}

/** 'absent' where the browser has no such promise to give. */
export type Persistence = 'granted' | 'not-granted' | 'absent';

export async function storagePersistence(): Promise<Persistence> {
  if (!('storage' in navigator) || typeof navigator.storage.persisted !== 'function') return 'absent';
  return (await navigator.storage.persisted()) ? 'granted' : 'not-granted';
}

/** Asks the browser to keep the data; it may refuse without saying why. */
export async function requestPersistence(): Promise<Persistence> {
  if (!('storage' in navigator) || typeof navigator.storage.persist !== 'function') return 'absent';
  return (await navigator.storage.persist()) ? 'granted' : 'not-granted';
}
