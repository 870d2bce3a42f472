import { expect, test } from 'vitest';
import { checkPlan } from '#core/planner/pddl/check-plan.ts';
import { readPlan, writePlan } from '#core/planner/pddl/plan-text.ts';
import { bothOf, planOf } from './reader.ts';

const { domain, problem } = bothOf({
  domain: `(define (domain doors) (:types room key) (:predicates (in ?r - room) (locked ?r - room) (fits ?k - key ?r - room) (has ?k - key))
    (:functions (total-cost) (far ?a ?b - room))
    (:action take :parameters (?k - key) :effect (and (has ?k) (increase (total-cost) 2)))
    (:action unlock :parameters (?r - room ?k - key)
      :precondition (and (has ?k) (fits ?k ?r) (locked ?r)) :effect (not (locked ?r)))
    (:action go :parameters (?a ?b - room)
      :precondition (and (in ?a) (not (locked ?b)) (not (= ?a ?b)))
      :effect (and (not (in ?a)) (in ?b) (increase (total-cost) (far ?a ?b)))))`,
  problem: `(define (problem p) (:domain doors) (:objects hall attic cellar - room brass - key)
    (:init (in hall) (locked attic) (fits brass attic) (= (total-cost) 0) (= (far hall attic) 7))
    (:goal (and (in attic) (not (in hall)))) (:metric minimize (total-cost)))`,
});
const judge = (plan: string): ReturnType<typeof checkPlan> => checkPlan(domain, problem, planOf(plan));
const WHOLE = '(take brass)\n(unlock attic brass)\n(go hall attic)';

test('a plan that reaches the goal is valid, with its cost', () => {
  expect(judge(WHOLE)).toEqual({ valid: true, cost: 9 });
  expect(writePlan(planOf(WHOLE), 9)).toBe(`${WHOLE}\n; cost = 9`);
});

test.each([
  [
    '(go hall attic)',
    1,
    ['(not (locked attic))'],
    'step 1 (go hall attic) cannot be done: its precondition (not (locked',
  ],
  ['(take brass)\n(go hall hall)', 2, ['(not (= hall hall))'], 'its precondition (not (= hall hall)) does not hold'],
  ['(unlock attic brass)', 1, ['(has brass)'], 'its precondition (has brass) does not hold'],
  [`${WHOLE}\n(unlock attic brass)`, 4, ['(locked attic)'], 'step 4 (unlock attic brass) cannot be done'],
  ['(take brass)', null, ['(in attic)', '(not (in hall))'], '(in attic), (not (in hall)) does not hold'],
  ['', null, ['(in attic)', '(not (in hall))'], 'the goal is not reached'],
  ['(fly hall attic)', 1, [], 'there is no action "fly"'],
  ['(take hall)', 1, [], '"hall" is a room, and ?k takes a key'],
  ['(take silver)', 1, [], 'there is no object "silver"'],
  ['(take brass brass)', 1, [], 'it has 2 arguments, and the action takes 1'],
  ['(go hall cellar)', 1, [], 'its cost (far hall cellar) has no value in :init'],
  ['(take constructor)', 1, [], 'there is no object "constructor"'],
])('of the plan %j it is said where it fails', (plan, step, failed, message) => {
  const verdict = judge(plan);
  expect(verdict).toMatchObject({ valid: false, step, failed });
  expect(verdict).toHaveProperty('message', expect.stringContaining(message));
});

test('plans are read with remarks, capital letters, times and durations', () => {
  expect(planOf('; found\n0: (TAKE brass) [1]\n0.001: (Unlock attic BRASS)[1.000] ; so\n  (go hall attic)')).toEqual(
    planOf(WHOLE),
  );
});

test.each([
  ['(take brass', 1, 1],
  ['take brass', 1, 1],
  ['(take brass)\n()', 2, 1],
  ['(take (brass))', 1, 7],
])('the plan %j is refused at line %i, column %i', (text, line, column) => {
  expect(readPlan(text)).toMatchObject({ ok: false, error: { line, column } });
});
