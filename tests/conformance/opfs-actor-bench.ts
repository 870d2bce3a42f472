import { vi } from 'vitest';
import { opfsActorStore } from '#adapters/opfs/actor-store.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { Sealer } from '#ports/crypto.ts';
import { fakeClock, type FakeClock } from '#tests/fakes/fake-clock.ts';
import { memoryLocks } from '#tests/fakes/memory-locks.ts';
import { memoryOpfs, type MemoryOpfs } from '#tests/fakes/memory-opfs.ts';
import type { ActorStoreBench } from './actor-store.ts';

export interface MemoryOpfsBench extends ActorStoreBench {
  readonly disk: MemoryOpfs;
  /** Files by name. */
  readonly files: () => Map<string, Uint8Array>;
  readonly clock: FakeClock;
  /** Somebody holds the lock of the files and does not let go of it by himself. */
  readonly stop: () => { readonly goOn: () => void };
}

const DIRECTORY = 'actors';

/** Stores of actors over files in memory: every tab has its own store, all have one disk and one set of locks. */
export function memoryOpfsActorBench(sealer: Sealer): MemoryOpfsBench {
  const disk = memoryOpfs();
  const lock = memoryLocks();
  const clock = fakeClock();
  vi.stubGlobal('navigator', { storage: disk.storage });
  const files = (): Map<string, Uint8Array> => disk.folders.get(DIRECTORY) ?? new Map<string, Uint8Array>();
  const stores: ActorStore[] = [];
  return {
    ...{ disk, files, clock },
    stop: () => {
      let goOn = (): void => undefined;
      void lock.hold(`files:${DIRECTORY}`, () => new Promise<void>((resolve) => (goOn = resolve)));
      return { goOn: () => goOn() };
    },
    store: () => {
      const store = opfsActorStore(sealer, { directory: DIRECTORY, lock, clock });
      stores.push(store);
      return store;
    },
    withoutRoom: async (work) => {
      disk.full = true;
      await work();
      disk.full = false;
    },
    tear: () => {
      const [name, bytes] = [...files()]
        .filter(([name]) => name.endsWith('.actors'))
        .sort()
        .at(-1) ?? ['', null];
      if (bytes === null) throw new Error('There is nothing to tear.');
      files().set(name, bytes.slice(0, -7));
      // Who wrote it is gone with it.
      for (const store of stores) store.close();
      return Promise.resolve();
    },
    dispose: () => {
      vi.unstubAllGlobals();
      return Promise.resolve();
    },
  };
}
