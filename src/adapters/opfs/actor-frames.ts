/**
 * How records lie in a file, little-endian:
 *
 *     frame = length u32 | crc32(body) u32 | crc32(the eight bytes before) u32 | body
 *
 * The body is JSON. A frame whose head is whole and says more than there is was cut short by a crash in the middle of a
 * write that nobody was told of; anything else that cannot be read is damage.
 */
import { crc32 } from '#core/audit/group-frame.ts';
import { utf8After } from '#core/base/bytes.ts';
import { textOf } from './epoch-log.ts';

const HEAD_BYTES = 12;

export function encodeFrame(record: unknown): Uint8Array {
  const frame = utf8After(HEAD_BYTES, JSON.stringify(record));
  const view = new DataView(frame.buffer);
  view.setUint32(0, frame.length - HEAD_BYTES, true);
  view.setUint32(4, crc32(frame.subarray(HEAD_BYTES)), true);
  view.setUint32(8, crc32(frame.subarray(0, 8)), true);
  return frame;
}

export interface Frames {
  readonly records: readonly unknown[];
  /** Bytes that were understood. */
  readonly end: number;
  /** What follows them: nothing, a write cut short, or damage. */
  readonly rest: 'none' | 'cut' | 'damaged';
}

export function decodeFrames(bytes: Uint8Array): Frames {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: unknown[] = [];
  for (let end = 0; ;) {
    if (end === bytes.length) return { records, end, rest: 'none' };
    const body = end + HEAD_BYTES;
    if (body > bytes.length) return { records, end, rest: 'cut' };
    if (crc32(bytes.subarray(end, end + 8)) !== view.getUint32(end + 8, true)) return { records, end, rest: 'damaged' };
    const next = body + view.getUint32(end, true);
    if (next > bytes.length) return { records, end, rest: 'cut' };
    const whole = bytes.subarray(body, next);
    if (crc32(whole) !== view.getUint32(end + 4, true)) return { records, end, rest: 'damaged' };
    records.push(JSON.parse(textOf(whole)));
    end = next;
  }
}
