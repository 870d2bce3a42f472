import { describe, expect, test } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import type { Epoch } from '#core/base/ids.ts';
import { NotJsonError } from '#core/base/json.ts';
import { JOURNAL_GROUP_ENTRIES_MAX, SECOND_LEG_LAG_ENTRIES_MAX, SECOND_LEG_LAG_MS_MAX } from '#core/base/limits.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { readEntries, readGroups } from '#runtime/journal/reader.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { fact, journalWorld, type JournalWorld } from '#tests/fakes/journal-world.ts';
import { memoryLegDisk, type MemoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';
import { memoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';

const never = (): Promise<void> => new Promise(() => undefined);

describe('appending', () => {
  test('facts come back in order with their payloads, and the whole journal is proved', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    expect(await journal.append([fact('a'), fact({ b: [1, null, 'ü'] })])).toEqual({ ok: true, value: 1 });
    expect(await journal.append([fact('c')])).toEqual({ ok: true, value: 2 });
    await journal.settle();
    expect(await world.values()).toEqual(['a', { b: [1, null, 'ü'] }, 'c']);
    const verified = await verifyJournal(world.parts(), { payloads: true });
    expect(verified).toMatchObject({ size: 3, verifiedUpTo: 3, problem: null, payloads: 3 });
    expect(verified.copies).toEqual([
      { name: 'opfs', verifiedUpTo: 3, problem: null },
      { name: 'indexeddb', verifiedUpTo: 3, problem: null },
    ]);
  });

  test('all that wait at a flush go in one group under one signature, in the order of the calls', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    const appended = await Promise.all(Array.from({ length: 100 }, (_, index) => journal.append([fact(index)])));
    expect(appended).toEqual(Array.from({ length: 100 }, (_, index) => ({ ok: true, value: index })));
    expect(await world.values()).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(world.first.groups.length).toBeLessThanOrEqual(4);
    expect(Math.max(...world.first.groups.map(({ count }) => count))).toBeLessThanOrEqual(JOURNAL_GROUP_ENTRIES_MAX);
  });

  test('an append of more than a group is acknowledged whole', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    const many = Array.from({ length: 150 }, (_, index) => fact(index));
    expect(await journal.append(many)).toEqual({ ok: true, value: 149 });
    expect(world.first.groups.map(({ count }) => count)).toEqual([64, 64, 22]);
    expect(await world.values()).toHaveLength(150);
    expect((await verifyJournal(world.parts())).verifiedUpTo).toBe(150);
  });

  test('a slow payload does not let a later one overtake it', async () => {
    const world = journalWorld();
    const sealer = plainSealer();
    const slow = {
      ...sealer,
      seal: async (plain: Uint8Array, context: string) => {
        if (plain.length > 1_000) await new Promise((resolve) => setTimeout(resolve, 20));
        return sealer.seal(plain, context);
      },
    };
    const opened = await openJournal(world.parts({ sealer: slow }));
    if (!opened.ok) throw new Error(opened.error.message);
    const { journal } = opened.value;
    const both = await Promise.all([journal.append([fact('x'.repeat(2_000))]), journal.append([fact('short')])]);
    expect(both).toEqual([
      { ok: true, value: 0 },
      { ok: true, value: 1 },
    ]);
  });

  test('a value that is not JSON is refused and leaves the journal as it was', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    await expect(journal.append([fact({ bad: undefined } as never)])).rejects.toThrow(NotJsonError);
    expect(await journal.append([fact('good')])).toEqual({ ok: true, value: 0 });
  });

  test('the copies hold no payload in the clear and no record key, whichever cipher sealed it', async () => {
    const world = journalWorld();
    const sealed: Uint8Array[] = [];
    const sealer = plainSealer();
    const hiding = (plain: Uint8Array) => {
      sealed.push(plain.slice());
      return Promise.resolve({ ciphertext: plain.map((byte) => byte ^ 0xa5), wrappedKey: utf8('KEY') });
    };
    const opened = await openJournal(world.parts({ sealer: { ...sealer, seal: hiding } }));
    if (!opened.ok) throw new Error(opened.error.message);
    await opened.value.journal.append([fact('a private sentence'), fact('private'.repeat(10_000))]);
    const keys = sealed.find((plain) => plain.length % 32 === 0);
    const kept = world.first.groups
      .map(({ entries, payloads }) => entries.join('') + payloads.map(textOf).join(''))
      .join('');
    expect(kept.length).toBeGreaterThan(70_000);
    expect(kept).not.toContain('private');
    expect(kept).not.toContain('KEY');
    expect(keys?.length).toBe(64 * 32);
    for (const at of [0, 1])
      expect(kept).not.toContain(textOf(keys?.subarray(32 * at, 32 * at + 32) ?? new Uint8Array()));
  });

  test('a record key is durable before the entry that uses it, over many pools', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    for (let round = 0; round < 12; round++) {
      expect((await journal.append(Array.from({ length: 50 }, () => fact('x'.repeat(round * 2_000))))).ok).toBe(true);
      const covered = world.store.keys.reduce((end, pool) => Math.max(end, pool.first + pool.count), 0);
      expect(covered).toBeGreaterThanOrEqual(
        world.first.groups.at(-1)!.firstSequence + world.first.groups.at(-1)!.count,
      );
    }
    expect(await world.values()).toEqual(
      Array.from({ length: 600 }, (_, index) => 'x'.repeat(Math.floor(index / 50) * 2_000)),
    );
  });
});

describe('the second copy', () => {
  test('follows within its time', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    await journal.append([fact('a')]);
    expect(journal.state.lag).toBe(1);
    expect(world.second.groups).toEqual([]);
    await world.clock.advance(SECOND_LEG_LAG_MS_MAX);
    expect(journal.state.lag).toBe(0);
    expect(world.second.groups).toEqual(world.first.groups);
  });

  test('follows at once when it is behind by as many entries as it may', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    await journal.append(Array.from({ length: SECOND_LEG_LAG_ENTRIES_MAX }, (_, index) => fact(index)));
    await world.clock.advance(0);
    expect(world.second.groups).toEqual(world.first.groups);
  });

  test('that cannot be written says why, holds nothing back, and catches up when it can', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    world.second.fail = 'quota';
    for (let round = 0; round < 40; round++) {
      expect((await journal.append(Array.from({ length: 64 }, () => fact(round)))).ok).toBe(true);
      await world.clock.advance(SECOND_LEG_LAG_MS_MAX / 2);
    }
    expect(journal.state).toMatchObject({ size: 2_560, lag: 2_560 });
    expect(journal.state.lagReason).toContain('quota');
    world.second.fail = null;
    await world.clock.advance(SECOND_LEG_LAG_MS_MAX);
    expect(journal.state).toMatchObject({ lag: 0, lagReason: null });
    expect(world.second.groups).toEqual(world.first.groups);
  });
});

describe('opening', () => {
  test('reads the ends and not the history', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    for (let group = 0; group < 50; group++) await journal.append([fact(group)]);
    await journal.close();
    world.reads.length = 0;
    const { journal: next, report } = await world.open();
    expect(world.reads).toEqual([]);
    expect(report).toMatchObject({ size: 50, repaired: [], unreadable: 0 });
    expect(await next.append([fact('more')])).toEqual({ ok: true, value: 50 });
    expect((await verifyJournal(world.parts())).verifiedUpTo).toBe(51);
  });

  test('what a leader had written when it died counts, though it could no longer say so', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    await journal.append([fact('kept')]);
    world.first.afterAppend = never;
    void journal.append([fact('written')]);
    await world.clock.advance(1);
    expect(world.first.groups).toHaveLength(2);
    expect(world.store.head?.size).toBe(1);
    world.first.afterAppend = null;
    const { journal: next, report } = await world.open();
    expect(report).toMatchObject({ size: 2, unreadable: 0 });
    expect(await next.append([fact('after')])).toEqual({ ok: true, value: 2 });
    expect(await world.values()).toEqual(['kept', 'written', 'after']);
    expect((await verifyJournal(world.parts(), { payloads: true })).problem).toBeNull();
  });

  test('a death in the very first append is no loss of anything', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    world.first.afterAppend = never;
    void journal.append([fact('written')]);
    await world.clock.advance(1);
    world.first.afterAppend = null;
    const { journal: next, report } = await world.open();
    expect(report.size).toBe(1);
    expect(await next.append([fact('second')])).toEqual({ ok: true, value: 1 });
    expect(await world.values()).toEqual(['written', 'second']);
  });

  test('a leader replaced before it could acknowledge is told, and the next one keeps what it had written', async () => {
    const world = journalWorld();
    const { journal: old } = await world.open();
    await old.append([fact('before')]);
    let wake!: () => void;
    world.first.afterAppend = () => new Promise<void>((resolve) => (wake = resolve));
    const late = old.append([fact('late')]);
    await world.clock.advance(1);
    world.first.afterAppend = null;
    const { journal: next } = await world.open();
    expect(await next.append([fact('true')])).toEqual({ ok: true, value: 2 });
    wake();
    expect(await late).toMatchObject({ ok: false, error: { code: 'fenced' } });
    expect(await old.append([fact('later still')])).toMatchObject({ ok: false, error: { code: 'fenced' } });
    expect(await world.values()).toEqual(['before', 'late', 'true']);
    expect((await verifyJournal(world.parts(), { payloads: true })).problem).toBeNull();
  });

  test('a leader knows whether it still is the one, though nothing told it that another came, and not once it is closed', async () => {
    const world = journalWorld();
    const { journal: old } = await world.open();
    expect(await old.isOurs()).toBe(true);
    const { journal: next } = await world.open();
    expect([await old.isOurs(), await next.isOurs()]).toEqual([false, true]);
    await next.close();
    expect(await next.isOurs()).toBe(false);
  });

  test('heads that the store lost with the power are found again in the copies', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    await journal.append([fact(0)]);
    const older = world.store.head;
    for (let index = 1; index < 200; index++) await journal.append([fact(index)]);
    await journal.close();
    world.store.head = older;
    for (const pin of world.pins) await pin.erase();
    world.reads.length = 0;
    const { journal: next, report } = await world.open();
    expect(report).toMatchObject({ size: 200, repaired: [], unreadable: 0 });
    expect(world.store.head).toEqual(next.head);
    expect(world.reads.filter((read) => read.includes(' 0 '))).toEqual([]);
    expect(await world.values()).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });

  test('a pin that remembers another history than the tail tells leads to amnesia', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    await journal.append([fact(0)]);
    const older = world.store.head;
    for (let index = 1; index < 5; index++) await journal.append([fact(index)]);
    await journal.close();
    world.store.head = older;
    for (const pin of world.pins) await pin.set({ epoch: 1 as Epoch, size: 3, root: 'ab'.repeat(32) });
    expect(await openJournal(world.parts())).toMatchObject({ ok: false, error: { code: 'amnesia' } });
  });

  test('a tab that leads again with the same copies is not disturbed by what it still had under way', async () => {
    const world = journalWorld();
    const parts = world.parts();
    const open = async () => {
      const opened = await openJournal(parts);
      if (!opened.ok) throw new Error(opened.error.message);
      return opened.value.journal;
    };
    const old = await open();
    await old.append([fact('a')]);
    const late = old.append([fact('late')]);
    const next = await open();
    expect(await late).toMatchObject({ ok: false, error: { code: 'fenced' } });
    const size = next.head.size;
    expect(await next.append([fact('b')])).toEqual({ ok: true, value: size });
    await old.close();
    expect(await next.append([fact('c')])).toEqual({ ok: true, value: size + 1 });
    await next.close();
    expect((await world.values()).filter((value) => value !== 'late')).toEqual(['a', 'b', 'c']);
    expect((await verifyJournal(world.parts())).copies.every(({ verifiedUpTo }) => verifiedUpTo === size + 2)).toBe(
      true,
    );
  });

  test('a second copy that was behind when the leader died is brought up to the first', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    await journal.append([fact('a')]);
    await journal.settle();
    await journal.append([fact('b')]);
    await journal.append([fact('c')]);
    expect(world.second.groups).toHaveLength(1);
    const { report } = await world.open();
    expect(report.repaired).toEqual([{ copy: 'indexeddb', from: 1, to: 3 }]);
    expect(world.second.groups).toEqual(world.first.groups);
  });
});

describe('damage', () => {
  const filled = async (count = 30): Promise<JournalWorld> => {
    const world = journalWorld();
    const { journal } = await world.open();
    for (let index = 0; index < count; index++) await journal.append([fact(index)]);
    await journal.close();
    return world;
  };
  const all = Array.from({ length: 30 }, (_, index) => index);
  const whole = async (world: JournalWorld): Promise<void> => {
    expect(await world.values()).toEqual(all);
    const verified = await verifyJournal(world.parts(), { payloads: true });
    expect(verified).toMatchObject({ verifiedUpTo: 30, problem: null, payloads: 30 });
    expect(verified.copies.every(({ verifiedUpTo }) => verifiedUpTo === 30)).toBe(true);
    expect(world.first.groups).toEqual(world.second.groups);
  };

  const harms: readonly (readonly [string, (disk: MemoryLegDisk) => void])[] = [
    ['is emptied', (disk) => Object.assign(disk, memoryLegDisk())],
    ['loses its end', (disk) => disk.groups.splice(20)],
    ['is damaged at its end', (disk) => (disk.damagedAt = 29)],
    [
      'ends in another history',
      (disk) => disk.groups.splice(29, 1, { ...disk.groups[29]!, checkpoint: disk.groups[28]!.checkpoint }),
    ],
  ];
  for (const which of ['first', 'second'] as const)
    test.each(harms)(`a ${which} copy that %s is mended from the other on opening`, async (_, harm) => {
      const world = await filled();
      harm(world[which]);
      const { report, journal } = await world.open();
      expect(report.repaired.map(({ copy, to }) => [copy, to])).toEqual([
        [which === 'first' ? 'opfs' : 'indexeddb', 30],
      ]);
      expect(report.size).toBe(30);
      // One that is only behind by a little may have been so all along.
      if (which === 'first') expect(journal.state.mended).toEqual(report.repaired);
      await whole(world);
      expect(await journal.append([fact('on')])).toEqual({ ok: true, value: 30 });
    });

  test('damage in the middle is found by verifying, and mended while the journal goes on', async () => {
    const world = await filled();
    const { journal } = await world.open();
    world.second.damagedAt = 7;
    const verified = await verifyJournal(world.parts());
    expect(verified).toMatchObject({ verifiedUpTo: 30, problem: null });
    expect(verified.copies[1]).toMatchObject({ name: 'indexeddb', verifiedUpTo: 7 });
    expect(verified.copies[1]?.problem).not.toBeNull();
    const appended = journal.append([fact('meanwhile')]);
    expect(await journal.repair()).toMatchObject({ ok: true, value: { repaired: [{ copy: 'indexeddb', from: 7 }] } });
    expect(await appended).toEqual({ ok: true, value: 30 });
    await journal.settle();
    expect(world.second.groups).toEqual(world.first.groups);
    expect((await verifyJournal(world.parts())).copies.every(({ problem }) => problem === null)).toBe(true);
  });

  test('a copy that could be read once but not compared with the other is written anew, not believed', async () => {
    const world = await filled();
    const legs = world.parts().legs.map((leg): JournalLeg => {
      let begun = 0;
      const read: JournalLeg['read'] = (from, count) => {
        if (from === 0) begun++;
        return begun === 2 ? Promise.resolve({ groups: [], damage: 'it went away' }) : leg.read(from, count);
      };
      return { ...leg, read };
    });
    const opened = await openJournal(world.parts({ legs }), { thorough: true });
    expect(opened).toMatchObject({
      ok: true,
      value: { report: { repaired: [{ copy: 'indexeddb', from: 0, to: 30 }] } },
    });
    expect(world.second.groups).toEqual(world.first.groups);
    await whole(world);
  });

  test('damage in the middle of either copy is mended by a thorough opening', async () => {
    for (const which of ['first', 'second'] as const) {
      const world = await filled();
      world[which].damagedAt = 11;
      const { report } = await world.open({ thorough: true });
      expect(report.repaired).toEqual([{ copy: which === 'first' ? 'opfs' : 'indexeddb', from: 11, to: 30 }]);
      await whole(world);
    }
  });

  test('an entry changed in every copy is named', async () => {
    const world = await filled();
    for (const disk of [world.first, world.second]) {
      const group = disk.groups[12]!;
      disk.groups[12] = { ...group, entries: [group.entries[0]!.replace('run-1', 'run-2')] };
    }
    const verified = await verifyJournal(world.parts());
    expect(verified).toMatchObject({ verifiedUpTo: 12, problem: { sequence: 12 } });
  });

  test('a payload exchanged for another is named', async () => {
    const world = await filled();
    for (const disk of [world.first, world.second]) {
      disk.groups[5] = { ...disk.groups[5]!, payloads: disk.groups[6]!.payloads };
    }
    const verified = await verifyJournal(world.parts(), { payloads: true });
    expect(verified).toMatchObject({ verifiedUpTo: 5, problem: { sequence: 5 } });
  });

  test('reading goes to the other copy while the first is damaged, and fails loudly when both are', async () => {
    const world = await filled();
    world.first.damagedAt = 3;
    expect(await world.values()).toEqual(all);
    world.second.damagedAt = 4;
    await expect(world.values()).rejects.toThrow('No copy of the journal holds');
    expect((await readEntries(world.parts(), 0, 2)).map(({ payload }) => payload?.value)).toEqual([0, 1]);
  });

  test('a destroyed record key leaves an entry that verifies and says that its payload is destroyed', async () => {
    const world = await filled();
    const { journal } = await world.open();
    const { entry } = (await readEntries(world.parts(), 4, 1))[0]!;
    expect(await journal.destroy([entry])).toBeNull();
    const [read] = await readEntries(world.parts(), 4, 1);
    expect(read).toMatchObject({ payload: null, missing: 'destroyed', entry: { sequence: 4 } });
    expect(await verifyJournal(world.parts(), { payloads: true })).toMatchObject({
      verifiedUpTo: 30,
      problem: null,
      payloads: 29,
    });
  });
});

test('a second copy that lost more than it may be behind is told of, when it has been mended', async () => {
  const world = journalWorld();
  const { journal } = await world.open();
  for (let group = 0; group < 5; group++) await journal.append(Array.from({ length: 40 }, () => fact(group)));
  await journal.close();
  Object.assign(world.second, memoryLegDisk());
  const { journal: next } = await world.open();
  expect(next.state.mended).toEqual([{ copy: 'indexeddb', from: 0, to: 200 }]);
  expect(world.second.groups).toEqual(world.first.groups);
});

describe('verifying what is new', () => {
  const grown = async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    for (let index = 0; index < 40; index++) await journal.append([fact(index)]);
    await journal.settle();
    const { proved } = await verifyJournal(world.parts(), { payloads: true });
    for (let index = 40; index < 45; index++) await journal.append([fact(index)]);
    await journal.settle();
    world.reads.length = 0;
    return { world, proved };
  };

  test('reads only that, of every copy, and says the same as reading all', async () => {
    const { world, proved } = await grown();
    const since = await verifyJournal(world.parts(), { payloads: true, since: proved });
    const starts = world.reads.map((read) => Number(read.split(' ')[1]));
    expect(Math.min(...starts)).toBe(39);
    const all = await verifyJournal(world.parts(), { payloads: true });
    expect(since).toEqual(all);
    expect(since).toMatchObject({ size: 45, verifiedUpTo: 45, payloads: 45, problem: null });
    expect([...since.proved.copies.values()].map(({ check }) => check.frontier.nodes.length)).toEqual([4, 4]);
  });

  test('finds what was changed after it, and names it', async () => {
    const { world, proved } = await grown();
    for (const disk of [world.first, world.second]) {
      const group = disk.groups[42]!;
      disk.groups[42] = { ...group, entries: [group.entries[0]!.replace('run-1', 'run-2')] };
    }
    const since = await verifyJournal(world.parts(), { payloads: true, since: proved });
    expect(since).toMatchObject({ verifiedUpTo: 42, problem: { sequence: 42 } });
  });

  test('reads from the start where the head fell back behind it, and no further than that head', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    for (let index = 0; index < 10; index++) await journal.append([fact(index)]);
    const older = journal.head;
    await journal.append([fact(10)]);
    await journal.settle();
    const { proved } = await verifyJournal(world.parts());
    world.store.head = older;
    const copy = { verifiedUpTo: 10, problem: null };
    expect(await verifyJournal(world.parts(), { since: proved })).toMatchObject({
      size: 10,
      ...copy,
      copies: [copy, copy],
    });
  });

  test('reads a copy whole that no longer holds what was proved of it', async () => {
    const { world, proved } = await grown();
    world.second.groups.splice(10);
    const since = await verifyJournal(world.parts(), { payloads: true, since: proved });
    expect(since.copies.map(({ verifiedUpTo }) => verifiedUpTo)).toEqual([45, 10]);
  });
});

describe('loss', () => {
  const lived = async (): Promise<JournalWorld> => {
    const world = journalWorld();
    const { journal } = await world.open();
    for (let index = 0; index < 10; index++) await journal.append([fact(index)]);
    await journal.close();
    return world;
  };
  const failure = async (world: JournalWorld) => {
    const opened = await openJournal(world.parts());
    return opened.ok ? null : opened.error;
  };

  test('an emptied store beside a pin is amnesia, never a new beginning', async () => {
    const world = await lived();
    Object.assign(world.store, memoryStoreDisk());
    expect(await failure(world)).toMatchObject({ code: 'amnesia', readable: 10, expected: 10 });
    expect(await failure(world)).toMatchObject({ code: 'amnesia' });
    expect(world.first.groups).toHaveLength(10);
  });

  test('an emptied store and emptied copies beside one pin are amnesia', async () => {
    const world = await lived();
    Object.assign(world.store, memoryStoreDisk());
    Object.assign(world.first, memoryLegDisk());
    Object.assign(world.second, memoryLegDisk());
    await world.pins[0]?.erase();
    await world.pins[1]?.erase();
    expect(await failure(world)).toMatchObject({ code: 'amnesia', readable: 0, expected: 10 });
  });

  test('an emptied store beside a copy is amnesia even when every pin is gone', async () => {
    const world = await lived();
    Object.assign(world.store, memoryStoreDisk());
    for (const pin of world.pins) await pin.erase();
    expect(await failure(world)).toMatchObject({ code: 'amnesia', readable: 10 });
  });

  test('copies that both lost their end are amnesia, and nothing of what is left is touched', async () => {
    const world = await lived();
    world.first.groups.splice(6);
    world.second.groups.splice(8);
    expect(await failure(world)).toMatchObject({ code: 'amnesia', readable: 8, expected: 10 });
    expect([world.first.groups.length, world.second.groups.length]).toEqual([6, 8]);
  });

  test('once the owner accepts the loss, the journal goes on from what can be proved', async () => {
    const world = await lived();
    world.first.groups.splice(6);
    world.second.groups.splice(8);
    const { journal, report } = await world.open({ acceptLoss: true });
    expect(report).toMatchObject({ size: 8, repaired: [{ copy: 'opfs', from: 6, to: 8 }] });
    expect(await journal.append([fact('on')])).toEqual({ ok: true, value: 8 });
    await journal.close();
    const { report: again } = await world.open();
    expect(again).toMatchObject({ size: 9, repaired: [] });
    expect((await verifyJournal(world.parts())).problem).toBeNull();
  });

  test('a store that fell back behind a pin is brought forward, and what it can no longer open is counted', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    for (let index = 0; index < 5; index++) await journal.append([fact(index)]);
    const backup = structuredClone(world.store);
    for (let index = 5; index < 400; index++) await journal.append([fact(index)]);
    await journal.close();
    Object.assign(world.store, backup);
    const end = backup.keys.reduce((most, pool) => Math.max(most, pool.first + pool.count), 0);
    expect(end).toBeLessThan(400);
    const { journal: next, report } = await world.open();
    expect(report).toMatchObject({ size: 400, unreadable: 400 - end });
    expect(next.epoch).toBeGreaterThan(journal.epoch);
    expect(await world.values()).toEqual(Array.from({ length: 400 }, (_, index) => (index < end ? index : null)));
    expect(await next.append([fact('on')])).toEqual({ ok: true, value: 400 });
    expect((await verifyJournal(world.parts())).problem).toBeNull();
  });

  test('an emptied store whose epoch starts again under older copies still ends above them once accepted', async () => {
    const world = await lived();
    for (let opening = 0; opening < 5; opening++) await (await world.open()).journal.close();
    Object.assign(world.store, memoryStoreDisk());
    const { journal } = await world.open({ acceptLoss: true });
    expect(journal.epoch).toBeGreaterThan(6);
    expect(await journal.append([fact('on')])).toEqual({ ok: true, value: 10 });
    expect((await verifyJournal(world.parts())).problem).toBeNull();
  });
});

describe('failing writes', () => {
  test('a full disk refuses the append, and a later one takes the same place', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    await journal.append([fact('a')]);
    world.first.fail = 'quota';
    expect(await journal.append([fact('too much')])).toMatchObject({ ok: false, error: { code: 'quota' } });
    world.first.fail = null;
    expect(await journal.append([fact('b')])).toEqual({ ok: true, value: 1 });
    expect(await world.values()).toEqual(['a', 'b']);
    expect((await verifyJournal(world.parts())).problem).toBeNull();
  });

  test('a store that cannot keep the keys refuses the append, and nothing of it stays', async () => {
    const world = journalWorld();
    world.store.fail = null;
    const { journal } = await world.open();
    await world.clock.advance(1);
    world.store.fail = 'quota';
    const many = Array.from({ length: 100 }, () => fact('no key'));
    expect(await journal.append(many)).toMatchObject({ ok: false, error: { code: 'quota' } });
    world.store.fail = null;
    expect(world.first.groups).toEqual([]);
    expect(await journal.append([fact('a')])).toEqual({ ok: true, value: 0 });
    expect(await world.values()).toEqual(['a']);
  });

  test('after an unexplained failure the journal takes no more, and opening again finds it whole', async () => {
    const world = journalWorld();
    const { journal } = await world.open();
    await journal.append([fact('a')]);
    world.first.fail = 'io';
    expect(await journal.append([fact('b')])).toMatchObject({ ok: false, error: { code: 'io' } });
    world.first.fail = null;
    expect(await journal.append([fact('c')])).toMatchObject({ ok: false, error: { code: 'io' } });
    await world.open();
    expect(await world.values()).toEqual(['a']);
  });

  test('a pin that cannot be written hinders nothing, and the others stand at the head', async () => {
    const world = journalWorld();
    const broken = { ...world.pins[0]!, set: () => Promise.reject(new Error('no disk')) };
    const opened = await openJournal(world.parts({ pins: [broken, ...world.pins.slice(1)] }));
    if (!opened.ok) throw new Error(opened.error.message);
    const { journal } = opened.value;
    for (let index = 0; index < 20; index++) expect((await journal.append([fact(index)])).ok).toBe(true);
    await journal.settle();
    for (const pin of world.pins.slice(1)) expect(await pin.get()).toMatchObject({ size: 20, root: journal.head.root });
  });

  test('a copy that cannot be opened is left out and named, and the other carries the journal', async () => {
    const world = journalWorld();
    const parts = world.parts();
    const closed = {
      ...parts.legs[0]!,
      open: () => Promise.resolve({ ok: false as const, error: { code: 'io' as const, message: 'private window' } }),
    };
    const opening = openJournal({ ...parts, legs: [closed, parts.legs[1]!] });
    // It may only be busy, so it is tried again before it is left out.
    await world.clock.advance(1_000);
    const opened = await opening;
    if (!opened.ok) throw new Error(opened.error.message);
    expect(opened.value.report.missing).toEqual([{ copy: 'opfs', why: 'private window' }]);
    expect(await opened.value.journal.append([fact('a')])).toEqual({ ok: true, value: 0 });
    expect(opened.value.journal.state.copies).toEqual(['indexeddb']);
    await opened.value.journal.close();
    const { report } = await world.open();
    expect(report.repaired).toEqual([{ copy: 'opfs', from: 0, to: 1 }]);
  });
});

test('groups are read for an export with their checkpoints, each covering what came before it', async () => {
  const world = journalWorld();
  const { journal } = await world.open();
  for (let index = 0; index < 600; index += 3) await journal.append([fact(index), fact(index + 1), fact(index + 2)]);
  const seen: unknown[] = [];
  let size = 0;
  for await (const group of readGroups(world.parts())) {
    seen.push(...group.entries.map(({ payload }) => payload?.value));
    size += group.entries.length;
    expect(group.size).toBe(size);
    expect(group.checkpoint).toContain(`\n${String(size)}\n`);
  }
  expect(seen).toEqual(Array.from({ length: 600 }, (_, index) => index));
});

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
