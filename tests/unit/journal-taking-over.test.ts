import { expect, test } from 'vitest';
import type { Epoch } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { HeadPinStore, JournalLeg } from '#ports/journal-leg.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { furthestPin } from '#runtime/journal/pin-keeper.ts';
import { fact, filled, journalWorld, type JournalWorld } from '#tests/fakes/journal-world.ts';

/** What taking over asks of the copies, the store and the pins, and what it then says. */

const BROKEN = err({ code: 'io' as const, message: 'the disk is gone' });

function legsOf(world: JournalWorld): [JournalLeg, JournalLeg] {
  const [first, second] = world.parts().legs;
  if (first === undefined || second === undefined) throw new Error('two copies');
  return [first, second];
}

test('a journal without an entry is taken over by its ends as well, as often as one likes', async () => {
  const world = journalWorld();
  for (let time = 0; time < 3; time++) {
    const { journal, report } = await world.open();
    expect(report).toEqual({ size: 0, repaired: [], missing: [], unreadable: 0 });
    await journal.close();
  }
  expect(world.reads).toEqual([]);
});

test('a copy that opens at the third try is not left out, and none is tried a fourth time', async () => {
  const world = await filled(2);
  const [first, second] = legsOf(world);
  let [failing, tries] = [2, 0];
  const open: JournalLeg['open'] = (epoch) => (++tries <= failing ? Promise.resolve(BROKEN) : second.open(epoch));
  const opening = async () => {
    const opened = openJournal(world.parts({ legs: [first, { ...second, open }] }));
    await world.clock.advance(5_000);
    const result = await opened;
    if (!result.ok) throw new Error(result.error.message);
    await result.value.journal.close();
    return result.value.report.missing;
  };
  expect([await opening(), tries]).toEqual([[], 3]);
  [failing, tries] = [Infinity, 0];
  expect([await opening(), tries]).toEqual([[{ copy: 'indexeddb', why: 'the disk is gone' }], 3]);
});

test('where no copy opens it is said why of each', async () => {
  const world = await filled(1);
  const legs = legsOf(world).map((leg) => ({
    ...leg,
    open: () => Promise.resolve(err({ code: 'io' as const, message: `no ${leg.name}` })),
  }));
  const opening = openJournal(world.parts({ legs }));
  await world.clock.advance(5_000);
  const message = 'No copy of the journal can be opened: no opfs; no indexeddb';
  expect(await opening).toEqual(err({ code: 'io', message }));
});

test('a store that does not take the head is told by its failure, also where a copy is missing', async () => {
  const fresh = journalWorld();
  fresh.store.fail = 'quota';
  expect(await openJournal(fresh.parts())).toEqual(err({ code: 'quota', message: 'The store did not take the head.' }));
  const world = await filled(2);
  const [first, second] = legsOf(world);
  world.store.fail = 'quota';
  const opening = openJournal(world.parts({ legs: [{ ...first, open: () => Promise.resolve(BROKEN) }, second] }), {
    thorough: true,
  });
  await world.clock.advance(5_000);
  expect(await opening).toEqual(err({ code: 'quota', message: 'The store did not take the mended head.' }));
});

test('a leader whom another replaced while it opened raises no epoch above the copies', async () => {
  const world = await filled(1);
  const parts = world.parts();
  const [first, second] = legsOf(world);
  const later = err({ code: 'fenced' as const, message: 'A later epoch has opened.', epoch: 90 as Epoch });
  const open: JournalLeg['open'] = async () => {
    await parts.store.raiseEpoch();
    return later;
  };
  expect(await openJournal({ ...parts, legs: [{ ...first, open }, second] })).toEqual(later);
  expect(world.store.epoch).toBeLessThan(90);
});

test('entries beyond a pin that stands where the store does are read from there on', async () => {
  const world = journalWorld();
  const { journal } = await world.open();
  await journal.append([fact(0)]);
  await journal.settle();
  const [older, pin] = [world.store.head, await world.pins[0]!.get()];
  for (let index = 1; index < 5; index++) await journal.append([fact(index)]);
  await journal.close();
  world.store.head = older;
  for (const pins of world.pins) await pins.set(pin!);
  world.reads.length = 0;
  const { report } = await world.open();
  expect(report).toMatchObject({ size: 5, repaired: [] });
  expect(world.reads.filter((read) => read.includes(' 0 '))).toEqual([]);
});

test('pins that stand behind the store cost no reading', async () => {
  const [world, early] = [await filled(4), await filled(2)];
  for (const pin of world.pins) await pin.set((await early.pins[0]!.get())!);
  world.reads.length = 0;
  const { report } = await world.open();
  expect(report).toMatchObject({ size: 4, repaired: [] });
  expect(world.reads).toEqual([]);
});

test('a pin of as many entries as the store has, with another root, is believed as much as the store', async () => {
  const world = await filled(3);
  for (const pin of world.pins) await pin.set({ epoch: 1 as Epoch, size: 3, root: '0'.repeat(64) });
  expect(await openJournal(world.parts())).toMatchObject({ ok: false, error: { code: 'amnesia', expected: 3 } });
});

test('pins are erased when a loss is accepted, and at no other time', async () => {
  const world = await filled(3);
  let erased = 0;
  const pins = world.pins.map((pin): HeadPinStore => ({ ...pin, erase: () => (erased++, pin.erase()) }));
  const thorough = await openJournal(world.parts({ pins }), { thorough: true });
  expect([thorough.ok, erased]).toEqual([true, 0]);
  for (const disk of [world.first, world.second]) disk.groups.splice(2);
  const accepted = await openJournal(world.parts({ pins }), { acceptLoss: true });
  if (!accepted.ok) throw new Error(accepted.error.message);
  expect([accepted.value.report.size, erased]).toEqual([2, 3]);
  await accepted.value.journal.settle();
  for (const pin of world.pins) expect(await pin.get()).toMatchObject({ size: 2 });
});

test('a pin that cannot be read hides none of the others', async () => {
  const world = await filled(2);
  const failing: HeadPinStore = { ...world.pins[0]!, get: () => Promise.reject(new Error('held')) };
  expect(await furthestPin([failing, ...world.pins.slice(1)])).toMatchObject({ size: 2 });
  expect(await furthestPin([failing])).toBeNull();
});

test('closing gives every copy back, and copies that cannot fence or pack by themselves serve as well', async () => {
  const world = await filled(1);
  let closed = 0;
  const legs = legsOf(world).map((leg): JournalLeg => {
    const { fencing, ...plain } = leg;
    expect(fencing?.()).toBe(false);
    return { ...plain, close: () => (closed++, leg.close()) };
  });
  const opened = await openJournal(world.parts({ legs }));
  if (!opened.ok) throw new Error(opened.error.message);
  const { journal } = opened.value;
  expect(await journal.append([fact('a')])).toEqual(ok(1));
  await journal.pack();
  await journal.close();
  expect(closed).toBe(2);
  expect(await world.values()).toEqual([0, 'a']);
});
