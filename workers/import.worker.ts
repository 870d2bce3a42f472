import { requireShut } from './lockdown.ts';
import * as Comlink from 'comlink';
import { fileBytes } from '#adapters/files/file-bytes.ts';
import { loadArchive, loadParser } from '#adapters/files/parser-list.ts';
import { keyHolder } from '#adapters/keyval/key-holder.ts';
import { incrementalSha256 } from '#adapters/noble/sha256.ts';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { opfsAvailable, syncHandlesAvailable } from '#adapters/opfs/sync-handle.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { createWebCryptoSealer, generateDeviceKey } from '#adapters/webcrypto/sealer.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import { sealedBlobStore } from '#runtime/blobs/sealed-blob-store.ts';
import type { ImportWorkerApi } from '#runtime/contract/import-api.ts';
import { importFiles } from '#runtime/import/importer.ts';

/** The import's thread: started when files come in, ended when they are in. Parsers are loaded as their files come. */
const cancelling = new AbortController();

/** The same blobs the agent reads: sealed with this browser profile's device key. */
async function openBlobs(): Promise<BlobStore> {
  const opfs = (await opfsAvailable()) && syncHandlesAvailable();
  return sealedBlobStore({
    files: opfs ? opfsBlobFiles() : (await import('#adapters/indexeddb/blob-files.ts')).indexedDbBlobFiles(),
    sealer: createWebCryptoSealer(await keyHolder().once('device', generateDeviceKey)),
    entropy: webCryptoEntropy,
    clock: platformClock,
    sha256: incrementalSha256,
  });
}

const api: ImportWorkerApi = {
  run: async (files, known, progress, added) => {
    await requireShut();
    const paths = new Map(known.map(({ id, path }) => [id, path]));
    return importFiles({
      files: files.map(({ path, file }) => fileBytes(path, file)),
      blobs: await openBlobs(),
      parsers: loadParser,
      archives: loadArchive,
      known: (id) => paths.get(id) ?? null,
      sha256: incrementalSha256,
      clock: platformClock,
      signal: cancelling.signal,
      added,
      progress,
    });
  },
  cancel: () => {
    cancelling.abort();
    return Promise.resolve();
  },
};
Comlink.expose(api);
