import 'fake-indexeddb/auto';
import { actorStoreSuite } from '#tests/conformance/actor-store.ts';
import { indexedDbActorStoreBench } from '#tests/conformance/indexeddb-benches.ts';
import { memoryOpfsActorBench } from '#tests/conformance/opfs-actor-bench.ts';
import { freshSealer } from '#tests/fakes/fresh-vault.ts';
import { memoryActorDisk, memoryActorStore } from '#tests/fakes/memory-actor-store.ts';

const sealer = await freshSealer();

actorStoreSuite('memory', () => {
  const disk = memoryActorDisk();
  return Promise.resolve({
    store: () => memoryActorStore(disk),
    withoutRoom: async (work) => {
      disk.fail = 'quota';
      await work();
      disk.fail = null;
    },
    tear: null,
    dispose: () => Promise.resolve(),
  });
});

actorStoreSuite('OPFS in memory', () => Promise.resolve(memoryOpfsActorBench(sealer)));

actorStoreSuite('IndexedDB in memory', () => Promise.resolve(indexedDbActorStoreBench(sealer)));
