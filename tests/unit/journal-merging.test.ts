import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { indexedDbJournalLeg } from '#adapters/indexeddb/journal-leg.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import { encodeGroup } from '#core/audit/group-frame.ts';
import { PAGE_ENTRIES } from '#runtime/journal/copies.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { changeRows, deleteDatabase, freshName } from '#tests/conformance/indexeddb-benches.ts';
import { fact, journalWorld } from '#tests/fakes/journal-world.ts';
import { memoryJournalLeg } from '#tests/fakes/memory-journal-leg.ts';

const GROUPS = 9;

interface Segment {
  readonly first: number;
  readonly count: number;
  readonly frames: Uint8Array;
}

test('whatever groups each copy has lost, all that one of them still holds is there again, and a loss is told as one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...Array(GROUPS).keys()]),
      fc.subarray([...Array(GROUPS).keys()]),
      async (lostInFirst, lostInSecond) => {
        const world = journalWorld();
        const name = freshName('merge');
        const parts = (second: JournalLeg) => world.parts({ legs: [memoryJournalLeg(world.first, 'opfs'), second] });
        const opened = await openJournal(parts(indexedDbJournalLeg(name)));
        if (!opened.ok) throw new Error(opened.error.message);
        for (let group = 0; group < GROUPS; group++) {
          await opened.value.journal.append([fact({ group }), fact({ group, again: true })]);
          if (group % 3 === 2) await opened.value.journal.settle();
        }
        await opened.value.journal.close();
        const whole = structuredClone(world.first.groups);
        expect(whole).toHaveLength(GROUPS);

        world.first.alsoDamaged = new Set(lostInFirst);
        // The cursor goes from the last row back until one is changed: each segment once.
        for (const start of segmentStarts(whole, lostInSecond))
          await changeRows<Segment>(name, 'segments', (segment) =>
            segment.first === start ? { ...segment, frames: harmed(segment, whole, lostInSecond) } : null,
          );
        const gone = lostInFirst.filter((group) => lostInSecond.includes(group));

        const again = await openJournal(parts(indexedDbJournalLeg(name)), { thorough: true });
        if (gone.length > 0) {
          expect(again).toMatchObject({ ok: false, error: { code: 'amnesia', expected: 2 * GROUPS } });
        } else {
          if (!again.ok) throw new Error(again.error.message);
          expect(world.first.groups).toEqual(whole);
          const result = await verifyJournal(parts(indexedDbJournalLeg(name)), { payloads: true });
          expect(result).toMatchObject({ verifiedUpTo: 2 * GROUPS, problem: null, payloads: 2 * GROUPS });
          expect(result.copies.map(({ problem }) => problem)).toEqual([null, null]);
          const mended = new Set(again.value.report.repaired.map(({ copy }) => copy));
          expect(mended).toEqual(
            new Set([...(lostInFirst.length > 0 ? ['opfs'] : []), ...(lostInSecond.length > 0 ? ['indexeddb'] : [])]),
          );
          await again.value.journal.close();
        }
        await deleteDatabase(name);
      },
    ),
    { numRuns: 25 },
  );
});

test('copies longer than what is read at once are compared to their ends, and only what is lacking is written', async () => {
  const world = journalWorld();
  const { journal } = await world.open();
  await journal.append([fact('first')]);
  await journal.append(Array.from({ length: PAGE_ENTRIES + 100 }, (_, index) => fact(index)));
  await journal.append([fact('last')]);
  await journal.close();
  const whole = structuredClone(world.first.groups);
  const size = PAGE_ENTRIES + 102;
  world.first.mends = true;
  world.first.damagedAt = 0;
  world.second.damagedAt = whole.length - 1;
  const { report } = await world.open({ thorough: true });
  expect(report.repaired).toEqual([
    { copy: 'opfs', from: 0, to: 1 },
    { copy: 'indexeddb', from: size - 1, to: size },
  ]);
  expect(world.first.groups).toEqual(whole);
  expect(world.second.groups).toEqual(whole);
});

test('what two damaged copies give together is not taken where it is another history', async () => {
  const world = journalWorld();
  const { journal } = await world.open();
  for (let index = 0; index < 5; index++) await journal.append([fact(index)]);
  await journal.close();
  const other = journalWorld(2);
  const elsewhere = await other.open();
  for (let index = 0; index < 5; index++) await elsewhere.journal.append([fact(`another ${String(index)}`)]);
  await elsewhere.journal.close();
  const foreign = encodeGroup(other.first.groups[2]!);

  world.first.mends = true;
  world.first.damagedAt = 2;
  world.second.damagedAt = 2;
  const before = structuredClone([world.first.groups, world.second.groups]);
  const legs = world.parts().legs.map((leg, index): JournalLeg => {
    const bytes = foreign.slice();
    bytes[50 + index]! ^= 1;
    return { ...leg, damaged: (first) => Promise.resolve(first === 2 ? { first, bytes, until: 3 } : null) };
  });
  const again = await openJournal(world.parts({ legs }), { thorough: true });
  expect(again).toMatchObject({ ok: false, error: { code: 'amnesia', readable: 2, expected: 5 } });
  expect([world.first.groups, world.second.groups]).toEqual(before);
});

/** The entries that the segments with these groups begin with: three groups lie in each. */
function segmentStarts(whole: readonly Group[], lost: readonly number[]): ReadonlySet<number> {
  return new Set(lost.map((group) => whole[group - (group % 3)]?.firstSequence ?? -1));
}

/** One bit changed in the signed head of each of these groups that lies in the segment. */
function harmed({ first, count, frames }: Segment, whole: readonly Group[], lost: readonly number[]): Uint8Array {
  const out = frames.slice();
  const firsts = lost.map((group) => whole[group]?.firstSequence ?? -1);
  for (const sequence of firsts.filter((of) => of >= first && of < first + count)) {
    const at = offsetOf(frames, sequence);
    out[at] = (out[at] ?? 0) ^ 1;
  }
  return out;
}

/** Where the signed head of the group that starts here lies in the frames. */
function offsetOf(frames: Uint8Array, firstSequence: number): number {
  const view = new DataView(frames.buffer, frames.byteOffset);
  for (let at = 0; at < frames.length; at += 12 + view.getUint32(at, true))
    if (view.getFloat64(at + 17, true) === firstSequence) return at + 40;
  throw new Error('There is no such group.');
}
