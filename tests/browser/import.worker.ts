import '../../src/trusted.ts';
import * as Comlink from 'comlink';
import { opfsAvailable, syncHandlesAvailable } from '#adapters/opfs/sync-handle.ts';
import type { SourceId } from '#core/base/ids.ts';
import type { Item } from '#core/items/item.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { Source } from '#core/items/source.ts';
import { freshVault } from '#tests/fakes/fresh-vault.ts';
import { importInWorker } from '#workers/import-in-worker.ts';
import { sealerOf } from '#workers/sealer-of.ts';
import { blobsOf } from '#workers/stores.ts';

const vault = freshVault();

/** Stands where the agent's worker stands: starts the real import worker inside itself, then reads what it stored. */
async function openBlobs(): Promise<BlobStore> {
  const opfs = (await opfsAvailable()) && syncHandlesAvailable();
  return blobsOf(0, opfs, sealerOf(await vault));
}

const api = {
  /** @param cancelAt share of the bytes after which to cancel */
  run: async (
    files: readonly { path: string; file: Blob }[],
    known: readonly { id: SourceId; path: string }[],
    cancelAt = Infinity,
  ) => {
    const controller = new AbortController();
    const sources: Source[] = [];
    let reports = 0;
    const done = await importInWorker(await vault, 0)(files, known, {
      added: (source) => Promise.resolve(void sources.push(source)),
      progress: (progress) => {
        reports++;
        if (progress.bytesDone >= progress.bytes * cancelAt) controller.abort();
      },
      signal: controller.signal,
    });
    return { done, sources, reports };
  },
  items: async (id: SourceId): Promise<Item[]> => {
    const items: Item[] = [];
    for await (const batch of (await openBlobs()).items(id)) items.push(...(batch as Item[]));
    return items;
  },
  slice: async (id: SourceId, start: number, end: number): Promise<string> => {
    const read = await (await openBlobs()).read(id, start, end);
    return read.ok ? new TextDecoder().decode(read.value) : read.error.code;
  },
  list: async () => (await openBlobs()).list(),
  erase: async () => (await openBlobs()).erase(),
};
export type ImportBench = typeof api;
Comlink.expose(api);
