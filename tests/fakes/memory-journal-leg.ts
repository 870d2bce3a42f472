import type { Epoch } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { Group, JournalLeg, JournalLegError } from '#ports/journal-leg.ts';

/** What stays when a tab dies: hand the same disk to the next leg. */
export interface MemoryLegDisk {
  groups: Group[];
  epoch: number;
  /** Index of a group that cannot be read; finding the head does not come across it. */
  damagedAt: number | null;
  /** More such groups. */
  alsoDamaged: Set<number>;
  /** Whether damaged groups can be replaced where they lie. */
  mends: boolean;
  /** Fails the next appends with this. */
  fail: JournalLegError['code'] | null;
  /** Appending itself finds that a later epoch has opened. */
  fencing: boolean;
  /** Runs after an append is durable, before it is answered: a place to stop the world. */
  afterAppend: (() => Promise<void>) | null;
}

export function memoryLegDisk(): MemoryLegDisk {
  return {
    groups: [],
    epoch: 0,
    damagedAt: null,
    alsoDamaged: new Set(),
    mends: false,
    fail: null,
    fencing: false,
    afterAppend: null,
  };
}

/** A journal leg in memory. */
export function memoryJournalLeg(
  disk: MemoryLegDisk = memoryLegDisk(),
  name: JournalLeg['name'] = 'memory',
): JournalLeg {
  let epoch: Epoch | null = null;
  const fenced = (): boolean => epoch === null || disk.epoch !== epoch;
  const failure = (code: JournalLegError['code']) => err({ code, message: `The memory leg failed: ${code}.` });
  const harmed = (index: number): boolean => index === disk.damagedAt || disk.alsoDamaged.has(index);
  return {
    name,
    open: (wanted) => {
      if (disk.epoch >= wanted)
        return Promise.resolve(
          err({ code: 'fenced', message: 'A later epoch has opened.', epoch: disk.epoch as Epoch }),
        );
      epoch = wanted;
      disk.epoch = wanted;
      return Promise.resolve(ok(undefined));
    },
    read: (from = 0 as never, count = Infinity) => {
      const touching = [...disk.groups.entries()].filter(
        ([, group]) => group.firstSequence + group.count > from && group.firstSequence < from + count,
      );
      const stop = touching.findIndex(([index]) => harmed(index));
      return Promise.resolve({
        groups: touching.slice(0, stop < 0 ? Infinity : stop).map(([, group]) => group),
        damage: stop < 0 ? null : `group ${String(touching[stop]?.[0])} is damaged`,
      });
    },
    head: () => Promise.resolve(disk.groups.findLast((_, index) => !harmed(index)) ?? null),
    append: async (groups) => {
      if (fenced()) return failure('fenced');
      if (disk.fail !== null) return failure(disk.fail);
      disk.groups.push(...structuredClone(groups as Group[]));
      await disk.afterAppend?.();
      return disk.fencing && fenced() ? failure('fenced') : ok(undefined);
    },
    fencing: () => disk.fencing,
    truncateFrom: (from) => {
      if (fenced()) return Promise.resolve(failure('fenced'));
      disk.groups = disk.groups.filter((group) => group.firstSequence + group.count <= from);
      if (disk.damagedAt !== null && disk.damagedAt >= disk.groups.length) disk.damagedAt = null;
      disk.alsoDamaged = new Set([...disk.alsoDamaged].filter((index) => index < disk.groups.length));
      return Promise.resolve(ok(undefined));
    },
    ...(disk.mends
      ? { mend: (groups) => Promise.resolve(fenced() ? failure('fenced') : mendGroups(disk, groups)) }
      : {}),
    close: () => {
      epoch = null;
      return Promise.resolve();
    },
    erase: () => {
      Object.assign(disk, memoryLegDisk());
      return Promise.resolve();
    },
  };
}

function mendGroups(disk: MemoryLegDisk, groups: readonly Group[]) {
  for (const group of structuredClone(groups as Group[])) {
    const index = disk.groups.findIndex(({ firstSequence }) => firstSequence >= group.firstSequence);
    const at = index < 0 ? disk.groups.length : index;
    const replaced = disk.groups[at]?.firstSequence === group.firstSequence;
    disk.groups.splice(at, replaced ? 1 : 0, group);
    const moved = (damaged: number): number => (replaced || damaged < at ? damaged : damaged + 1);
    if (disk.damagedAt !== null) disk.damagedAt = replaced && disk.damagedAt === at ? null : moved(disk.damagedAt);
    if (replaced) disk.alsoDamaged.delete(at);
    disk.alsoDamaged = new Set([...disk.alsoDamaged].map(moved));
  }
  return ok(undefined);
}
