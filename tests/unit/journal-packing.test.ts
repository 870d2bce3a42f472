import { afterAll, describe, expect, test } from 'vitest';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { toPack } from '#adapters/opfs/log-files.ts';
import { encodeCut } from '#core/audit/group-frame.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { seededRandom } from '#core/base/random.ts';
import type { Group } from '#ports/journal-leg.ts';
import { flipped } from '#tests/conformance/indexeddb-benches.ts';
import { entryMark, journalLegSuite, testGroup } from '#tests/conformance/journal-leg.ts';
import { type FaultName, Weather } from '#tests/simulation/faults.ts';
import { OpfsDisk, replace } from '#tests/simulation/opfs-disk.ts';
import { newProcess, Scheduler } from '#tests/simulation/scheduler.ts';

/** The product's own adapter, over a disk whose every operation can fail and whose power can be cut. */
const platform = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
afterAll(() => {
  if (platform !== undefined) Object.defineProperty(globalThis, 'navigator', platform);
});

/** Strikes once, at the operation of this number, counted from when it is armed. */
class OneFault extends Weather {
  #left = Infinity;
  constructor() {
    super(seededRandom(1));
  }
  arm(operation: number): void {
    this.#left = operation;
  }
  get spent(): boolean {
    return this.#left < 0;
  }
  override strikes(kind: FaultName): boolean {
    return kind !== 'slow' && kind !== 'read error' && this.#left-- === 0;
  }
}

function newDisk(seed = 1): { readonly disk: OpfsDisk; readonly fault: OneFault } {
  const fault = new OneFault();
  const outside = newProcess('outside');
  const random = seededRandom(seed);
  const disk = new OpfsDisk(new Scheduler(random, outside, null), random, fault, outside);
  disk.install(true);
  return { disk, fault };
}

const names = (disk: OpfsDisk): string[] =>
  [...(disk.directories.get('journal')?.keys() ?? [])].filter((name) => name !== 'fence').sort();

async function writtenBy(epochs: number): Promise<Group[]> {
  const groups: Group[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const leg = opfsJournalLeg();
    await leg.open(epoch as Epoch);
    await leg.truncateFrom((2 * epoch - 2) as Sequence);
    const group = testGroup(epoch, 2 * epoch - 2, 2);
    expect((await leg.append([group])).ok).toBe(true);
    groups.push(group);
    await leg.close();
  }
  return groups;
}

async function leading(epoch: number) {
  const leg = opfsJournalLeg();
  expect((await leg.open(epoch as Epoch)).ok).toBe(true);
  return leg;
}

journalLegSuite('OPFS on a simulated disk', () => {
  const { disk } = newDisk();
  const newest = () =>
    disk.directories.get('journal')?.get(names(disk).findLast((name) => name.endsWith('.log')) ?? '');
  return Promise.resolve({
    leg: () => opfsJournalLeg(),
    tear: () => {
      const file = newest();
      if (file !== undefined) replace(file, file.bytes.slice(0, file.size - 7));
      return Promise.resolve();
    },
    flip: (sequence: number, offset?: number) => {
      for (const file of disk.directories.get('journal')?.values() ?? []) {
        const bytes = flipped(file.bytes.slice(0, file.size), utf8(entryMark(sequence)), offset);
        if (bytes === null) continue;
        replace(file, bytes);
        return Promise.resolve();
      }
      throw new Error('The mark is in no file.');
    },
    dispose: () => Promise.resolve(),
  });
});

describe('packing', () => {
  test('puts the files of four leaders into one, and takes them away in the turn after', async () => {
    const { disk } = newDisk();
    const groups = await writtenBy(4);
    const fifth = await leading(5);
    expect((await fifth.pack?.())?.ok).toBe(true);
    expect(names(disk)).toEqual([
      ...['0000000001-0000000004.pack', '0000000001.log', '0000000002.log', '0000000003.log', '0000000004.log'],
    ]);
    expect(await opfsJournalLeg().read()).toEqual({ groups, damage: null });
    await fifth.close();
    const sixth = await leading(6);
    expect((await sixth.pack?.())?.ok).toBe(true);
    expect(names(disk)).toEqual(['0000000001-0000000004.pack']);
    expect(await opfsJournalLeg().read()).toEqual({ groups, damage: null });
    expect(await opfsJournalLeg().head()).toEqual(groups.at(-1));
    const late = await opfsJournalLeg().open(4 as Epoch);
    expect(late).toMatchObject({ ok: false, error: { code: 'fenced' } });
  });

  test.each([false, true])(
    'whatever operation fails, and when the power is cut there (half a write kept: %s), all is there and the next turn packs',
    async (torn) => {
      for (let operation = 0; ; operation++) {
        const { disk, fault } = newDisk(operation + 1);
        const groups = await writtenBy(6);
        const leader = await leading(7);
        await leader.pack?.();
        await leader.close();
        // A second pack meets the first one's leavings: files to remove and a pack to go on from.
        const second = await leading(8);
        const more = [8, 9, 10, 11].map((epoch) => testGroup(epoch, 2 * (epoch - 2), 2));
        for (const [index, group] of more.entries()) {
          const writer = index === 0 ? second : await leading(8 + index);
          await writer.truncateFrom(group.firstSequence);
          expect((await writer.append([group])).ok).toBe(true);
          await writer.close();
        }
        const all = [...groups, ...more];
        const struck = await leading(12);
        fault.arm(operation);
        const packed = await struck.pack?.();
        const done = !fault.spent;
        fault.arm(Infinity);
        expect(packed?.ok).toBe(done);
        disk.cut(torn);
        expect(await opfsJournalLeg().read(), `operation ${String(operation)}`).toEqual({ groups: all, damage: null });
        expect(await opfsJournalLeg().head()).toEqual(all.at(-1));
        for (const epoch of [13, 14]) {
          const next = await leading(epoch);
          expect((await next.pack?.())?.ok).toBe(true);
          expect(await next.read()).toEqual({ groups: all, damage: null });
          await next.close();
        }
        expect(names(disk).length).toBeLessThan(4);
        if (!done) continue;
        expect(operation).toBeGreaterThan(4);
        return;
      }
    },
  );

  test('half of the files taken away, in any order, leaves all to be read', async () => {
    for (let kept = 0; kept < 16; kept++) {
      const { disk } = newDisk();
      const groups = await writtenBy(4);
      const leader = await leading(5);
      await leader.pack?.();
      const reader = opfsJournalLeg();
      await reader.read();
      for (let epoch = 1; epoch <= 4; epoch++)
        if ((kept & (1 << (epoch - 1))) === 0) disk.directories.get('journal')?.delete(`000000000${String(epoch)}.log`);
      expect(await reader.read()).toEqual({ groups, damage: null });
    }
  });

  test('a log that is damaged is left as it is', async () => {
    const { disk } = newDisk();
    await writtenBy(5);
    const file = disk.directories.get('journal')?.get('0000000002.log');
    if (file === undefined) throw new Error('There is no second log.');
    replace(file, file.bytes.slice(0, file.size - 3));
    const leader = await leading(6);
    expect((await leader.pack?.())?.ok).toBe(true);
    expect(names(disk)).toHaveLength(5);
    expect((await leader.read()).damage).not.toBeNull();
  });

  test('a byte that rots in a pack costs the group it lies in and no other, though nothing else has them any more', async () => {
    const { disk } = newDisk();
    const groups = await writtenBy(4);
    for (const epoch of [5, 6]) {
      const leader = await leading(epoch);
      await leader.pack?.();
      await leader.close();
    }
    expect(names(disk)).toEqual(['0000000001-0000000004.pack']);
    const pack = disk.directories.get('journal')?.get('0000000001-0000000004.pack');
    if (pack === undefined) throw new Error('There is no pack.');
    const whole = pack.bytes.slice(0, pack.size);
    const cut = encodeCut(0).length;
    for (let at = 0; at < whole.length; at++) {
      replace(pack, whole.with(at, 1 ^ (whole[at] ?? 0)));
      const lost = Math.floor((4 * (at - cut)) / (whole.length - 2 * cut));
      const leg = opfsJournalLeg();
      const { groups: read, damage } = await leg.read();
      if (lost < 0 || lost > 3) expect(read, `byte ${String(at)}`).toEqual(groups);
      else {
        expect(read, `byte ${String(at)}`).toEqual(groups.slice(0, lost));
        if (lost < 3) expect(damage).not.toBeNull();
        expect((await leg.read((2 * lost + 2) as Sequence)).groups).toEqual(groups.slice(lost + 1));
        expect(await leg.damaged?.((2 * lost) as Sequence)).not.toBeNull();
      }
      expect(await leg.head()).toEqual(lost === 3 ? groups[2] : groups[3]);
    }
  });

  test('without being opened nothing is packed', async () => {
    newDisk();
    expect(await opfsJournalLeg().pack?.()).toMatchObject({ ok: false, error: { code: 'fenced' } });
  });

  test('of files that double in size, few are left and none is copied more than its share', () => {
    let files: { size: number }[] = [];
    let copied = 0;
    for (let epoch = 0; epoch < 1_000; epoch++) {
      files.push({ size: 1 });
      const chosen = toPack(files);
      const size = chosen.reduce((sum, file) => sum + file.size, 0);
      if (chosen.length > 0) files = [...files.slice(0, files.length - chosen.length), { size }];
      copied += chosen.length > 0 ? size : 0;
    }
    expect(files.length).toBeLessThan(20);
    expect(copied).toBeLessThan(1_000 * 10);
  });
});
