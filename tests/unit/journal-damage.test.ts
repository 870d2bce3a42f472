import 'fake-indexeddb/auto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { indexedDbJournalLeg } from '#adapters/indexeddb/journal-leg.ts';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { encodeCut, encodeGroup } from '#core/audit/group-frame.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { MIB } from '#core/base/limits.ts';
import { seededRandom } from '#core/base/random.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { changeRows, freshName } from '#tests/conformance/indexeddb-benches.ts';
import { testGroup } from '#tests/conformance/journal-leg.ts';
import { fact, journalWorld, type JournalWorld } from '#tests/fakes/journal-world.ts';
import { memoryOpfs, type MemoryOpfs } from '#tests/fakes/memory-opfs.ts';

const platform = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
afterAll(() => {
  if (platform !== undefined) Object.defineProperty(globalThis, 'navigator', platform);
});

let opfs: MemoryOpfs;
beforeEach(() => {
  opfs = memoryOpfs();
  Object.defineProperty(globalThis, 'navigator', { value: { storage: opfs.storage }, configurable: true });
});

const logs = (): Map<string, Uint8Array> => opfs.folders.get('journal') ?? new Map<string, Uint8Array>();
const harmed = (bytes: Uint8Array, ...places: readonly number[]): Uint8Array => {
  const out = bytes.slice();
  for (const at of places) out[at] = (out[at] ?? 0) ^ 0x10;
  return out;
};

describe('the log in the private file system', () => {
  /** What a log holds: where each frame ends, and which groups of those that count lie in it. */
  const framesOf = (
    file: string,
    groups: readonly Group[],
  ): { readonly end: number; readonly group: Group | null }[] => {
    const bytes = logs().get(file) ?? new Uint8Array();
    const frames: { end: number; group: Group | null }[] = [];
    for (let at = 0; at < bytes.length;) {
      const group = groups.find((one) => Buffer.from(bytes).subarray(at).indexOf(encodeGroup(one)) === 0);
      at +=
        group === undefined
          ? 12 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)
          : encodeGroup(group).length;
      frames.push({ end: at, group: group ?? null });
    }
    return frames;
  };

  test('a damaged byte costs the group it lies in and no other, over cuts, late leaders and several epochs', async () => {
    const groups = [
      ...[testGroup(1, 0, 1), testGroup(1, 1, 2), testGroup(1, 3, 1)],
      ...[testGroup(2, 4, 2), testGroup(2, 6, 1), testGroup(3, 7, 2), testGroup(3, 9, 1)],
    ];
    const [first, second, third] = [opfsJournalLeg(), opfsJournalLeg(), opfsJournalLeg()];
    await first.open(1 as Epoch);
    for (const group of groups.slice(0, 3)) await first.append([group]);
    await second.open(2 as Epoch);
    await first.append([testGroup(1, 4, 1, 'late')]);
    await second.truncateFrom(4 as Sequence);
    await second.append([groups[3]!, testGroup(2, 6, 3, 'not to stay')]);
    await second.truncateFrom(6 as Sequence);
    await second.append(groups.slice(4, 5));
    await third.open(3 as Epoch);
    await second.append([testGroup(2, 7, 1, 'late')]);
    await third.truncateFrom(7 as Sequence);
    for (const group of groups.slice(5)) await third.append([group]);
    expect(await opfsJournalLeg().read()).toEqual({ groups, damage: null });

    for (const [file, whole] of [...logs()].filter(([name]) => name.endsWith('.log')))
      for (const [index, frame] of framesOf(file, groups).entries()) {
        const start = framesOf(file, groups)[index - 1]?.end ?? 0;
        for (let at = start; at < frame.end; at++) {
          logs().set(file, harmed(whole, at));
          const leg = opfsJournalLeg();
          const place = `${file}, byte ${String(at)}`;
          const lost = frame.group === null ? groups.length : groups.indexOf(frame.group);
          expect((await leg.read()).groups, place).toEqual(groups.slice(0, lost));
          const behind = groups[lost]?.firstSequence ?? 0;
          expect((await leg.read((behind + (groups[lost]?.count ?? 0)) as Sequence)).groups, place).toEqual(
            groups.slice(frame.group === null ? 0 : lost + 1),
          );
          const there = frame.group === null ? null : await leg.damaged?.(frame.group.firstSequence);
          if (frame.group !== null) expect(there?.bytes, place).toEqual(harmed(whole, at).subarray(start, frame.end));
        }
        logs().set(file, whole);
      }
  });

  test('the next group is found behind damage that is larger than what is read at once, and so is one that is larger itself', async () => {
    const large = (first: number, bytes: number): Group => ({
      ...testGroup(1, first, 1),
      payloads: [Uint8Array.from({ length: bytes }, (_, at) => (at * 7 + first) % 251)],
    });
    const groups = [testGroup(1, 0, 1), large(1, 9 * MIB), large(2, 5 * MIB), testGroup(1, 3, 1)];
    const leader = opfsJournalLeg();
    await leader.open(1 as Epoch);
    for (const group of groups) await leader.append([group]);
    await leader.close();
    const whole = logs().get('0000000001.log') ?? new Uint8Array();
    const start = encodeCut(0).length + encodeGroup(testGroup(1, 0, 1)).length;
    for (const at of [start, start + 3, start + 8]) {
      logs().set('0000000001.log', harmed(whole, at));
      const leg = opfsJournalLeg();
      expect((await leg.read()).groups).toHaveLength(1);
      expect((await leg.read(2 as Sequence)).groups.map(({ firstSequence }) => firstSequence)).toEqual([2, 3]);
      expect((await leg.damaged?.(1 as Sequence))?.bytes).toHaveLength(encodeGroup(large(1, 9 * MIB)).length);
    }
  });

  test('a damaged end is told with all its bytes, and a group is not told from its middle', async () => {
    const leader = opfsJournalLeg();
    await leader.open(1 as Epoch);
    await leader.append([testGroup(1, 0, 2), testGroup(1, 2, 2)]);
    await leader.close();
    const whole = logs().get('0000000001.log') ?? new Uint8Array();
    const last = encodeGroup(testGroup(1, 2, 2));
    logs().set('0000000001.log', harmed(whole, whole.length - 1));
    const leg = opfsJournalLeg();
    expect(await leg.damaged?.(2 as Sequence)).toEqual({ first: 2, bytes: harmed(last, last.length - 1), until: null });
    expect(await leg.damaged?.(0 as Sequence)).toMatchObject({ until: 2 });
    expect(await leg.damaged?.(1 as Sequence)).toBeNull();
    expect(await leg.damaged?.(4 as Sequence), 'it may have stood there').toMatchObject({ first: 2 });
    logs().set('0000000001.log', whole);
    expect(await opfsJournalLeg().damaged?.(4 as Sequence)).toBeNull();
  });
});

const GROUPS = 6;
const SIZE = 2 * GROUPS;

describe('a journal in two copies', () => {
  let world: JournalWorld;
  let name: string;
  let whole: readonly Group[];
  let log: Uint8Array;
  const legs = (): [JournalLeg, JournalLeg] => [opfsJournalLeg(), indexedDbJournalLeg(name)];
  const reopened = () => openJournal(world.parts({ legs: legs() }), { thorough: true });
  /** Changes the segment in the other copy that holds this group. */
  const harmSecond = (group: number, ...places: readonly number[]): Promise<void> =>
    changeRows<{ first: number; count: number; frames: Uint8Array }>(name, 'segments', (segment) => {
      const at = Buffer.from(segment.frames).indexOf(encodeGroup(whole[group]!));
      return at < 0 ? null : { ...segment, frames: harmed(segment.frames, ...places.map((place) => at + place)) };
    });
  const harmFirst = (group: number, ...places: readonly number[]): void => {
    const at = Buffer.from(log).indexOf(encodeGroup(whole[group]!));
    expect(at).toBeGreaterThan(0);
    logs().set('0000000001.log', harmed(logs().get('0000000001.log') ?? log, ...places.map((place) => at + place)));
  };
  const frameBytes = (group: number): number => encodeGroup(whole[group]!).length;

  beforeEach(async () => {
    world = journalWorld();
    name = freshName('damage');
    const opened = await reopened();
    if (!opened.ok) throw new Error(opened.error.message);
    for (let group = 0; group < GROUPS; group++) {
      await opened.value.journal.append([fact({ group }), fact({ group, again: true })]);
      if (group % 3 === 2) await opened.value.journal.settle();
    }
    await opened.value.journal.close();
    whole = (await legs()[0].read()).groups;
    expect(whole).toHaveLength(GROUPS);
    expect((await legs()[1].read()).groups).toEqual(whole);
    log = logs().get('0000000001.log') ?? new Uint8Array();
  });

  const expectWhole = async (): Promise<void> => {
    const verified = await verifyJournal(world.parts({ legs: legs() }), { payloads: true });
    expect(verified).toMatchObject({ verifiedUpTo: SIZE, problem: null, payloads: SIZE });
    expect(verified.copies.map(({ problem }) => problem)).toEqual([null, null]);
    for (const leg of legs()) expect((await leg.read()).groups).toEqual(whole);
  };

  test.each([0, 2, 5])(
    'of which group %i is damaged in both, at different bytes, is whole again, and says what was mended',
    async (group) => {
      const random = seededRandom(group);
      const places = [...Array(frameBytes(group)).keys()];
      const [one, other] = [random.pick(places), random.pick(places)];
      if (one === other) throw new Error('Another seed.');
      harmFirst(group, one);
      await harmSecond(group, other);
      const again = await reopened();
      if (!again.ok) throw new Error(again.error.message);
      expect(again.value.report.repaired).toEqual([
        { copy: 'indexeddb', from: 2 * group, to: 2 * group + 2 },
        { copy: 'opfs', from: 2 * group, to: SIZE },
      ]);
      await again.value.journal.close();
      await expectWhole();
    },
  );

  test('of which two groups on end are damaged in both, and others in one, is whole again', async () => {
    harmFirst(2, 0, 50);
    harmFirst(3, 31);
    harmFirst(5, 99);
    await harmSecond(0, 1);
    await harmSecond(2, 8);
    await harmSecond(3, 4);
    const again = await reopened();
    if (!again.ok) throw new Error(again.error.message);
    await again.value.journal.close();
    await expectWhole();
  });

  test('of which the beginning is damaged in both, with the cut before it in one, is whole again', async () => {
    logs().set('0000000001.log', harmed(log, 3, 30));
    await harmSecond(0, 8);
    const again = await reopened();
    if (!again.ok) throw new Error(again.error.message);
    await again.value.journal.close();
    await expectWhole();
  });

  test('of which a group is damaged in both, and the one before it in one of them, is whole again', async () => {
    for (const [group, other] of [
      [1, 2],
      [2, 1],
    ] as const) {
      harmFirst(1, 2);
      harmFirst(2, 2);
      await harmSecond(group, 50);
      await harmSecond(other, 0);
      if (group === 1) await harmSecond(group, 50);
      const again = await reopened();
      if (!again.ok) throw new Error(again.error.message);
      await again.value.journal.close();
      await expectWhole();
    }
  });

  test('of which groups are damaged in both at the same bytes says which entries are lost, and changes nothing', async () => {
    harmFirst(1, 60);
    await harmSecond(1, 60);
    harmFirst(2, 40);
    harmFirst(4, 70);
    await harmSecond(4, 70);
    const before = logs().get('0000000001.log');
    const again = await reopened();
    expect(again).toEqual({
      ok: false,
      error: {
        code: 'amnesia',
        message:
          'The journal had 12 entries; only 2 entries can still be proved (the group of entry 2 is damaged). No copy can read these entries: 2 to 3, 8 to 9.',
        readable: 2,
        expected: SIZE,
      },
    });
    expect(logs().get('0000000001.log')).toEqual(before);
  });

  test('whose other copy is behind is mended from both, though neither is damaged where the other is', async () => {
    const kept = [...whole.slice(0, 4)];
    const parts = world.parts({ legs: legs() });
    const [, second] = parts.legs;
    await second!.open(9 as Epoch);
    await second!.truncateFrom(8 as Sequence);
    await second!.close();
    expect((await legs()[1].read()).groups).toEqual(kept);
    harmFirst(1, 60);
    const again = await reopened();
    if (!again.ok) throw new Error(again.error.message);
    await again.value.journal.close();
    await expectWhole();
  });

  test('is mended though the disk turned a page of each copy to zeros', async () => {
    const large = { text: 'x'.repeat(20_000) };
    const opened = await reopened();
    if (!opened.ok) throw new Error(opened.error.message);
    await opened.value.journal.append([fact(large), fact(large)]);
    await opened.value.journal.close();
    whole = (await legs()[0].read()).groups;
    const file = [...logs().keys()].find((one) => one === '0000000002.log') ?? '';
    const bytes = logs().get(file) ?? new Uint8Array();
    logs().set(file, bytes.slice().fill(0, 4_096, 8_192));
    await changeRows<{ first: number; frames: Uint8Array }>(name, 'segments', (segment) =>
      segment.first === SIZE ? { ...segment, frames: segment.frames.slice().fill(0, 16_384, 20_480) } : null,
    );
    const again = await reopened();
    if (!again.ok) throw new Error(again.error.message);
    await again.value.journal.close();
    for (const leg of legs()) expect((await leg.read()).groups).toEqual(whole);
  });
});
