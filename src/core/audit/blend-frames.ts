import { MIB } from '../base/limits.ts';
import { decodeFrame, FRAME_OVERHEAD_BYTES, type GroupFrame } from './group-frame.ts';

/** Bytes that are put together and summed, at most, in looking for one frame: some seconds. */
const TRIED_BYTES_MAX = 512 * MIB;

/**
 * Damage comes in pieces, up to a page of a disk: two bytes that differ with so few others between them are taken from the
 * same stretch. At first each is tried by itself.
 */
const GAPS_BYTES = [-1, 0, 16, 512, 4_096];

interface Run {
  readonly start: number;
  readonly end: number;
}

/**
 * The groups that two damaged stretches hold, which began as the same bytes: where they differ one of them is right, so
 * each way of choosing is tried until the checksum of the frame holds. Where both are damaged at the same byte there is
 * none; whether what is found is the truth, the signed tree tells.
 */
export function blendFrames(
  one: Uint8Array,
  other: Uint8Array,
  decodeText: (utf8: Uint8Array) => string,
): readonly GroupFrame[] {
  const groups: GroupFrame[] = [];
  for (let at = 0; ;) {
    const blended = blendFrame(one.subarray(at), other.subarray(at), decodeText);
    if (blended === null) return groups;
    groups.push(blended.group);
    at += blended.length;
  }
}

interface Blended {
  readonly group: GroupFrame;
  readonly length: number;
}

function blendFrame(one: Uint8Array, other: Uint8Array, decodeText: (utf8: Uint8Array) => string): Blended | null {
  for (const length of lengthsIn(one, other)) {
    for (const bytes of ways(one.subarray(0, length), other.subarray(0, length), length)) {
      const frame = decodeFrame(bytes, decodeText);
      if (frame?.kind === 'group') return { group: frame.group, length };
    }
  }
  return null;
}

/** How long the frame may be: what the length at its start says, each byte taken from either, or as long as the stretches are. */
function lengthsIn(one: Uint8Array, other: Uint8Array): readonly number[] {
  const longest = Math.max(one.length, other.length);
  const lengths = new Set<number>();
  for (let mask = 0; mask < 16; mask++) {
    let length = FRAME_OVERHEAD_BYTES;
    for (let at = 0; at < 4; at++) length += ((mask & (1 << at) ? one : other)[at] ?? 0) * 2 ** (8 * at);
    lengths.add(length);
  }
  lengths.add(one.length).add(other.length);
  return [...lengths].filter((length) => length > FRAME_OVERHEAD_BYTES && length <= longest);
}

/** The bytes that come of choosing one or the other in each place where they differ. */
function* ways(one: Uint8Array, other: Uint8Array, length: number): Generator<Uint8Array> {
  if (one.length < length || other.length < length) {
    yield one.length < length ? other : one;
    return;
  }
  let tried = Infinity;
  for (const gap of GAPS_BYTES) {
    const runs = differing(one, other, gap);
    if (runs.length === tried || 2 ** runs.length * length > TRIED_BYTES_MAX) continue;
    tried = runs.length;
    const bytes = one.slice();
    for (let way = 0; way < 2 ** runs.length; way++) {
      for (const [index, { start, end }] of runs.entries())
        bytes.set((way & (1 << index) ? other : one).subarray(start, end), start);
      yield bytes;
    }
  }
}

/** @param gap so many bytes that agree do not part two runs; below zero nothing is joined */
function differing(one: Uint8Array, other: Uint8Array, gap: number): readonly Run[] {
  const runs: { start: number; end: number }[] = [];
  for (let at = 0; at < one.length; at++) {
    if (one[at] === other[at]) continue;
    const last = runs.at(-1);
    if (last !== undefined && at - last.end <= gap) last.end = at + 1;
    else runs.push({ start: at, end: at + 1 });
  }
  return runs;
}
