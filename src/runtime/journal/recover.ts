import { frontierRoot } from '#core/audit/merkle.ts';
import { hex } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import type { HeadPin, JournalLeg } from '#ports/journal-leg.ts';
import { copyGroups, headOf, verifyCopy, type VerifiedCopy } from './copies.ts';
import type { JournalParts, OpenError, OpenReport } from './parts.ts';

export interface Recovered {
  readonly head: JournalHead;
  readonly repaired: OpenReport['repaired'];
  readonly unreadable: number;
}

/**
 * Reads every copy whole, takes the longest that is proved and agrees with what the store and the pins remember, and
 * mends the others from it. What no copy has, but the store or a pin remembers, is lost: that is amnesia, and nothing is
 * changed unless the owner has accepted the loss.
 */
export async function recover(
  parts: JournalParts,
  legs: readonly JournalLeg[],
  epoch: Epoch,
  remembered: { readonly head: JournalHead | null; readonly pin: HeadPin | null },
  acceptLoss: boolean,
): Promise<Result<Recovered, OpenError>> {
  const { head, pin } = remembered;
  const rootsAt = [head?.size ?? 0, pin?.size ?? 0];
  const copies: VerifiedCopy[] = [];
  for (const leg of legs) copies.push(await verifyCopy(parts, leg, { rootsAt }));
  const agreeing = copies.filter((copy) => agrees(copy, head) && agrees(copy, pin));
  const longest = longestOf(agreeing.length > 0 ? agreeing : copies);
  const expected = Math.max(head?.size ?? 0, pin?.size ?? 0);
  const lost = agreeing.length === 0 || (head === null && (longest.size > 0 || expected > 0));
  if (lost && !acceptLoss) return err(amnesia(longest, expected, head === null));

  // Beyond the store's head lies what was never acknowledged, unless a pin knows that the store fell back.
  const storeFellBack = head === null || lost || expected > head.size;
  const target = storeFellBack ? longest.size : head.size;
  const repaired: OpenReport['repaired'][number][] = [];
  for (const copy of copies) {
    const shared = Math.min(target, copy.size);
    const from = copy === longest || (await sameUpTo(parts, copy, longest, shared)) ? shared : 0;
    if (from === target && copy.size === target && copy.problem === null) continue;
    const cut = await copy.leg.truncateFrom(from as Sequence);
    if (!cut.ok) return cut;
    const failed = await copyGroups(longest.leg, copy.leg, from, target);
    if (failed !== null) return err({ code: 'io', message: failed });
    repaired.push({ copy: copy.leg.name, from, to: target });
  }

  if (!storeFellBack) return ok({ head, repaired, unreadable: 0 });
  const mended = headOf(parts, longest, epoch);
  const kept = await parts.store.acknowledge(epoch, mended, null);
  if (!kept.ok) return err({ code: kept.error, message: 'The store did not take the mended head.' });
  const keys = await parts.store.recordKeys(0 as Sequence, target);
  return ok({ head: mended, repaired, unreadable: keys.filter((key) => key === null).length });
}

/** Whether a copy reaches what is remembered, and had that very root there. */
function agrees(copy: VerifiedCopy, remembered: { readonly size: number; readonly root: string } | null): boolean {
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
  return a.size === size && b.size === size && rootOf(a) === rootOf(b);
}

function amnesia(longest: VerifiedCopy, expected: number, fresh: boolean): OpenError {
  const size = Math.max(expected, longest.size);
  const message = fresh
    ? `This browser lost the agent's store: its journal had ${entries(size)}, of which ${entries(longest.size)} can still be proved.`
    : `The journal had ${entries(size)}; only ${entries(longest.size)} can still be proved${because(longest)}.`;
  return { code: 'amnesia', message, readable: longest.size, expected: size };
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${String(count)} entries`;
}

function because({ problem }: VerifiedCopy): string {
  return problem === null ? '' : ` (${problem.why})`;
}
