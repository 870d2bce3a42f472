import { expect, test } from 'vitest';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { verifyCopy } from '#runtime/journal/copies.ts';
import { mendFromEachOther } from '#runtime/journal/merge-copies.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { countUnreadable } from '#runtime/journal/recover.ts';
import { lostEntries, stretches } from '#runtime/journal/rescue-groups.ts';
import { fact, filled, journalWorld, type JournalWorld } from '#tests/fakes/journal-world.ts';
import { memoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';

/** What is taken from copies that are damaged, and what is left alone. */

/** A world whose groups hold two entries each. */
async function inPairs(pairs: number): Promise<JournalWorld> {
  const world = journalWorld();
  const { journal } = await world.open();
  for (let pair = 0; pair < pairs; pair++) await journal.append([fact({ pair }), fact({ pair, again: true })]);
  await journal.close();
  return world;
}

test.each(['the store', 'the pins'] as const)(
  'copies that together tell another history than %s remember are not mended from each other',
  async (remembering) => {
    const [world, other] = [await filled(4), journalWorld()];
    const { journal } = await other.open();
    for (let index = 0; index < 4; index++) await journal.append([fact(`other ${String(index)}`)]);
    await journal.close();
    for (const disk of [world.first, world.second])
      Object.assign(disk, { groups: other.first.groups.slice(), mends: true });
    world.first.damagedAt = 1;
    world.second.damagedAt = 2;
    if (remembering === 'the store') for (const pin of world.pins) await pin.erase();
    else world.store.head = null;
    const opened = await openJournal(world.parts(), { thorough: true });
    expect(opened).toMatchObject({ ok: false, error: { code: 'amnesia', readable: 2, expected: 4 } });
    expect([world.first.damagedAt, world.second.damagedAt]).toEqual([1, 2]);
  },
);

test('of groups that were changed only those are written anew, though one entry of each is as it was', async () => {
  const world = await inPairs(6);
  const whole = structuredClone(world.first.groups);
  world.first.mends = true;
  for (const changed of [1, 3]) {
    const group = world.first.groups[changed]!;
    const entries = [group.entries[0]!, group.entries[1]!.replace('run-1', 'run-2')];
    world.first.groups[changed] = { ...group, entries };
  }
  world.second.damagedAt = 5;
  const { report } = await world.open({ thorough: true });
  expect(report.repaired).toEqual([
    { copy: 'opfs', from: 2, to: 4 },
    { copy: 'opfs', from: 6, to: 8 },
    { copy: 'indexeddb', from: 10, to: 12 },
  ]);
  expect([world.first.groups, world.second.groups]).toEqual([whole, whole]);
});

test('where a copy is whole nothing is read again to mend from, and what mended nothing is no gain', async () => {
  const world = await filled(4);
  world.first.mends = true;
  world.first.damagedAt = 1;
  const mending = async (legs: readonly JournalLeg[]) => {
    const copies = [];
    for (const leg of legs) copies.push(await verifyCopy(world.parts(), leg));
    world.reads.length = 0;
    return mendFromEachOther(world.parts(), copies, [], () => true);
  };
  const { legs } = world.parts();
  for (const leg of legs) await leg.open(9 as Epoch);
  expect(await mending(legs)).toBeNull();
  expect(world.reads).toEqual([]);
  // Neither is whole now, and the one that could be mended says that it was.
  world.second.damagedAt = 3;
  const [first, second] = legs as [JournalLeg, JournalLeg];
  const idle: JournalLeg = { ...first, mend: () => Promise.resolve({ ok: true, value: undefined }) };
  expect(await mending([idle, second])).toBeNull();
  expect(await mending(legs)).toMatchObject({ ok: true, value: { copy: { size: 4 }, repaired: [{ from: 1, to: 2 }] } });
});

test('keys that were lost are counted for entries that the store had not heard of, and for no others', async () => {
  const [world, early] = [await filled(5), await filled(2)];
  world.store.keys = [];
  const heard = await world.open({ thorough: true });
  expect(heard.report).toMatchObject({ size: 5, unreadable: 0 });
  await heard.journal.close();
  world.store.keys = [];
  world.store.head = early.store.head;
  const unheard = await world.open({ thorough: true });
  expect(unheard.report).toMatchObject({ size: 5, unreadable: 3 });
  const [leg] = world.parts().legs;
  expect(await countUnreadable(world.parts(), leg, 0, 2)).toBe(2);
  expect(await countUnreadable(world.parts(), leg, 1, 2)).toBe(1);
});

test('a store that was emptied is told in words', async () => {
  const world = await filled(3);
  Object.assign(world.store, memoryStoreDisk());
  const opened = await openJournal(world.parts());
  expect(opened.ok ? '' : opened.error.message).toBe(
    "This browser lost the agent's store: its journal had 3 entries, of which 3 entries can still be proved.",
  );
});

test('what is read goes by the copy that reaches furthest, and an entry that one lacks and the other lost is lost', async () => {
  const world = await filled(6);
  world.second.damagedAt = 2;
  const legs = world.parts().legs.map((leg) => ({
    ...leg,
    damaged: (first: Sequence) => Promise.resolve({ first, bytes: new Uint8Array(), until: (first + 1) as Sequence }),
  }));
  const read: number[] = [];
  for await (const { groups } of stretches(legs, 0, 6)) read.push(groups.length);
  expect(read).toEqual([6]);
  world.first.groups.splice(2, 1);
  expect(await lostEntries(legs, 2, 6)).toEqual([{ from: 2, to: 3 }]);
});
