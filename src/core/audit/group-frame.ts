/**
 * How a journal group lies on a disk, little-endian:
 *
 *     frame = length u32 | crc32(body) u32 | body | length u32
 *     body  = 1 u8 | epoch f64 | first sequence f64 | count u32 | checkpoint | entries | payloads     a group
 *           | 2 u8 | sequence f64                                                                     a cut
 *
 * Texts and payloads each carry a u32 length. The length at the end lets the last frame be found without reading the
 * others. The checksum finds torn and rotten frames; what proves the content is the signed tree, not this. Where a length
 * is damaged, the next frame is found by what frames look like: entries and heads are text without control characters
 * and payloads are sealed, so that nothing in a frame looks like one.
 */
import { concat, utf8 } from '../base/bytes.ts';

export interface GroupFrame {
  readonly epoch: number;
  readonly firstSequence: number;
  readonly count: number;
  readonly checkpoint: string;
  readonly entries: readonly string[];
  readonly payloads: readonly Uint8Array[];
}

/** A cut says: whatever stands before it for this sequence and later does not count. */
export type Frame =
  { readonly kind: 'group'; readonly group: GroupFrame } | { readonly kind: 'cut'; readonly from: number };

export const FRAME_OVERHEAD_BYTES = 12;
const GROUP_HEAD_BYTES = 21;
const CUT_BYTES = 9;

export function encodeGroup(group: GroupFrame): Uint8Array {
  const head = new Uint8Array(GROUP_HEAD_BYTES);
  const view = new DataView(head.buffer);
  view.setUint8(0, 1);
  view.setFloat64(1, group.epoch, true);
  view.setFloat64(9, group.firstSequence, true);
  view.setUint32(17, group.count, true);
  const parts = [utf8(group.checkpoint), ...group.entries.map(utf8), ...group.payloads];
  return frame(concat(head, ...parts.flatMap((part) => [u32(part.length), part])));
}

export function encodeCut(from: number): Uint8Array {
  const body = new Uint8Array(CUT_BYTES);
  const view = new DataView(body.buffer);
  view.setUint8(0, 2);
  view.setFloat64(1, from, true);
  return frame(body);
}

/** @returns the length of the frame that starts here, or null when the bytes at hand cannot tell */
export function frameLength(bytes: Uint8Array, at: number): number | null {
  if (bytes.length - at < 4) return null;
  return viewOf(bytes).getUint32(at, true) + FRAME_OVERHEAD_BYTES;
}

/** @returns the length of the frame that ends at `end`, or null when the bytes at hand cannot tell */
export function lengthBefore(bytes: Uint8Array, end: number): number | null {
  return end < FRAME_OVERHEAD_BYTES ? null : viewOf(bytes).getUint32(end - 4, true) + FRAME_OVERHEAD_BYTES;
}

/** What a frame says of itself: enough to find it again, not whether it is intact. */
export type FrameHead =
  | { readonly kind: 'cut'; readonly from: number }
  | { readonly kind: 'group'; readonly first: number; readonly count: number };

/** @param bytes a whole frame; @returns null when it is torn or no frame at all */
export function frameHead(bytes: Uint8Array): FrameHead | null {
  if (bytes.length < FRAME_OVERHEAD_BYTES + CUT_BYTES) return null;
  const view = viewOf(bytes);
  const length = view.getUint32(0, true);
  if (bytes.length !== length + FRAME_OVERHEAD_BYTES || view.getUint32(bytes.length - 4, true) !== length) return null;
  const kind = bytes[8];
  if (kind === 2 && length === CUT_BYTES) return { kind: 'cut', from: view.getFloat64(9, true) };
  if (kind !== 1 || length < GROUP_HEAD_BYTES) return null;
  return { kind: 'group', first: view.getFloat64(17, true), count: view.getUint32(25, true) };
}

/** Bytes from the start of a frame that tell whether it may be one. */
export const FRAME_START_BYTES = 8 + GROUP_HEAD_BYTES;

/**
 * Where in these bytes a frame may start, and how long it would be: whether it is one shows when it is decoded.
 * @param limit where the last frame ends at the latest, counted as `from` is; it may lie beyond the bytes at hand
 */
export function* frameCandidates(
  bytes: Uint8Array,
  from: number,
  limit: number,
): Generator<{ readonly at: number; readonly length: number }> {
  const view = viewOf(bytes);
  const isCount = (at: number): boolean =>
    Number.isSafeInteger(view.getFloat64(at, true)) && view.getUint8(at + 7) < 128;
  for (let at = from; at + 8 + CUT_BYTES <= bytes.length; at++) {
    const kind = bytes[at + 8];
    if ((kind !== 1 && kind !== 2) || !isCount(at + 9)) continue;
    const body = view.getUint32(at, true);
    if (kind === 2 ? body !== CUT_BYTES : body < GROUP_HEAD_BYTES) continue;
    if (kind === 1 && (at + 25 > bytes.length || !isCount(at + 17))) continue;
    const length = body + FRAME_OVERHEAD_BYTES;
    if (at + length <= limit) yield { at, length };
  }
}

/** @returns null when the frame is torn, rotten or no frame at all */
export function decodeFrame(bytes: Uint8Array, decodeText: (utf8: Uint8Array) => string): Frame | null {
  const head = frameHead(bytes);
  if (head === null) return null;
  const body = bytes.subarray(8, bytes.length - 4);
  if (crc32(body) !== viewOf(bytes).getUint32(4, true)) return null;
  return head.kind === 'cut' ? head : decodeGroup(body, head, decodeText);
}

function decodeGroup(
  body: Uint8Array,
  { first, count }: Extract<FrameHead, { kind: 'group' }>,
  decodeText: (utf8: Uint8Array) => string,
): Frame | null {
  const view = viewOf(body);
  const parts: Uint8Array[] = [];
  for (let at = GROUP_HEAD_BYTES; at < body.length;) {
    if (body.length - at < 4) return null;
    const end = at + 4 + view.getUint32(at, true);
    if (end > body.length) return null;
    parts.push(body.subarray(at + 4, end));
    at = end;
  }
  const checkpoint = parts[0];
  if (checkpoint === undefined || parts.length !== 1 + 2 * count) return null;
  const group: GroupFrame = {
    epoch: view.getFloat64(1, true),
    firstSequence: first,
    count,
    checkpoint: decodeText(checkpoint),
    entries: parts.slice(1, 1 + count).map(decodeText),
    // Of their own, so that keeping one does not keep all that was read with it.
    payloads: parts.slice(1 + count).map((payload) => payload.slice()),
  };
  return { kind: 'group', group };
}

function frame(body: Uint8Array): Uint8Array {
  return concat(u32(body.length), u32(crc32(body)), body, u32(body.length));
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  viewOf(out).setUint32(0, value, true);
  return out;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (ISO 3309, the one of zip and PNG). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = Number(CRC_TABLE[(crc ^ Number(bytes[i])) & 255]) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
