import {
  decodeFrame,
  type Frame,
  FRAME_OVERHEAD_BYTES,
  FRAME_START_BYTES,
  frameCandidates,
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

/** Bytes between two frames that are none: one or more that were damaged, and a cut may have been among them. */
type HolePlace = { readonly kind: 'hole'; readonly at: number; readonly end: number };

export type FramePlace = Extract<FrameHead, { kind: 'cut' }> | GroupPlace | HolePlace;

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
 * is checked, every cut, and what does not follow on the group before it; whether the other groups are intact shows when
 * they are loaded. What is no frame is passed over up to the next one that is.
 */
export async function scan(log: EpochLog, bytes: ByteRange): Promise<void> {
  log.torn = false;
  const known = log.places.length;
  while (log.scanned < bytes.size) {
    const start = log.scanned;
    const window = await bytes.read(start, Math.min(bytes.size, start + WINDOW_BYTES));
    if (scanWindow(log, window, start, bytes.size)) continue;
    const length = frameLength(window, 0);
    const larger = length !== null && length > window.length && start + length <= bytes.size;
    if (larger && scanWindow(log, await bytes.read(start, start + length), start, bytes.size)) continue;
    const next = await nextFrame(bytes, start + 1);
    if (next === null) {
      log.torn = true;
      break;
    }
    log.places.push({ kind: 'hole', at: start, end: next });
    log.scanned = next;
  }
  await dropMiscounted(log, bytes, known);
}

/** @returns whether it held a frame */
function scanWindow(log: EpochLog, window: Uint8Array, start: number, size: number): boolean {
  for (let at = 0; ;) {
    const length = frameLength(window, at);
    if (length === null || at + length > window.length) return at > 0;
    const bytes = window.subarray(at, at + length);
    const head = frameHead(bytes);
    if (head === null) return at > 0;
    const decided = !follows(log.places.at(-1), head) || start + at + length === size;
    if (decided && decodeFrame(bytes, textOf) === null) return at > 0;
    log.places.push(head.kind === 'cut' ? head : { ...head, at: start + at, end: start + at + length });
    at += length;
    log.scanned = start + at;
  }
}

/** Whether a group begins with the entry after what stands before it, and so need not be checked before it is loaded. */
function follows(before: FramePlace | undefined, head: FrameHead): boolean {
  if (before === undefined || before.kind === 'hole' || head.kind === 'cut') return false;
  return head.first === (before.kind === 'cut' ? before.from : before.first + before.count);
}

async function nextFrame(bytes: ByteRange, from: number): Promise<number | null> {
  for (let start = from; start < bytes.size; start += WINDOW_BYTES) {
    const window = await bytes.read(start, Math.min(bytes.size, start + WINDOW_BYTES + FRAME_START_BYTES));
    for (const { at, length } of frameCandidates(window, 0, bytes.size - start)) {
      const within = at + length <= window.length;
      const frame = within ? window.subarray(at, at + length) : await bytes.read(start + at, start + at + length);
      if (decodeFrame(frame, textOf) !== null) return start + at;
    }
  }
  return null;
}

/** A group whose count is damaged is found by what stands after it, and does not go on from there. */
async function dropMiscounted(log: EpochLog, bytes: ByteRange, known: number): Promise<void> {
  for (let index = Math.max(1, known); index < log.places.length; index++) {
    const [before, place] = [log.places[index - 1], log.places[index]];
    if (before?.kind !== 'group' || place === undefined) continue;
    const next = place.kind === 'cut' ? place.from : place.kind === 'group' ? place.first : null;
    if (next === before.first + before.count) continue;
    const { at, end } = before;
    if (decodeFrame(await bytes.read(at, end), textOf) === null) log.places[index - 1] = { kind: 'hole', at, end };
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

/** Damaged bytes in a file of the log, where the group of an entry should be. */
export interface Hole {
  readonly file: LogFile;
  readonly at: number;
  readonly end: number;
  /** The first entry that is missing there. */
  readonly entry: number;
}

/**
 * The one sequence of groups that logs of rising epochs hold together. A cut drops what earlier logs say from there on,
 * so a leader that was stopped and writes late into its own log changes nothing. What stands after a gap is listed too:
 * another copy may hold what is missing. In a log each group goes on from the one before or from a cut, so one that does
 * neither tells of a cut that was lost.
 */
export function assemble(logs: readonly Pick<EpochLog, 'file' | 'places' | 'scanned' | 'torn'>[]): {
  readonly places: readonly Place[];
  readonly holes: readonly Hole[];
  readonly damage: string | null;
} {
  const places: Place[] = [];
  let holes: Hole[] = [];
  let length = 0;
  const cutTo = (from: number): void => {
    while (length > from && places.length > 0) {
      places.pop();
      const last = places.at(-1)?.place;
      length = last === undefined ? 0 : last.first + last.count;
    }
    holes = holes.filter(({ entry }) => entry < from);
  };
  for (const { file, places: found, scanned, torn } of logs) {
    let before: FramePlace | undefined;
    for (const place of found) {
      if (place.kind === 'hole') holes.push({ file, at: place.at, end: place.end, entry: length });
      else if (place.kind === 'cut') cutTo(place.from);
      else {
        if (before?.kind === 'hole' && place.first < length) cutTo(place.first);
        if (place.first >= length) {
          places.push({ file, place });
          length = place.first + place.count;
        }
      }
      before = place;
    }
    if (torn) holes.push({ file, at: scanned, end: Infinity, entry: length });
  }
  return { places, holes, damage: gapIn(places) ?? tornEnd(holes) };
}

/** A hole that another frame stands behind is damage where it leaves a gap, and else held nothing that counts. */
function tornEnd(holes: readonly Hole[]): string | null {
  const torn = holes.find(({ end }) => end === Infinity);
  return torn === undefined
    ? null
    : `the log of ${nameOf(torn.file)} is damaged at byte ${String(torn.at)}, entry ${String(torn.entry)}`;
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
