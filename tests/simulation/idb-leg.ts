import { decodeFrame, encodeGroup, frameLength } from '#core/audit/group-frame.ts';
import { concat } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Group, JournalLeg, JournalLegError } from '#ports/journal-leg.ts';
import type { IdbDisk, Transaction } from './idb-disk.ts';
import { inOrder } from './idb-store.ts';
import type { Process } from './scheduler.ts';

/** The groups of one append, as bytes. */
export interface Segment {
  readonly first: number;
  readonly count: number;
  readonly frames: Uint8Array;
}

class Fenced extends Error {}

/** The copy of the journal in IndexedDB, on a simulated disk: bytes of the real format in rows. */
export function idbLeg(disk: IdbDisk, process: Process | null): JournalLeg {
  let epoch: number | null = null;
  const write = async <T>(label: string, work: (to: Transaction) => T): Promise<Result<T, JournalLegError>> => {
    if (process === null) return err({ code: 'io', message: 'Who looks on from outside writes nothing.' });
    try {
      return ok(await disk.write(process, label, work));
    } catch (error) {
      const quota = error instanceof DOMException && error.name === 'QuotaExceededError';
      return err({ code: error instanceof Fenced ? 'fenced' : quota ? 'quota' : 'io', message: String(error) });
    }
  };
  const fenced = <T>(label: string, work: (to: Transaction) => T): Promise<Result<T, JournalLegError>> =>
    write(label, (to) => {
      if (epoch === null || to.get('journal.meta', 'epoch') !== epoch) throw new Fenced('Another leader writes here.');
      return work(to);
    });
  const segments = (from: Transaction): Segment[] =>
    inOrder(from.all('journal.segments')).map(([, segment]) => segment as Segment);

  const truncate = (to: Transaction, from: number): void => {
    for (const segment of segments(to)) {
      if (segment.first + segment.count <= from) continue;
      to.delete('journal.segments', segment.first);
      const kept = unpack(segment).groups.filter((group) => group.firstSequence + group.count <= from);
      if (kept.length === 0) continue;
      const count = kept.reduce((sum, group) => sum + group.count, 0);
      to.put('journal.segments', segment.first, {
        first: segment.first,
        count,
        frames: concat(...kept.map(encodeGroup)),
      });
    }
  };

  return {
    name: 'indexeddb',
    open: async (wanted) => {
      let newest = 0;
      const opened = await write('open leg', (to) => {
        newest = (to.get('journal.meta', 'epoch') ?? 0) as number;
        if (newest >= wanted) throw new Fenced(`Epoch ${String(newest)} has opened.`);
        to.put('journal.meta', 'epoch', wanted);
      });
      if (opened.ok) epoch = wanted;
      return opened.ok || opened.error.code !== 'fenced' ? opened : err({ ...opened.error, epoch: newest as Epoch });
    },
    read: (from = 0 as Sequence, count = Infinity) =>
      disk.read(process, 'leg', (store) => {
        const groups: Group[] = [];
        let length: number | null = null;
        for (const segment of segments(store)) {
          if (segment.first + segment.count <= from || segment.first >= from + count) continue;
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
      }),
    head: () =>
      disk.read(process, 'leg head', (store) => {
        for (const segment of segments(store).toReversed()) {
          const last = unpack(segment).groups.at(-1);
          if (last !== undefined) return last;
        }
        return null;
      }),
    append: (groups) => {
      const [first] = groups;
      if (first === undefined) return Promise.resolve(ok(undefined));
      const count = groups.reduce((sum, group) => sum + group.count, 0);
      const segment: Segment = { first: first.firstSequence, count, frames: concat(...groups.map(encodeGroup)) };
      return fenced('append', (to) => {
        const last = segments(to).at(-1);
        if (last !== undefined && isCutAt(last, segment.first)) truncate(to, segment.first);
        else if (last !== undefined && last.first + last.count !== segment.first)
          throw new Error(
            `This leg ends before entry ${String(last.first + last.count)}; the group starts at ${String(segment.first)}.`,
          );
        to.put('journal.segments', segment.first, segment);
      });
    },
    truncateFrom: (from) => fenced('truncate', (to) => truncate(to, from)),
    close: () => {
      epoch = null;
      return Promise.resolve();
    },
    erase: async () => {
      const erased = await write('erase leg', (to) => {
        for (const table of ['journal.segments', 'journal.meta'])
          for (const key of [...to.all(table).keys()]) to.delete(table, key);
      });
      if (!erased.ok) throw new Error(erased.error.message);
    },
  };
}

/** As in the product's adapter: what can still be read of the last segment ends here. */
function isCutAt(last: Segment, end: number): boolean {
  const { groups, damaged } = unpack(last);
  const whole = groups.at(-1);
  return damaged && end === (whole === undefined ? last.first : whole.firstSequence + whole.count);
}

/** What each segment says; a segment never changes, it is replaced by another. */
const unpacked = new WeakMap<Segment, Unpacked>();

interface Unpacked {
  readonly groups: readonly Group[];
  readonly damaged: boolean;
}

function unpack(segment: Segment): Unpacked {
  const known = unpacked.get(segment) ?? unpackAnew(segment);
  unpacked.set(segment, known);
  return known;
}

function unpackAnew(segment: Segment): Unpacked {
  const groups: Group[] = [];
  let next = segment.first;
  for (let at = 0; at < segment.frames.length;) {
    const length = frameLength(segment.frames, at);
    const frame =
      length === null || at + length > segment.frames.length
        ? null
        : decodeFrame(segment.frames.subarray(at, at + length), textOf);
    if (length === null || frame?.kind !== 'group' || frame.group.firstSequence !== next)
      return { groups, damaged: true };
    const { epoch, firstSequence } = frame.group;
    groups.push({ ...frame.group, epoch: epoch as Epoch, firstSequence: firstSequence as Sequence });
    next += frame.group.count;
    at += length;
  }
  return { groups, damaged: next !== segment.first + segment.count };
}

const decoder = new TextDecoder();

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
