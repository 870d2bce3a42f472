import { expect, test } from 'vitest';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { destroyRecordKeys, keepKeysOf, KeyFinder, RecordKeys } from '#runtime/journal/record-keys.ts';
import { memoryAgentStore, memoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';

/** Which key is whose: over several pools, after some were destroyed, and where pools were exchanged. */

async function made() {
  const disk = memoryStoreDisk();
  const store = memoryAgentStore(disk);
  const epoch = await store.raiseEpoch();
  return { disk, epoch, parts: { store, sealer: plainSealer(), entropy: seededEntropy(3) } };
}

test('the keys that are taken over several pools are those that are found later, each entry its own', async () => {
  const { disk, epoch, parts } = await made();
  const keys = new RecordKeys(parts, epoch, 0);
  await keys.reserve();
  const taken = await keys.take(60, 300);
  if (!taken.ok) throw new Error(taken.error);
  expect(disk.keys.length).toBeGreaterThan(1);
  const finder = new KeyFinder(parts);
  for (const [index, key] of taken.value.entries())
    expect(await finder.find(epoch, 60 + index), String(60 + index)).toEqual(key);
  expect(new Set(taken.value.map((key) => key.join())).size).toBe(300);
});

test('all the keys that are named at once are destroyed, and only pools that held one are written', async () => {
  const { disk, epoch, parts } = await made();
  const of = { epoch: 7 as Epoch, first: 10 as Sequence, count: 4 };
  await keepKeysOf(parts, epoch, of, []);
  let written = 0;
  const keepKeys: typeof parts.store.keepKeys = (...pool) => (written++, parts.store.keepKeys(...pool));
  const counting = { ...parts, store: { ...parts.store, keepKeys } };
  const entry = (sequence: number) => ({ epoch: of.epoch, sequence: sequence as Sequence });
  expect(await destroyRecordKeys(counting, epoch, [entry(14), entry(15)])).toEqual({ ok: true });
  expect(written).toBe(0);
  expect(await destroyRecordKeys(counting, epoch, [entry(10), entry(13)])).toEqual({ ok: true });
  expect([written, disk.keys.length]).toEqual([2, 1]);
  const finder = new KeyFinder(parts);
  const found = [];
  for (let sequence = 10; sequence < 14; sequence++) found.push(await finder.find(of.epoch, sequence));
  expect(found.map((key) => key === 'destroyed')).toEqual([true, false, false, true]);
});

test('a pool that was put in the place of another opens nothing', async () => {
  const { disk, epoch, parts } = await made();
  for (const first of [0, 4]) await keepKeysOf(parts, epoch, { epoch, first: first as Sequence, count: 4 }, []);
  const [one, two] = disk.keys;
  disk.keys = [
    { ...one!, sealed: two!.sealed },
    { ...two!, epoch: 9 as Epoch },
  ];
  const finder = new KeyFinder(parts);
  expect(await finder.find(epoch, 1)).toBe('wrong-key');
  expect(await finder.find(9 as Epoch, 5)).toBe('wrong-key');
});

test('a pool is opened once, also for the entry that it begins with', async () => {
  const { epoch, parts } = await made();
  await keepKeysOf(parts, epoch, { epoch, first: 4 as Sequence, count: 4 }, []);
  let asked = 0;
  const finder = new KeyFinder({ ...parts, store: { keyPool: (...of) => (asked++, parts.store.keyPool(...of)) } });
  const key = await finder.find(epoch, 4);
  expect(await finder.find(epoch, 4)).toEqual(key);
  expect(asked).toBe(1);
});
