import { hex } from '#core/base/bytes.ts';
import { frontierRoot } from '#core/audit/merkle.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { verifyCopy } from './copies.ts';
import type { JournalReading } from './parts.ts';
import { readGroups } from './reader.ts';

/** How far the journal is proved, and what is wrong after that. */
export interface JournalVerification {
  readonly size: number;
  /** Entries proved in the best copy. */
  readonly verifiedUpTo: number;
  readonly problem: { readonly sequence: number; readonly why: string } | null;
  /** Each copy by itself: a damaged one is mended by `Journal.repair`; one that is only shorter may still be following. */
  readonly copies: readonly { readonly name: string; readonly verifiedUpTo: number; readonly problem: string | null }[];
  /** Payloads that were opened and are what their entries commit to. */
  readonly payloads: number;
}

export interface VerifyJournalOptions {
  /** Opens every payload and compares it with what its entry commits to. */
  readonly payloads?: boolean;
  /** From 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/**
 * Reads every copy again from its bytes, up to the head that was acknowledged when it began, and proves it. Needs no
 * leadership; appends go on meanwhile.
 */
export async function verifyJournal(
  parts: JournalReading,
  options: VerifyJournalOptions = {},
): Promise<JournalVerification> {
  const head = await parts.store.head();
  const size = head?.size ?? 0;
  const passes = parts.legs.length + (options.payloads === true ? 1 : 0);
  let pass = 0;
  const progress = (done: number): void =>
    options.progress?.((pass + Math.min(1, size === 0 ? 1 : done / size)) / passes);

  const copies: { leg: JournalLeg; size: number; problem: { sequence: number; why: string } | null }[] = [];
  for (const leg of parts.legs) {
    const copy = await verifyCopy(parts, leg, { until: size, progress });
    const rootFits =
      copy.size < size ||
      head === null ||
      hex(frontierRoot(parts.tools.sha256, copy.check.frontier)) === head.root ||
      size === 0;
    const wrongRoot = { sequence: 0, why: 'the root is another than the one that was acknowledged' };
    copies.push(rootFits ? { leg, size: copy.size, problem: copy.problem } : { leg, size: 0, problem: wrongRoot });
    pass++;
  }
  const best = copies.reduce((a, b) => (b.size > a.size ? b : a));
  const short = { sequence: best.size, why: `entry ${String(best.size)} is missing from every copy` };
  const problem = best.size < size ? (best.problem ?? short) : null;
  const payloads =
    options.payloads === true && problem === null
      ? await checkPayloads(parts, progress)
      : { checked: 0, problem: null };
  options.progress?.(1);
  return {
    size,
    verifiedUpTo: payloads.problem?.sequence ?? best.size,
    problem: problem ?? payloads.problem,
    copies: copies.map((copy) => ({
      name: copy.leg.name,
      verifiedUpTo: copy.size,
      problem: copy.problem?.why ?? null,
    })),
    payloads: payloads.checked,
  };
}

async function checkPayloads(
  parts: JournalReading,
  progress: (done: number) => void,
): Promise<{ readonly checked: number; readonly problem: JournalVerification['problem'] }> {
  let checked = 0;
  for await (const group of readGroups(parts)) {
    for (const { entry, missing } of group.entries) {
      if (missing === 'not-committed' || missing === 'wrong-key')
        return {
          checked,
          problem: {
            sequence: entry.sequence,
            why: `the payload of entry ${String(entry.sequence)} is not what the entry commits to`,
          },
        };
      if (missing === null) checked++;
    }
    progress(group.size);
  }
  return { checked, problem: null };
}
