import type { Sha256, StepId } from '../base/ids.ts';
import { digestOf, type Json } from '../base/json.ts';
import type { GoalContext } from './goal.ts';
import { makePlan, withGoal } from './make-plan.ts';
import type { Plan } from './plan.ts';
import { toStep, type ToolUse } from './tool-use.ts';
import type { SendFormat } from './sending.ts';
import { understandSending, type Sending } from './understand-sending.ts';
import { withModel } from './with-model.ts';

/** Understands a goal and plans it. */
export function planGoal(
  text: string,
  context: GoalContext,
  overrides: { readonly [name: string]: Json },
  sha256: Sha256,
): Plan {
  const { goal, task, sendings } = understandSending(text, context, overrides);
  const plan = withModel(withGoal(makePlan(task, context, sha256), goal, sha256), context.helpers ?? [], sha256);
  const { saveAs } = overrides;
  const saved = typeof saveAs === 'string' && saveAs !== '' ? withSaving(plan, saveAs, sha256) : plan;
  // Several sends are never one request: each place has a step of its own.
  return sendings.reduce((longer, sending) => withOutward(longer, sendUse(sending), sha256), saved);
}

/** Any answer can be saved as a file; only reports ask for it in their own words. */
export function withSaving(plan: Plan, name: string, sha256: Sha256): Plan {
  if (plan.steps.some((step) => step.tool === 'save-file')) return plan;
  const use: ToolUse = {
    tool: 'save-file',
    title: `Save the answer as ${name}, after you approved it`,
    args: { name, mediaType: 'text/markdown' },
    produces: ['saved'],
    consumes: ['answer'],
  };
  return withOutward(plan, use, sha256);
}

function sendUse({ to, format, channel }: Sending): ToolUse {
  const by = channel === null ? '; no way out leads there yet' : ` by “${channel.name}”, after you approved it`;
  return {
    tool: 'send-answer',
    title: `Send ${WHAT_IS_SENT[format]} to ${to}${by}`,
    args: { method: 'POST', url: to, format, channel: channel?.id ?? null },
    produces: ['sent'],
    consumes: ['answer'],
  };
}

const WHAT_IS_SENT: Readonly<Record<SendFormat, string>> = {
  markdown: 'the answer as Markdown',
  json: 'the answer as JSON',
  'free-busy': 'the free times, and nothing else of the calendar,',
};

/** A plan with one more step that takes its verified answer outside; what only explains limits goes nowhere. */
function withOutward(plan: Plan, use: ToolUse, sha256: Sha256): Plan {
  const answer = plan.steps.find((step) => step.id === plan.answerStep);
  if (answer?.tool === 'explain-limits') return plan;
  const last = toStep(use, `${String(plan.steps.length + 1)}-${use.tool}` as StepId, [plan.answerStep]);
  const { goal, method, answerStep } = plan;
  const longer = { goal, method, steps: [...plan.steps, last], answerStep };
  return { ...longer, digest: digestOf(sha256, longer) };
}
