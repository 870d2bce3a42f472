import { assert } from '../base/assert.ts';
import type { Sha256, StepId } from '../base/ids.ts';
import { digestOf } from '../base/json.ts';
import { domain, ROOT } from './domain.ts';
import type { GoalContext, UnderstoodGoal } from './goal.ts';
import { solve } from './htn.ts';
import type { Plan } from './plan.ts';
import { toStep } from './tool-use.ts';
import { validatePlan } from './validate.ts';

/** The plan for a goal over these files; there always is one, if only to say what is missing. */
export function makePlan(goal: UnderstoodGoal, context: GoalContext, sha256: Sha256): Plan {
  const solution = solve(domain, ROOT, { goal, context, artifacts: new Set<string>() });
  assert(solution !== null, 'the explanation of limits is always a plan');
  const ids = solution.actions.map(({ action }, index) => `${String(index + 1)}-${action.tool}` as StepId);
  const steps = solution.actions.map(({ action, after }, index) =>
    toStep(
      action,
      ids[index] as StepId,
      after.map((each) => ids[each] as StepId),
    ),
  );
  const answer = steps.findLast((step) => step.produces.includes('answer'));
  assert(answer !== undefined, 'every plan ends with an answer');
  const method = solution.methods[0] ?? '';
  const plan = { goal, method, steps, answerStep: answer.id };
  const valid = validatePlan(plan);
  assert(valid.ok, valid.ok ? '' : valid.error.message);
  return { ...plan, digest: digestOf(sha256, plan) };
}

/** The same plan, for a goal that says more than what was planned. */
export function withGoal({ method, steps, answerStep }: Plan, goal: UnderstoodGoal, sha256: Sha256): Plan {
  const plan = { goal, method, steps, answerStep };
  return { ...plan, digest: digestOf(sha256, plan) };
}
