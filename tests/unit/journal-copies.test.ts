import { expect, test } from 'vitest';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { checkAt, copyGroups, frontierOf, isProved, verifyCopy } from '#runtime/journal/copies.ts';
import { filled, journalWorld } from '#tests/fakes/journal-world.ts';
import { memoryJournalLeg, memoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';

/** What is proved of one copy, and what of it is written into another. */

const NOTHING: JournalHead = { epoch: 0 as Epoch, size: 0, root: '', frontier: [], checkpoint: '' };

/** The same copy, of which each reading gives one group. */
const slow = (leg: JournalLeg): JournalLeg => ({ ...leg, read: (from) => leg.read(from, 1) });

test('a copy is proved as far as is asked, and what is damaged behind that is no fault of it', async () => {
  const world = await filled(6);
  const [leg] = world.parts().legs;
  world.first.damagedAt = 4;
  const asked = await verifyCopy(world.parts(), leg!, { until: 4, rootsAt: [2, 4, 5] });
  expect([asked.size, asked.problem, [...asked.roots.keys()]]).toEqual([4, null, [2, 4]]);
  const whole = await verifyCopy(world.parts(), leg!);
  expect(whole).toMatchObject({ size: 4, problem: { sequence: 4 } });
});

test('a copy that is read in pieces is proved to its end', async () => {
  const world = await filled(6);
  const [leg] = world.parts().legs;
  const told: number[] = [];
  const proved = await verifyCopy(world.parts(), slow(leg!), { progress: (entries) => told.push(entries) });
  expect([proved.size, proved.problem]).toEqual([6, null]);
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 6]);
});

test('where not even the first signature holds, nothing is proved and no head is told', async () => {
  const world = await filled(2);
  const [leg] = world.parts().legs;
  for (const [index, group] of world.first.groups.entries())
    world.first.groups[index] = { ...group, checkpoint: group.checkpoint.replace(/.{8}\n$/, 'AAAAAAAA\n') };
  expect(await verifyCopy(world.parts(), leg!)).toMatchObject({ size: 0, checkpoint: '', problem: { sequence: 0 } });
});

test('what is gone on from is in the epoch of its head, and a journal without entries in none', async () => {
  const world = await filled(3);
  const head = world.store.head!;
  expect(head.epoch).toBeGreaterThan(0);
  expect((await checkAt(world.parts(), head)).epoch).toBe(head.epoch);
  expect((await checkAt(world.parts(), { ...NOTHING, epoch: 7 as Epoch })).epoch).toBe(0);
});

test('a head is proved by its root and its signature, and that of an empty journal by having nothing', async () => {
  const [world, other] = [await filled(3), await filled(2)];
  const head = world.store.head!;
  expect(await isProved(world.parts(), head)).toBe(true);
  expect(await isProved(journalWorld().parts(), NOTHING)).toBe(true);
  expect(await isProved(world.parts(), { ...head, root: other.store.head!.root })).toBe(false);
  expect(await isProved(world.parts(), { ...head, checkpoint: other.store.head!.checkpoint })).toBe(false);
  expect(await isProved(world.parts(), { ...head, frontier: ['no hex'] })).toBe(false);
  expect(() => frontierOf({ ...head, frontier: ['no hex'] })).toThrow('a frontier is kept in hex');
});

test('only the groups that were asked for are copied, however many are read at once', async () => {
  const world = await filled(5);
  const target = memoryLegDisk();
  const leg = memoryJournalLeg(target, 'indexeddb');
  await leg.open(9 as Epoch);
  const [source] = world.parts().legs;
  expect(await copyGroups(slow(source!), leg, 0, 2)).toBeNull();
  expect(target.groups).toEqual(world.first.groups.slice(0, 2));
  expect(await copyGroups(source!, leg, 2, 4)).toBeNull();
  expect(target.groups).toEqual(world.first.groups.slice(0, 4));
  expect((await leg.read(4 as Sequence)).groups).toEqual([]);
});
