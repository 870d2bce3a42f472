import { describe, expect, test } from 'vitest';
import { encodePayload, SALT_BYTES } from '#core/audit/entry.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { JOURNAL_GROUP_ENTRIES_MAX, MIB, SECOND_LEG_LAG_ENTRIES_MAX } from '#core/base/limits.ts';
import { err, ok } from '#core/base/result.ts';
import type { HeadPin } from '#ports/journal-leg.ts';
import { copiedKeys } from '#runtime/journal/copied-keys.ts';
import { verifyCopy } from '#runtime/journal/copies.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { PinKeeper } from '#runtime/journal/pin-keeper.ts';
import { checkpointOf, readEntries } from '#runtime/journal/reader.ts';
import { RecordKeys } from '#runtime/journal/record-keys.ts';
import { countUnreadable } from '#runtime/journal/recover.ts';
import { lostEntries } from '#runtime/journal/rescue-groups.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { fact, filled, journalWorld } from '#tests/fakes/journal-world.ts';
import { memoryAgentStore, memoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';
import { memoryJournalLeg, memoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';
import { memoryPins } from '#tests/fakes/memory-pins.ts';
import { memoryTextFiles } from '#tests/fakes/memory-text-files.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';

/** Where one thing ends and the next begins: how much goes in a write, how far a copy may be behind, what is read. */

const facts = (count: number) => Array.from({ length: count }, (_, index) => fact(index));

describe('what goes in one write', () => {
  /** The sizes of the groups that these appends come to, all made at once. */
  async function groupsOf(...appends: readonly ReturnType<typeof facts>[]): Promise<readonly number[]> {
    const world = journalWorld();
    const { journal } = await world.open();
    const made = appends.map((append) => journal.append(append));
    for (const done of made) expect((await done).ok).toBe(true);
    await journal.close();
    return world.first.groups.map(({ count }) => count);
  }

  test('whole appends, as many as fit in a group', async () => {
    expect(await groupsOf(facts(30), facts(30), facts(30))).toEqual([60, 30]);
    expect(await groupsOf(facts(JOURNAL_GROUP_ENTRIES_MAX / 2), facts(JOURNAL_GROUP_ENTRIES_MAX / 2))).toEqual([
      JOURNAL_GROUP_ENTRIES_MAX,
    ]);
    expect(await groupsOf(facts(JOURNAL_GROUP_ENTRIES_MAX), facts(1))).toEqual([JOURNAL_GROUP_ENTRIES_MAX, 1]);
    expect(await groupsOf(facts(1), facts(JOURNAL_GROUP_ENTRIES_MAX))).toEqual([1, JOURNAL_GROUP_ENTRIES_MAX]);
  });

  test('no more than a few megabytes, but always one append', async () => {
    const large = fact('x'.repeat(1.5 * MIB));
    expect(await groupsOf([large], [large], [large])).toEqual([2, 1]);
    const larger = [large, large, large];
    expect(await groupsOf(larger, larger)).toEqual([3, 3]);
  });

  test('no more than those megabytes to the byte', async () => {
    const bare = utf8(encodePayload({ salt: new Uint8Array(SALT_BYTES), value: '' })).length;
    const half = fact('x'.repeat(2 * MIB - bare));
    expect(await groupsOf([half], [half])).toEqual([2]);
    expect(await groupsOf([half], [fact('x'.repeat(2 * MIB - bare + 1))])).toEqual([1, 1]);
  });

  test('never nothing', async () => {
    const { journal } = await journalWorld().open();
    await expect(journal.append([])).rejects.toThrow('an append has a fact');
    await journal.close();
  });
});

test('a payload that cannot be sealed ends the leadership: what was half made is not gone on from', async () => {
  const world = journalWorld();
  const sealer = plainSealer();
  let broken = true;
  const seal: typeof sealer.seal = (bytes, context) =>
    broken && context === 'journal/payload' ? Promise.reject(new Error('no key')) : sealer.seal(bytes, context);
  const opened = await openJournal(world.parts({ sealer: { ...sealer, seal } }));
  if (!opened.ok) throw new Error(opened.error.message);
  const failure = err({ code: 'io' as const, message: 'Error: no key' });
  expect(await opened.value.journal.append([fact('x'.repeat(40_000))])).toEqual(failure);
  broken = false;
  expect(await opened.value.journal.append([fact('small')])).toEqual(failure);
});

describe('record keys', () => {
  const made = async () => {
    const disk = memoryStoreDisk();
    const store = memoryAgentStore(disk);
    const epoch = await store.raiseEpoch();
    const parts = { store, sealer: plainSealer(), entropy: seededEntropy(3) };
    return {
      keys: new RecordKeys(parts, epoch, 1_000),
      pools: () => disk.keys.map(({ first, count }) => [first, count]),
    };
  };

  test('are made in pools: few at first, as many as are wanted, and then more ahead of what needs them', async () => {
    const { keys, pools } = await made();
    await keys.reserve();
    expect(pools()).toEqual([[1_000, 64]]);
    await keys.take(1_000, 10);
    await keys.reserve();
    // Fewer than are to be left: the next pool was made meanwhile.
    expect(pools()).toEqual([
      [1_000, 64],
      [1_064, 256],
    ]);
    await keys.take(1_010, 182);
    await keys.reserve(1);
    expect(pools(), 'as many are left as there should be').toHaveLength(3);
    expect(pools().at(-1)).toEqual([1_320, 1]);
  });

  test('that many entries want at once come in one pool of just so many', async () => {
    const { keys, pools } = await made();
    const taken = await keys.take(1_000, 700);
    expect(taken.ok && taken.value.length).toBe(700);
    expect(pools()[0]).toEqual([1_000, 700]);
  });

  test('that more entries want than the first pool has come in a whole one, and the next before these are used up', async () => {
    const { keys, pools } = await made();
    await keys.take(1_000, 100);
    expect(pools()).toEqual([[1_000, 256]]);
    await keys.take(1_100, 29);
    await keys.reserve();
    expect(pools().at(1)).toEqual([1_256, 256]);
  });

  test('in their copy are found under the epoch and the first entry that are theirs, and not in a file half written', async () => {
    const copy = memoryTextFiles();
    const pool = (epoch: number, first: number) => ({
      ...{ epoch: epoch as Epoch, first: first as Sequence, count: 4 },
      sealed: { ciphertext: Uint8Array.of(epoch, first), wrappedKey: Uint8Array.of(2) },
    });
    for (const epoch of [1, 2]) {
      const store = memoryAgentStore({ ...memoryStoreDisk(), epoch });
      await copiedKeys(store, copy).keepKeys(epoch as Epoch, pool(epoch, 2 * epoch));
    }
    copy.kept.set('1-3.crswap', 'x');
    const lost = copiedKeys(memoryAgentStore(), copy);
    expect(await lost.keyPool(1 as Epoch, 5 as Sequence)).toEqual(pool(1, 2));
    expect(await lost.keyPool(2 as Epoch, 5 as Sequence)).toEqual(pool(2, 4));
  });
});

describe('taking over', () => {
  test('writes no head that the store has already', async () => {
    const world = await filled(3);
    const parts = world.parts();
    let moved = 0;
    const moveHead: typeof parts.store.moveHead = (...of) => (moved++, parts.store.moveHead(...of));
    const opened = await openJournal({ ...parts, store: { ...parts.store, moveHead } });
    expect(opened.ok && opened.value.report.repaired).toEqual([]);
    expect(moved).toBe(0);
  });

  test.each([
    ['as far behind as it may be is no news', 2 * SECOND_LEG_LAG_ENTRIES_MAX, 0],
    ['that is further behind has lost something, and it is told', 2 * SECOND_LEG_LAG_ENTRIES_MAX + 1, 1],
  ])('a second copy %s', async (_, behind, told) => {
    const world = await filled(behind + 2);
    world.second.groups.splice(2);
    const { journal, report } = await world.open();
    expect(report.repaired).toEqual([{ copy: 'indexeddb', from: 2, to: behind + 2 }]);
    expect(journal.state.mended).toHaveLength(told);
  });

  test('one copy that holds entries is enough to know a store that was emptied', async () => {
    for (const empty of ['first', 'second'] as const) {
      const world = await filled(3);
      world.store.head = null;
      for (const pin of world.pins) await pin.erase();
      Object.assign(world[empty], { groups: [] });
      expect(await openJournal(world.parts())).toMatchObject({ ok: false, error: { code: 'amnesia', readable: 3 } });
    }
  });

  test('what stands spoilt beyond the head of the store is cut away, though the other copy is behind too', async () => {
    const world = await filled(4);
    const early = await filled(2);
    for (const pin of world.pins) await pin.erase();
    world.store.head = early.store.head;
    world.first.groups[3] = { ...world.first.groups[3]!, entries: ['{}'] };
    world.second.groups.splice(3);
    const { report } = await world.open();
    expect(report.size).toBe(3);
    expect(report.repaired).toEqual([{ copy: 'opfs', from: 3, to: 3 }]);
    expect(world.first.groups).toEqual(world.second.groups);
  });

  test('reads all of a journal that is new, when it is asked to', async () => {
    const { report } = await journalWorld().open({ thorough: true });
    expect(report).toEqual({ size: 0, repaired: [], missing: [], unreadable: 0 });
  });

  test('with a loss that was accepted counts every entry that cannot be opened any more', async () => {
    const world = await filled(5);
    for (const disk of [world.first, world.second]) disk.groups.splice(3);
    world.store.keys = [];
    const { report } = await world.open({ acceptLoss: true });
    expect(report).toMatchObject({ size: 3, unreadable: 3 });
  });

  test('where one copy alone lacks what all together hold, it is mended from that one', async () => {
    const world = await filled(6);
    world.second.mends = true;
    // The first is whole up to its end, behind which something lies that cannot be read.
    world.first.groups.push({ ...world.first.groups[5]!, firstSequence: 6 as Sequence });
    world.first.damagedAt = 6;
    world.second.alsoDamaged = new Set([1, 3]);
    const { report } = await world.open({ thorough: true });
    expect(report.repaired).toEqual([
      { copy: 'opfs', from: 6, to: 6 },
      { copy: 'indexeddb', from: 1, to: 6 },
    ]);
    expect(world.second.groups).toEqual(world.first.groups);
  });
});

test('entries whose keys are of another vault count as unreadable, over as many readings as it takes', async () => {
  const world = await filled(5);
  const leg = memoryJournalLeg(world.first);
  const oneByOne = { ...leg, read: (from?: Sequence) => leg.read(from, 1) };
  expect(await countUnreadable(world.parts(), oneByOne, 0, 5)).toBe(0);
  const other = world.parts({ sealer: plainSealer('another device') });
  expect(await countUnreadable(other, oneByOne, 0, 5)).toBe(5);
  expect(await countUnreadable(other, oneByOne, 2, 4)).toBe(2);
});

test('where a signature fails, what was proved before is gone on from, and counts when nothing more holds', async () => {
  const world = await filled(6);
  const [leg] = world.parts().legs;
  const proved = await verifyCopy(world.parts(), leg!, { until: 4 });
  expect(proved.size).toBe(4);
  const from = { check: proved.check, checkpoint: proved.checkpoint };
  for (const forged of [5, 4]) {
    const group = world.first.groups[forged]!;
    world.first.groups[forged] = { ...group, checkpoint: group.checkpoint.replace(/.{8}\n$/, 'AAAAAAAA\n') };
    world.reads.length = 0;
    const again = await verifyCopy(world.parts(), leg!, { from });
    const { checkpoint } = world.first.groups[forged - 1]!;
    expect(again).toMatchObject({ size: forged, checkpoint, problem: { sequence: forged } });
    expect(world.reads.filter((read) => read.startsWith('first 0'))).toEqual([]);
  }
});

test('of many losses the first are named, each by its entries, as far as the copies can tell', async () => {
  const world = await filled(30);
  const lost = Array.from({ length: 14 }, (_, index) => 2 * index + 3);
  for (const disk of [world.first, world.second]) disk.alsoDamaged = new Set(lost);
  const telling = world.parts().legs.map((leg) => ({
    ...leg,
    damaged: (first: number) => {
      const until = first === 29 ? null : first + 1;
      return Promise.resolve({ first, bytes: new Uint8Array(), until });
    },
  }));
  const named = await openJournal(world.parts({ legs: telling }), { thorough: true });
  expect(named.ok ? '' : named.error.message).toMatch(
    / No copy can read these entries: 3, 5, 7, 9, 11, 13, 15, 17 and others\.$/,
  );
  expect(await lostEntries(telling, 27, 30)).toEqual([
    { from: 27, to: 28 },
    { from: 29, to: 30 },
  ]);
  expect(await lostEntries(world.parts().legs, 3, 30), 'no copy can tell').toEqual([]);
});

test('no head is told for an entry that was not acknowledged, whatever the copies hold', async () => {
  const [world, early] = [await filled(3), await filled(2)];
  world.store.head = early.store.head;
  expect(await checkpointOf(world.parts(), 1)).toBe(world.first.groups[1]?.checkpoint);
  expect(await checkpointOf(world.parts(), 2)).toBeNull();
});

test('a copy that lacks its beginning is passed over for one that has it', async () => {
  const world = await filled(4);
  world.first.groups.splice(0, 1);
  expect((await readEntries(world.parts(), 0, 4)).map(({ entry }) => entry.sequence)).toEqual([0, 1, 2, 3]);
  world.reads.length = 0;
  expect(await readEntries(world.parts(), 1, 3)).toHaveLength(3);
  expect(world.reads.filter((read) => read.startsWith('second'))).toEqual([]);
});

test('pins move at once, then with the newest of each interval, and not again while nothing comes', async () => {
  const clock = fakeClock();
  const set: number[] = [];
  const keeper = new PinKeeper([{ ...memoryPins(), set: ({ size }) => Promise.resolve(void set.push(size)) }], clock);
  const pin = (size: number): HeadPin => ({ epoch: 1 as Epoch, size, root: '' });
  keeper.move(pin(1));
  await clock.advance(0);
  expect(set).toEqual([1]);
  keeper.move(pin(2));
  keeper.move(pin(3));
  await clock.advance(249);
  expect(set).toEqual([1]);
  await clock.advance(1);
  expect(set).toEqual([1, 3]);
  await clock.advance(1_000);
  expect([set, clock.waiting()]).toEqual([[1, 3], 0]);
  keeper.move(pin(4));
  keeper.move(pin(5));
  await keeper.settle();
  expect(set).toEqual([1, 3, 4, 5]);
  keeper.close();
  expect(clock.waiting()).toBe(0);
});

test('a copy on a disk of its own is read like any other', async () => {
  const disk = memoryLegDisk();
  const leg = memoryJournalLeg(disk, 'opfs');
  const world = journalWorld();
  const opened = await openJournal(world.parts({ legs: [leg] }));
  if (!opened.ok) throw new Error(opened.error.message);
  expect(await opened.value.journal.append(facts(3))).toEqual(ok(2));
  expect(opened.value.journal.state).toMatchObject({ size: 3, copies: ['opfs'], lag: 0, lagReason: null });
  await opened.value.journal.close();
});
