import { expect, test } from 'vitest';
import { checkPlan } from '#core/planner/pddl/check-plan.ts';
import { goalStages } from '#core/planner/pddl/agenda.ts';
import { ground } from '#core/planner/pddl/ground.ts';
import { planProblem } from '#core/planner/pddl/plan-problem.ts';
import { reach } from '#core/planner/pddl/reach.ts';
import { blocksWorld } from '#evals/planning/blocks-world.ts';
import { gripper } from '#evals/planning/gripper.ts';
import type { Instance } from '#evals/planning/instance.ts';
import { logistics } from '#evals/planning/logistics.ts';
import { satellite } from '#evals/planning/satellite.ts';
import { bothOf } from './reader.ts';

const never = (): boolean => false;
const DOMAINS = { blocksWorld, gripper, logistics, satellite };
type Name = keyof typeof DOMAINS;

test.each<[Name, number]>([
  ['blocksWorld', 30],
  ['gripper', 40],
  ['logistics', 25],
  ['satellite', 20],
])('%s of size %i has a valid plan', (name, size) => {
  const { domain, problem } = bothOf(DOMAINS[name](size, 3));
  const planned = planProblem(domain, problem, false, never);
  if (planned.kind !== 'solved') throw new Error(planned.kind);
  expect(planned.plan.length).toBeGreaterThan(size);
  expect(checkPlan(domain, problem, planned.plan)).toEqual({ valid: true, cost: planned.plan.length });
});

test.each<[Name, number]>([
  ['blocksWorld', 6],
  ['gripper', 4],
  ['logistics', 3],
  ['satellite', 3],
])('a cheapest plan for %s of size %i has no more steps than another', (name, size) => {
  for (const seed of [1, 2]) {
    const { domain, problem } = bothOf(DOMAINS[name](size, seed));
    const [some, best] = [false, true].map((optimal) => planProblem(domain, problem, optimal, never));
    if (some?.kind !== 'solved' || best?.kind !== 'solved') throw new Error('both are solved');
    expect(best.cost).toBeLessThanOrEqual(some.cost);
  }
});

test('two balls are carried at a time where the cheapest plan is asked for', () => {
  const balls = ['one', 'two', 'three', 'four'];
  const { domain } = gripper(1, 1);
  const problem = `(define (problem p) (:objects ${balls.join(' ')} - ball here there - room)
    (:init (robot-in here) (free left) (free right) ${balls.map((ball) => `(in ${ball} here)`).join(' ')})
    (:goal (and ${balls.map((ball) => `(in ${ball} there)`).join(' ')})))`;
  const read = bothOf({ domain, problem });
  expect(planProblem(read.domain, read.problem, true, never)).toMatchObject({ kind: 'solved', cost: 11 });
});

/** Three boxes in a line that can only be shifted on: no way back. */
const ONE_WAY: Instance = {
  domain: `(define (domain line) (:predicates (at ?p) (next ?a ?b) (open))
    (:action on :parameters (?a ?b) :precondition (and (at ?a) (next ?a ?b)) :effect (and (at ?b) (not (at ?a)) (not (open)))))`,
  problem: `(define (problem back) (:objects a b c) (:init (at a) (open) (next a b) (next b c)) (:goal (and (at b) (open))))`,
};

test('what cannot be reached is found unsolvable by grounding, or by exhausting what can', () => {
  const { domain, problem } = bothOf(ONE_WAY);
  for (const optimal of [false, true]) {
    const planned = planProblem(domain, problem, optimal, never);
    expect(planned).toMatchObject({ kind: 'unsolvable', figures: { facts: 3 } });
  }
  const nowhere = bothOf({ ...ONE_WAY, problem: ONE_WAY.problem.replace('(next a b)', '') });
  expect(planProblem(nowhere.domain, nowhere.problem, false, never)).toEqual({
    kind: 'unsolvable',
    figures: { facts: 0, operators: 0, expanded: 0, generated: 0 },
  });
});

test.each([false, true])('the time limit ends grounding and search wherever they are (optimal: %s)', (optimal) => {
  const { domain, problem } = bothOf(logistics(6, 1));
  const kinds = new Set<string>();
  for (const limit of [0, 1, 3, 5, 9, 30]) {
    let asked = 0;
    const planned = planProblem(domain, problem, optimal, () => ++asked > limit);
    kinds.add(planned.kind);
    // Once told to stop it does not go on asking.
    expect(asked).toBeLessThanOrEqual(limit + 3);
    if (planned.kind === 'stopped' && limit > 5) expect(planned.figures.expanded).toBeGreaterThan(0);
  }
  expect(kinds).toContain('stopped');
});

test('only what can be reached is ground, though the tuples are many', () => {
  const places = Array.from({ length: 400 }, (_, index) => `p${String(index)}`);
  const { domain, problem } = bothOf({
    domain: `(define (domain roads) (:predicates (at ?p) (road ?a ?b) (owns ?a ?b ?c ?d))
      (:action go :parameters (?a ?b ?c ?d) :precondition (and (owns ?a ?b ?c ?d) (road ?b ?a) (road ?a ?b) (at ?a))
        :effect (and (at ?b) (not (at ?a)))))`,
    problem: `(define (problem p) (:objects ${places.join(' ')}) (:init (at p0)
      ${places.map((place, index) => `(road ${place} ${places[index + 1] ?? 'p0'}) (road ${places[index + 1] ?? 'p0'} ${place})`).join(' ')}
      ${places.map((place, index) => `(owns ${place} ${places[index + 1] ?? 'p0'} p1 p2)`).join(' ')}) (:goal (at p399)))`,
  });
  const reached = reach(domain, problem, never);
  if (reached.kind !== 'reached') throw new Error(reached.kind);
  expect(reached.instances.actionOf.length).toBe(400);
  expect(planProblem(domain, problem, false, never)).toMatchObject({ kind: 'solved', cost: 399 });
});

test('towers are built from below: a goal that would cover what another needs comes after it', () => {
  const blocks = ['a', 'b', 'c', 'd'];
  const { domain, problem } = bothOf({
    domain: blocksWorld(1, 1).domain,
    problem: `(define (problem p) (:objects ${blocks.join(' ')} - block)
      (:init (empty-handed) ${blocks.map((block) => `(on-table ${block}) (clear ${block})`).join(' ')})
      (:goal (and (on a b) (on b c) (on c d))))`,
  });
  const grounding = ground(domain, problem, never);
  if (grounding.kind !== 'task') throw new Error(grounding.kind);
  const [onAB, onBC, onCD] = grounding.task.goal;
  expect(goalStages(grounding.task, never)).toEqual([[onCD], [onBC], [onAB]]);
});
