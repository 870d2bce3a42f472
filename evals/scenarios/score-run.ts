import { claimsOf, type Answer } from '#core/tools/answer.ts';
import type { RunStatus } from '#core/agent/run.ts';
import { judge } from '../judge.ts';
import { unsupported } from '../support.ts';
import { nothing, type Expectation } from '../world.ts';
import type { Played } from './play.ts';
import type { Scenario } from './scenario.ts';

/** What a run came to, and what it took. */
export interface RunScore {
  readonly scenario: string;
  readonly success: boolean;
  /** Why not; empty where it went well. */
  readonly problems: readonly string[];
  readonly status: RunStatus | 'none';
  /** Null where the run came to no verdict. */
  readonly verdict: 'PASS' | 'FAIL' | null;
  readonly wallMs: number;
  readonly toolCalls: number;
  readonly modelCalls: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Millionths of the currency that prices are in. */
  readonly costMicro: number;
  /** Cards that were put to the owner. */
  readonly questions: number;
}

/**
 * Compares a run with how it must end, and with what holds for every run.
 * @param real whether a real model was asked, each time after a yes that the scenario does not count
 */
export function scoreRun(scenario: Scenario, played: Played, real = false): RunScore {
  const { view, facts, models, wallMs } = played;
  const problems = [...ofEveryRun(played), ...ofThisOne(scenario, played, real)];
  const count = (type: string): number => facts.filter((fact) => fact.type === type).length;
  return {
    scenario: scenario.id,
    success: problems.length === 0,
    problems,
    status: view?.run.status ?? 'none',
    verdict: view?.run.verdict?.result ?? null,
    wallMs: Math.round(wallMs),
    toolCalls: count('step.started'),
    ...{ modelCalls: models.calls, tokensIn: models.tokensIn, tokensOut: models.tokensOut },
    costMicro: view?.spent?.micro ?? 0,
    questions: count('approval.requested'),
  };
}

/** It comes to an end; nothing is said that the files do not bear out; nothing leaves that was not approved to the byte. */
function ofEveryRun({ world, view, facts, outside, stuck }: Played): string[] {
  const run = view?.run;
  const answer = run?.answer ?? null;
  const given = facts.flatMap((fact) => (fact.type === 'approval.given' ? [fact.approval] : []));
  const approved = facts.flatMap((fact) =>
    fact.type === 'approval.covered' || (fact.type === 'approval.requested' && given.includes(fact.approval.id))
      ? [fact.approval, ...(fact.approval.acts ?? [])]
      : [],
  );
  const contents = new Set(approved.flatMap((act) => ('content' in act ? [act.content] : [])));
  const left = [...outside.sent, ...outside.saved.map(({ text }) => text)];
  return [
    ...(stuck === null ? [] : [`it came to no end: ${stuck}`]),
    ...(run?.status === 'complete' && run.verdict?.result !== 'PASS' ? ['complete without a passed check'] : []),
    ...(answer === null ? [] : unsupported(answer, world.files).map((what) => `unsupported: ${what}`)),
    ...left.filter((text) => !contents.has(text)).map((text) => `left without a yes: ${text.slice(0, 60)}`),
  ];
}

function ofThisOne({ goal, ends, model }: Scenario, played: Played, real: boolean): string[] {
  const { world, view, imports, outside, facts } = played;
  const run = view?.run;
  const answer = run?.answer ?? null;
  const left = [...outside.sent, ...outside.saved.map(({ text }) => text)];
  const refused = imports.filter(({ outcome }) => outcome === 'failed').length;
  const asksModel = run?.plan?.steps.flatMap(({ id, tool }) => (tool === 'ask-model' ? [id] : [])) ?? [];
  const cards = facts.filter(
    (fact) => fact.type === 'approval.requested' && !(real && asksModel.includes(fact.approval.step)),
  ).length;
  const stated = [...(answer === null ? [] : statedIn(answer)), ...left].join('\n').toLowerCase();
  const told = [
    ...(answer === null ? [] : statedIn(answer)),
    run?.failure?.message ?? '',
    ...(run === undefined ? [] : Object.values(run.steps).map(({ error }) => error?.message ?? '')),
    ...facts.flatMap((fact) =>
      fact.type === 'approval.requested' ? [fact.approval.sentence, fact.approval.reason] : [],
    ),
    ...imports.map((result) => `${result.path}: ${JSON.stringify(result)}`),
  ]
    .join('\n')
    .toLowerCase();
  const other = (name: string, is: number, must: number | undefined): string[] =>
    must === undefined || is === must ? [] : [`${name}: ${String(is)}, not ${String(must)}`];
  return [
    ...(run?.status === ends.status
      ? []
      : [`ended as ${run?.status ?? 'nothing'}, not ${ends.status}: ${run?.failure?.message ?? ''}`]),
    ...truthsOf(goal, ends, world.truths).flatMap((expect) => missed(answer, expect, world.owner.zone)),
    ...(ends.told ?? []).filter((text) => !told.includes(text.toLowerCase())).map((text) => `not told: ${text}`),
    ...(ends.never ?? []).filter((text) => stated.includes(text.toLowerCase())).map((text) => `stated: ${text}`),
    ...(ends.carries ?? []).flatMap((text) =>
      left.length > 0 && left.every((body) => body.includes(text)) ? [] : [`does not carry: ${text}`],
    ),
    ...other('files refused', refused, ends.refused ?? 0),
    ...other('sent', outside.sent.length, ends.sent ?? 0),
    ...other('saved', outside.saved.length, ends.saved ?? 0),
    ...other('cards', cards, real && model !== undefined ? undefined : ends.cards),
  ];
}

function truthsOf(
  goal: string,
  { truth, expect }: Scenario['ends'],
  truths: ReadonlyMap<string, Expectation>,
): Expectation[] {
  const own: Expectation[] = expect === undefined ? [] : [{ kinds: [], ...nothing, ...expect }];
  if (truth === undefined) return own;
  const known = truths.get(truth === 'of-goal' ? goal : truth.of);
  if (known === undefined) throw new Error(`Nothing is known about the goal "${goal}" in these files.`);
  return [...own, known];
}

function missed(answer: Answer | null, expect: Expectation, zone: string): string[] {
  if (answer === null) return ['no answer'];
  const { missing, wrong } = judge(answer, expect, zone);
  return [...missing.map((what) => `missing: ${what}`), ...wrong.map((what) => `wrong: ${what}`)];
}

function statedIn(answer: Answer): string[] {
  return [
    ...claimsOf(answer).map(({ text }) => text),
    ...answer.notes,
    ...answer.suggestions,
    ...(answer.table?.rows.map((row) => row.join(' ')) ?? []),
  ];
}
