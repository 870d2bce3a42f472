import { sha256 } from '@noble/hashes/sha2.js';
import { indexedDbActorStore } from '#adapters/indexeddb/actor-store.ts';
import { indexedDbAgentStore } from '#adapters/indexeddb/agent-store.ts';
import { indexedDbBlobFiles } from '#adapters/indexeddb/blob-files.ts';
import { indexedDbJournalLeg } from '#adapters/indexeddb/journal-leg.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Entropy, Sealer } from '#ports/crypto.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { sealedBlobStore, UNKEPT_BLOB_KEPT_MS } from '#runtime/blobs/sealed-blob-store.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import type { ActorStoreBench } from './actor-store.ts';
import type { AgentStoreBench } from './agent-store.ts';
import type { BlobStoreBench } from './blob-store.ts';
import { entryMark, type JournalLegBench } from './journal-leg.ts';

/** Benches over IndexedDB, the browser's or one in memory: databases with names of their own, harmed through the raw API. */
let made = 0;

export function indexedDbJournalLegBench(): Promise<JournalLegBench> {
  const name = freshName('leg');
  const legs: JournalLeg[] = [];
  const change = (harm: (frames: Uint8Array) => Uint8Array | null): Promise<void> =>
    changeRows<{ frames: Uint8Array }>(name, 'segments', (row) => {
      const frames = harm(row.frames);
      return frames === null ? null : { ...row, frames };
    });
  return Promise.resolve({
    leg: () => {
      const leg = indexedDbJournalLeg(name);
      legs.push(leg);
      return leg;
    },
    tear: () => change((frames) => frames.slice(0, -7)),
    flip: (sequence, offset) => change((frames) => flipped(frames, utf8(entryMark(sequence)), offset)),
    withoutRoom: withoutIndexedDbRoom,
    dispose: async () => {
      for (const leg of legs) await leg.close();
      await deleteDatabase(name);
    },
  });
}

export function indexedDbAgentStoreBench(sealer: Sealer): AgentStoreBench {
  const name = freshName('store');
  const stores: AgentStore[] = [];
  return {
    store: () => {
      const store = indexedDbAgentStore(sealer, name);
      stores.push(store);
      return store;
    },
    dispose: async () => {
      for (const store of stores) store.close();
      await deleteDatabase(name);
    },
  };
}

export function indexedDbActorStoreBench(sealer: Sealer): ActorStoreBench {
  const name = freshName('actors');
  const stores: ActorStore[] = [];
  return {
    store: () => {
      const store = indexedDbActorStore(sealer, name);
      stores.push(store);
      return store;
    },
    withoutRoom: withoutIndexedDbRoom,
    tear: null,
    dispose: async () => {
      for (const store of stores) store.close();
      await deleteDatabase(name);
    },
  };
}

export function indexedDbBlobStoreBench(sealer: Sealer, entropy: Entropy): Promise<BlobStoreBench> {
  const name = freshName('blobs');
  const clock = fakeClock();
  return Promise.resolve({
    store: () =>
      sealedBlobStore({ files: indexedDbBlobFiles(name), sealer, entropy, clock, sha256: () => sha256.create() }),
    pass: () => clock.advance(UNKEPT_BLOB_KEPT_MS),
    flip: (largerThan) =>
      changeRows<{ bytes: Uint8Array }>(name, 'pieces', (row) => {
        if (row.bytes.length <= largerThan) return null;
        row.bytes[row.bytes.length - 9] = (row.bytes[row.bytes.length - 9] ?? 0) ^ 1;
        return row;
      }),
    raw: async () => {
      const all: Uint8Array[] = [];
      await changeRows<{ bytes: Uint8Array }>(name, 'pieces', (row) => {
        all.push(row.bytes);
        return null;
      });
      return concat(...all);
    },
    withoutRoom: withoutIndexedDbRoom,
    dispose: () => deleteDatabase(name),
  });
}

/**
 * Refuses every write as a full disk does. Chromium remembers for a while how much room IndexedDB had, so that taking it
 * away for real shows too late for a test.
 */
export async function withoutIndexedDbRoom(work: () => Promise<void>): Promise<void> {
  const { add, put } = IDBObjectStore.prototype;
  const refuse = (): never => {
    throw new DOMException('The disk is full.', 'QuotaExceededError');
  };
  Object.assign(IDBObjectStore.prototype, { add: refuse, put: refuse });
  try {
    await work();
  } finally {
    Object.assign(IDBObjectStore.prototype, { add, put });
  }
}

export function freshName(of: string): string {
  return `test-${of}-${String(++made)}-${Math.random().toString(36).slice(2)}`;
}

/** The bytes with one bit changed so far from the first place where the mark stands; null when it stands nowhere. */
export function flipped(bytes: Uint8Array, mark: Uint8Array, offset = 1): Uint8Array | null {
  const at = bytes.findIndex((_, start) => mark.every((byte, index) => bytes[start + index] === byte));
  if (at < 0) return null;
  const out = bytes.slice();
  out[at + offset] = (out[at + offset] ?? 0) ^ 1;
  return out;
}

/** Goes over the rows of a store, last first, behind the adapter's back; writes what `change` returns. Tears stop at the first. */
/** Changes rows through the raw API, as a disk would. @param change what to put in a row's place; null leaves it */
export async function changeRows<T>(name: string, table: string, change: (row: T) => T | null): Promise<void> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('open'));
  });
  await new Promise<void>((resolve, reject) => {
    const transaction = database.transaction(table, 'readwrite');
    const request = transaction.objectStore(table).openCursor(null, 'prev');
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return;
      const row = change(cursor.value as T);
      if (row === null) cursor.continue();
      else cursor.update(row);
    };
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error ?? new Error('transaction'));
  });
  database.close();
}

export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('delete'));
  });
}
