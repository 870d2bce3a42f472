import { frontierRoot } from '#core/audit/merkle.ts';
import { hex } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import type { HeadPin, JournalLeg } from '#ports/journal-leg.ts';
import { copyGroups, endOf, headOf, PAGE_ENTRIES, verifyCopy, type VerifiedCopy } from './copies.ts';
import { mendFromEachOther } from './merge-copies.ts';
import type { JournalParts, OpenError, OpenReport } from './parts.ts';
import { KeyFinder } from './record-keys.ts';
import { type LostEntries, lostEntries } from './rescue-groups.ts';

export interface Recovered {
  readonly head: JournalHead;
  readonly repaired: OpenReport['repaired'];
  readonly unreadable: number;
}

/**
 * Reads every copy whole, takes the longest that is proved and agrees with what the store and the pins remember, and
 * mends the others from it. Where none is whole, one is mended first from what all of them hold. What no copy has, but
 * the store or a pin remembers, is lost: that is amnesia, and nothing is changed unless the owner has accepted the loss.
 */
export async function recover(
  parts: JournalParts,
  legs: readonly JournalLeg[],
  epoch: Epoch,
  remembered: { readonly head: Pick<JournalHead, 'size' | 'root'> | null; readonly pin: HeadPin | null },
  acceptLoss: boolean,
): Promise<Result<Recovered, OpenError>> {
  const { head, pin } = remembered;
  const rootsAt = [head?.size ?? 0, pin?.size ?? 0];
  const copies: VerifiedCopy[] = [];
  for (const leg of legs) copies.push(await verifyCopy(parts, leg, { rootsAt }));
  const repaired: OpenReport['repaired'][number][] = [];
  const merged = await mendFromEachOther(parts, copies, rootsAt, (copy) => agrees(copy, head) && agrees(copy, pin));
  if (merged !== null) {
    if (!merged.ok) return merged;
    copies[copies.findIndex(({ leg }) => leg === merged.value.copy.leg)] = merged.value.copy;
    repaired.push(...merged.value.repaired);
  }
  const agreeing = copies.filter((copy) => agrees(copy, head) && agrees(copy, pin));
  const longest = longestOf(agreeing.length > 0 ? agreeing : copies);
  const expected = Math.max(head?.size ?? 0, pin?.size ?? 0);
  const lost = agreeing.length === 0 || (head === null && longest.size > 0);
  if (lost && !acceptLoss)
    return err(amnesia(longest, expected, head === null, await lostEntries(legs, longest.size, expected)));

  for (const copy of copies) {
    const shared = Math.min(longest.size, copy.size);
    const from = copy === longest || (await sameUpTo(parts, copy, longest, shared)) ? shared : 0;
    if (from === longest.size && copy.problem === null) continue;
    const cut = await copy.leg.truncateFrom(from as Sequence);
    if (!cut.ok) return cut;
    const failed = await copyGroups(longest.leg, copy.leg, from, longest.size);
    if (failed !== null) return err({ code: 'io', message: failed });
    repaired.push({ copy: copy.leg.name, from, to: longest.size });
  }

  const mended = headOf(parts, longest, epoch);
  const kept = await parts.store.moveHead(epoch, mended);
  if (!kept.ok) return err({ code: kept.error, message: 'The store did not take the mended head.' });
  const known = head === null || lost ? 0 : Math.min(head.size, longest.size);
  return ok({ head: mended, repaired, unreadable: await countUnreadable(parts, longest.leg, known, longest.size) });
}

/** Entries [from, to) whose record keys the store has lost; those destroyed on purpose are not among them. */
export async function countUnreadable(
  parts: JournalParts,
  leg: JournalLeg | undefined,
  from: number,
  to: number,
): Promise<number> {
  const keys = new KeyFinder(parts);
  let unreadable = 0;
  for (let next = from; leg !== undefined && next < to;) {
    const { groups } = await leg.read(next as Sequence, Math.min(PAGE_ENTRIES, to - next));
    for (const group of groups) {
      for (let sequence = next; sequence < endOf(group); sequence++) {
        const key = await keys.find(group.epoch, sequence);
        if (key === 'key-lost' || key === 'wrong-key') unreadable++;
      }
      next = endOf(group);
    }
    if (groups.length === 0) break;
  }
  return unreadable;
}

/** Whether a copy reaches what is remembered, and had that very root there. */
function agrees(
  copy: Pick<VerifiedCopy, 'roots'>,
  remembered: { readonly size: number; readonly root: string } | null,
): boolean {
  return remembered === null || remembered.size === 0 || copy.roots.get(remembered.size) === remembered.root;
}

function longestOf(copies: readonly VerifiedCopy[]): VerifiedCopy {
  return copies.reduce((best, copy) => (copy.size > best.size ? copy : best));
}

/** Whether two copies tell the same history; one that tells another is kept nowhere. */
async function sameUpTo(parts: JournalParts, one: VerifiedCopy, other: VerifiedCopy, size: number): Promise<boolean> {
  const [a, b] = [
    await verifyCopy(parts, one.leg, { until: size }),
    await verifyCopy(parts, other.leg, { until: size }),
  ];
  const rootOf = ({ check }: VerifiedCopy): string => hex(frontierRoot(parts.tools.sha256, check.frontier));
  // One that cannot be read any more has the root of nothing, and so has the other then.
  return a.size === size && rootOf(a) === rootOf(b);
}

function amnesia(longest: VerifiedCopy, expected: number, fresh: boolean, gone: readonly LostEntries[]): OpenError {
  const size = Math.max(expected, longest.size);
  const message = fresh
    ? `This browser lost the agent's store: its journal had ${entries(size)}, of which ${entries(longest.size)} can still be proved.`
    : `The journal had ${entries(size)}; only ${entries(longest.size)} can still be proved${because(longest)}.`;
  return { code: 'amnesia', message: `${message}${named(gone)}`, readable: longest.size, expected: size };
}

const NAMED_MAX = 8;

/** Which entries are lost, by their numbers. */
function named(gone: readonly LostEntries[]): string {
  if (gone.length === 0) return '';
  const ranges = gone
    .slice(0, NAMED_MAX)
    .map(({ from, to }) => (to - from === 1 ? String(from) : `${String(from)} to ${String(to - 1)}`));
  const more = gone.length > NAMED_MAX ? ' and others' : '';
  return ` No copy can read these entries: ${ranges.join(', ')}${more}.`;
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${String(count)} entries`;
}

function because({ problem }: VerifiedCopy): string {
  return problem === null ? '' : ` (${problem.why})`;
}
