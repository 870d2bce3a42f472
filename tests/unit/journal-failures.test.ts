import { describe, expect, test } from 'vitest';
import type { Epoch } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { openRecord, sealRecord } from '#core/audit/record-seal.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { readEntries } from '#runtime/journal/reader.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { fact, filled, journalWorld, type JournalWorld } from '#tests/fakes/journal-world.ts';
import { memoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';

/** What goes wrong around the journal, one thing at a time. */
const BROKEN = err({ code: 'io' as const, message: 'the disk is gone' });

/** The same tab, one of whose copies does something else. */
async function openWith(world: JournalWorld, which: 0 | 1, change: (leg: JournalLeg) => Partial<JournalLeg>) {
  const parts = world.parts();
  const legs = parts.legs.map((leg, index) => (index === which ? { ...leg, ...change(leg) } : leg));
  return openJournal({ ...parts, legs });
}

describe('record keys', () => {
  test('destroyed at the same time stay destroyed, and all others can be read', async () => {
    const world = await filled(20);
    const { journal } = await world.open();
    const entries = (await readEntries(world.parts(), 0, 20)).map(({ entry }) => entry);
    const gone = [3, 4, 9, 15];
    expect(await Promise.all(gone.map((at) => journal.destroy([entries[at]!])))).toEqual([null, null, null, null]);
    const read = await readEntries(world.parts(), 0, 20);
    expect(read.map(({ missing }) => missing)).toEqual(
      read.map((_, index) => (gone.includes(index) ? 'destroyed' : null)),
    );
    expect(await verifyJournal(world.parts(), { payloads: true })).toMatchObject({ payloads: 16, problem: null });
  });

  test('that cannot be destroyed say so: fenced, without room, or of another vault', async () => {
    const world = await filled(3);
    const { journal } = await world.open();
    const { entry } = (await readEntries(world.parts(), 0, 1))[0]!;
    world.store.fail = 'quota';
    expect(await journal.destroy([entry])).toMatchObject({ code: 'quota' });
    world.store.fail = null;
    expect(await journal.destroy([{ epoch: 99 as Epoch, sequence: entry.sequence }])).toBeNull();
    const other = await openJournal(world.parts({ sealer: plainSealer('another device') }));
    if (!other.ok) throw new Error(other.error.message);
    expect(await other.value.journal.destroy([entry])).toMatchObject({ code: 'io' });
    expect(await journal.destroy([entry])).toMatchObject({ code: 'fenced' });
  });

  test('of another vault open nothing, and verifying names the first entry', async () => {
    const world = await filled(3);
    const parts = world.parts({ sealer: plainSealer('another device') });
    expect((await readEntries(parts, 0, 3)).map(({ missing }) => missing)).toEqual(Array(3).fill('wrong-key'));
    expect(await verifyJournal(parts, { payloads: true })).toMatchObject({
      verifiedUpTo: 0,
      problem: { sequence: 0 },
    });
  });

  test('that are lost leave a journal that verifies and says which entry cannot be read', async () => {
    const world = await filled(3);
    world.store.keys = [];
    expect((await readEntries(world.parts(), 1, 1))[0]?.missing).toBe('key-lost');
    const verified = await verifyJournal(world.parts(), { payloads: true });
    expect(verified.problem?.why).toContain('the key of entry 0 is lost');
  });

  test('a box under a record key opens under that key and context alone', () => {
    const [key, other, nonce] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2), new Uint8Array(12).fill(3)];
    const [here, there] = [Uint8Array.of(1), Uint8Array.of(2)];
    const box = sealRecord(key, nonce, Uint8Array.of(7, 8, 9), here);
    expect(openRecord(key, box, here)).toEqual(Uint8Array.of(7, 8, 9));
    expect(openRecord(other, box, here)).toBeNull();
    expect(openRecord(key, box, there)).toBeNull();
    expect(openRecord(key, box.subarray(0, 27), here)).toBeNull();
    for (let at = 0; at < box.length; at++)
      expect(openRecord(key, box.with(at, box[at]! ^ 1), here), String(at)).toBeNull();
  });

  test('payloads of an unknown kind, or of a broken box, are said to be unreadable', async () => {
    const world = await filled(1);
    const { journal } = await world.open();
    await journal.append([fact('x'.repeat(40_000))]);
    await journal.close();
    const spoil = async (sequence: number, change: (bytes: Uint8Array) => Uint8Array) => {
      const group = world.first.groups[sequence]!;
      world.first.groups[sequence] = { ...group, payloads: group.payloads.map(change) };
      const [read] = await readEntries(world.parts(), sequence, 1);
      world.first.groups[sequence] = group;
      return read?.missing;
    };
    expect(await spoil(0, (bytes) => bytes.with(0, 9))).toBe('wrong-key');
    expect(await spoil(0, () => new Uint8Array())).toBe('wrong-key');
    expect(await spoil(1, (bytes) => bytes.with(0, 9))).toBe('wrong-key');
    expect(await spoil(1, (bytes) => bytes.subarray(0, 2))).toBe('wrong-key');
    expect(await spoil(1, (bytes) => bytes.with(20, bytes[20]! ^ 1))).toBe('wrong-key');
    expect(await spoil(1, (bytes) => bytes.with(-1, bytes.at(-1)! ^ 1))).toBe('wrong-key');
    expect(await spoil(1, (bytes) => bytes)).toBeNull();
  });
});

describe('opening', () => {
  test('fails when no copy can be opened, when another tab leads by then, and when the store takes no head', async () => {
    const world = await filled(2);
    const parts = world.parts();
    const broken = parts.legs.map((leg) => ({ ...leg, open: () => Promise.resolve(BROKEN) }));
    const opening = openJournal({ ...parts, legs: broken });
    await world.clock.advance(5_000);
    expect(await opening).toMatchObject({ ok: false, error: { code: 'io' } });
    const late = await openWith(world, 0, (leg) => ({
      open: async (epoch) => {
        await parts.store.raiseEpoch();
        return leg.open(epoch);
      },
    }));
    expect(late).toEqual(err({ code: 'fenced', message: 'Another tab took the lead meanwhile.' }));
    const fresh = journalWorld();
    fresh.store.fail = 'io';
    expect(await openJournal(fresh.parts())).toMatchObject({ ok: false, error: { code: 'io' } });
  });

  test('reads everything when the copies cannot simply go on', async () => {
    const cannotCut = await filled();
    cannotCut.second.groups.splice(5);
    const cut = await openWith(cannotCut, 1, () => ({ truncateFrom: () => Promise.resolve(BROKEN) }));
    expect(cut).toMatchObject({ ok: false, error: { message: 'the disk is gone' } });
    const cannotCopy = await filled();
    cannotCopy.second.groups.splice(5);
    const copied = await openWith(cannotCopy, 1, () => ({ append: () => Promise.resolve(BROKEN) }));
    expect(copied).toMatchObject({ ok: false, error: { code: 'io' } });
    const another = await filled();
    another.second.groups.splice(6);
    another.second.groups[5] = { ...another.second.groups[5]!, checkpoint: another.second.groups[4]!.checkpoint };
    const { report } = await another.open();
    expect(report.repaired).toEqual([{ copy: 'indexeddb', from: 5, to: 10 }]);
    const store = await filled();
    store.first.groups = [];
    const parts = store.parts();
    const refusing = { ...parts.store, moveHead: () => Promise.resolve(err('quota' as const)) };
    expect(await openJournal({ ...parts, store: refusing })).toMatchObject({ ok: false, error: { code: 'quota' } });
  });

  test('a loss of one entry, or of all but damage, is told in words', async () => {
    const one = await filled(1);
    Object.assign(one.first, memoryLegDisk());
    Object.assign(one.second, memoryLegDisk());
    const lost = await openJournal(one.parts());
    expect(lost.ok ? '' : lost.error.message).toBe('The journal had 1 entry; only 0 entries can still be proved.');
    const damaged = await filled(4);
    damaged.first.damagedAt = 2;
    damaged.second.damagedAt = 1;
    const told = await openJournal(damaged.parts(), { thorough: true });
    expect(told.ok ? '' : told.error.message).toContain('only 2 entries can still be proved (group 2 is damaged)');
  });

  test('a forged signature leads back to the last head that is signed', async () => {
    const world = await filled(6);
    for (const disk of [world.first, world.second]) {
      const group = disk.groups[5]!;
      const forged = group.checkpoint.replace(/.{8}\n$/, 'AAAAAAAA\n');
      disk.groups[5] = { ...group, checkpoint: forged };
    }
    const verified = await verifyJournal(world.parts());
    expect(verified).toMatchObject({ verifiedUpTo: 5, problem: { sequence: 5 } });
  });

  test('a copy whose groups start elsewhere is proved up to there', async () => {
    const world = await filled(6);
    world.first.groups.splice(3, 1);
    const verified = await verifyJournal(world.parts());
    expect(verified.copies[0]).toEqual({
      name: 'opfs',
      verifiedUpTo: 3,
      problem: 'a group starts at entry 4, not at 3',
    });
    expect(verified.verifiedUpTo).toBe(6);
  });
});

describe('writing', () => {
  test('a leg that fences by itself spares asking the store, and a store that fails is no acknowledgement', async () => {
    const world = await filled(1);
    let asked = 0;
    const parts = world.parts();
    const counting = { ...parts.store, epoch: () => (asked++, parts.store.epoch()) };
    world.first.fencing = true;
    const opened = await openJournal({ ...parts, store: counting });
    if (!opened.ok) throw new Error(opened.error.message);
    const before = asked;
    expect((await opened.value.journal.append([fact('a')])).ok).toBe(true);
    expect(asked).toBe(before);
    world.first.fencing = false;
    expect((await opened.value.journal.append([fact('b')])).ok).toBe(true);
    expect(asked).toBe(before + 1);
    counting.epoch = () => Promise.reject(new Error('IndexedDB is gone'));
    expect(await opened.value.journal.append([fact('c')])).toMatchObject({ ok: false, error: { code: 'io' } });
  });

  test('a leg that tells when it can be read is asked about while its disk works', async () => {
    const world = await filled(1);
    const order: string[] = [];
    const parts = world.parts();
    const store = { ...parts.store, epoch: () => (order.push('asked'), parts.store.epoch()) };
    const [first, second] = parts.legs as [JournalLeg, JournalLeg];
    const telling: JournalLeg = {
      ...first,
      append: async (groups, readable) => {
        const written = await first.append(groups);
        readable?.();
        order.push('flushed');
        return written;
      },
    };
    const opened = await openJournal({ ...parts, store, legs: [telling, second] });
    if (!opened.ok) throw new Error(opened.error.message);
    order.length = 0;
    expect((await opened.value.journal.append([fact('a')])).ok).toBe(true);
    expect(order).toEqual(['asked', 'flushed']);
  });

  test('what cannot be cut away after a full disk ends the leadership', async () => {
    const world = await filled(1);
    const opened = await openWith(world, 0, () => ({ truncateFrom: () => Promise.resolve(BROKEN) }));
    if (!opened.ok) throw new Error(opened.error.message);
    world.first.fail = 'quota';
    expect(await opened.value.journal.append([fact('a')])).toMatchObject({ ok: false, error: { code: 'io' } });
    world.first.fail = null;
    expect(await opened.value.journal.append([fact('b')])).toMatchObject({ ok: false, error: { code: 'io' } });
  });

  test('a head that the store does not take at first is moved later, and a fenced one ends the leadership', async () => {
    const world = await filled(1);
    const { journal } = await world.open();
    world.store.fail = 'io';
    expect((await journal.append([fact('a')])).ok).toBe(true);
    await journal.settle();
    expect(world.store.head?.size).toBe(1);
    world.store.fail = null;
    await world.clock.advance(10_000);
    expect(world.store.head?.size).toBe(2);
    world.first.fencing = true;
    await world.parts().store.raiseEpoch();
    expect((await journal.append([fact('b')])).ok).toBe(true);
    await world.clock.advance(1);
    expect(await journal.append([fact('c')])).toMatchObject({ ok: false, error: { code: 'fenced' } });
  });

  test('a mending that fails says so and leaves the journal as it was', async () => {
    const world = await filled(5);
    const opened = await openWith(world, 1, () => ({ truncateFrom: () => Promise.resolve(BROKEN) }));
    if (!opened.ok) throw new Error(opened.error.message);
    world.second.groups.splice(2);
    expect(await opened.value.journal.repair()).toMatchObject({ ok: false, error: { code: 'io' } });
    expect(await opened.value.journal.append([fact('on')])).toEqual(ok(5));
  });
});

test('reading nothing, and reading where there is no journal, gives nothing', async () => {
  const world = journalWorld();
  expect(await readEntries(world.parts(), 0, 10)).toEqual([]);
  const progress: number[] = [];
  const verified = await verifyJournal(world.parts(), { progress: (fraction) => progress.push(fraction) });
  expect(verified).toMatchObject({ size: 0, verifiedUpTo: 0, problem: null });
  expect(progress.at(-1)).toBe(1);
});
