import { expect, test } from 'vitest';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { SECOND_LEG_LAG_ENTRIES_MAX, SECOND_LEG_LAG_MS_MAX } from '#core/base/limits.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import { KeyFinder } from '#runtime/journal/record-keys.ts';
import { preparePayload, sealPayload } from '#runtime/journal/sealed-payload.ts';
import { SecondCopy } from '#runtime/journal/second-copy.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { filled, journalWorld } from '#tests/fakes/journal-world.ts';
import { memoryJournalLeg, memoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';

/** How the other copy follows, and how every copy is proved again. */

/** A group of so many entries; what they say matters to no copy. */
const group = (firstSequence: number, count: number): Group => ({
  ...{ epoch: 1 as Epoch, firstSequence: firstSequence as Sequence, count, checkpoint: '' },
  ...{ entries: [], payloads: [] },
});

async function following() {
  const clock = fakeClock();
  const [from, to] = [memoryLegDisk(), memoryLegDisk()];
  const [first, leg] = [memoryJournalLeg(from, 'opfs'), memoryJournalLeg(to, 'indexeddb')];
  await leg.open(1 as Epoch);
  const copy = new SecondCopy({ first, leg, clock, size: 0, changed: () => undefined });
  const write = (count: number): void => {
    const next = group(copy.lag + to.groups.reduce((sum, each) => sum + each.count, 0), count);
    from.groups.push(next);
    copy.follow([next]);
  };
  return { clock, from, to, copy, write };
}

test('the other copy is written after half the time that it may be behind, or at once when it is as far behind as it may be', async () => {
  const { clock, to, copy, write } = await following();
  write(SECOND_LEG_LAG_ENTRIES_MAX - 1);
  await clock.advance(SECOND_LEG_LAG_MS_MAX / 2 - 1);
  expect([to.groups.length, copy.lag]).toEqual([0, SECOND_LEG_LAG_ENTRIES_MAX - 1]);
  await clock.advance(1);
  expect([to.groups.length, copy.lag]).toEqual([1, 0]);
  write(SECOND_LEG_LAG_ENTRIES_MAX);
  await clock.advance(0);
  expect([to.groups.length, copy.lag, clock.waiting()]).toEqual([2, 0, 0]);
});

test('a copy that failed is not tried with each append, but by and by, until it has followed', async () => {
  const { clock, from, to, copy, write } = await following();
  to.fail = 'io';
  write(SECOND_LEG_LAG_ENTRIES_MAX);
  await clock.advance(0);
  expect([copy.failure, clock.waiting()]).toEqual(['The memory leg failed: io.', 1]);
  to.fail = null;
  write(SECOND_LEG_LAG_ENTRIES_MAX);
  await clock.advance(0);
  expect([to.groups.length, copy.failure]).toEqual([0, 'The memory leg failed: io.']);
  await clock.advance(SECOND_LEG_LAG_MS_MAX);
  expect([to.groups, copy.failure, copy.lag, clock.waiting()]).toEqual([from.groups, null, 0, 0]);
});

test('a copy that cannot be fed from the first one stays behind, and says why', async () => {
  const { clock, from, to, copy, write } = await following();
  to.fail = 'io';
  write(3);
  await clock.advance(SECOND_LEG_LAG_MS_MAX / 2);
  to.fail = null;
  const there = from.groups;
  from.groups = [];
  expect(await copy.settle()).toBe('the opfs copy has no group that starts at entry 0');
  expect(copy.lag).toBe(3);
  from.groups = there;
  expect(await copy.settle()).toBeNull();
  expect([to.groups, copy.lag]).toEqual([there, 0]);
});

test('progress goes evenly from copy to copy and over the payloads', async () => {
  const world = await filled(4);
  const legs = world.parts().legs.map((leg): JournalLeg => ({ ...leg, read: (from) => leg.read(from, 1) }));
  const told: number[] = [];
  await verifyJournal(world.parts({ legs }), { progress: (done) => told.push(8 * done) });
  expect([...new Set(told)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const payloads: number[] = [];
  await verifyJournal(world.parts(), { payloads: true, progress: (done) => payloads.push(Math.round(12 * done)) });
  expect([...new Set(payloads)]).toEqual([4, 8, 9, 10, 11, 12]);
});

test('where nothing came since, only the ends are read, and no payload is opened again', async () => {
  const world = await filled(4);
  const before = await verifyJournal(world.parts(), { payloads: true });
  world.reads.length = 0;
  const after = await verifyJournal(world.parts(), { payloads: true, since: before.proved });
  expect(after).toMatchObject({ size: 4, verifiedUpTo: 4, problem: null, payloads: 4 });
  expect(world.reads.filter((read) => !/ [34] /.test(read))).toEqual([]);
});

test('only what was proved of a copy is gone on from: nothing of a damaged one, and nothing of an empty journal', async () => {
  const world = await filled(4);
  world.first.damagedAt = 2;
  const { proved, copies } = await verifyJournal(world.parts());
  expect(copies.map(({ verifiedUpTo }) => verifiedUpTo)).toEqual([2, 4]);
  expect([...proved.copies.keys()]).toEqual(['indexeddb']);
  expect((await verifyJournal(journalWorld().parts())).proved.copies.size).toBe(0);
});

test('a payload that opens under the key of its entry, and is another, is named', async () => {
  const world = await filled(3);
  const parts = world.parts();
  const key = await new KeyFinder(parts).find(world.first.groups[1]!.epoch, 1);
  if (typeof key === 'string') throw new Error(key);
  const other = preparePayload(parts, 'another');
  const payloads = [sealPayload(key, parts.entropy, await other.content)];
  for (const disk of [world.first, world.second]) disk.groups[1] = { ...disk.groups[1]!, payloads };
  expect(await verifyJournal(parts, { payloads: true })).toMatchObject({
    verifiedUpTo: 1,
    problem: { sequence: 1, why: 'the payload of entry 1 is not what the entry commits to' },
    payloads: 1,
  });
});
