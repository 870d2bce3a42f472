import { describe, expect, test } from 'vitest';
import { blendFrames } from '#core/audit/blend-frames.ts';
import { decodeFrame, encodeCut, encodeGroup, FRAME_START_BYTES, frameCandidates } from '#core/audit/group-frame.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import { seededRandom } from '#core/base/random.ts';

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const groupOf = (firstSequence: number, count = 2, payloadBytes = 9) => ({
  epoch: 3,
  firstSequence,
  count,
  checkpoint: `head of ${String(firstSequence + count)}`,
  entries: Array.from({ length: count }, (_, index) => `{"sequence":${String(firstSequence + index)}}`),
  payloads: Array.from({ length: count }, (_, index) => new Uint8Array(payloadBytes).fill(firstSequence + index)),
});

const harmedAt = (bytes: Uint8Array, ...places: readonly number[]): Uint8Array => {
  const out = bytes.slice();
  for (const at of places) out[at] = (out[at] ?? 0) ^ 0x55;
  return out;
};

describe('frames among other bytes', () => {
  const frame = encodeGroup(groupOf(5));
  const cut = encodeCut(7);
  const found = (bytes: Uint8Array, from = 0, limit = bytes.length) => [...frameCandidates(bytes, from, limit)];

  test('a group and a cut are found wherever they begin', () => {
    const bytes = concat(utf8('what is no frame'), frame, Uint8Array.of(1, 2, 0), cut);
    expect(found(bytes)).toEqual([
      { at: 16, length: frame.length },
      { at: 19 + frame.length, length: 21 },
    ]);
    expect(found(bytes, 16)[0]?.at).toBe(16);
    expect(found(bytes, 17).map(({ at }) => at)).toEqual([19 + frame.length]);
  });

  test('a frame that would end beyond the limit is none, and one that ends there or beyond the bytes at hand may be', () => {
    expect(found(frame, 0, frame.length)).toHaveLength(1);
    expect(found(frame, 0, frame.length - 1)).toEqual([]);
    expect(found(frame.subarray(0, FRAME_START_BYTES), 0, frame.length)).toEqual([{ at: 0, length: frame.length }]);
    expect(found(frame.subarray(0, FRAME_START_BYTES - 5), 0, frame.length)).toEqual([]);
    expect(found(cut.subarray(0, 17), 0, 21)).toEqual([{ at: 0, length: 21 }]);
    expect(found(cut.subarray(0, 16), 0, 21)).toEqual([]);
  });

  test('what cannot be the number of an entry or an epoch, a length or a kind begins no frame', () => {
    for (const [at, byte] of [
      [0, 20],
      [8, 3],
      [8, 0],
      [16, 0xbf],
      [16, 0x7f],
      [24, 0xff],
      [24, 0x3e],
    ] as const)
      expect(found(frame.with(at, byte).with(1, at === 0 ? 0 : (frame[1] ?? 0))), String(at)).toEqual([]);
    expect(found(cut.with(0, 10)).map(({ at }) => at)).toEqual([]);
    expect(found(cut.with(16, 0xff))).toEqual([]);
  });

  test('no frame lies within a frame, whatever is in its texts', () => {
    const inside = { ...groupOf(5), checkpoint: JSON.stringify(textOf(encodeCut(7)) + textOf(frame)) };
    expect(found(encodeGroup(inside)).map(({ at }) => at)).toEqual([0]);
  });
});

describe('two damaged copies of the same groups', () => {
  test('are put together where the damage is at different bytes, whichever these are', () => {
    const frame = encodeGroup(groupOf(5));
    for (let one = 0; one < frame.length; one++)
      for (const other of [0, 4, 8, 17, 25, 29, 40, frame.length - 1].filter((at) => at !== one)) {
        const blended = blendFrames(harmedAt(frame, one), harmedAt(frame, other), textOf);
        expect(blended, `${String(one)} and ${String(other)}`).toEqual([groupOf(5)]);
      }
  });

  test('give all groups of a stretch, and stop at what is damaged at the same byte in both', () => {
    const frames = [5, 7, 9].map((first) => encodeGroup(groupOf(first)));
    const [a = 0, b = 0] = frames.map(({ length }) => length);
    const all = concat(...frames);
    expect(blendFrames(harmedAt(all, 3, a + 30), harmedAt(all, 10, a + b + 2), textOf)).toEqual(
      [5, 7, 9].map((of) => groupOf(of)),
    );
    expect(blendFrames(harmedAt(all, 3, a + 30), harmedAt(all, 10, a + 30), textOf)).toEqual([groupOf(5)]);
    expect(blendFrames(harmedAt(all, 30), harmedAt(all, 30), textOf)).toEqual([]);
  });

  test('are put together from a part of one and the whole length of the other', () => {
    const frame = encodeGroup(groupOf(5));
    expect(blendFrames(frame.subarray(0, 50), frame, textOf)).toEqual([groupOf(5)]);
    expect(blendFrames(frame, frame.subarray(0, 50), textOf)).toEqual([groupOf(5)]);
    expect(blendFrames(frame.subarray(0, 50), harmedAt(frame, 60), textOf)).toEqual([]);
    expect(blendFrames(new Uint8Array(), new Uint8Array(), textOf)).toEqual([]);
    // The length is damaged at the same byte in both, and is as long as the stretch.
    expect(blendFrames(harmedAt(frame, 1), harmedAt(frame, 1, 40), textOf)).toEqual([]);
  });

  test.each([
    ['every sixteenth byte of a stretch', 16],
    ['every second byte of it', 2],
    ['all of it', 1],
  ])('are put together though %s was overwritten in each', (_, step) => {
    const large = groupOf(5, 3, 20_000);
    const frame = encodeGroup(large);
    const stretch = (from: number): number[] =>
      Array.from({ length: 4_096 / step }, (_unused, index) => from + index * step);
    const blended = blendFrames(harmedAt(frame, ...stretch(700)), harmedAt(frame, ...stretch(30_000)), textOf);
    expect(blended).toEqual([large]);
  });

  test('are given up, and soon, where nearly every byte differs', () => {
    const random = seededRandom(1);
    const noise = () => Uint8Array.from({ length: 90_000 }, () => random.below(256));
    expect(blendFrames(noise(), noise(), textOf)).toEqual([]);
  });

  test('a cut is no group', () => {
    expect(decodeFrame(encodeCut(7), textOf)).not.toBeNull();
    expect(blendFrames(harmedAt(encodeCut(7), 3), harmedAt(encodeCut(7), 5), textOf)).toEqual([]);
  });
});
