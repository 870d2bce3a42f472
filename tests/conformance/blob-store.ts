import { sha256 } from '@noble/hashes/sha2.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { equalBytes, hex, utf8 } from '#core/base/bytes.ts';
import type { SourceId } from '#core/base/ids.ts';
import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import type { BlobStage, BlobStore } from '#ports/blob-store.ts';

export interface BlobStoreBench {
  /** A fresh store on the same disk: another tab, or the same one after a restart. */
  readonly store: () => BlobStore;
  /** Lets enough time pass that what nobody keeps may be swept. */
  readonly pass: () => Promise<void>;
  /** Changes one byte of every stored file that is larger than this. */
  readonly flip: (largerThan: number) => Promise<void>;
  /** All bytes on the disk, one after another. */
  readonly raw: () => Promise<Uint8Array>;
  readonly withoutRoom?: (work: () => Promise<void>) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** What every store of blobs must do, whatever it is made of. */
export function blobStoreSuite(name: string, make: () => Promise<BlobStoreBench>): void {
  describe(`${name} as a blob store`, () => {
    let bench: BlobStoreBench;
    let store: BlobStore;
    beforeEach(async () => {
      bench = await make();
      store = bench.store();
    });
    afterEach(() => bench.dispose());

    const put = async (bytes: Uint8Array, items: readonly (readonly unknown[])[] = [], into = store) => {
      const stage = await into.stage();
      await feed(stage, bytes);
      for (const batch of items) expect((await stage.writeItems(batch)).ok).toBe(true);
      const committed = await stage.commit();
      if (!committed.ok) throw new Error(committed.error.message);
      return committed.value;
    };

    test('a blob is found by the SHA-256 of its bytes, with any range of them and all its items', async () => {
      const bytes = pattern(2 * BLOB_CHUNK_BYTES + 12_345);
      const items = [[{ text: 'first ü' }, { text: 'second' }], [{ text: 'third' }]];
      const { id, size, existed } = await put(bytes, items);
      expect({ id, size, existed }).toEqual({ id: hex(sha256(bytes)), size: bytes.length, existed: false });
      const other = bench.store();
      expect(await other.has(id)).toBe(true);
      expect(await other.size(id)).toBe(bytes.length);
      for (const [start, end] of [
        [0, 10],
        [BLOB_CHUNK_BYTES - 5, BLOB_CHUNK_BYTES + 5],
        [0, bytes.length],
        [bytes.length - 3, bytes.length],
        [7, 7],
      ] as const) {
        const read = await other.read(id, start, end);
        expect(read.ok && equalBytes(read.value, bytes.slice(start, end)), `${String(start)} to ${String(end)}`).toBe(
          true,
        );
      }
      expect(await collect(other, id)).toEqual(items);
    });

    test('a blob of exactly whole chunks and an empty one are blobs too', async () => {
      for (const length of [0, BLOB_CHUNK_BYTES, 2 * BLOB_CHUNK_BYTES]) {
        const bytes = pattern(length);
        const { id, size } = await put(bytes);
        expect(size).toBe(length);
        const read = await bench.store().read(id, 0, length);
        expect(read.ok && equalBytes(read.value, bytes)).toBe(true);
        expect(await collect(store, id)).toEqual([]);
      }
    });

    test('nothing is seen of a stage before it is committed, nor after it is discarded', async () => {
      const bytes = pattern(BLOB_CHUNK_BYTES + 1);
      const stage = await store.stage();
      await feed(stage, bytes);
      await stage.writeItems([{ text: 'not yet' }]);
      const id = hex(sha256(bytes)) as SourceId;
      expect(await store.has(id)).toBe(false);
      expect(await store.list()).toEqual([]);
      await stage.discard();
      expect(await store.has(id)).toBe(false);
      expect((await bench.raw()).length).toBe(0);
    });

    test('giving up a stage after it is committed takes nothing away', async () => {
      const stage = await store.stage();
      await feed(stage, utf8('committed'));
      const committed = await stage.commit();
      await stage.discard();
      const read = committed.ok ? await bench.store().read(committed.value.id, 0, 9) : committed;
      expect(read.ok && new TextDecoder().decode(read.value)).toBe('committed');
    });

    test('the same bytes again are recognised and the first copy stays', async () => {
      const first = await put(utf8('twice'), [['items of the first']]);
      const second = await put(utf8('twice'), [['items of the second']], bench.store());
      expect(second).toEqual({ ...first, existed: true });
      expect(await collect(store, first.id)).toEqual([['items of the first']]);
      expect(await store.list()).toEqual([first.id]);
    });

    test('a removed blob is gone from the disk and can be brought in again', async () => {
      const { id } = await put(pattern(50_000), [['x']]);
      await store.remove(id);
      expect(await bench.store().has(id)).toBe(false);
      const read = await store.read(id, 0, 1);
      expect(read.ok ? null : read.error.code).toBe('missing');
      expect((await bench.raw()).length).toBe(0);
      expect((await put(pattern(50_000))).existed).toBe(false);
    });

    test('sweeping removes what nobody keeps, but never what may still be wanted', async () => {
      const kept = await put(utf8('kept'), [['k']]);
      const unkept = await put(utf8('unkept'));
      const abandoned = await store.stage();
      await feed(abandoned, pattern(BLOB_CHUNK_BYTES + 1));
      const next = bench.store();
      expect(await next.sweep(new Set([kept.id]))).toBe(0);
      expect(await next.has(unkept.id)).toBe(true);
      await bench.pass();
      await next.sweep(new Set([kept.id]));
      expect(await next.list()).toEqual([kept.id]);
      expect(await collect(next, kept.id)).toEqual([['k']]);
    });

    test('sweeping in another tab takes nothing of what is being brought in', async () => {
      const other = bench.store();
      for (let turn = 0; turn < 10; turn++) {
        const stage = await store.stage();
        await feed(stage, utf8(`brought in at turn ${String(turn)}`));
        const commit = stage.commit();
        for (let sweep = 0; sweep < 5; sweep++) await other.sweep(new Set());
        const committed = await commit;
        expect(committed.ok && (await bench.store().has(committed.value.id))).toBe(true);
      }
    });

    test('a changed byte is refused, never returned', async () => {
      const { id } = await put(pattern(300_000));
      await bench.flip(100_000);
      const read = await bench.store().read(id, 0, 300_000);
      expect(read.ok ? null : read.error.code).toBe('corrupt');
    });

    test('no plain text of bytes or items lies on the disk', async () => {
      await put(utf8('the secret words of a letter '.repeat(50)), [[{ text: 'a secret item' }]]);
      const raw = new TextDecoder('latin1').decode(await bench.raw());
      expect(raw.length).toBeGreaterThan(1_000);
      expect(raw).not.toContain('secret');
    });

    test('without room a stage says so and can be given up', async (context) => {
      if (bench.withoutRoom === undefined) return context.skip();
      const stage = await store.stage();
      await bench.withoutRoom(async () => {
        const written = await feed(stage, pattern(8 * BLOB_CHUNK_BYTES));
        expect(written).toBe('quota');
        await stage.discard();
      });
      expect(await store.list()).toEqual([]);
      expect((await put(utf8('room again'))).existed).toBe(false);
    });

    test('erasing leaves an empty store that can be used at once', async () => {
      const { id } = await put(utf8('gone'));
      await store.erase();
      expect(await store.has(id)).toBe(false);
      expect(await store.list()).toEqual([]);
      expect((await put(utf8('gone'))).existed).toBe(false);
    });
  });
}

/** Writes in pieces that do not fit the chunks. @returns the code of the first refusal */
async function feed(stage: BlobStage, bytes: Uint8Array): Promise<string | null> {
  for (let at = 0; at < bytes.length; at += 700_001) {
    const written = await stage.write(bytes.subarray(at, at + 700_001));
    if (!written.ok) return written.error.code;
  }
  return null;
}

async function collect(store: BlobStore, id: SourceId): Promise<(readonly unknown[])[]> {
  const batches: (readonly unknown[])[] = [];
  for await (const batch of store.items(id)) batches.push(batch);
  return batches;
}

function pattern(length: number): Uint8Array {
  return new Uint8Array(length).map((_, index) => (index * 31 + (index >> 8)) & 255);
}
