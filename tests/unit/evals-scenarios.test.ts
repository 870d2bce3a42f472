import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OWNER_TYPED } from '#core/labels/label.ts';
import { chosen, runScenarios, totalsOf, type RunOptions } from '#evals/run-scenarios.ts';
import { SCENARIOS } from '#evals/scenarios/all.ts';
import { compare, type KeptRun } from '#evals/scenarios/compare.ts';
import type { RealModel, Refit } from '#evals/scenarios/play.ts';
import { EVERYDAY_GOALS } from '#evals/scenarios/scenario.ts';
import { mcnemar, wilcoxon } from '#evals/scenarios/statistics.ts';
import { halvesEgress } from '../fakes/halves-egress.ts';
import { modelHost, type HOSTED } from '../fakes/model-host.ts';

const file = new URL('../../evals/scenarios/baseline.json', import.meta.url);
const baseline = (JSON.parse(readFileSync(file, 'utf8')) as { readonly runs: readonly KeptRun[] }).runs;
/** How fast the machine is decides no test: it takes half a minute where nothing else runs. */
const TEN_MINUTES = 600_000;

async function played(options: RunOptions): Promise<KeptRun[]> {
  const runs: KeptRun[] = [];
  for await (const run of runScenarios(options)) runs.push(run);
  return runs;
}
const of = (...ids: readonly string[]): readonly KeptRun[] => baseline.filter(({ scenario }) => ids.includes(scenario));

describe('the scenarios', () => {
  test('are sixty or more over every everyday goal, and in a third of them something goes wrong', () => {
    expect(SCENARIOS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(SCENARIOS.map(({ id }) => id)).size).toBe(SCENARIOS.length);
    for (const goal of EVERYDAY_GOALS)
      expect(SCENARIOS.filter(({ about }) => about === goal).length, goal).toBeGreaterThan(1);
    expect(SCENARIOS.filter(({ fault }) => fault !== undefined).length).toBeGreaterThanOrEqual(SCENARIOS.length / 3);
  });

  test.each(['symbolic', 'scripted'] as const)(
    'played %s they are no worse than the baseline, which has all of them',
    async (mode) => {
      const before = baseline.filter((run) => run.mode === mode);
      const now = await played({ mode });
      expect(before.map(({ scenario }) => scenario).sort()).toEqual(
        chosen({ mode })
          .map(({ id }) => id)
          .sort(),
      );
      const { regressions, lost } = compare(before, now);
      const why = now.filter((run) => lost.includes(`${mode}/${run.scenario}`)).map(({ problems }) => problems);
      expect(regressions, JSON.stringify(why)).toEqual([]);
    },
    TEN_MINUTES,
  );
});

describe('a product that is worse is noticed', () => {
  const ONCE = 'mail/step-fails-once';
  const TREASURER = 'question/who';
  const mutants: readonly (readonly [what: string, scenario: string, refit: Refit, problem: RegExp])[] = [
    ['does no step again', ONCE, (own) => ({ ...bound(own), mayRetry: () => false }), /ended as failed/],
    [
      'lets through a number that stands in no file',
      TREASURER,
      (own) => ({
        ...bound(own),
        verify: async (run, state) => {
          const checked = await own.verify(run, state);
          if (!checked.ok) return checked;
          const [section] = checked.value.answer.sections;
          const [claim] = section!.claims;
          const sections = [{ ...section!, claims: [{ ...claim!, text: `${claim!.text} It is 88,888.` }] }];
          return { ...checked, value: { ...checked.value, answer: { ...checked.value.answer, sections } } };
        },
      }),
      /unsupported/,
    ],
    [
      'claims to have saved what it did not',
      'save/approved',
      (own) => ({
        ...bound(own),
        act: () => Promise.resolve({ ok: true, value: { observation: { name: 'budget.md' }, label: OWNER_TYPED } }),
      }),
      /saved: 0, not 1/,
    ],
    [
      'finds nothing in any file',
      TREASURER,
      (own) => ({
        ...bound(own),
        runStep: (run, step, state, signal, progress) =>
          own.runStep({ ...run, sources: [] }, step, state, signal, progress),
      }),
      /outcome answered, not not-found/,
    ],
  ];

  test.each(mutants)('one that %s', async (_what, scenario, refit, problem) => {
    const now = await played({ mode: 'symbolic', only: [scenario], refit });
    expect(now.map(({ problems }) => problems.join('; ')).join()).toMatch(problem);
    expect(compare(of(scenario), now).regressions).toContain(
      `symbolic/${scenario} went well before and does not any more`,
    );
  });
});

/** Methods of a class stay with it. */
function bound(own: Parameters<Refit>[0]): ReturnType<Refit> {
  return {
    plan: (...given) => own.plan(...given),
    runStep: (...given) => own.runStep(...given),
    doneBy: (...given) => own.doneBy(...given),
    mayRetry: (...given) => own.mayRetry(...given),
    ask: (...given) => own.ask(...given),
    stillCovers: (...given) => own.stillCovers(...given),
    whyAnew: (...given) => own.whyAnew(...given),
    act: (...given) => own.act(...given),
    reconcile: (...given) => own.reconcile(...given),
    verify: (...given) => own.verify(...given),
    forget: () => own.forget(),
    finished: (...given) => own.finished(...given),
  };
}

describe('with a host of models on the network', () => {
  const only = ['question/who', 'model/quotes', 'send/approved'];
  let host: Awaited<ReturnType<typeof modelHost>>;
  beforeEach(async () => {
    host = await modelHost();
  });
  afterEach(() => host.close());
  const playedWith = (model: (typeof HOSTED)[number]): Promise<KeptRun[]> => {
    const egress: RealModel['egress'] = () => halvesEgress((request) => fetch(request));
    return played({ mode: 'model', only, real: { address: `${host.origin}/v1`, model, key: '', egress } });
  };

  test('each question goes there over the gate after a yes, and is counted with its tokens', async () => {
    const runs = await playedWith('parrot');
    expect(runs.map(({ modelCalls }) => modelCalls)).toEqual([1, 1, 1]);
    expect(host.arrivals.map(({ url }) => url)).toEqual(runs.map(() => '/v1/chat/completions'));
    expect(totalsOf(runs).tokensIn).toBeGreaterThan(0);
    expect(totalsOf(runs).questions).toBe(4);
  });

  test.each(['garbage', 'busy', 'broken', 'cuts'] as const)(
    'a host that is %s costs no run its right end',
    async (model) => {
      const runs = await playedWith(model);
      expect(runs.map(({ problems }) => problems)).toEqual([[], [], []]);
      expect(host.arrivals).toHaveLength(3);
    },
  );

  test('without one, nothing is played with a model', async () => {
    await expect(played({ mode: 'model' })).rejects.toThrow('A model is needed');
  });
});

describe('the gate', () => {
  const run = (scenario: string, changes: Partial<KeptRun> = {}): KeptRun => ({
    ...{ mode: 'symbolic', scenario, round: 1, success: true, problems: [], status: 'complete', verdict: 'PASS' },
    ...{ toolCalls: 3, modelCalls: 0, tokensIn: 0, tokensOut: 0, costMicro: 0, questions: 0 },
    ...changes,
  });
  const runs = (count: number, changes: (at: number) => Partial<KeptRun> = () => ({})): KeptRun[] =>
    Array.from({ length: count }, (_, at) => run(`s${String(at)}`, changes(at)));

  test('without a model one lost scenario is a regression, and one won makes no good of it', () => {
    const before = runs(20, (at) => ({ success: at !== 7 }));
    const after = runs(20, (at) => ({ success: at !== 3 }));
    expect(compare(before, after)).toMatchObject({
      lost: ['symbolic/s3'],
      won: ['symbolic/s7'],
      regressions: ['symbolic/s3 went well before and does not any more'],
    });
    expect(compare(before, before).regressions).toEqual([]);
  });

  test('with a model it takes more than chance', () => {
    const withModel = (lost: number): KeptRun[] => runs(20, (at) => ({ mode: 'model', success: at >= lost }));
    expect(compare(withModel(0), withModel(4)).regressions).toEqual([]);
    expect(compare(withModel(0), withModel(5)).regressions).toEqual([
      'with a model, 5 went well before and does not any more, against 0 (McNemar, p = 0.031)',
    ]);
  });

  test('an answer that passes the check no more is a regression', () => {
    const unverified = runs(3, (at) => ({ verdict: at === 0 ? 'FAIL' : 'PASS' }));
    expect(compare(runs(3), unverified).regressions).toEqual([
      'symbolic/s0 passed the check before and does not any more',
    ]);
  });

  test('counts that grow in many pairs by more than a little are, those that grow in few or shrink are not', () => {
    const more = (in_: number, by: number): KeptRun[] => runs(20, (at) => ({ toolCalls: at < in_ ? 3 + by : 3 }));
    expect(compare(runs(20), more(20, 1)).regressions).toEqual([
      expect.stringMatching(/^toolCalls grew from 60 to 80/),
    ]);
    expect(compare(runs(20), more(6, 1)).regressions).toEqual([]);
    expect(compare(more(20, 1), runs(20)).regressions).toEqual([]);
    const large = (tokensIn: number): KeptRun[] => runs(20, () => ({ tokensIn }));
    expect(compare(large(1_000), large(1_040)).regressions).toEqual([]);
  });

  test('what was played in one of them alone is told and not judged; rounds are paired with their own', () => {
    const again = [run('a'), run('a', { round: 2 })];
    expect(compare([run('b'), ...again], [run('c'), ...again])).toMatchObject({
      pairs: 2,
      onlyInA: ['symbolic/b'],
      onlyInB: ['symbolic/c'],
      regressions: [],
    });
  });

  test('the tests are exact', () => {
    expect(mcnemar(5, 0)).toBeCloseTo(1 / 32, 12);
    expect(mcnemar(9, 3)).toBeCloseTo(299 / 4096, 12);
    expect(mcnemar(0, 0)).toBeCloseTo(1, 12);
    expect(mcnemar(700, 700)).toBeGreaterThan(0.5);
    expect(wilcoxon([1, 2, 3, 4, 5])).toBeCloseTo(1 / 32, 12);
    expect(wilcoxon([-1, 2, 3])).toBeCloseTo(2 / 8, 12);
    expect(wilcoxon([1, 1, -1, 0, 0])).toBeCloseTo(4 / 8, 12);
    expect(wilcoxon([])).toBe(1);
  });
});
