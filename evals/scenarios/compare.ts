import type { Mode } from './all.ts';
import type { RunScore } from './score-run.ts';
import { mcnemar, wilcoxon } from './statistics.ts';

/** One played scenario as it is kept. Wall time is told and never judged: machines differ. */
export interface KeptRun extends Omit<RunScore, 'wallMs'> {
  readonly mode: Mode;
  /** Of the repeats of this scenario, from 1. */
  readonly round: number;
  /** Left out in a baseline. */
  readonly wallMs?: number;
}

export const COUNTS = ['toolCalls', 'modelCalls', 'tokensIn', 'tokensOut', 'costMicro', 'questions'] as const;
export type Count = (typeof COUNTS)[number];

/**
 * What counts as worse by chance less often than this is worse. Over the counts it is divided among them (Bonferroni).
 * A count has to grow by a share as well: with enough pairs the smallest growth is no chance.
 */
export const ALPHA = 0.05;
const GROWTH_ALLOWED = 0.05;

export interface Comparison {
  /** Played in both. */
  readonly pairs: number;
  /** By "mode/scenario": what went well in A alone, and in B alone. */
  readonly lost: readonly string[];
  readonly won: readonly string[];
  /** Answers that passed the check in A alone, and in B alone. */
  readonly unverified: readonly string[];
  readonly onlyInA: readonly string[];
  readonly onlyInB: readonly string[];
  /** Totals over what went well in both. */
  readonly counts: readonly CountChange[];
  /** One sentence for each; empty where B is no worse. */
  readonly regressions: readonly string[];
}

export interface CountChange {
  readonly count: Count;
  readonly a: number;
  readonly b: number;
  readonly probability: number;
  readonly worse: boolean;
  /** By "mode/scenario", what changed most first. */
  readonly changed: readonly { readonly scenario: string; readonly a: number; readonly b: number }[];
}

/**
 * Compares the same scenarios played twice. Without a model, and with a scripted one, a run comes out the same each time: one
 * scenario that is lost is a regression. With a real model chance plays a part: there McNemar's exact test over all pairs
 * decides. For counts Wilcoxon's exact test does in every mode, over what went well in both.
 */
export function compare(a: readonly KeptRun[], b: readonly KeptRun[]): Comparison {
  const [before, after] = [byKey(a), byKey(b)];
  const pairs = [...before].flatMap(([key, one]) => {
    const other = after.get(key);
    return other === undefined ? [] : [{ key, one, other }];
  });
  const names = (chosen: typeof pairs): string[] => chosen.map(({ key }) => key);
  const lost = pairs.filter(({ one, other }) => one.success && !other.success);
  const won = pairs.filter(({ one, other }) => !one.success && other.success);
  const unverified = pairs.filter(({ one, other }) => one.verdict === 'PASS' && other.verdict !== 'PASS');
  const verified = pairs.filter(({ one, other }) => one.verdict !== 'PASS' && other.verdict === 'PASS');
  const counts = COUNTS.map((count) =>
    changeOf(
      count,
      pairs.filter(({ one, other }) => one.success && other.success),
    ),
  );
  return {
    pairs: pairs.length,
    lost: names(lost),
    won: names(won),
    unverified: names(unverified),
    onlyInA: [...before.keys()].filter((key) => !after.has(key)),
    onlyInB: [...after.keys()].filter((key) => !before.has(key)),
    counts,
    regressions: [
      ...worseOf('went well before and does not any more', lost, won),
      ...worseOf('passed the check before and does not any more', unverified, verified),
      ...counts
        .filter(({ worse }) => worse)
        .map(
          ({ count, a: was, b: is, probability }) =>
            `${count} grew from ${String(was)} to ${String(is)} (Wilcoxon, p = ${probability.toPrecision(2)})`,
        ),
    ],
  };
}

interface Pair {
  readonly key: string;
  readonly one: KeptRun;
  readonly other: KeptRun;
}

function worseOf(what: string, lost: readonly Pair[], won: readonly Pair[]): string[] {
  const certain = lost.filter(({ one }) => one.mode !== 'model');
  const byChance = (pairs: readonly Pair[]): number => pairs.filter(({ one }) => one.mode === 'model').length;
  const [away, back] = [byChance(lost), byChance(won)];
  const probability = mcnemar(away, back);
  return [
    ...certain.map(({ key }) => `${key} ${what}`),
    ...(probability < ALPHA
      ? [`with a model, ${String(away)} ${what}, against ${String(back)} (McNemar, p = ${probability.toPrecision(2)})`]
      : []),
  ];
}

function changeOf(count: Count, pairs: readonly Pair[]): CountChange {
  const total = (of: (pair: Pair) => number): number => pairs.reduce((sum, pair) => sum + of(pair), 0);
  const [a, b] = [total(({ one }) => one[count]), total(({ other }) => other[count])];
  const probability = wilcoxon(pairs.map(({ one, other }) => other[count] - one[count]));
  const changed = pairs
    .filter(({ one, other }) => one[count] !== other[count])
    .map(({ key, one, other }) => ({ scenario: key, a: one[count], b: other[count] }))
    .sort((x, y) => Math.abs(y.b - y.a) - Math.abs(x.b - x.a));
  return {
    count,
    a,
    b,
    probability,
    changed,
    worse: b > a * (1 + GROWTH_ALLOWED) && probability < ALPHA / COUNTS.length,
  };
}

function byKey(runs: readonly KeptRun[]): Map<string, KeptRun> {
  return new Map(
    runs.map((run) => [`${run.mode}/${run.scenario}${run.round === 1 ? '' : `, round ${String(run.round)}`}`, run]),
  );
}
