import type { JournalCheck } from '#core/audit/journal-check.ts';
import { hex } from '#core/base/bytes.ts';
import type { Sequence } from '#core/base/ids.ts';
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
  /** From where to go on next time: O(log n) hashes a copy. */
  readonly proved: ProvedJournal;
}

/** What was proved of each copy, to go on from without reading it again. */
export interface ProvedJournal {
  readonly copies: ReadonlyMap<string, { readonly check: JournalCheck; readonly checkpoint: string }>;
  /** Payloads up to this entry were opened; and how many of them could be. */
  readonly payloadsUpTo: number;
  readonly payloads: number;
}

export interface VerifyJournalOptions {
  /** Opens every payload and compares it with what its entry commits to. */
  readonly payloads?: boolean;
  /** Reads only what came after this was proved, in every copy that still ends or goes on there. */
  readonly since?: ProvedJournal | null;
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
  const progress = (done: number): void => options.progress?.((pass + Math.min(1, done / size)) / passes);

  const copies: { leg: JournalLeg; size: number; problem: { sequence: number; why: string } | null }[] = [];
  const proved = new Map<string, { check: JournalCheck; checkpoint: string }>();
  for (const leg of parts.legs) {
    const from = await stillThere(leg, options.since?.copies.get(leg.name), size);
    const copy = await verifyCopy(parts, leg, { ...(from === null ? {} : { from }), until: size, progress });
    const rootFits =
      head === null ||
      size === 0 ||
      copy.size < size ||
      hex(frontierRoot(parts.tools.sha256, copy.check.frontier)) === head.root;
    const wrongRoot = { sequence: 0, why: 'the root is another than the one that was acknowledged' };
    copies.push(rootFits ? { leg, size: copy.size, problem: copy.problem } : { leg, size: 0, problem: wrongRoot });
    if (rootFits && copy.problem === null && copy.checkpoint !== '')
      proved.set(leg.name, { check: copy.check, checkpoint: copy.checkpoint });
    pass++;
  }
  const best = copies.reduce((a, b) => (b.size > a.size ? b : a));
  const short = { sequence: best.size, why: `entry ${String(best.size)} is missing from every copy` };
  const problem = best.size < size ? (best.problem ?? short) : null;
  const before = { upTo: options.since?.payloadsUpTo ?? 0, checked: options.since?.payloads ?? 0 };
  const payloads =
    options.payloads === true && problem === null
      ? await checkPayloads(parts, before.upTo <= size ? before : { upTo: 0, checked: 0 }, progress)
      : { ...before, problem: null };
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
    proved: { copies: proved, payloadsUpTo: payloads.upTo, payloads: payloads.checked },
  };
}

/** What was proved of this copy, where it still holds the group that this ended with. */
async function stillThere<T extends { readonly check: JournalCheck; readonly checkpoint: string }>(
  leg: JournalLeg,
  proved: T | undefined,
  size: number,
): Promise<T | null> {
  if (proved === undefined || proved.check.frontier.size > size) return null;
  const end = proved.check.frontier.size;
  const { groups } = await leg.read((end - 1) as Sequence, 1);
  return groups[0]?.checkpoint === proved.checkpoint ? proved : null;
}

interface CheckedPayloads {
  readonly upTo: number;
  readonly checked: number;
}

async function checkPayloads(
  parts: JournalReading,
  before: CheckedPayloads,
  progress: (done: number) => void,
): Promise<CheckedPayloads & { readonly problem: JournalVerification['problem'] }> {
  let { upTo, checked } = before;
  for await (const group of readGroups(parts, upTo)) {
    for (const { entry, missing } of group.entries) {
      if (missing === 'not-committed' || missing === 'wrong-key') {
        const why = `the payload of entry ${String(entry.sequence)} is not what the entry commits to`;
        return { upTo, checked, problem: { sequence: entry.sequence, why } };
      }
      if (missing === 'key-lost') {
        const why = `the key of entry ${String(entry.sequence)} is lost: it still verifies, but what it says can no longer be read`;
        return { upTo, checked, problem: { sequence: entry.sequence, why } };
      }
      if (missing === null) checked++;
      upTo = entry.sequence + 1;
    }
    progress(group.size);
  }
  return { upTo, checked, problem: null };
}
