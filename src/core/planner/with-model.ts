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
 * draft: the model's step goes on from it, and gives it back where the model fails. A provider is asked in a step of its own,
 * with its owner's yes; denied, the rest goes on without it.
 */
export function withModel(plan: Plan, helpers: readonly ModelHelper[], sha256: Sha256): Plan {
  const part = partOf(plan, helpers);
  if (part === null) return plan;
  const { use, helper } = part;
  const idOf = (tool: ToolUse['tool'], at: number): StepId => `${String(plan.steps.length + at)}-${tool}` as StepId;
  const before = (each: ToolUse): StepId[] => {
    const reading = plan.steps.filter(({ produces }) => produces.some((name) => each.consumes.includes(name)));
    return [...new Set([...reading.map((step) => step.id), plan.answerStep])];
  };
  const asking = helper.engine.at === 'provider' ? askingFor(use, helper) : null;
  const asked = asking === null ? null : toStep(asking, idOf(asking.tool, 1), before(asking));
  const own = asked === null ? use : { ...use, consumes: [...use.consumes, ...asked.produces] };
  const id = idOf(use.tool, asked === null ? 1 : 2);
  const added: Step =
    asked === null
      ? toStep(own, id, before(own))
      : { ...toStep(own, id, [...before(use), asked.id]), withoutToo: [asked.id] };
  const steps = plan.steps.flatMap((step): Step[] => {
    if (step.id !== plan.answerStep) {
      const dependsOn = step.dependsOn.map((each) => (each === plan.answerStep ? id : each));
      return [{ ...step, dependsOn }];
    }
    const draft = { ...step, produces: step.produces.map((name) => (name === 'answer' ? 'draft' : name)) };
    return asked === null ? [draft, added] : [draft, asked, added];
  });
  const longer = { goal: plan.goal, method: plan.method, steps, answerStep: id };
  return { ...longer, digest: digestOf(sha256, longer) };
}

function askingFor({ consumes }: ToolUse, { engine, job, name }: ModelHelper): ToolUse {
  return {
    tool: 'ask-model',
    title: `Ask ${name}, after you approved what goes there`,
    args: { engine, job },
    consumes: job === 'answering' ? consumes.filter((artifact) => artifact === 'passages') : consumes,
    produces: ['said'],
  };
}

function partOf(
  { goal, method }: Plan,
  helpers: readonly ModelHelper[],
): { readonly use: ToolUse; readonly helper: ModelHelper } | null {
  const of = (job: ModelJob): ModelHelper | undefined => helpers.find((helper) => helper.job === job);
  const made = { produces: ['answer'] };
  const answering = of('answering');
  if (method === 'answer-question' && answering !== undefined)
    return {
      helper: answering,
      use: {
        ...made,
        tool: 'answer-with-model',
        title: `Have ${answering.name} answer from the passages, and check each sentence`,
        args: { engine: answering.engine },
        consumes: ['passages', 'draft'],
      },
    };
  const wording = of('wording');
  if (WORDED.includes(goal.kind) && method === goal.kind && wording !== undefined)
    return {
      helper: wording,
      use: {
        ...made,
        tool: 'word-answer',
        title: `Have ${wording.name} word it, and check each sentence`,
        args: { engine: wording.engine },
        consumes: ['draft'],
      },
    };
  return null;
}
