import { expect, test } from 'vitest';
import { encodeGroup } from '#core/audit/group-frame.ts';
import { concat } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { KIB } from '#core/base/limits.ts';
import { err, ok } from '#core/base/result.ts';
import { Ballast, ballastedLeg, isOutOfRoom } from '#runtime/journal/ballast.ts';
import { verifyCopy } from '#runtime/journal/copies.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { furthestPin } from '#runtime/journal/pin-keeper.ts';
import { lostEntries, rescuedGroups, stretches } from '#runtime/journal/rescue-groups.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { fact, filled, journalWorld } from '#tests/fakes/journal-world.ts';
import { memoryPins } from '#tests/fakes/memory-pins.ts';

/** A copy of which nothing can be read, and which tells of each lost entry by itself. */
const telling = {
  read: () => Promise.resolve({ groups: [], damage: 'unreadable' }),
  damaged: (first: Sequence) => Promise.resolve({ first, bytes: new Uint8Array(), until: (first + 1) as Sequence }),
};

test('losses that follow on each other are told as one, and hold no groups', async () => {
  expect(await lostEntries([telling], 2, 5)).toEqual([{ from: 2, to: 5 }]);
  const told = [];
  for await (const stretch of stretches([telling], 2, 4)) told.push(stretch);
  expect(told).toEqual([
    { groups: [], lost: { from: 2, to: 3 } },
    { groups: [], lost: { from: 3, to: 4 } },
  ]);
});

test('eight losses are all that are named, and nine are eight and others', async () => {
  const world = await filled(30);
  const named = async (losses: number): Promise<string> => {
    const lost = new Set(Array.from({ length: losses }, (_, index) => 2 * index + 3));
    for (const disk of [world.first, world.second]) disk.alsoDamaged = lost;
    const legs = world.parts().legs.map((leg) => ({ ...leg, damaged: telling.damaged }));
    const opened = await openJournal(world.parts({ legs }), { thorough: true });
    return opened.ok ? '' : opened.error.message;
  };
  expect(await named(8)).toMatch(/entries: 3, 5, 7, 9, 11, 13, 15, 17\.$/);
  expect(await named(9)).toMatch(/entries: 3, 5, 7, 9, 11, 13, 15, 17 and others\.$/);
});

test('a group that two copies hold in part is put together though what is damaged goes back over groups before it', async () => {
  const world = await filled(4);
  const frames = world.first.groups.slice(1).map(encodeGroup);
  const [, second] = frames;
  const at = frames[0]!.length;
  const damagedAt = (place: number) => {
    const bytes = concat(...frames);
    bytes[at + place]! ^= 0xff;
    return { damaged: () => Promise.resolve({ first: 1 as Sequence, bytes, until: null }) };
  };
  const known = () => Promise.resolve({ groups: world.first.groups.slice(1, 2), damage: null });
  const legs = [damagedAt(Math.floor(second!.length / 2)), damagedAt(second!.length - 3)];
  const rescued = await rescuedGroups(legs, 2, known);
  expect(rescued[0]).toEqual(world.first.groups[2]);
});

test('of the pins the one with the most entries counts, and of those the one of the last leader', async () => {
  const pin = async (size: number, epoch: number) => {
    const pins = memoryPins();
    await pins.set({ size, epoch: epoch as Epoch, root: `${String(size)}/${String(epoch)}` });
    return pins;
  };
  const pins = [await pin(5, 9), await pin(7, 1), await pin(7, 3), await pin(7, 2), await pin(6, 8)];
  expect(await furthestPin(pins)).toMatchObject({ size: 7, epoch: 3 });
  expect(await furthestPin([...pins].reverse())).toMatchObject({ size: 7, epoch: 3 });
});

test('a journal that has no entry pins none', async () => {
  const world = journalWorld();
  const { journal } = await world.open();
  await journal.settle();
  await world.clock.advance(10_000);
  for (const pins of world.pins) expect(await pins.get()).toBeNull();
  await journal.append([fact('first')]);
  await journal.settle();
  for (const pins of world.pins) expect(await pins.get()).toMatchObject({ size: 1 });
});

test('where every copy ends early, the first that goes furthest says why', async () => {
  const world = await filled(10);
  world.first.damagedAt = 6;
  world.second.groups.splice(6);
  const { problem } = await verifyJournal(world.parts());
  expect(problem).toMatchObject({ sequence: 6, why: expect.stringContaining('damaged') as string });
});

test('a group that starts elsewhere than the one before it ended is a fault of the sequence', async () => {
  const world = await filled(4);
  const [leg] = world.parts().legs;
  const read = () => Promise.resolve({ groups: world.first.groups.slice(2), damage: null });
  const { size, problem } = await verifyCopy(world.parts(), { ...leg!, read });
  expect(size).toBe(0);
  const why = 'a group starts at entry 2, not at 0';
  expect(problem).toEqual({ code: 'sequence', sequence: 0, why });
});

test('entries after a head that the store lost are read from there on, though the pins know of them', async () => {
  const world = journalWorld();
  const { journal } = await world.open();
  await journal.append([fact(0)]);
  const older = world.store.head;
  for (let index = 1; index < 20; index++) await journal.append([fact(index)]);
  await journal.close();
  world.store.head = older;
  world.reads.length = 0;
  const { report } = await world.open();
  expect(report).toMatchObject({ size: 20, repaired: [] });
  expect(world.reads.filter((read) => read.includes(' 0 '))).toEqual([]);
});

test('room is set aside for a copy once it was written, and not after a write that failed', async () => {
  const clock = fakeClock();
  const ballast = new Ballast({} as never, clock, KIB);
  const [leg] = journalWorld().parts().legs;
  const failed = err({ code: 'io' as const, message: 'The disk went away.' });
  const failing = ballastedLeg({ ...leg!, append: () => Promise.resolve(failed) }, ballast);
  expect(await failing.append([])).toEqual(failed);
  expect(clock.waiting()).toBe(0);
  const writing = ballastedLeg({ ...leg!, append: () => Promise.resolve(ok(undefined)) }, ballast);
  expect(await writing.append([])).toEqual(ok(undefined));
  expect(clock.waiting()).toBe(1);
});

test('what is thrown without being an error is not taken for a full disk', () => {
  for (const thrown of [null, undefined, 'QuotaExceededError', { inner: null }, { inner: 'x' }])
    expect(isOutOfRoom(thrown)).toBe(false);
  expect(isOutOfRoom({ inner: { name: 'QuotaExceededError' } })).toBe(true);
});
