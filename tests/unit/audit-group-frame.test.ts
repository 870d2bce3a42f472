import { expect, test } from 'vitest';
import {
  crc32,
  decodeFrame,
  encodeCut,
  encodeGroup,
  frameHead,
  frameLength,
  lengthBefore,
} from '#core/audit/group-frame.ts';
import { concat, utf8 } from '#core/base/bytes.ts';

const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const GROUP = {
  epoch: 3,
  firstSequence: 5,
  count: 2,
  checkpoint: 'note',
  entries: ['a', 'bb'],
  payloads: [Uint8Array.of(1), Uint8Array.of(2, 3)],
};
/** A frame around any body, with the right checksum: what a program with another idea of the format would write. */
function framed(body: Uint8Array): Uint8Array {
  const u32 = (value: number): Uint8Array => {
    const out = new Uint8Array(4);
    new DataView(out.buffer).setUint32(0, value, true);
    return out;
  };
  return concat(u32(body.length), u32(crc32(body)), body, u32(body.length));
}
const bodyOf = (frame: Uint8Array): Uint8Array => frame.slice(8, frame.length - 4);

test('a frame comes back as it was written, and its head can be read alone', () => {
  const frame = encodeGroup(GROUP);
  expect(decodeFrame(frame, decodeText)).toEqual({ kind: 'group', group: GROUP });
  expect(frameHead(frame)).toEqual({ kind: 'group', first: 5, count: 2 });
  expect(decodeFrame(encodeCut(7), decodeText)).toEqual({ kind: 'cut', from: 7 });
  expect(frameHead(encodeCut(7))).toEqual({ kind: 'cut', from: 7 });
  expect(frameLength(frame, 0)).toBe(frame.length);
  expect(lengthBefore(frame, frame.length)).toBe(frame.length);
  const behind = concat(encodeCut(1), frame);
  expect(frameLength(behind, 21)).toBe(frame.length);
  expect(lengthBefore(behind, behind.length)).toBe(frame.length);
  expect(lengthBefore(behind, 21)).toBe(21);
});

test('frames lie on disks as they always did: what an earlier build wrote is read, and the same is written', () => {
  const group =
    '3300000035f5665201000000000000084000000000000014400200000004000000' +
    '6e6f74650100000061020000006262010000000102000000020333000000';
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
  expect(Buffer.from(encodeGroup(GROUP)).toString('hex')).toBe(group);
  expect(decodeFrame(bytes(group), decodeText)).toEqual({ kind: 'group', group: GROUP });
  const cut = '09000000e5205458020000000000001c4009000000';
  expect(Buffer.from(encodeCut(7)).toString('hex')).toBe(cut);
  expect(decodeFrame(bytes(cut), decodeText)).toEqual({ kind: 'cut', from: 7 });
});

test('how long a frame is cannot be told from fewer bytes than say it', () => {
  const frame = encodeCut(7);
  expect(frame).toHaveLength(21);
  expect(frameLength(frame, 17)).not.toBeNull();
  expect(frameLength(frame, 18)).toBeNull();
  expect(lengthBefore(frame, 11)).toBeNull();
  expect(lengthBefore(frame, 12)).not.toBeNull();
});

test('the checksum is the CRC-32 of zip and PNG', () => {
  expect(crc32(utf8('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test('a frame cut short, of another kind or of another length than it says is no frame', () => {
  const frame = encodeGroup(GROUP);
  for (let length = 0; length < frame.length; length++) expect(frameHead(frame.subarray(0, length))).toBeNull();
  expect(frameHead(concat(frame, Uint8Array.of(0)))).toBeNull();
  expect(frameHead(frame.with(frame.length - 4, 1))).toBeNull();
  expect(frameHead(frame.with(8, 3))).toBeNull();
  expect(decodeFrame(frame.with(8, 3), decodeText)).toBeNull();
  // A cut is nine bytes and a group at least twenty-one.
  for (const kind of [0, 1, 3]) expect(frameHead(framed(bodyOf(encodeCut(7)).with(0, kind))), String(kind)).toBeNull();
  expect(frameHead(framed(concat(bodyOf(encodeCut(7)), Uint8Array.of(0))))).toBeNull();
  expect(frameHead(framed(bodyOf(frame).slice(0, 20)))).toBeNull();
  expect(frameHead(framed(bodyOf(frame).slice(0, 21)))).not.toBeNull();
});

test('a rotten byte anywhere in a frame is found', () => {
  const frame = encodeGroup(GROUP);
  for (let at = 0; at < frame.length; at++)
    expect(decodeFrame(frame.with(at, frame[at]! ^ 1), decodeText), String(at)).toBeNull();
});

test('a group whose parts do not fill it, overrun it or are not as many as it says is no group', () => {
  const body = bodyOf(encodeGroup(GROUP));
  const decoded = (changed: Uint8Array): unknown => decodeFrame(framed(changed), decodeText);
  expect(decoded(body)).toEqual({ kind: 'group', group: GROUP });
  // No checkpoint; fewer than four bytes for a length; a length beyond the end.
  expect(decoded(body.slice(0, 21))).toBeNull();
  expect(decoded(concat(body, Uint8Array.of(0, 0, 0)))).toBeNull();
  expect(decoded(body.slice(0, -1))).toBeNull();
  // One part more, and a count that is one too large or too small.
  expect(decoded(concat(body, new Uint8Array(4)))).toBeNull();
  expect(decoded(body.with(17, 3))).toBeNull();
  expect(decoded(body.with(17, 1))).toBeNull();
  // A group of no entries has its checkpoint alone.
  const none = { ...GROUP, count: 0, entries: [], payloads: [] };
  expect(decodeFrame(encodeGroup(none), decodeText)).toEqual({ kind: 'group', group: none });
});

test('payloads are of their own: they do not keep the bytes they were read from', () => {
  const read = decodeFrame(encodeGroup(GROUP), decodeText);
  if (read?.kind !== 'group') throw new Error('a group');
  expect(read.group.payloads.map(({ buffer }) => buffer.byteLength)).toEqual([1, 2]);
});
