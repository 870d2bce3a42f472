import type { Table } from 'dexie';
import { decodeFrame, encodeGroup, frameLength } from '#core/audit/group-frame.ts';
import { concat } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { err } from '#core/base/result.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import { attempt, FencedError, strictDatabase } from './database.ts';

/** All groups of one append, packed into one binary value: a hundred small rows cost a hundred times as much. */
interface Segment {
  readonly first: number;
  readonly count: number;
  readonly frames: Uint8Array;
}

interface EpochRow {
  readonly key: 'epoch';
  readonly value: number;
}

/** The journal in an IndexedDB database of its own, apart from the projections. */
export function indexedDbJournalLeg(name = 'windhover-journal'): JournalLeg {
  const database = strictDatabase(name, { meta: 'key', segments: 'first' });
  const meta: Table<EpochRow, string> = database.table('meta');
  const segments: Table<Segment, number> = database.table('segments');
  let epoch: number | null = null;

  const fenced = <T>(work: () => Promise<T>): ReturnType<typeof attempt<T>> =>
    attempt(() =>
      database.transaction('rw', [meta, segments], async () => {
        if (epoch === null || (await meta.get('epoch'))?.value !== epoch)
          throw new FencedError('Another leader writes here.');
        return work();
      }),
    );

  return {
    name: 'indexeddb',

    open: async (wanted) => {
      let newest = 0 as Epoch;
      const opened = await attempt(() =>
        database.transaction('rw', [meta], async () => {
          newest = ((await meta.get('epoch'))?.value ?? 0) as Epoch;
          if (newest >= wanted) throw new FencedError(`Epoch ${String(newest)} has opened; this is ${String(wanted)}.`);
          await meta.put({ key: 'epoch', value: wanted });
        }),
      );
      if (opened.ok) epoch = wanted;
      return opened.ok || opened.error.code !== 'fenced' ? opened : err({ ...opened.error, epoch: newest });
    },

    read: async (from = 0 as Sequence, count = Infinity) => {
      const before = from === 0 ? undefined : await segments.where('first').belowOrEqual(from).last();
      const start = before?.first ?? 0;
      const groups: Group[] = [];
      let length: number | null = null;
      for (const segment of await segments
        .where('first')
        .between(start, from + count, true, false)
        .toArray()) {
        if (length !== null && segment.first !== length)
          return { groups, damage: `entries from ${String(length)} are missing` };
        const { groups: found, damaged } = unpack(segment);
        groups.push(
          ...found.filter((group) => group.firstSequence + group.count > from && group.firstSequence < from + count),
        );
        if (damaged) return { groups, damage: `the segment of entry ${String(segment.first)} is damaged` };
        length = segment.first + segment.count;
      }
      return { groups, damage: null };
    },

    head: async () => {
      const last = await segments.orderBy('first').last();
      if (last === undefined) return null;
      const { groups, damaged } = unpack(last);
      return damaged ? ((await lastIntact(segments, last, groups)) ?? null) : (groups.at(-1) ?? null);
    },

    append: (groups) => {
      const [first] = groups;
      if (first === undefined) return Promise.resolve({ ok: true, value: undefined });
      const segment: Segment = {
        first: first.firstSequence,
        count: groups.reduce((sum, group) => sum + group.count, 0),
        frames: concat(...groups.map(encodeGroup)),
      };
      return fenced(async () => {
        const last = await segments.orderBy('first').last();
        if (last !== undefined && isCutAt(last, segment.first)) await truncate(segments, segment.first);
        else if (last !== undefined && last.first + last.count !== segment.first)
          throw new Error(
            `This leg ends before entry ${String(last.first + last.count)}; the group starts at ${String(segment.first)}.`,
          );
        await segments.add(segment);
      });
    },

    fencing: () => epoch !== null,

    truncateFrom: (from) => fenced(() => truncate(segments, from)),

    mend: ([...groups]) =>
      fenced(async () => {
        const [first, last] = [groups[0], groups.at(-1)];
        if (first === undefined || last === undefined) return;
        const [from, to] = [first.firstSequence, last.firstSequence + last.count];
        const before = await segments.where('first').below(from).last();
        if (before !== undefined && before.first + before.count > from) {
          groups.unshift(...unpack(before).groups.filter((group) => group.firstSequence + group.count <= from));
          await segments.delete(before.first);
        }
        const within = await segments.where('first').between(from, to, true, false).toArray();
        const end = Math.max(0, ...[before, ...within].map((segment) => (segment?.first ?? 0) + (segment?.count ?? 0)));
        if (end > to) throw new Error(`What is damaged goes on to entry ${String(end - 1)}, not to ${String(to - 1)}.`);
        await segments.bulkDelete(within.map((segment) => segment.first));
        const start = groups[0]?.firstSequence ?? from;
        await segments.add({ first: start, count: to - start, frames: concat(...groups.map(encodeGroup)) });
      }),

    close: () => {
      epoch = null;
      return Promise.resolve();
    },

    erase: async () => {
      await database.delete({ disableAutoOpen: false });
    },
  };
}

async function truncate(segments: Table<Segment, number>, from: number): Promise<void> {
  const straddling = await segments.where('first').below(from).last();
  await segments.where('first').aboveOrEqual(from).delete();
  if (straddling === undefined || straddling.first + straddling.count <= from) return;
  await segments.delete(straddling.first);
  const kept = unpack(straddling).groups.filter((group) => group.firstSequence + group.count <= from);
  if (kept.length === 0) return;
  const count = kept.reduce((sum, group) => sum + group.count, 0);
  await segments.add({ first: straddling.first, count, frames: concat(...kept.map(encodeGroup)) });
}

/**
 * Whether all that can still be read of the last segment ends here. The rest nobody can read, and whoever leads goes on
 * from here: it was in no head.
 */
function isCutAt(last: Segment, end: number): boolean {
  const { groups, damaged } = unpack(last);
  const whole = groups.at(-1);
  return damaged && end === (whole === undefined ? last.first : whole.firstSequence + whole.count);
}

function unpack(segment: Segment): { readonly groups: readonly Group[]; readonly damaged: boolean } {
  const groups: Group[] = [];
  const { frames } = segment;
  let next = segment.first;
  for (let at = 0; at < frames.length;) {
    const length = frameLength(frames, at);
    const frame =
      length === null || at + length > frames.length ? null : decodeFrame(frames.subarray(at, at + length), textOf);
    if (length === null || frame?.kind !== 'group' || frame.group.firstSequence !== next)
      return { groups, damaged: true };
    groups.push({
      ...frame.group,
      epoch: frame.group.epoch as Epoch,
      firstSequence: frame.group.firstSequence as Sequence,
    });
    next += frame.group.count;
    at += length;
  }
  return { groups, damaged: next !== segment.first + segment.count };
}

async function lastIntact(
  segments: Table<Segment, number>,
  damaged: Segment,
  intact: readonly Group[],
): Promise<Group | undefined> {
  if (intact.length > 0) return intact.at(-1);
  const before = await segments.where('first').below(damaged.first).last();
  return before === undefined ? undefined : unpack(before).groups.at(-1);
}

const decoder = new TextDecoder();

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
