import { checkEntries, startCheck } from '#core/audit/journal-check.ts';
import { assert } from '#core/base/assert.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { Sequence } from '#core/base/ids.ts';
import { ok, type Result } from '#core/base/result.ts';
import type { Group, JournalLeg, JournalLegError } from '#ports/journal-leg.ts';
import { endOf, entriesIn, PAGE_ENTRIES, type ReadableLeg, verifyCopy, type VerifiedCopy } from './copies.ts';
import type { JournalReading, OpenReport } from './parts.ts';
import { rescuedGroups } from './rescue-groups.ts';

interface Mended {
  readonly copy: VerifiedCopy;
  readonly repaired: OpenReport['repaired'];
}

/**
 * Where no copy is whole, and what one has lost another still holds, mends one of them in place: a copy that can put
 * groups where damaged ones lie, and is never cut, so that whatever happens meanwhile each group that could be read still
 * can. Group by group what is taken must give the root of the signed head after it.
 * @param fits whether a copy agrees with what is remembered of the journal
 * @returns null when there is nothing to gain
 */
export async function mendFromEachOther(
  parts: JournalReading,
  copies: readonly VerifiedCopy[],
  rootsAt: readonly number[],
  fits: (copy: Pick<VerifiedCopy, 'roots'>) => boolean,
): Promise<Result<Mended, JournalLegError> | null> {
  const target = copies.find(({ leg }) => leg.mend !== undefined);
  const whole = copies.some((copy) => copy.problem === null && fits(copy));
  if (target?.leg.mend === undefined || whole) return null;
  const { mend } = target.leg;
  const legs = copies.map(({ leg }) => leg);
  const all = await verifyCopy(parts, { name: 'memory', read: await mergedRead(parts, legs) }, { rootsAt });
  if (!fits(all) || copies.some(({ size }) => size >= all.size)) return null;

  const repaired: OpenReport['repaired'][number][] = [];
  for await (const { from, to, groups } of lackingIn(target, all)) {
    const mended = await mend(groups);
    if (!mended.ok) return mended;
    repaired.push({ copy: target.leg.name, from, to });
  }
  const copy = await verifyCopy(parts, target.leg, { rootsAt });
  return copy.size < all.size ? null : ok({ copy, repaired });
}

/** Groups of the entries [from, to), which follow on each other. */
interface Lacking {
  readonly from: number;
  readonly to: number;
  readonly groups: readonly Group[];
}

/** The groups that a copy has not, or not as all copies together tell them. */
async function* lackingIn(copy: VerifiedCopy, all: VerifiedCopy<ReadableLeg>): AsyncGenerator<Lacking> {
  let groups: Group[] = [];
  let from = copy.size;
  let next = copy.size;
  while (next < all.size) {
    const held = (await copy.leg.read(next as Sequence, PAGE_ENTRIES)).groups;
    const told = (await all.leg.read(next as Sequence, held.length === 0 ? 1 : PAGE_ENTRIES)).groups;
    assert(told.length > 0, 'what was just read can be read again');
    const differing = told.findIndex((group, index) => !isSame(group, held[index]));
    if (differing === 0) {
      groups.push(...told.slice(0, 1));
      next += entriesIn(told.slice(0, 1));
      continue;
    }
    if (groups.length > 0) yield { from, to: next, groups };
    groups = [];
    next += entriesIn(differing < 0 ? told : told.slice(0, differing));
    from = next;
  }
  if (groups.length > 0) yield { from, to: next, groups };
}

/** An entry may be another while the head that follows it is the same. */
function isSame(group: Group, held: Group | undefined): boolean {
  return group.checkpoint === held?.checkpoint && group.entries.every((text, index) => text === held.entries[index]);
}

/**
 * Reads on in another copy where one cannot be read, or tells something else than the signed heads; and where none can,
 * in what two of them hold of a group together.
 */
async function mergedRead(parts: JournalReading, legs: readonly JournalLeg[]): Promise<ReadableLeg['read']> {
  const ranges: { readonly leg: ReadableLeg; readonly from: number; to: number }[] = [];
  const read: ReadableLeg['read'] = async (from = 0 as Sequence, count = Infinity) => {
    const groups: Group[] = [];
    for (const range of ranges) {
      const [start, end] = [Math.max(from, range.from), Math.min(from + count, range.to)];
      if (start < end) groups.push(...(await range.leg.read(start as Sequence, end - start)).groups);
    }
    return { groups, damage: null };
  };
  let check = startCheck(agentIdOf(parts.signer.publicKey));
  for (let advanced = true; advanced;) {
    advanced = false;
    for (const leg of legs) {
      const { groups } = await leg.read(check.frontier.size as Sequence, PAGE_ENTRIES);
      for (const group of groups) {
        if (group.firstSequence !== check.frontier.size) break;
        const checked = checkEntries(parts.tools, check, { ...group, payloads: [] }, 'root');
        if (!checked.ok) break;
        const last = ranges.at(-1);
        if (last?.leg === leg) last.to = endOf(group);
        else ranges.push({ leg, from: group.firstSequence, to: endOf(group) });
        check = checked.value;
        advanced = true;
      }
    }
    if (advanced) continue;
    for (const group of await rescuedGroups(legs, check.frontier.size, read)) {
      const checked = checkEntries(parts.tools, check, { ...group, payloads: [] }, 'root');
      if (!checked.ok) break;
      const alone = () => Promise.resolve({ groups: [group], damage: null });
      ranges.push({ leg: { name: 'memory', read: alone }, from: group.firstSequence, to: endOf(group) });
      check = checked.value;
      advanced = true;
    }
  }
  return read;
}
