import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeGroup } from '#core/audit/group-frame.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';

/** One disk, with ways to harm it that no port offers. */
export interface JournalLegBench {
  /** A fresh leg on the disk: another tab, or the same one after a restart. */
  readonly leg: () => JournalLeg;
  /** Cuts bytes off the end of what was written last. */
  readonly tear: () => Promise<void>;
  /**
   * Changes one bit of the group that holds this entry, and back when done again.
   * @param offset of its byte from the mark of the entry; in the mark itself when left out
   */
  readonly flip: (sequence: number, offset?: number) => Promise<void>;
  /** Of so many bytes one is flipped, where each costs a thread. */
  readonly flipStep?: number;
  /** Runs the work while there is no room on the disk; absent where that cannot be arranged. */
  readonly withoutRoom?: (work: () => Promise<void>) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** Text that stands in the entry of this sequence and in no other, for finding it in raw bytes. */
export function entryMark(sequence: number): string {
  return `<entry ${String(sequence)}>`;
}

export function testGroup(epoch: number, first: number, count: number, note = 'a'): Group {
  const sequences = Array.from({ length: count }, (_, index) => first + index);
  return {
    epoch: epoch as Epoch,
    firstSequence: first as Sequence,
    count,
    checkpoint: `head of ${String(first + count)}, ${note} ü\n`,
    entries: sequences.map((sequence) => `{"e":"${entryMark(sequence)}"}`),
    payloads: sequences.map((sequence) => utf8(`payload ${String(sequence)}`)),
  };
}

/** Of a group: its length and checksum, what it is, and how long its signed head is. */
const HEAD_BYTES = 33;

/** Each leg of a real disk is a thread of its own. */
const PATIENT = { timeout: 120_000 };

/** What every copy of the journal must do, whatever it is made of. */
export function journalLegSuite(name: string, make: () => Promise<JournalLegBench>): void {
  describe(`${name} as a journal leg`, () => {
    let bench: JournalLegBench;
    const opened = async (epoch: number, from?: number): Promise<JournalLeg> => {
      const leg = bench.leg();
      expect(await leg.open(epoch as Epoch)).toEqual({ ok: true, value: undefined });
      if (from !== undefined) expect((await leg.truncateFrom(from as Sequence)).ok).toBe(true);
      return leg;
    };
    const append = async (leg: JournalLeg, ...groups: Group[]): Promise<void> => {
      expect(await leg.append(groups)).toEqual({ ok: true, value: undefined });
    };

    beforeEach(async () => {
      bench = await make();
    });
    afterEach(() => bench.dispose());

    test('an empty leg has no head and no damage', async () => {
      const leg = bench.leg();
      expect(await leg.head()).toBeNull();
      expect(await leg.read()).toEqual({ groups: [], damage: null });
    });

    test('gives back byte for byte what leaders of several epochs appended', async () => {
      const first = await opened(1);
      const groups = [
        testGroup(1, 0, 1),
        testGroup(1, 1, 3),
        testGroup(1, 4, 2),
        testGroup(2, 6, 1),
        testGroup(4, 7, 64),
      ];
      await append(first, ...groups.slice(0, 1));
      await append(first, ...groups.slice(1, 3));
      await first.close();
      const second = await opened(2, 6);
      await append(second, ...groups.slice(3, 4));
      await second.close();
      const fourth = await opened(4, 7);
      await append(fourth, ...groups.slice(4));
      expect(await fourth.read()).toEqual({ groups, damage: null });
      await fourth.close();
      expect(await bench.leg().read()).toEqual({ groups, damage: null });
    });

    test('finds its head without a leader, and the same after more was appended', async () => {
      const leader = await opened(1);
      const follower = bench.leg();
      await append(leader, testGroup(1, 0, 2));
      expect(await follower.head()).toEqual(testGroup(1, 0, 2));
      await append(leader, testGroup(1, 2, 1), testGroup(1, 3, 2));
      expect(await follower.head()).toEqual(testGroup(1, 3, 2));
      expect(await leader.head()).toEqual(testGroup(1, 3, 2));
      expect((await follower.read()).groups).toHaveLength(3);
    });

    test('reads only the groups that touch the range', async () => {
      const leg = await opened(1);
      for (let group = 0; group < 10; group++) await append(leg, testGroup(1, group * 3, 3));
      const { groups } = await leg.read(7 as Sequence, 4);
      expect(groups).toEqual([testGroup(1, 6, 3), testGroup(1, 9, 3)]);
      expect((await leg.read(28 as Sequence)).groups).toEqual([testGroup(1, 27, 3)]);
      expect((await leg.read(30 as Sequence)).groups).toEqual([]);
    });

    test(
      'a fresh leg reads the same near the end as from the start, over cuts, late leaders and many epochs',
      PATIENT,
      async () => {
        const late: JournalLeg[] = [];
        for (let epoch = 1; epoch <= 5; epoch++) {
          const first = 3 * (epoch - 1);
          const leg = await opened(epoch, first);
          for (const old of late) await old.append([testGroup(epoch - 1, first, 2, 'late')]);
          await append(leg, testGroup(epoch, first, 2), testGroup(epoch, first + 2, 3));
          expect((await leg.truncateFrom((first + 2) as Sequence)).ok).toBe(true);
          await append(leg, testGroup(epoch, first + 2, 1, 'instead'));
          late.push(leg);
        }
        const all = (await bench.leg().read()).groups;
        expect(all.at(-1)).toEqual(testGroup(5, 14, 1, 'instead'));
        for (let from = 0; from <= 15; from++) {
          const touching = all.filter((group) => group.firstSequence + group.count > from);
          expect(await bench.leg().read(from as Sequence)).toEqual({ groups: touching, damage: null });
          const some = touching.filter((group) => group.firstSequence < from + 2);
          expect(await bench.leg().read(from as Sequence, 2)).toEqual({ groups: some, damage: null });
        }
        for (const old of late) await old.close();
      },
    );

    test(
      'packing changes nothing of what anyone reads, over cuts, late leaders and many epochs',
      PATIENT,
      async (context) => {
        if (bench.leg().pack === undefined) return context.skip();
        const expected: Group[] = [];
        const late: JournalLeg[] = [];
        const follower = bench.leg();
        for (let epoch = 1; epoch <= 14; epoch++) {
          const first = 2 * (epoch - 1);
          const leg = await opened(epoch, first);
          if (epoch % 3 === 0)
            await append(leg, testGroup(epoch, first, 2), testGroup(epoch, first + 2, 2, 'not to stay'));
          else await append(leg, testGroup(epoch, first, 2));
          expected.push(testGroup(epoch, first, 2));
          if (epoch % 3 === 0) expect((await leg.truncateFrom((first + 2) as Sequence)).ok).toBe(true);
          for (const old of late) await old.append([testGroup(epoch - 1, first, 2, 'late')]);
          const fresh = epoch % 4 === 1 ? [bench.leg()] : [];
          for (let turn = 0; turn < 2; turn++) {
            expect(await leg.pack?.()).toEqual({ ok: true, value: undefined });
            for (const reader of [leg, follower, ...fresh]) {
              // Only its leader knows of a cut that is not written yet.
              const known =
                reader === leg || epoch % 3 !== 0
                  ? expected
                  : [...expected, testGroup(epoch, first + 2, 2, 'not to stay')];
              expect(await reader.head()).toEqual(known.at(-1));
              expect(await reader.read()).toEqual({ groups: known, damage: null });
              expect((await reader.read(first as Sequence, 2)).groups).toEqual(expected.slice(-1));
            }
          }
          if (epoch % 4 === 0) late.push(leg);
          else await leg.close();
        }
        for (const old of late) await old.close();
      },
    );

    test('carries payloads larger than any window it reads with', async () => {
      const leg = await opened(1);
      const payload = new Uint8Array(9 * 1024 * 1024).map((_, index) => index % 251);
      const large: Group = { ...testGroup(1, 1, 1), payloads: [payload] };
      await append(leg, testGroup(1, 0, 1));
      await append(leg, large);
      await append(leg, testGroup(1, 2, 1));
      await leg.close();
      const { groups, damage } = await bench.leg().read();
      expect(damage).toBeNull();
      expect(groups.map((group) => group.firstSequence)).toEqual([0, 1, 2]);
      expect(groups[1]?.payloads[0]?.length).toBe(payload.length);
      expect(groups[1]?.payloads[0]?.every((byte, index) => byte === index % 251)).toBe(true);
    });

    test('what was cut off stays away, and appending goes on from there', async () => {
      const leg = await opened(1);
      await append(leg, testGroup(1, 0, 2), testGroup(1, 2, 2), testGroup(1, 4, 2));
      expect((await leg.truncateFrom(2 as Sequence)).ok).toBe(true);
      expect((await leg.read()).groups).toEqual([testGroup(1, 0, 2)]);
      expect(await leg.head()).toEqual(testGroup(1, 0, 2));
      await append(leg, testGroup(1, 2, 5, 'again'));
      await leg.close();
      expect(await bench.leg().read()).toEqual({
        groups: [testGroup(1, 0, 2), testGroup(1, 2, 5, 'again')],
        damage: null,
      });
    });

    test('what stands after a damaged group can be read, and is mended in place where the copy can', async (context) => {
      const leg = await opened(1);
      const groups = [0, 2, 4, 6, 8].map((first) => testGroup(1, first, 2));
      await append(leg, ...groups.slice(0, 1));
      await append(leg, ...groups.slice(1, 4));
      await append(leg, ...groups.slice(4));
      await leg.close();
      await bench.flip(2);
      await bench.flip(4);
      const next = await opened(2);
      expect((await next.read()).groups).toEqual(groups.slice(0, 1));
      expect((await next.read(6 as Sequence)).groups).toEqual(groups.slice(3));
      if (next.mend === undefined) return context.skip();
      expect((await next.mend(groups.slice(1, 2))).ok, 'less than what is damaged').toBe(false);
      expect((await next.mend(groups.slice(2, 3))).ok, 'less than what is damaged').toBe(false);
      expect((await next.read()).groups, 'nothing has changed').toEqual(groups.slice(0, 1));
      expect(await next.mend(groups.slice(1, 3))).toEqual({ ok: true, value: undefined });
      for (const reader of [next, bench.leg()]) expect(await reader.read()).toEqual({ groups, damage: null });
      await append(next, testGroup(2, 10, 1));
      await opened(3);
      expect(await next.mend(groups.slice(1, 2))).toMatchObject({ ok: false, error: { code: 'fenced' } });
      expect((await bench.leg().read()).groups).toEqual([...groups, testGroup(2, 10, 1)]);
    });

    test(
      'whichever byte of a group is damaged, its head and lengths among them, every other group can be read',
      PATIENT,
      async () => {
        const groups = [0, 2, 4, 6, 8].map((first) => testGroup(1, first, 2));
        const leg = await opened(1);
        await append(leg, ...groups.slice(0, 1));
        await append(leg, ...groups.slice(1, 4));
        await append(leg, ...groups.slice(4));
        await leg.close();
        for (const lost of [2, 4]) {
          const frame = encodeGroup(testGroup(1, 2 * lost, 2));
          const mark = new TextDecoder('latin1').decode(frame).indexOf(entryMark(2 * lost));
          const last = [...frame.keys()].slice(-4);
          for (const at of [...frame.keys()].slice(0, HEAD_BYTES).concat(last)) {
            if (at % (bench.flipStep ?? 1) !== 0) continue;
            await bench.flip(2 * lost, at - mark);
            const reader = bench.leg();
            const { groups: before, damage } = await reader.read();
            expect(before, `byte ${String(at)}`).toEqual(groups.slice(0, lost));
            expect(damage, `byte ${String(at)}`).not.toBeNull();
            const after = await reader.read((2 * lost + 2) as Sequence);
            expect(after.groups, `byte ${String(at)}`).toEqual(groups.slice(lost + 1));
            expect(await reader.head()).toEqual(groups[lost === 4 ? 3 : 4]);
            const there = await reader.damaged?.((2 * lost) as Sequence);
            if (there !== undefined) expect(there, `byte ${String(at)}`).toMatchObject({ first: 2 * lost });
            if (there !== undefined) expect(there?.bytes, `byte ${String(at)}`).toHaveLength(frame.length);
            await bench.flip(2 * lost, at - mark);
          }
        }
        expect(await bench.leg().read()).toEqual({ groups, damage: null });
      },
    );

    test('refuses to open under an epoch that is not newer than the one that has written', async () => {
      const leg = await opened(5);
      await append(leg, testGroup(5, 0, 1));
      await leg.close();
      for (const epoch of [4, 5]) {
        const late = await bench.leg().open(epoch as Epoch);
        expect(late.ok ? null : [late.error.code, late.error.epoch]).toEqual(['fenced', 5]);
      }
    });

    test('the same leg leads again later, and one that only reads follows through every epoch', async () => {
      const follower = bench.leg();
      const [mine, other] = [await opened(1, 0), bench.leg()];
      const expected: Group[] = [];
      for (let epoch = 1; epoch <= 6; epoch++) {
        const leader = epoch % 2 === 1 ? mine : other;
        if (epoch > 1) {
          expect((await leader.open(epoch as Epoch)).ok).toBe(true);
          expect((await leader.truncateFrom((2 * epoch - 2) as Sequence)).ok).toBe(true);
        }
        for (const first of [2 * epoch - 2, 2 * epoch - 1]) {
          expected.push(testGroup(epoch, first, 1));
          await append(leader, testGroup(epoch, first, 1));
          expect(await follower.head()).toEqual(expected.at(-1));
          expect(await follower.read()).toEqual({ groups: expected, damage: null });
        }
        await leader.close();
      }
      expect(await mine.read()).toEqual({ groups: expected, damage: null });
    });

    test('refuses to append before it is opened', async () => {
      const refused = await bench.leg().append([testGroup(1, 0, 1)]);
      expect(refused.ok ? null : refused.error.code).toBe('fenced');
    });

    test('a stopped leader that writes late changes nothing the next one holds', async () => {
      const old = await opened(1, 0);
      await append(old, testGroup(1, 0, 2));
      const next = await opened(2, 2);
      await old.append([testGroup(1, 2, 3, 'late')]);
      await append(next, testGroup(2, 2, 1, 'true'));
      await old.append([testGroup(1, 5, 1, 'later still')]);
      const expected = [testGroup(1, 0, 2), testGroup(2, 2, 1, 'true')];
      expect(await next.read()).toEqual({ groups: expected, damage: null });
      expect(await bench.leg().read()).toEqual({ groups: expected, damage: null });
      expect(await bench.leg().head()).toEqual(expected[1]);
      await old.close();
      await next.close();
    });

    test('a leg that says it fences refuses an append once a later epoch has opened, written or not', async () => {
      const old = await opened(1, 0);
      await append(old, testGroup(1, 0, 2));
      const next = await opened(3);
      expect(old.fencing?.() ?? false).toBe(next.fencing?.() ?? false);
      const late = await old.append([testGroup(1, 2, 1, 'late')]);
      if (old.fencing?.() === true) expect(late).toMatchObject({ ok: false, error: { code: 'fenced' } });
      await append(next, testGroup(3, 2, 1));
      const reopened = await bench.leg().open(2 as Epoch);
      expect(reopened).toMatchObject({ ok: false, error: { code: 'fenced', epoch: 3 } });
      await append(next, testGroup(3, 3, 1));
    });

    test('a late group that no next leader has written over is cut away on opening', async () => {
      const old = await opened(1, 0);
      await append(old, testGroup(1, 0, 2), testGroup(1, 2, 3, 'never acknowledged'));
      const next = await opened(2, 2);
      expect(await next.head()).toEqual(testGroup(1, 0, 2));
      expect((await next.read()).groups).toEqual([testGroup(1, 0, 2)]);
      await old.close();
    });

    test('a torn end is noticed, and everything before it still stands', async () => {
      const leg = await opened(1);
      await append(leg, testGroup(1, 0, 2));
      await append(leg, testGroup(1, 2, 2));
      await leg.close();
      await bench.tear();
      const { groups, damage } = await bench.leg().read();
      expect(groups).toEqual([testGroup(1, 0, 2)]);
      expect(damage).not.toBeNull();
      expect(await bench.leg().head()).toEqual(testGroup(1, 0, 2));
      const next = await opened(2, 2);
      await append(next, testGroup(2, 2, 1));
      expect(await next.read()).toEqual({ groups: [testGroup(1, 0, 2), testGroup(2, 2, 1)], damage: null });
    });

    test('one flipped byte stops the reading there, and the rest can be written anew', async () => {
      const before = await opened(1);
      for (let sequence = 0; sequence < 6; sequence++) await append(before, testGroup(1, sequence, 1));
      await before.close();
      const after = await opened(2, 6);
      await append(after, testGroup(2, 6, 2));
      await after.close();
      await bench.flip(3);
      const { groups, damage } = await bench.leg().read();
      expect(groups.map((group) => group.firstSequence)).toEqual([0, 1, 2]);
      expect(damage).not.toBeNull();

      const repairer = await opened(3, 3);
      const rest = [testGroup(1, 3, 1), testGroup(1, 4, 1), testGroup(1, 5, 1), testGroup(2, 6, 2)];
      await append(repairer, ...rest);
      await repairer.close();
      const repaired = await bench.leg().read();
      expect(repaired.damage).toBeNull();
      expect(repaired.groups.map((group) => group.firstSequence)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(repaired.groups.slice(3)).toEqual(rest);
    });

    test('without room an append says so, and the next one with room succeeds', async (context) => {
      if (bench.withoutRoom === undefined) return context.skip();
      const leg = await opened(1);
      await append(leg, testGroup(1, 0, 1));
      const large: Group = { ...testGroup(1, 1, 1), payloads: [new Uint8Array(6 * 1024 * 1024).fill(7)] };
      await bench.withoutRoom(async () => {
        const refused = await leg.append([large]);
        expect(refused.ok ? null : refused.error.code).toBe('quota');
      });
      await append(leg, testGroup(1, 1, 1));
      expect(await leg.read()).toEqual({ groups: [testGroup(1, 0, 1), testGroup(1, 1, 1)], damage: null });
    });

    test('erasing leaves an empty leg that can start again', async () => {
      const leg = await opened(3);
      await append(leg, testGroup(3, 0, 2));
      await leg.erase();
      expect(await bench.leg().head()).toBeNull();
      const again = await opened(1);
      await append(again, testGroup(1, 0, 1));
      expect((await again.read()).groups).toEqual([testGroup(1, 0, 1)]);
    });
  });
}
