import { requireShut } from './lockdown.ts';
import * as Comlink from 'comlink';
import { fileBytes } from '#adapters/files/file-bytes.ts';
import { loadArchive, loadParser } from '#adapters/files/parser-list.ts';
import { incrementalSha256 } from '#adapters/noble/sha256.ts';
import { opfsAvailable, syncHandlesAvailable } from '#adapters/opfs/sync-handle.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { OpenVault } from '#ports/vault.ts';
import type { ImportWorkerApi } from '#runtime/contract/import-api.ts';
import { sealerOf } from './sealer-of.ts';
import { blobsOf } from './stores.ts';
import { importFiles } from '#runtime/import/importer.ts';

/** The import's thread: started when files come in, ended when they are in. Parsers are loaded as their files come. */
const cancelling = new AbortController();

/** The same blobs the agent reads, sealed by the vault that it has open. */
async function openBlobs(vault: OpenVault, place: number): Promise<BlobStore> {
  return blobsOf(place, (await opfsAvailable()) && syncHandlesAvailable(), sealerOf(vault));
}

const api: ImportWorkerApi = {
  run: async (vault, place, files, known, progress, added) => {
    await requireShut();
    const paths = new Map(known.map(({ id, path }) => [id, path]));
    return importFiles({
      files: files.map(({ path, file }) => fileBytes(path, file)),
      blobs: await openBlobs(vault, place),
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
