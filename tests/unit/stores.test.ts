import 'fake-indexeddb/auto';
import { concat } from '#core/base/bytes.ts';
import { agentStoreSuite } from '#tests/conformance/agent-store.ts';
import { blobStoreSuite } from '#tests/conformance/blob-store.ts';
import { indexedDbAgentStoreBench, indexedDbBlobStoreBench } from '#tests/conformance/indexeddb-benches.ts';
import { leaderLockSuite } from '#tests/conformance/leader-lock.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { memoryAgentStore, memoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';
import { memoryBlobFiles, memoryBlobStore } from '#tests/fakes/memory-blob-store.ts';
import { memoryLocks } from '#tests/fakes/memory-locks.ts';
import { realClock } from '#tests/fakes/real-clock.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';
import { leaseLeaderLock } from '#adapters/indexeddb/lease-lock.ts';
import { deleteDatabase, freshName } from '#tests/conformance/indexeddb-benches.ts';
import { UNKEPT_BLOB_KEPT_MS } from '#runtime/blobs/sealed-blob-store.ts';
import { freshSealer } from '#tests/fakes/fresh-vault.ts';

const sealer = await freshSealer();

agentStoreSuite('memory', () => {
  const disk = memoryStoreDisk();
  return Promise.resolve({ store: () => memoryAgentStore(disk), dispose: () => Promise.resolve() });
});

agentStoreSuite('IndexedDB in memory', () => Promise.resolve(indexedDbAgentStoreBench(sealer)));

blobStoreSuite('memory', () => {
  const clock = fakeClock();
  let room = Infinity;
  const files = memoryBlobFiles(() => room);
  return Promise.resolve({
    store: () => memoryBlobStore(clock, files, sealer),
    pass: () => clock.advance(UNKEPT_BLOB_KEPT_MS),
    flip: (largerThan: number) => {
      for (const [name, bytes] of files.kept)
        if (bytes.length > largerThan) files.kept.set(name, bytes.with(-9, 1 ^ (bytes.at(-9) ?? 0)));
      return Promise.resolve();
    },
    raw: () => Promise.resolve(concat(...files.kept.values())),
    withoutRoom: async (work: () => Promise<void>) => {
      room = 0;
      await work();
      room = Infinity;
    },
    dispose: () => Promise.resolve(),
  });
});

blobStoreSuite('IndexedDB in memory', () => indexedDbBlobStoreBench(sealer, seededEntropy(3)));

leaderLockSuite('memory', () => {
  const locks = memoryLocks();
  return Promise.resolve({ tab: () => locks, dispose: () => Promise.resolve() });
});

leaderLockSuite('an IndexedDB lease', () => {
  const name = freshName('lease');
  let tabs = 10;
  return Promise.resolve({
    tab: () => leaseLeaderLock(realClock(), seededEntropy(tabs++), name),
    dispose: () => deleteDatabase(name),
  });
});
