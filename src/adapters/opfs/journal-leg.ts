import { decodeFrame, encodeCut, encodeGroup, type GroupFrame } from '#core/audit/group-frame.ts';
import { concat } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import { openFence, type FenceFile } from './fence-file.ts';
import {
  assemble,
  framesFromEnd,
  lastFrame,
  newEpochLog,
  scan,
  textOf,
  type ByteRange,
  type EpochLog,
  type Place,
} from './epoch-log.ts';
import {
  fileNames,
  isNamed,
  openSyncHandle,
  opfsDirectory,
  removeOpfsDirectory,
  storageFailure,
  type SyncHandle,
} from './sync-handle.ts';

/**
 * The journal as append logs in the origin private file system, one file an epoch: a leader that was stopped keeps its
 * exclusive handle for ever, so the next one never needs it and reads the older files as snapshots. Needs a worker.
 */
export function opfsJournalLeg(directoryName = 'journal'): JournalLeg {
  let directory: FileSystemDirectoryHandle | null = null;
  let epoch: number | null = null;
  let handle: SyncHandle | null = null;
  let fence: FenceFile | null = null;
  let end = 0;
  let cut: number | null = null;
  const logs = new Map<number, EpochLog>();
  /** Entries there were when all was last read. */
  let length = 0;

  const folder = async (): Promise<FileSystemDirectoryHandle> => (directory ??= await opfsDirectory(directoryName));

  const bytesOf = async (of: number): Promise<ByteRange> => {
    if (of === epoch && handle !== null) return handleRange(handle, end);
    return snapshotRange(await (await folder()).getFileHandle(fileName(of)));
  };

  const epochs = async (): Promise<number[]> =>
    (await fileNames(await folder())).map(epochOf).filter((value) => value !== null);

  /** Only the newest log grows in a way that counts; an older one is read to its end once. */
  const scanned = async (of: number, newest: boolean): Promise<EpochLog> => {
    const log = logs.get(of) ?? newEpochLog(of);
    logs.set(of, log);
    if (log.finished) return log;
    await scan(log, await bytesOf(of));
    log.finished = !newest;
    return log;
  };

  const allLogs = async (): Promise<EpochLog[]> => {
    const all: EpochLog[] = [];
    const known = await epochs();
    for (const of of known) all.push(await scanned(of, of === known.at(-1)));
    if (cut !== null) all.push({ ...newEpochLog(epoch ?? 0), places: [{ kind: 'cut', from: cut }] });
    return all;
  };

  const load = async ({ epoch: of, place }: Place): Promise<Group | null> => {
    const frame = decodeFrame(await (await bytesOf(of)).read(place.at, place.end), textOf);
    return frame?.kind === 'group' ? asGroup(frame.group) : null;
  };

  /** The groups from this entry on, read backwards from the end; null when the end does not tell, or is far. */
  const tail = async (from: number): Promise<Group[] | null> => {
    const known = await epochs();
    const newest = known.at(-1);
    if (newest === undefined || (logs.has(newest) ? from < length - NEAR_ENTRIES : from === 0)) return null;
    const groups: Group[] = [];
    let limit = cut ?? Infinity;
    for (const of of known.toReversed()) {
      const last = await framesFromEnd(await bytesOf(of));
      if (last === null) return null;
      for (const frame of last.frames) {
        if (frame.kind === 'cut') {
          limit = Math.min(limit, frame.from);
          continue;
        }
        const end = frame.group.firstSequence + frame.group.count;
        if (end > limit) continue;
        if (groups.length > 0 && end < limit) return null;
        if (end <= from) return groups.reverse();
        groups.push(asGroup(frame.group));
        limit = frame.group.firstSequence;
      }
      if (!last.whole) return null;
    }
    return null;
  };

  /** Gives the file of this leader back, so that the same leg can be opened again later. */
  const release = (): void => {
    handle?.close();
    handle = null;
    fence?.close();
    fence = null;
    epoch = null;
    end = 0;
    cut = null;
  };

  const openFile = async (of: number): Promise<SyncHandle> => {
    const file = await (await folder()).getFileHandle(fileName(of), { create: true });
    const opened = await openSyncHandle(file);
    if (opened === null)
      throw new DOMException('Sync access handles exist only in a dedicated worker.', 'NotSupportedError');
    return opened;
  };

  return {
    name: 'opfs',

    open: async (wanted) => {
      try {
        const newest = ((await epochs()).at(-1) ?? 0) as Epoch;
        if (newest >= wanted) {
          const message = `Epoch ${String(newest)} has written; this is ${String(wanted)}.`;
          return err({ code: 'fenced', message, epoch: newest });
        }
        release();
        fence = await openFence(await folder());
        const raised = (fence?.epoch() ?? 0) as Epoch;
        if (raised >= wanted) {
          release();
          const message = `Epoch ${String(raised)} has opened; this is ${String(wanted)}.`;
          return err({ code: 'fenced', message, epoch: raised });
        }
        fence?.raise(wanted);
        epoch = wanted;
        return ok(undefined);
      } catch (error) {
        return err(storageFailure(error));
      }
    },

    read: async (from = 0 as Sequence, count = Infinity) => {
      const near = await tail(from);
      if (near !== null) return { groups: near.filter((group) => group.firstSequence < from + count), damage: null };
      const { places, damage } = assemble(await allLogs());
      const last = places.at(-1)?.place;
      length = last === undefined ? 0 : last.first + last.count;
      const groups: Group[] = [];
      for (const where of places) {
        const { first, count: entries } = where.place;
        if (first + entries <= from || first >= from + count) continue;
        const group = await load(where);
        if (group === null) return { groups, damage: `the group of entry ${String(first)} changed while it was read` };
        groups.push(group);
      }
      return { groups, damage };
    },

    head: async () => {
      let limit = cut ?? Infinity;
      const known = await epochs();
      for (const of of known.toReversed()) {
        const last = logs.has(of) ? null : await lastFrame(await bytesOf(of));
        if (last?.kind === 'group' && last.group.firstSequence + last.group.count <= limit) return asGroup(last.group);
        const { places } = await scanned(of, of === known.at(-1));
        const place = places.findLast((other) => other.kind === 'group' && other.first + other.count <= limit);
        if (place?.kind === 'group') return load({ epoch: of, place });
        for (const other of places) if (other.kind === 'cut') limit = Math.min(limit, other.from);
      }
      return null;
    },

    append: async (groups, readable) => {
      const [first] = groups;
      if (epoch === null) return err({ code: 'fenced', message: 'The leg is not open.' });
      if (first === undefined) return ok(undefined);
      try {
        const mine = epoch;
        handle ??= await openFile(mine);
        if (epoch !== mine) return err(REPLACED);
        const header = end === 0 ? [encodeCut(cut ?? first.firstSequence)] : cut === null ? [] : [encodeCut(cut)];
        const bytes = concat(...header, ...groups.map(encodeGroup));
        const written = handle.write(bytes, { at: end });
        if (written !== bytes.length)
          throw new DOMException(`${String(written)} of ${String(bytes.length)} bytes written`, 'QuotaExceededError');
        readable?.();
        handle.flush();
        end += bytes.length;
        cut = null;
        return fence === null || fence.epoch() === epoch ? ok(undefined) : err(REPLACED);
      } catch (error) {
        forget(handle, end);
        return err(storageFailure(error));
      }
    },

    fencing: () => fence !== null,

    truncateFrom: (from) => {
      if (epoch === null) return Promise.resolve(err({ code: 'fenced', message: 'The leg is not open.' }));
      cut = Math.min(from, cut ?? Infinity);
      return Promise.resolve(ok(undefined));
    },

    close: () => {
      release();
      return Promise.resolve();
    },

    erase: async () => {
      release();
      logs.clear();
      directory = null;
      await removeOpfsDirectory(directoryName);
    },
  };
}

/** So near the end, and reading backwards finds it sooner than what is known of the logs. */
const NEAR_ENTRIES = 64;

const REPLACED = { code: 'fenced' as const, message: 'A later epoch has opened.' };

/** Half a frame after a failed write must not stay in front of the next one. */
function forget(handle: SyncHandle | null, end: number): void {
  try {
    handle?.truncate(end);
    handle?.flush();
  } catch {
    // The next append writes over the same place, and its flush decides.
  }
}

function asGroup(frame: GroupFrame): Group {
  return { ...frame, epoch: frame.epoch as Epoch, firstSequence: frame.firstSequence as Sequence };
}

function fileName(epoch: number): string {
  return `${String(epoch).padStart(10, '0')}.log`;
}

function epochOf(name: string): number | null {
  const digits = /^(\d{10})\.log$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

function handleRange(handle: SyncHandle, size: number): ByteRange {
  return {
    size,
    read: (start, end) => {
      const into = new Uint8Array(end - start);
      const read = handle.read(into, { at: start });
      return Promise.resolve(into.subarray(0, read));
    },
  };
}

const SNAPSHOT_TRIES = 5;

/** A file another tab may be writing: a snapshot goes stale on each write, so a failed read takes a fresh one. */
async function snapshotRange(handle: FileSystemFileHandle): Promise<ByteRange> {
  let file = await handle.getFile();
  return {
    size: file.size,
    read: async (start, end) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return new Uint8Array(await file.slice(start, end).arrayBuffer());
        } catch (error) {
          if (!isNamed(error, 'NotReadableError') || attempt === SNAPSHOT_TRIES) throw error;
          file = await handle.getFile();
        }
      }
    },
  };
}
