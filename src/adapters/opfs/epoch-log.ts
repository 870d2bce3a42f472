import { decodeFrame, frameLength, frameStart, FRAME_OVERHEAD_BYTES, type Frame } from '#core/audit/group-frame.ts';
import { MIB } from '#core/base/limits.ts';

/** Something with bytes that can be read by range: a file snapshot, or the handle that writes it. */
export interface ByteRange {
  readonly size: number;
  readonly read: (start: number, end: number) => Promise<Uint8Array>;
}

/** Where a frame lies in the log of one epoch, and what it says. */
export type FramePlace =
  | { readonly kind: 'cut'; readonly from: number }
  | {
      readonly kind: 'group';
      readonly epoch: number;
      readonly first: number;
      readonly count: number;
      readonly at: number;
      readonly end: number;
    };

/** What is known of one epoch's log: grows with the file, never read twice. */
export interface EpochLog {
  readonly epoch: number;
  readonly places: FramePlace[];
  /** Bytes understood so far. */
  scanned: number;
  /** Bytes after `scanned` that are no intact frame. */
  torn: boolean;
  /** Read when a later epoch had already written: nothing that counts is added any more. */
  finished: boolean;
}

export function newEpochLog(epoch: number): EpochLog {
  return { epoch, places: [], scanned: 0, torn: false, finished: false };
}

const WINDOW_BYTES = 4 * MIB;
const TAIL_BYTES = MIB / 4;

/** Reads what was added to the log since the last scan. */
export async function scan(log: EpochLog, bytes: ByteRange): Promise<void> {
  log.torn = false;
  while (log.scanned < bytes.size) {
    const start = log.scanned;
    const window = await bytes.read(start, Math.min(bytes.size, start + WINDOW_BYTES));
    const used = scanWindow(log, window, start);
    if (used > 0) continue;
    const length = frameLength(window, 0);
    const whole = length !== null && length > window.length && start + length <= bytes.size;
    if (!whole || scanWindow(log, await bytes.read(start, start + length), start) === 0) {
      log.torn = true;
      return;
    }
  }
}

function scanWindow(log: EpochLog, window: Uint8Array, start: number): number {
  let used = 0;
  for (;;) {
    const length = frameLength(window, used);
    if (length === null || used + length > window.length) return used;
    const frame = decodeFrame(window.subarray(used, used + length), textOf);
    if (frame === null) return used;
    log.places.push(placeOf(frame, start + used, length));
    used += length;
    log.scanned = start + used;
  }
}

function placeOf(frame: Frame, at: number, length: number): FramePlace {
  if (frame.kind === 'cut') return frame;
  const { epoch, firstSequence, count } = frame.group;
  return { kind: 'group', epoch, first: firstSequence, count, at, end: at + length };
}

/** The last frame of a log, found from its end; null when the end is torn. */
export async function lastFrame(bytes: ByteRange): Promise<Frame | null> {
  if (bytes.size < FRAME_OVERHEAD_BYTES) return null;
  const tail = await bytes.read(bytes.size - 4, bytes.size);
  const length = new DataView(tail.buffer, tail.byteOffset, 4).getUint32(0, true) + FRAME_OVERHEAD_BYTES;
  if (length > bytes.size) return null;
  const frame = await bytes.read(bytes.size - length, bytes.size);
  return frameStart(frame, frame.length) === 0 ? decodeFrame(frame, textOf) : null;
}

/**
 * The groups at the end of a log, last first, and the cut that stands before them; for who knows that what is asked for
 * is near the end. Null when the end is torn.
 */
export async function framesFromEnd(bytes: ByteRange): Promise<{ frames: readonly Frame[]; whole: boolean } | null> {
  const start = Math.max(0, bytes.size - TAIL_BYTES);
  const window = await bytes.read(start, bytes.size);
  const frames: Frame[] = [];
  for (let end = window.length; end > 0;) {
    const from = frameStart(window, end);
    if (from === null) return frames.length === 0 || start === 0 ? null : { frames, whole: false };
    const frame = decodeFrame(window.subarray(from, end), textOf);
    if (frame === null) return null;
    frames.push(frame);
    end = from;
  }
  return { frames, whole: start === 0 };
}

export interface Place {
  readonly epoch: number;
  readonly place: Extract<FramePlace, { kind: 'group' }>;
}

/**
 * The one sequence of groups that logs of rising epochs hold together. A cut drops what earlier logs say from there on,
 * so a leader that was stopped and writes late into its own log changes nothing.
 */
export function assemble(logs: readonly EpochLog[]): {
  readonly places: readonly Place[];
  readonly damage: string | null;
} {
  const places: Place[] = [];
  let length = 0;
  let damage: string | null = null;
  for (const log of logs) {
    for (const place of log.places) {
      if (place.kind === 'cut') {
        while (length > place.from && places.length > 0) {
          places.pop();
          const last = places.at(-1)?.place;
          length = last === undefined ? 0 : last.first + last.count;
        }
        if (length === place.from) damage = null;
      } else if (place.first === length) {
        places.push({ epoch: log.epoch, place });
        length += place.count;
      } else {
        damage ??= `entries from ${String(length)} to ${String(place.first - 1)} are missing before epoch ${String(log.epoch)}`;
      }
    }
    if (log.torn)
      damage ??= `the log of epoch ${String(log.epoch)} is damaged at byte ${String(log.scanned)}, entry ${String(length)}`;
  }
  return { places, damage };
}

const decoder = new TextDecoder();

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
