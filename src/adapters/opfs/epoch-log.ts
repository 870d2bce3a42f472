import {
  decodeFrame,
  type Frame,
  FRAME_OVERHEAD_BYTES,
  frameHead,
  type FrameHead,
  frameLength,
  lengthBefore,
} from '#core/audit/group-frame.ts';
import { MIB } from '#core/base/limits.ts';
import { isPack, type LogFile } from './log-files.ts';

/** Something with bytes that can be read by range: a file snapshot, or the handle that writes it. */
export interface ByteRange {
  readonly size: number;
  readonly read: (start: number, end: number) => Promise<Uint8Array>;
}

/** Where a group lies in a file of the log. */
export type GroupPlace = Extract<FrameHead, { kind: 'group' }> & { readonly at: number; readonly end: number };

export type FramePlace = Extract<FrameHead, { kind: 'cut' }> | GroupPlace;

/** What is known of one file of the log: grows with the file, never read twice. */
export interface EpochLog {
  readonly file: LogFile;
  readonly places: FramePlace[];
  /** Bytes understood so far. */
  scanned: number;
  /** Bytes after `scanned` that are no intact frame. */
  torn: boolean;
  /** Read when a later epoch had already written: nothing that counts is added any more. */
  finished: boolean;
}

export function newEpochLog(file: LogFile): EpochLog {
  return { file, places: [], scanned: 0, torn: false, finished: false };
}

/** Read at once. */
export const WINDOW_BYTES = 4 * MIB;
const TAIL_BYTES = MIB / 16;

/**
 * Reads what was added to the log since the last scan. A write that was cut short is at the end, so only the last frame
 * is checked, and every cut; whether the other groups are intact shows when they are loaded.
 */
export async function scan(log: EpochLog, bytes: ByteRange): Promise<void> {
  log.torn = false;
  while (log.scanned < bytes.size) {
    const start = log.scanned;
    const window = await bytes.read(start, Math.min(bytes.size, start + WINDOW_BYTES));
    if (scanWindow(log, window, start, bytes.size)) continue;
    const length = frameLength(window, 0);
    const larger = length !== null && length > window.length && start + length <= bytes.size;
    if (!larger || !scanWindow(log, await bytes.read(start, start + length), start, bytes.size)) {
      log.torn = true;
      return;
    }
  }
}

/** @returns whether it held a frame */
function scanWindow(log: EpochLog, window: Uint8Array, start: number, size: number): boolean {
  for (let at = 0; ;) {
    const length = frameLength(window, at);
    if (length === null || at + length > window.length) return at > 0;
    const bytes = window.subarray(at, at + length);
    const head = frameHead(bytes);
    if (head === null) return at > 0;
    const decided = head.kind === 'cut' || start + at + length === size;
    if (decided && decodeFrame(bytes, textOf) === null) return at > 0;
    log.places.push(head.kind === 'cut' ? head : { ...head, at: start + at, end: start + at + length });
    at += length;
    log.scanned = start + at;
  }
}

/** The frames of a log from its end, last first; at last null where what stands before is no intact frame. */
export async function* framesBackwards(bytes: ByteRange): AsyncGenerator<Frame | null> {
  let window: Uint8Array = new Uint8Array();
  let start = bytes.size;
  for (let end = bytes.size; end > 0;) {
    const fill = async (length: number): Promise<void> => {
      start = Math.max(0, end - Math.max(length, TAIL_BYTES));
      window = await bytes.read(start, end);
    };
    if (end - start < FRAME_OVERHEAD_BYTES) await fill(0);
    const length = lengthBefore(window, end - start);
    if (length === null || length > end) {
      yield null;
      return;
    }
    if (length > end - start) await fill(length);
    const frame = decodeFrame(window.subarray(end - start - length, end - start), textOf);
    yield frame;
    if (frame === null) return;
    end -= length;
  }
}

/** Whether everything was written that a pack was to hold: see log-files.ts. */
export async function isSealed(bytes: ByteRange): Promise<boolean> {
  const frames = framesBackwards(bytes);
  const [last, before] = [await frames.next(), await frames.next()].map(
    ({ value }) => value as Frame | null | undefined,
  );
  return last?.kind === 'cut' && before?.kind === 'group';
}

export interface Place {
  readonly file: LogFile;
  readonly place: GroupPlace;
}

/**
 * The one sequence of groups that logs of rising epochs hold together. A cut drops what earlier logs say from there on,
 * so a leader that was stopped and writes late into its own log changes nothing. What stands after a gap is listed too:
 * another copy may hold what is missing.
 */
export function assemble(logs: readonly Pick<EpochLog, 'file' | 'places' | 'scanned' | 'torn'>[]): {
  readonly places: readonly Place[];
  readonly damage: string | null;
} {
  const places: Place[] = [];
  let length = 0;
  let torn: string | null = null;
  for (const log of logs) {
    for (const place of log.places) {
      if (place.kind === 'cut') {
        while (length > place.from && places.length > 0) {
          places.pop();
          const last = places.at(-1)?.place;
          length = last === undefined ? 0 : last.first + last.count;
        }
        if (length === place.from) torn = null;
      } else if (place.first >= length) {
        places.push({ file: log.file, place });
        length = place.first + place.count;
      }
    }
    if (log.torn)
      torn ??= `the log of ${nameOf(log.file)} is damaged at byte ${String(log.scanned)}, entry ${String(length)}`;
  }
  return { places, damage: gapIn(places) ?? torn };
}

function gapIn(places: readonly Place[]): string | null {
  let length = 0;
  for (const { place, file } of places) {
    if (place.first !== length)
      return `entries from ${String(length)} to ${String(place.first - 1)} are missing before ${nameOf(file)}`;
    length += place.count;
  }
  return null;
}

function nameOf(file: LogFile): string {
  return `${isPack(file) ? `epochs ${String(file.from)} to` : 'epoch'} ${String(file.to)}`;
}

const decoder = new TextDecoder();

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
