import * as Comlink from 'comlink';
import { sha256 } from '@noble/hashes/sha2.js';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { opfsPinStore } from '#adapters/opfs/head-pin-store.ts';
import { openSyncHandle, syncHandlesAvailable } from '#adapters/opfs/sync-handle.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { concat } from '#core/base/bytes.ts';
import type { SourceId } from '#core/base/ids.ts';
import { sealedBlobStore } from '#runtime/blobs/sealed-blob-store.ts';
import { flipped } from '#tests/conformance/indexeddb-benches.ts';
import { freshSealer } from '#tests/fakes/fresh-vault.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';

/** The real adapters where sync handles exist, lent to a test page; and the harm that a disk can do to them. */
const sealer = freshSealer();
const clock = fakeClock();

const api = {
  syncHandles: () => syncHandlesAvailable(),
  leg: (directory: string) => Comlink.proxy(opfsJournalLeg(directory)),
  pins: (directory: string) => Comlink.proxy(opfsPinStore(directory)),
  pass: (milliseconds: number) => clock.advance(milliseconds),
  blobStore: async (directory: string) => {
    const store = sealedBlobStore({
      files: opfsBlobFiles(directory),
      sealer: await sealer,
      entropy: webCryptoEntropy,
      clock,
      sha256: () => sha256.create(),
    });
    return Comlink.proxy({
      ...store,
      stage: async () => Comlink.proxy(await store.stage()),
      items: async (id: SourceId) => {
        const batches: (readonly unknown[])[] = [];
        for await (const batch of store.items(id)) batches.push(batch);
        return batches;
      },
    });
  },
  /** Cuts seven bytes off the newest log. */
  tear: async (directory: string) => {
    const newest = (await files(directory)).filter(({ name }) => name.endsWith('.log')).at(-1);
    if (newest === undefined) throw new Error('There is nothing to tear.');
    await change(newest, (bytes) => bytes.slice(0, -7));
  },
  /** Changes one bit of the first file that holds the mark. */
  flip: async (directory: string, mark: Uint8Array, offset?: number) => {
    for (const file of await files(directory)) if (await change(file, (bytes) => flipped(bytes, mark, offset))) return;
    throw new Error('The mark is in no file.');
  },
  flipLarge: async (directory: string, largerThan: number) => {
    for (const file of await files(directory))
      await change(file, (bytes) => (bytes.length > largerThan ? bytes.with(-9, 1 ^ (bytes.at(-9) ?? 0)) : null));
  },
  raw: async (directory: string) => {
    const all: Uint8Array[] = [];
    for (const file of await files(directory)) all.push(new Uint8Array(await (await file.getFile()).arrayBuffer()));
    return concat(...all);
  },
  removeDirectory: async (directory: string) => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(directory, { recursive: true }).catch(() => undefined);
  },
};

export type StorageWorkerApi = typeof api;

async function files(directory: string): Promise<FileSystemFileHandle[]> {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(directory, { create: true });
  const out: FileSystemFileHandle[] = [];
  for await (const handle of root.values()) if (handle.kind === 'file') out.push(handle);
  return out.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function change(file: FileSystemFileHandle, harm: (bytes: Uint8Array) => Uint8Array | null): Promise<boolean> {
  const bytes = harm(new Uint8Array(await (await file.getFile()).arrayBuffer()));
  if (bytes === null) return false;
  const handle = await openSyncHandle(file);
  if (handle === null) throw new Error('This needs a worker.');
  handle.truncate(0);
  handle.write(bytes, { at: 0 });
  handle.flush();
  handle.close();
  return true;
}

Comlink.expose(api);
