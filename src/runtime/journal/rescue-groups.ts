import { blendFrames } from '#core/audit/blend-frames.ts';
import { encodeCut, encodeGroup, type GroupFrame } from '#core/audit/group-frame.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import { endOf, PAGE_ENTRIES, type ReadableLeg } from './copies.ts';

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/**
 * Groups from this entry on that no copy can read, put together from what two of them still hold of their bytes.
 * @param known those before it, wherever they could be read: where damage goes back over them, they tell how far
 */
export async function rescuedGroups(
  legs: readonly Pick<JournalLeg, 'damaged'>[],
  from: number,
  known: ReadableLeg['read'],
): Promise<readonly Group[]> {
  const stretches: Uint8Array[] = [];
  for (const leg of legs) {
    const there = await leg.damaged?.(from as Sequence);
    if (there == null) continue;
    const { groups } = await known(there.first as Sequence, from - there.first);
    const before = groups.reduce((sum, group) => sum + encodeGroup(group).length, 0);
    const [bytes, behindCut] = [there.bytes.subarray(before), there.bytes.subarray(before + encodeCut(0).length)];
    for (const other of stretches)
      for (const own of [bytes, behindCut]) {
        const blended = blendFrames(other, own, textOf);
        if (blended[0]?.firstSequence === from) return blended.map(asGroup);
      }
    stretches.push(bytes, behindCut);
  }
  return [];
}

function asGroup(frame: GroupFrame): Group {
  return { ...frame, epoch: frame.epoch as Epoch, firstSequence: frame.firstSequence as Sequence };
}

/** Entries [from, to). */
export interface LostEntries {
  readonly from: number;
  readonly to: number;
}

/** The entries below this size that no copy can read any more, as far as the copies tell. */
export async function lostEntries(
  legs: readonly Pick<JournalLeg, 'read' | 'damaged'>[],
  from: number,
  size: number,
): Promise<readonly LostEntries[]> {
  const all: LostEntries[] = [];
  for await (const { lost } of stretches(legs, from, size)) {
    const last = all.at(-1);
    if (lost !== null && last?.to === lost.from) all[all.length - 1] = { from: last.from, to: lost.to };
    else if (lost !== null) all.push(lost);
  }
  return all;
}

/** Groups that one copy can read, or entries that none can. */
export interface Stretch {
  readonly groups: readonly Group[];
  readonly lost: LostEntries | null;
}

/** What the copies together hold of the entries [from, size), in order; it ends where none tells what comes next. */
export async function* stretches(
  legs: readonly Pick<JournalLeg, 'read' | 'damaged'>[],
  from: number,
  size: number,
): AsyncGenerator<Stretch> {
  for (let next = from; next < size;) {
    let most: readonly Group[] = [];
    for (const leg of legs) {
      const { groups } = await leg.read(next as Sequence, PAGE_ENTRIES);
      const begun = groups.some(({ firstSequence }) => firstSequence <= next);
      if (begun && reach(groups) > reach(most)) most = groups;
    }
    if (most.length > 0) {
      yield { groups: most, lost: null };
      next = reach(most);
      continue;
    }
    const told = await Promise.all(legs.map(async (leg) => (await leg.damaged?.(next as Sequence)) ?? null));
    const ends = told.filter((stretch) => stretch !== null).map(({ until }) => until ?? size);
    if (ends.length === 0) return;
    const end = Math.min(size, ...ends);
    yield { groups: [], lost: { from: next, to: end } };
    next = end;
  }
}

function reach(groups: readonly Group[]): number {
  return Math.max(0, ...groups.map(endOf));
}
