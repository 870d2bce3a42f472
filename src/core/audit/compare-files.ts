import { assert } from '../base/assert.ts';
import { BUNDLE_JOURNAL } from './bundle.ts';
import { checkBundle, checkFile, type CheckFileTools } from './check-file.ts';
import { compareExports, type Continuation, type ExportContents, readExport } from './export-contents.ts';

/** How two exports or bundles stand to each other, in words, and what to do about it. */
export interface Comparison {
  readonly outcome: 'same' | 'second-continues' | 'first-continues' | 'forked' | 'other-log' | 'unusable';
  /** They are one journal, and the smaller is the beginning of the larger. */
  readonly ok: boolean;
  /** Where they part: the first entry that differs; null where they do not, or nothing of them is shared. */
  readonly forkedAt: number | null;
  readonly verdict: string;
  readonly advice: string;
}

/** A file, or the files of a bundle by path. */
export type GivenFile = Uint8Array | ReadonlyMap<string, Uint8Array>;

/** Compares two files, each checked by itself first: what does not hold proves nothing about another. */
export function compareFiles(tools: CheckFileTools, first: GivenFile, second: GivenFile): Comparison {
  for (const [which, given] of [
    ['first', first],
    ['second', second],
  ] as const) {
    const report = given instanceof Uint8Array ? checkFile(tools, given) : checkBundle(tools, given);
    if (!report.ok) return unusable(`The ${which} file does not hold by itself: ${report.verdict}`);
  }
  const [one, other] = [contentsOf(tools, first), contentsOf(tools, second)];
  if (one === null || other === null) return unusable('Only exports and bundles can be compared.');
  const compared = compareExports(tools.sha256, one, other);
  if (compared.ok) return continued(one, other, compared.value);
  const { sequence, why } = compared.error;
  if (sequence === null)
    return {
      outcome: 'other-log',
      ok: false,
      forkedAt: null,
      verdict: `Not the same log: ${why}.`,
      advice: 'Choose two exports of one journal: its name is the same in the first line of both.',
    };
  return {
    outcome: 'forked',
    ok: false,
    forkedAt: sequence,
    verdict: `Forked at ${String(sequence)}. First bad entry: ${String(sequence)}. The two disagree: ${why}.`,
    advice:
      'Keep both files. One was rewritten, or two devices went on from one backup: the one to trust is the one that a checkpoint kept elsewhere, or a witness, agrees with. If you did neither yourself, change the signing key.',
  };
}

function continued(one: ExportContents, other: ExportContents, { from, to, proof }: Continuation): Comparison {
  const [a, b] = [one.leaves.length, other.leaves.length];
  const outcome = a === b ? 'same' : a < b ? 'second-continues' : 'first-continues';
  const how = {
    same: 'both end at the same entry',
    'second-continues': 'the second continues the first',
    'first-continues': 'the first continues the second',
  }[outcome];
  const hashes = `${String(proof.length)} ${proof.length === 1 ? 'hash' : 'hashes'}`;
  return {
    outcome,
    ok: true,
    forkedAt: null,
    verdict: `Both are one journal: ${how}. The head of ${String(to)} entries grew from the head of ${String(from)} (consistency proof of ${hashes}, RFC 9162).`,
    advice: outcome === 'same' ? 'There is nothing to do.' : 'Keep the longer one: the shorter adds nothing to it.',
  };
}

function unusable(verdict: string): Comparison {
  const advice = 'Export again on the device, or take another copy of the file.';
  return { outcome: 'unusable', ok: false, forkedAt: null, verdict, advice };
}

/** @param given found to hold */
function contentsOf(tools: CheckFileTools, given: GivenFile): ExportContents | null {
  const bytes =
    given instanceof Uint8Array ? (tools.unzip(given)?.get(BUNDLE_JOURNAL) ?? given) : given.get(BUNDLE_JOURNAL);
  assert(bytes !== undefined, 'a bundle that holds has its journal');
  const contents = readExport(tools.sha256, tools.lines(bytes));
  return contents.ok ? contents.value : null;
}
