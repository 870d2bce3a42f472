import type { GoalReader } from '#ports/goal-reader.ts';
import { openVault, type Pursuit } from './pursue.ts';
import { expectedSlots, judge } from './judge.ts';
import { unsupported } from './support.ts';
import type { Case, Method, World } from './world.ts';
import { generate } from './worlds/generate.ts';

export interface Score {
  readonly method: Method;
  readonly cases: number;
  readonly expected: number;
  readonly found: number;
  readonly misunderstood: number;
  /** Sentences whose sources do not bear them out. */
  readonly unsupported: number;
  /** Sentences in all. */
  readonly sentences: number;
  /** Statements that must not be there. */
  readonly wrong: number;
  /** Runs that ended without an answer. */
  readonly failed: number;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly seed: number;
  readonly phrasing: string;
  readonly goal: string;
  readonly heldOut: boolean;
  readonly kind: 'failed' | 'misunderstood' | 'missing' | 'wrong' | 'unsupported';
  readonly what: string;
}

/** Pursues every goal of the seeds' worlds and compares the answers with the truth. */
export async function score(
  method: Method,
  seeds: readonly number[],
  heldOut: boolean,
  reader: GoalReader | null = null,
): Promise<Score> {
  const results: CaseResult[] = [];
  for (const seed of method === 'sample' ? seeds.slice(0, 1) : seeds) {
    const world = generate(method, seed, heldOut);
    const vault = await openVault(world, reader);
    if (vault.problems.length > 0)
      throw new Error(`Seed ${seed} of ${method} could not be imported: ${vault.problems.join('; ')}`);
    // The model reads other languages: that a goal in one is not understood is to be expected of the rules alone.
    const cases = world.cases.filter(
      ({ expect }) => reader === null || !expect.outcomes.includes('language-not-understood'),
    );
    for (const one of cases) results.push(resultOf(one, await vault.pursue(one.goal), world));
  }
  const total = (figure: (result: CaseResult) => number) => results.reduce((sum, result) => sum + figure(result), 0);
  const of = (kind: Failure['kind']) =>
    total((result) => result.failures.filter((failure) => failure.kind === kind).length);
  return {
    method,
    cases: results.length,
    expected: total((result) => result.expected),
    found: total((result) => result.found),
    misunderstood: of('misunderstood'),
    unsupported: of('unsupported'),
    sentences: total((result) => result.sentences),
    wrong: of('wrong'),
    failed: of('failed'),
    failures: results.flatMap((result) => result.failures),
  };
}

interface CaseResult {
  readonly expected: number;
  readonly found: number;
  readonly sentences: number;
  readonly failures: readonly Failure[];
}

function resultOf(one: Case, pursuit: Pursuit, world: World): CaseResult {
  const fail = (kind: Failure['kind'], what: string): Failure => ({
    seed: world.seed,
    phrasing: one.phrasing,
    goal: one.goal,
    heldOut: one.heldOut,
    kind,
    what,
  });
  const failures: Failure[] = [];
  const { goal } = pursuit;
  if (goal && !one.expect.kinds.includes(goal.kind)) {
    failures.push(
      fail('misunderstood', `${goal.kind} instead of ${one.expect.kinds.join(' or ')}: "${goal.restated}"`),
    );
  }
  if (pursuit.failure) failures.push(fail('failed', pursuit.failure));
  if (!pursuit.answer) {
    return {
      expected: one.expect.facts.length + 1 + expectedSlots(one.expect),
      found: 0,
      sentences: 0,
      failures,
    };
  }
  const judgement = judge(pursuit.answer, one.expect, world.owner.zone);
  failures.push(
    ...judgement.missing.map((what) => fail('missing', what)),
    ...judgement.wrong.map((what) => fail('wrong', what)),
    ...unsupported(pursuit.answer, world.files).map((what) => fail('unsupported', what)),
  );
  return {
    expected: judgement.expected,
    found: judgement.found,
    sentences: pursuit.answer.sections.reduce((sum, section) => sum + section.claims.length, 0),
    failures,
  };
}
