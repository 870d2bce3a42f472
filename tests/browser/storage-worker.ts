import * as Comlink from 'comlink';
import { cdp } from 'vitest/browser';
import type { BlobStage, BlobStore } from '#ports/blob-store.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import type { StorageWorkerApi } from './storage.worker.ts';

/** One more tab, as far as storage can tell: a dedicated worker of its own. */
export interface StorageTab {
  readonly remote: Comlink.Remote<StorageWorkerApi>;
  /** Ends it as a closed or killed tab ends: with no chance to tidy up. */
  readonly kill: () => void;
}

export function openTab(): StorageTab {
  const worker = new Worker(new URL('./storage.worker.ts', import.meta.url), { type: 'module' });
  return { remote: Comlink.wrap<StorageWorkerApi>(worker), kill: () => worker.terminate() };
}

/** Comlink closes the port of a proxy that is garbage, calls under way or not: those would never return. */
const HELD: unknown[] = [];

function held<T>(remote: Promise<T>): Promise<T> {
  HELD.push(remote);
  return remote;
}

/** A leg that lives in the tab's worker. */
export function legIn(tab: StorageTab, directory: string): JournalLeg {
  const remote = held(tab.remote.leg(directory) as unknown as Promise<Comlink.Remote<JournalLeg>>);
  return {
    name: 'opfs',
    open: async (epoch) => (await remote).open(epoch),
    read: async (from, count) => (await remote).read(from, count),
    head: async () => (await remote).head(),
    append: async (groups) => (await remote).append(groups),
    truncateFrom: async (from) => (await remote).truncateFrom(from),
    pack: async () => (await (remote as unknown as Promise<Required<JournalLeg>>)).pack(),
    close: async () => (await remote).close(),
    erase: async () => (await remote).erase(),
  };
}

export function blobStoreIn(tab: StorageTab, directory: string): BlobStore {
  const remote = held(tab.remote.blobStore(directory));
  return {
    stage: async (): Promise<BlobStage> => {
      const stage = await held((await remote).stage());
      return {
        write: (bytes) => stage.write(bytes),
        writeItems: (items) => stage.writeItems(items),
        commit: () => stage.commit(),
        discard: () => stage.discard(),
      };
    },
    has: async (id) => (await remote).has(id),
    size: async (id) => (await remote).size(id),
    read: async (id, start, end) => (await remote).read(id, start, end),
    items: async function* (id) {
      yield* await (await remote).items(id);
    },
    remove: async (id) => (await remote).remove(id),
    sweep: async (keep) => (await remote).sweep(keep),
    list: async () => (await remote).list(),
    erase: async () => (await remote).erase(),
  };
}

/** Gives the origin only this much room beyond what it uses while the work runs. */
export async function withoutRoom(work: () => Promise<void>): Promise<void> {
  const origin = location.origin;
  await cdp().send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 });
  try {
    await work();
  } finally {
    await cdp().send('Storage.overrideQuotaForOrigin', { origin });
  }
}
