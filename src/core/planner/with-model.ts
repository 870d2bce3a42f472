import type { Sha256, StepId } from '../base/ids.ts';
import { digestOf } from '../base/json.ts';
import type { ModelHelper, ModelJob } from '../models/jobs.ts';
import type { GoalKind } from './goal.ts';
import type { Plan, Step } from './plan.ts';
import { toStep, type ToolUse } from './tool-use.ts';

/** What answers to these kinds of goals are made of: sentences out of the files, which can be put otherwise. */
const WORDED: readonly GoalKind[] = ['summarise-mail', 'write-report'];

/**
 * The plan with a model's part in it, where its owner chose one for that. What is found without it stays in the plan as a
 * draft: the model's step goes on from it, and gives it back where the model fails.
 */
export function withModel(plan: Plan, helpers: readonly ModelHelper[], sha256: Sha256): Plan {
  const use = partOf(plan, helpers);
  if (use === null) return plan;
  const id = `${String(plan.steps.length + 1)}-${use.tool}` as StepId;
  const reading = plan.steps.filter(({ produces }) => produces.some((name) => use.consumes.includes(name)));
  const added = toStep(use, id, [...new Set([...reading.map((step) => step.id), plan.answerStep])]);
  const steps = plan.steps.flatMap((step): Step[] => {
    if (step.id === plan.answerStep)
      return [{ ...step, produces: step.produces.map((name) => (name === 'answer' ? 'draft' : name)) }, added];
    const dependsOn = step.dependsOn.map((before) => (before === plan.answerStep ? id : before));
    return [{ ...step, dependsOn }];
  });
  const longer = { goal: plan.goal, method: plan.method, steps, answerStep: id };
  return { ...longer, digest: digestOf(sha256, longer) };
}

function partOf({ goal, method }: Plan, helpers: readonly ModelHelper[]): ToolUse | null {
  const of = (job: ModelJob): ModelHelper | undefined => helpers.find((helper) => helper.job === job);
  const made = { produces: ['answer'] };
  const answering = of('answering');
  if (method === 'answer-question' && answering !== undefined)
    return {
      ...made,
      tool: 'answer-with-model',
      title: `Have ${answering.name} answer from the passages, and check each sentence`,
      args: { engine: answering.engine },
      consumes: ['passages', 'draft'],
    };
  const wording = of('wording');
  if (WORDED.includes(goal.kind) && method === goal.kind && wording !== undefined)
    return {
      ...made,
      tool: 'word-answer',
      title: `Have ${wording.name} word it, and check each sentence`,
      args: { engine: wording.engine },
      consumes: ['draft'],
    };
  return null;
}
