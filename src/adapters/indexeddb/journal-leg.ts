import type { Table } from 'dexie';
import { decodeFrame, encodeGroup, frameCandidates } from '#core/audit/group-frame.ts';
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

  /** Those that may hold some of these entries, and none after them. */
  const segmentsOf = async (from: number, to: number): Promise<readonly Segment[]> => {
    const before = from === 0 ? undefined : await segments.where('first').belowOrEqual(from).last();
    return segments
      .where('first')
      .between(before?.first ?? 0, to, true, false)
      .toArray();
  };

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
      const groups: Group[] = [];
      let next: number = from;
      for (const segment of await segmentsOf(from, from + count)) {
        if (segment.first > next) return { groups, damage: `entries from ${String(next)} are missing` };
        for (const { group } of unpack(segment).pieces) {
          if (endOf(group) <= next || group.firstSequence >= from + count) continue;
          if (group.firstSequence > next) return { groups, damage: damageIn(segment) };
          groups.push(group);
          next = endOf(group);
        }
        if (next < Math.min(from + count, segment.first + segment.count)) return { groups, damage: damageIn(segment) };
      }
      return { groups, damage: null };
    },

    damaged: async (from) => {
      const [segment] = await segmentsOf(from, from + 1);
      if (segment === undefined || segment.first + segment.count <= from) return null;
      const { pieces, holes } = unpack(segment);
      const piece = pieces.find(({ group }) => endOf(group) > from);
      if (piece?.group.firstSequence === from)
        return { first: from, bytes: segment.frames.slice(piece.at, piece.end), until: endOf(piece.group) };
      const hole = holes.find((one) => one.end === (piece?.at ?? segment.frames.length));
      const until = piece?.group.firstSequence ?? segment.first + segment.count;
      if (hole === undefined || until < from) return null;
      return { first: hole.entry, bytes: segment.frames.slice(hole.at, hole.end), until };
    },

    head: async () => {
      for await (const segment of backwards(segments)) {
        const last = unpack(segment).pieces.at(-1);
        if (last !== undefined) return last.group;
      }
      return null;
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

    mend: (groups) =>
      fenced(async () => {
        const [first, last] = [groups[0], groups.at(-1)];
        if (first === undefined || last === undefined) return;
        const [from, to] = [first.firstSequence, endOf(last)];
        const touched = (await segmentsOf(from, to)).filter((segment) => segment.first + segment.count > from);
        const [head, tail] = [touched[0], touched.at(-1)];
        const before = head && unpack(head).pieces.findLast(({ group }) => endOf(group) <= from);
        const after = tail && unpack(tail).pieces.find(({ group }) => group.firstSequence >= to);
        const start = Math.min(from, head?.first ?? from);
        const end = Math.max(to, tail === undefined ? to : tail.first + tail.count);
        const gap = [before === undefined ? start : endOf(before.group), after?.group.firstSequence ?? end];
        if (gap[0] !== from || gap[1] !== to)
          throw new Error(`What is damaged goes from entry ${String(gap[0])} to ${String(gap[1])}, exclusive.`);
        const frames = concat(
          head?.frames.subarray(0, before?.end ?? 0) ?? new Uint8Array(),
          ...groups.map(encodeGroup),
          tail?.frames.subarray(after?.at ?? tail.frames.length) ?? new Uint8Array(),
        );
        await segments.bulkDelete(touched.map((segment) => segment.first));
        await segments.add({ first: start, count: end - start, frames });
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
  const kept = unpack(straddling).pieces.findLast(({ group }) => endOf(group) <= from);
  if (kept === undefined) return;
  const { first, frames } = straddling;
  await segments.add({ first, count: endOf(kept.group) - first, frames: frames.slice(0, kept.end) });
}

/**
 * Whether all that can still be read of the last segment ends here. The rest nobody can read, and whoever leads goes on
 * from here: it was in no head.
 */
function isCutAt(last: Segment, end: number): boolean {
  const whole = unpack(last).pieces.at(-1);
  return last.first + last.count > end && end === (whole === undefined ? last.first : endOf(whole.group));
}

async function* backwards(segments: Table<Segment, number>): AsyncGenerator<Segment> {
  let segment = await segments.orderBy('first').last();
  for (; segment !== undefined; segment = await segments.where('first').below(segment.first).last()) yield segment;
}

interface Span {
  readonly at: number;
  readonly end: number;
}

interface Piece extends Span {
  readonly group: Group;
}

interface Unpacked {
  /** The groups that are intact, and where they lie. */
  readonly pieces: readonly Piece[];
  /** What lies between them, and the first entry that is missing there. */
  readonly holes: readonly (Span & { readonly entry: number })[];
}

function unpack({ first, frames }: Segment): Unpacked {
  const pieces: Piece[] = [];
  const holes: (Span & { readonly entry: number })[] = [];
  let entry = first;
  for (let at = 0; at < frames.length;) {
    const piece = nextPiece(frames, at, entry);
    const start = piece?.at ?? frames.length;
    if (start > at) holes.push({ at, end: start, entry });
    if (piece === null) break;
    pieces.push(piece);
    entry = endOf(piece.group);
    at = piece.end;
  }
  return { pieces, holes };
}

/** The next group that is intact and does not begin before this entry. */
function nextPiece(frames: Uint8Array, from: number, entry: number): Piece | null {
  for (const { at, length } of frameCandidates(frames, from, frames.length)) {
    const end = at + length;
    const frame = decodeFrame(frames.subarray(at, end), textOf);
    if (frame?.kind !== 'group' || frame.group.firstSequence < entry) continue;
    const { epoch, firstSequence } = frame.group;
    return { at, end, group: { ...frame.group, epoch: epoch as Epoch, firstSequence: firstSequence as Sequence } };
  }
  return null;
}

function endOf({ firstSequence, count }: Group): number {
  return firstSequence + count;
}

function damageIn({ first }: Segment): string {
  return `the segment of entry ${String(first)} is damaged`;
}

const decoder = new TextDecoder();

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
