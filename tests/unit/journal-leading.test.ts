import { expect, test } from 'vitest';
import type { Epoch } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import type { JournalParts, JournalState } from '#runtime/journal/parts.ts';
import { readEntries } from '#runtime/journal/reader.ts';
import { fact, filled, journalWorld, type JournalWorld } from '#tests/fakes/journal-world.ts';
import { memoryJournalLeg, memoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';

/** What a leader tells of its journal, and what it still does when it ends. */

async function opened(world: JournalWorld, changes: Partial<JournalParts> = {}): Promise<Journal> {
  const result = await openJournal(world.parts(changes));
  if (!result.ok) throw new Error(result.error.message);
  return result.value.journal;
}

test('pins that were lost stand at the head again as soon as the journal is open', async () => {
  const world = await filled(3);
  for (const pin of world.pins) await pin.erase();
  const { journal } = await world.open();
  await journal.settle();
  const { size, root } = journal.head;
  for (const pin of world.pins) expect(await pin.get()).toEqual({ epoch: journal.epoch, size, root });
});

test('a leader reads what it acknowledged, though the store has not heard of it; and a new one nothing', async () => {
  const world = journalWorld();
  const journal = await opened(world);
  expect(await journal.reading.store.head()).toBeNull();
  await journal.append([fact('a')]);
  await journal.settle();
  world.store.head = null;
  const [read] = await readEntries(journal.reading, 0, 9);
  expect(read).toMatchObject({ payload: { value: 'a' }, missing: null });
});

test('that the other copy has followed is told', async () => {
  const world = journalWorld();
  const told: JournalState[] = [];
  const journal = await opened(world, { changed: (state) => told.push(state) });
  await journal.append([fact('a')]);
  expect(told.at(-1)).toMatchObject({ size: 1, lag: 1, lagReason: null, full: false });
  await world.clock.advance(10_000);
  expect(told.at(-1)).toMatchObject({ size: 1, lag: 0 });
});

test('of several other copies the one that is furthest behind is told, and why the one that fails does', async () => {
  const world = journalWorld();
  const third = memoryLegDisk();
  const [first, second] = world.parts().legs as [JournalLeg, JournalLeg];
  const journal = await opened(world, { legs: [first, second, memoryJournalLeg(third, 'memory')] });
  third.fail = 'io';
  await journal.append([fact('a'), fact('b')]);
  expect(await journal.settle()).toBe('The memory leg failed: io.');
  expect(journal.state).toMatchObject({ lag: 2, lagReason: 'The memory leg failed: io.' });
  expect(world.second.groups).toEqual(world.first.groups);
  third.fail = null;
  expect(await journal.settle()).toBeNull();
  expect(journal.state).toMatchObject({ lag: 0, lagReason: null });
});

test('a copy that is only behind is no damage that a repair tells of', async () => {
  const world = await filled(2);
  const { journal } = await world.open();
  await journal.append([fact('a')]);
  expect(world.second.groups).toHaveLength(2);
  expect(await journal.repair()).toMatchObject({ ok: true, value: { repaired: [] } });
  expect(world.second.groups).toEqual(world.first.groups);
});

test('keys that cannot be destroyed are told with the reason', async () => {
  const world = await filled(1);
  const { journal } = await world.open();
  const [read] = await readEntries(world.parts(), 0, 1);
  world.store.fail = 'quota';
  expect(await journal.destroy([read!.entry])).toEqual({
    code: 'quota',
    message: 'The keys could not be destroyed: quota.',
  });
});

test('a journal that is closed says so, and neither signs nor makes keys for what comes then', async () => {
  const world = await filled(1);
  const parts = world.parts();
  let signed = 0;
  const sign: typeof parts.signer.sign = (message) => (signed++, parts.signer.sign(message));
  const journal = await opened(world, { signer: { ...parts.signer, sign } });
  expect(await journal.append([fact('a')])).toEqual(ok(1));
  await journal.close();
  const [before, pools] = [signed, world.store.keys.length];
  for (let append = 0; append < 3; append++)
    expect(await journal.append(Array.from({ length: 200 }, () => fact('late')))).toEqual(
      err({ code: 'io', message: 'The journal is closed.' }),
    );
  expect([signed, world.store.keys.length, world.first.groups.length]).toEqual([before, pools, 2]);
});

test('a leader that was replaced writes nothing more to the other copy when it closes', async () => {
  const world = await filled(1);
  const [first, second] = world.parts().legs as [JournalLeg, JournalLeg];
  let appends = 0;
  const counted: JournalLeg = { ...second, append: (...of) => (appends++, second.append(...of)) };
  const journal = await opened(world, { legs: [first, counted] });
  expect(await journal.append([fact('a')])).toEqual(ok(1));
  await world.parts().store.raiseEpoch((journal.epoch + 1) as Epoch);
  expect(await journal.append([fact('b')])).toMatchObject({ ok: false, error: { code: 'fenced' } });
  await journal.close();
  expect(appends).toBe(0);
});
test.each([
  ['the store keeps no keys for', (world: JournalWorld) => world.store],
  ['finds no room', (world: JournalWorld) => world.first],
] as const)('a large append that %s takes no key from what is written in its place', async (_, disk) => {
  const world = await filled(1);
  const { journal } = await world.open();
  expect(await journal.append([fact('a')])).toEqual(ok(1));
  disk(world).fail = 'quota';
  const many = Array.from({ length: 600 }, (_, index) => fact(index));
  expect(await journal.append(many)).toMatchObject({ ok: false, error: { code: 'quota' } });
  disk(world).fail = null;
  expect(await journal.append([fact('b')])).toEqual(ok(2));
  expect(await world.values()).toEqual([0, 'a', 'b']);
  await journal.close();
});
