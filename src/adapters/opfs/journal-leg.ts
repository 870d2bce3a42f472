import { encodeCut, encodeGroup } from '#core/audit/group-frame.ts';
import { concat } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import type { ByteRange, Place } from './epoch-log.ts';
import { openFence, type FenceFile } from './fence-file.ts';
import { epochFile, type LogFile, PACK_FILES_MIN } from './log-files.ts';
import { LogReader } from './log-reader.ts';
import { packLogs } from './pack-logs.ts';
import {
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
 * @param packFrom so many files of earlier leaders are packed into one
 */
export function opfsJournalLeg(directoryName = 'journal', packFrom = PACK_FILES_MIN): JournalLeg {
  let directory: FileSystemDirectoryHandle | null = null;
  let epoch: number | null = null;
  let handle: SyncHandle | null = null;
  let fence: FenceFile | null = null;
  let end = 0;
  let cut: number | null = null;
  /** Entries there were when all was last read. */
  let length = 0;

  const folder = async (): Promise<FileSystemDirectoryHandle> => (directory ??= await opfsDirectory(directoryName));

  const reader = new LogReader(folder, () => ({
    writing:
      handle === null || epoch === null ? null : { name: epochFile(epoch).name, bytes: handleRange(handle, end) },
    cut: cut === null ? null : { from: cut, file: epochFile(epoch ?? 0) },
  }));

  /** The groups from this entry on, read backwards from the end; null when the end does not tell, or is far. */
  const tail = async (files: readonly LogFile[], from: number): Promise<Group[] | null> => {
    const newest = files.at(-1);
    if (newest === undefined || reader.knows(newest) ? from < length - NEAR_ENTRIES : from === 0) return null;
    const groups: Group[] = [];
    for await (const group of reader.backwards(files)) {
      if (group === null) return null;
      if (group.firstSequence + group.count <= from) return groups.reverse();
      groups.push(group);
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
    const file = await (await folder()).getFileHandle(epochFile(of).name, { create: true });
    const opened = await openSyncHandle(file);
    if (opened === null)
      throw new DOMException('Sync access handles exist only in a dedicated worker.', 'NotSupportedError');
    return opened;
  };

  return {
    name: 'opfs',

    open: async (wanted) => {
      try {
        const newest = Math.max(0, ...(await reader.all()).map(({ to }) => to)) as Epoch;
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

    read: (from = 0 as Sequence, count = Infinity) =>
      whileFilesStay(async () => {
        const files = await reader.files();
        const near = await tail(files, from);
        if (near !== null) return { groups: near.filter((group) => group.firstSequence < from + count), damage: null };
        const { places, damage } = await reader.places(files);
        length = endOf(places.at(-1));
        const wanted = places.slice(
          firstThat(places, (place) => endOf(place) > from),
          firstThat(places, ({ place }) => place.first >= from + count),
        );
        const gap = wanted.findIndex(
          ({ place }, index) => place.first > (index === 0 ? from : endOf(wanted[index - 1])),
        );
        const loaded = await reader.load(gap < 0 ? wanted : wanted.slice(0, gap));
        return { groups: loaded.groups, damage: loaded.damage ?? damage };
      }),

    damaged: (from) =>
      whileFilesStay(async () => {
        const { places, holes } = await reader.places(await reader.files());
        const at = firstThat(places, (place) => endOf(place) > from);
        const next = places[at];
        const until = next?.place.first ?? null;
        if (next !== undefined && until === from)
          return { first: from, bytes: await reader.raw(next.file, next.place), until: endOf(next) };
        const first = endOf(places[at - 1]);
        const hole = holes.findLast(({ entry }) => entry === first);
        if (hole === undefined || (until ?? Infinity) < from) return null;
        return { first, bytes: await reader.raw(hole.file, hole), until };
      }),

    head: () =>
      whileFilesStay(async () => {
        const files = await reader.files();
        for await (const group of reader.backwards(files)) if (group !== null) return group;
        // The end is torn: the last group that is not.
        for (const place of (await reader.places(files)).places.toReversed()) {
          const [group] = (await reader.load([place])).groups;
          if (group !== undefined) return group;
        }
        return null;
      }),

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

    pack: async () => {
      if (epoch === null) return err({ code: 'fenced', message: 'The leg is not open.' });
      try {
        await packLogs(await folder(), reader, epoch, packFrom);
        return ok(undefined);
      } catch (error) {
        return err(storageFailure(error));
      }
    },

    close: () => {
      release();
      return Promise.resolve();
    },

    erase: async () => {
      release();
      reader.forget();
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

function endOf(place: Place | undefined): number {
  return place === undefined ? 0 : place.place.first + place.place.count;
}

/** The index of the first place for which this holds, as it does for all after it; their number when for none. */
function firstThat(places: readonly Place[], holds: (place: Place) => boolean): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = places[middle];
    if (place === undefined || holds(place)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const READ_TRIES = 3;

/** Another tab may take away files that a pack stands for, after they were listed: then the pack is found. */
async function whileFilesStay<T>(read: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++)
    try {
      return await read();
    } catch (error) {
      if (!isNamed(error, 'NotFoundError') || tried === READ_TRIES) throw error;
    }
}
