import type { Sha256, StepId } from '../base/ids.ts';
import { digestOf, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { EngineUse } from '../models/jobs.ts';
import { artifactOf } from './artifacts.ts';
import { oneLine } from '../text/tokens.ts';
import type { GoalContext, UnderstoodGoal } from './goal.ts';
import { makePlan } from './make-plan.ts';
import { BY_MODEL, type Plan, type Step } from './plan.ts';
import { withSaving } from './plan-goal.ts';
import { toStep } from './tool-use.ts';
import { understandGoal } from './understand.ts';
import { validatePlan } from './validate.ts';
import { withModel } from './with-model.ts';

/** Goals that a model may make of one. */
export const PARTS_MAX = 4;
const PART_CHARS_MAX = 300;

/** What a model that plans is told: words of this app. It sees the owner's goal and nothing of the files. */
export const PLANNING = `You plan for an assistant that works on its owner's own mail, calendars, documents and tables.
It can do these things, each said in one plain English sentence:
- Summarise my mail: what is asked of me, by whom and by when?
- Who is still waiting for an answer from me?
- Find 45 minutes with Alice Moreau next week, after lunch.
- What meetings do I have next week?
- Write a report about the garden project.
- Look in my files for the answer to: who repaired the roof?
- What is the sum of Amount in orders.csv where Region is North?
Say the goal as one to ${String(PARTS_MAX)} such sentences, in the order in which they are to be done, with the names, dates and
words of the goal. If the goal asks for anything else, give an empty list.`;

/** JSON Schema of what a model that plans answers. */
export const PLANNING_SCHEMA: { readonly [key: string]: Json } = {
  type: 'object',
  properties: {
    parts: {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: PART_CHARS_MAX },
      maxItems: PARTS_MAX,
    },
  },
  required: ['parts'],
  additionalProperties: false,
};

export function readParts(value: Json): string[] {
  const { parts } = value as { readonly parts: readonly string[] };
  return [...new Set(parts.map(oneLine))].filter((part) => part !== '').slice(0, PARTS_MAX);
}

/**
 * The plan for a goal whose parts a model named: each is understood and planned as if the owner had said it, and no part may do
 * anything outside. What the model said is seen in the plan, as each plan is.
 * @returns why not, for the owner
 */
export function planParts(
  refused: UnderstoodGoal,
  parts: readonly string[],
  by: EngineUse,
  context: GoalContext,
  overrides: { readonly [name: string]: Json },
  sha256: Sha256,
): Result<Plan, string> {
  if (parts.length === 0) return err(`${by.model} found no way to do this with what can be done here.`);
  const goals = parts.map((part) => understandGoal(part, { ...context, reading: undefined }));
  const plans = goals.map((goal) => withModel(makePlan(goal, context, sha256), context.helpers ?? [], sha256));
  const unfit = plans.findIndex(
    ({ method, steps }) => method === EXPLAIN || steps.some(({ approval, tool }) => approval && tool !== 'ask-model'),
  );
  if (unfit >= 0) return err(`${by.model} made “${parts[unfit] ?? ''}” of it, which cannot be done here either.`);
  const restated = goals.map((goal) => goal.restated).join(' Then: ');
  const goal: UnderstoodGoal = { ...refused, kind: 'parts', restated, parameters: [], reason: '', suggestions: [] };
  const steps = plans.flatMap((plan, at) => scoped(plan, at + 1));
  const answers = plans.map((plan, at) => ({ id: idIn(plan.answerStep, at + 1), name: artifactOf('answer', at + 1) }));
  const joined = toStep(
    {
      tool: 'join-answers',
      title: 'Put the answers together',
      args: { titles: goals.map((each) => each.restated), plannedBy: by as unknown as Json },
      produces: ['answer'],
      consumes: answers.map(({ name }) => name),
    },
    `${String(steps.length + 1)}-join-answers` as StepId,
    answers.map(({ id }) => id),
  );
  const plan = { goal, method: BY_MODEL, steps: [...steps, joined], answerStep: joined.id };
  const valid = validatePlan(plan);
  if (!valid.ok) return err(`The plan cannot be run: ${valid.error.message}.`);
  const whole = { ...plan, digest: digestOf(sha256, plan) };
  const { saveAs } = overrides;
  return ok(typeof saveAs === 'string' && saveAs !== '' ? withSaving(whole, saveAs, sha256) : whole);
}

/** The plan that explains what cannot be done, with what became of asking a model. */
export function withTrouble(plan: Plan, trouble: string, sha256: Sha256): Plan {
  const steps = plan.steps.map((step) => {
    const { reason } = step.args;
    if (step.tool !== EXPLAIN || typeof reason !== 'string') return step;
    return { ...step, args: { ...step.args, reason: `${reason} ${trouble}` } };
  });
  const { goal, method, answerStep } = plan;
  const longer = { goal, method, steps, answerStep };
  return { ...longer, digest: digestOf(sha256, longer) };
}

const EXPLAIN = 'explain-limits';

/** The steps of one part, with names that no other part has. */
function scoped({ steps }: Plan, part: number): Step[] {
  return steps.map((step) => ({
    ...step,
    id: idIn(step.id, part),
    dependsOn: step.dependsOn.map((id) => idIn(id, part)),
    ...(step.withoutToo === undefined ? {} : { withoutToo: step.withoutToo.map((id) => idIn(id, part)) }),
    produces: step.produces.map((name) => artifactOf(name, part)),
    consumes: step.consumes.map((name) => artifactOf(name, part)),
  }));
}

function idIn(id: StepId, part: number): StepId {
  return `p${String(part)}-${id}` as StepId;
}
