import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '#core/base/random.ts';
import { checkPlan } from '#core/planner/pddl/check-plan.ts';
import { planProblem } from '#core/planner/pddl/plan-problem.ts';
import { readDomain } from '#core/planner/pddl/read-domain.ts';
import { bothOf } from '#tests/unit/planner/pddl/reader.ts';
import {
  allSteps,
  cheapest,
  doStep,
  judgePlan,
  type SmallProblem,
  smallProblem,
  type SmallStep,
  textsOf,
} from '#tests/unit/planner/pddl/small-problems.ts';

const STATES_MAX = 400;
const never = (): boolean => false;
const seeds = fc.integer({ min: 0, max: 1_000_000 });

/** What the product says of a plan, in the words of the plain judge. */
function verdictOf(problem: SmallProblem, plan: readonly SmallStep[]): ReturnType<typeof judgePlan> {
  const read = bothOf(textsOf(problem));
  const verdict = checkPlan(
    read.domain,
    read.problem,
    plan.map(({ name, objects }) => ({ action: name, objects })),
  );
  if (verdict.valid) return { cost: verdict.cost };
  return verdict.step === null ? 'goal' : { step: verdict.step };
}

/** Steps that can be done one after the other, and now and then one that may not. */
function someWalk(problem: SmallProblem, seed: number): SmallStep[] {
  const random = seededRandom(seed);
  const steps = allSteps(problem);
  const walk: SmallStep[] = [];
  let state: readonly string[] = problem.init;
  for (let i = random.below(8); i > 0; i--) {
    const possible = steps.filter((step) => doStep(problem, state, step));
    const step = random.pick(random.chance(0.1) || possible.length === 0 ? steps : possible);
    if (random.chance(0.03)) walk.push({ name: step.name, objects: [...step.objects, 'a'] });
    else walk.push(step);
    state = doStep(problem, state, step) ?? state;
  }
  return walk;
}

test('a plan is judged as a plain simulator judges it, to the step that fails and the cost', () => {
  const kinds = { step: 0, goal: 0, cost: 0 };
  fc.assert(
    fc.property(seeds, seeds, (seed, walkSeed) => {
      const problem = smallProblem(seed);
      const walk = someWalk(problem, walkSeed);
      const expected = judgePlan(problem, walk);
      kinds[expected === 'goal' ? 'goal' : 'step' in expected ? 'step' : 'cost']++;
      expect(verdictOf(problem, walk)).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
  expect(Math.min(...Object.values(kinds))).toBeGreaterThan(50);
});

test('a plan is found exactly where trying everything finds one, and a cheapest one costs as little', () => {
  const counts = { solvable: 0, unsolvable: 0, long: 0 };
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = smallProblem(seed);
      const least = cheapest(problem, STATES_MAX);
      if (least === null) return;
      const { domain, problem: read } = bothOf(textsOf(problem));
      const greedy = planProblem(domain, read, false, never);
      const optimal = planProblem(domain, read, true, never);
      counts[least === Infinity ? 'unsolvable' : 'solvable']++;
      expect([greedy.kind, optimal.kind]).toEqual(Array(2).fill(least === Infinity ? 'unsolvable' : 'solved'));
      if (greedy.kind !== 'solved' || optimal.kind !== 'solved') return;
      if (optimal.plan.length > 2) counts.long++;
      expect(optimal.cost).toBe(least);
      for (const { plan, cost } of [greedy, optimal]) {
        expect(judgePlan(problem, plan.map(stepOf))).toEqual({ cost });
      }
    }),
    { numRuns: 1_500 },
  );
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(50);
});

test('of a plan with a step left out or two swapped, what breaks it is named', () => {
  let broken = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = smallProblem(seed);
      const { domain, problem: read } = bothOf(textsOf(problem));
      const planned = planProblem(domain, read, false, never);
      if (planned.kind !== 'solved') return;
      const plan = planned.plan.map(stepOf);
      const changed = plan.flatMap((_, index) => [
        plan.filter((_step, place) => place !== index),
        ...plan.map((_step, other) => swapped(plan, index, other)),
      ]);
      for (const each of changed) {
        const expected = judgePlan(problem, each);
        if (expected === 'goal' || 'step' in expected) broken++;
        expect(verdictOf(problem, each)).toEqual(expected);
      }
    }),
    { numRuns: 300 },
  );
  expect(broken).toBeGreaterThan(100);
});

test('any text at all is read or refused with a place, and never throws', () => {
  const pieces = fc.constantFrom(
    '(',
    ')',
    'define',
    'domain',
    ':action',
    ':types',
    '-',
    '?x',
    'and',
    'not',
    ' ',
    '\n',
    ';',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 60 }).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const read = readDomain(text);
      if (!read.ok) expect(Math.min(read.error.line, read.error.column)).toBeGreaterThan(0);
    }),
    { numRuns: 1_000 },
  );
});

const stepOf = ({ action, objects }: { action: string; objects: readonly string[] }): SmallStep => ({
  name: action,
  objects,
});

function swapped(plan: readonly SmallStep[], a: number, b: number): SmallStep[] {
  const steps = [...plan];
  [steps[a], steps[b]] = [steps[b]!, steps[a]!];
  return steps;
}
