import { sha256 } from '@noble/hashes/sha2.js';
import { expect, test } from 'vitest';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { freshSealer } from '#tests/fakes/fresh-vault.ts';
import { sealedBlobStore, UNKEPT_BLOB_KEPT_MS } from '#runtime/blobs/sealed-blob-store.ts';
import { blobStoreSuite } from '#tests/conformance/blob-store.ts';
import { freshName, indexedDbBlobStoreBench } from '#tests/conformance/indexeddb-benches.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { blobStoreIn, openTab, withoutRoom } from './storage-worker.ts';

const sealer = await freshSealer();

blobStoreSuite('OPFS in a worker', () => {
  const directory = freshName('blobs');
  const tab = openTab();
  return Promise.resolve({
    store: () => blobStoreIn(tab, directory),
    pass: () => tab.remote.pass(UNKEPT_BLOB_KEPT_MS),
    flip: (largerThan: number) => tab.remote.flipLarge(directory, largerThan),
    raw: () => tab.remote.raw(directory),
    withoutRoom,
    dispose: async () => {
      await tab.remote.removeDirectory(directory);
      tab.kill();
    },
  });
});

blobStoreSuite('OPFS without sync handles', () => {
  const directory = freshName('blobs');
  const clock = fakeClock();
  const tab = openTab();
  return Promise.resolve({
    store: () =>
      sealedBlobStore({
        files: opfsBlobFiles(directory),
        sealer,
        entropy: webCryptoEntropy,
        clock,
        sha256: () => sha256.create(),
      }),
    pass: () => clock.advance(UNKEPT_BLOB_KEPT_MS),
    flip: (largerThan: number) => tab.remote.flipLarge(directory, largerThan),
    raw: () => tab.remote.raw(directory),
    withoutRoom,
    dispose: async () => {
      await tab.remote.removeDirectory(directory);
      tab.kill();
    },
  });
});

blobStoreSuite('IndexedDB', () => indexedDbBlobStoreBench(sealer, webCryptoEntropy));

test('sync handles exist in the worker and not here, so both ways were tried', async () => {
  const tab = openTab();
  expect(await tab.remote.syncHandles()).toBe(true);
  expect('createSyncAccessHandle' in FileSystemFileHandle.prototype).toBe(false);
  tab.kill();
});
