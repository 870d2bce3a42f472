import { expect, test } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import { err } from '#core/base/result.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import { UNKEPT_BLOB_KEPT_MS } from '#runtime/blobs/sealed-blob-store.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { memoryBlobFiles, memoryBlobStore } from '#tests/fakes/memory-blob-store.ts';

test('a sweep takes no file away while the name of one blob cannot be read', async () => {
  const clock = fakeClock();
  const disk = memoryBlobFiles();
  let unreadable = '';
  const files: BlobFiles = {
    ...disk,
    read: (name, start, end) =>
      name === unreadable
        ? Promise.resolve(err({ code: 'io', message: 'The disk does not answer.' }))
        : disk.read(name, start, end),
  };
  const store = (): BlobStore => memoryBlobStore(clock, files);
  const wanted = await brought(store(), 'a letter that is wanted');
  unreadable = [...disk.kept.keys()].find((name) => name.endsWith('.blob')) ?? '';
  const abandoned = await brought(store(), 'one that nobody wants');
  await clock.advance(UNKEPT_BLOB_KEPT_MS);
  const before = [...disk.kept.keys()];

  // Nobody wants the other, and its name is readable: that one goes.
  expect(await store().sweep(new Set([wanted]))).toBe(1);
  expect(await store().has(abandoned)).toBe(false);
  expect(before.filter((name) => !disk.kept.has(name))).toHaveLength(3);

  unreadable = '';
  const read = await store().read(wanted, 0, 100);
  expect(read.ok && new TextDecoder().decode(read.value)).toBe('a letter that is wanted');
  for await (const items of store().items(wanted)) expect(items).toEqual(['its items']);
});

test('what an import left behind is taken away only once every name can be read again', async () => {
  const clock = fakeClock();
  const disk = memoryBlobFiles();
  let failing = false;
  const files: BlobFiles = {
    ...disk,
    read: (name, start, end) =>
      failing && name.endsWith('.blob')
        ? Promise.resolve(err({ code: 'io', message: 'The disk does not answer.' }))
        : disk.read(name, start, end),
  };
  const wanted = await brought(memoryBlobStore(clock, files), 'a letter that is wanted');
  const left = await memoryBlobStore(clock, files).stage();
  await left.writeItems(['never finished']);
  await clock.advance(UNKEPT_BLOB_KEPT_MS);

  failing = true;
  const all = [...disk.kept.keys()];
  expect(await memoryBlobStore(clock, files).sweep(new Set([wanted]))).toBe(0);
  expect([...disk.kept.keys()]).toEqual(all);

  failing = false;
  expect(await memoryBlobStore(clock, files).sweep(new Set([wanted]))).toBe(1);
  expect(disk.kept.size).toBe(all.length - 1);
});

async function brought(store: BlobStore, text: string) {
  const stage = await store.stage();
  await stage.write(utf8(text));
  await stage.writeItems(['its items']);
  const committed = await stage.commit();
  if (!committed.ok) throw new Error(committed.error.message);
  return committed.value.id;
}
