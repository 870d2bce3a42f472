import type { GivenAct, PlanAct, PreparedAct } from '#core/agent/run.ts';
import type { PendingApproval, Run } from '#core/agent/run.ts';
import type { ApprovalId } from '#core/base/ids.ts';
import { ok, type Result } from '#core/base/result.ts';
import type { Step } from '#core/planner/plan.ts';
import type { WhyAnew } from '#core/policy/approval.ts';
import type { ToolError } from '#core/tools/definition.ts';

/** The steps of a plan that act outside and whose turn it is or can be next, in its order. */
export function outwardSteps({ plan, steps }: Run): readonly Step[] {
  return (plan?.steps ?? []).filter(
    ({ id, approval, dependsOn }) =>
      approval &&
      ['waiting', 'running'].includes(steps[id]?.status ?? '') &&
      dependsOn.every((before) => steps[before]?.status === 'done'),
  );
}

/** An act as the card for all of them shows it. @param content the card's own, which is not said again */
export function actOf(step: Step, asked: Result<PendingApproval, ToolError>, content: string): PlanAct {
  if (!asked.ok) return { standing: 'denied', step: step.id, sentence: step.title, reason: asked.error.message };
  return {
    standing: asked.value.cover === undefined ? 'asked' : 'unasked',
    ...shownOf(asked.value),
    ...(asked.value.content === content ? {} : { content: asked.value.content }),
  };
}

type Shown = Omit<PreparedAct, 'standing' | 'content'>;

function shownOf({ step, digest, sentence, reason, fileName, mediaType, nonce, action, sends }: Shown): Shown {
  return {
    ...{ step, digest, sentence, reason, fileName, mediaType, nonce },
    ...(action === undefined ? {} : { action }),
    ...(sends === undefined ? {} : { sends }),
  };
}

/**
 * One question about several acts, put as that of the act whose turn it is or, where that is denied, of the first that has to
 * be asked about. A standing yes is given only on a card of one act.
 * @param asked the question about the act whose turn it is, or why that is denied
 * @param content of that act
 * @param again why it is asked another time
 */
export function planQuestion(
  asked: Result<PendingApproval, ToolError>,
  acts: readonly PlanAct[],
  content: string,
  id: ApprovalId,
  again: WhyAnew | null,
): Result<PendingApproval, ToolError> {
  const wanted = acts.filter(isAsked);
  const own = wanted.find(({ step }) => asked.ok && step === asked.value.step) ?? wanted[0];
  if (own === undefined) return asked;
  const shown = own.content ?? content;
  return ok({
    ...shownOf(own),
    ...{ id, content: shown, sentence: sentenceFor(wanted) },
    ...(again === null ? {} : { anew: again }),
    acts: acts.map((each) => (each.standing === 'denied' ? each : withContent(each, content, shown))),
  });
}

function isAsked(act: PlanAct): act is PreparedAct {
  return act.standing === 'asked';
}

/** What is the card's own content is not said again. */
function withContent({ content, ...act }: PreparedAct, before: string, shown: string): PreparedAct {
  const own = content ?? before;
  return own === shown ? act : { ...act, content: own };
}

/** "Send 2 requests, to a.example and to b.example". */
function sentenceFor(acts: readonly PreparedAct[]): string {
  const [only] = acts;
  if (only !== undefined && acts.length === 1) return only.sentence;
  const urls = acts.flatMap(({ sends }) => (sends === undefined ? [] : [sends.url]));
  const names = acts.flatMap(({ sends, fileName }) => (sends === undefined ? [fileName] : []));
  const said = [
    ...(names.length === 0 ? [] : [`save ${counted(names.length, 'file')}, as ${listed(names)}`]),
    ...(urls.length === 0 ? [] : [`send ${counted(urls.length, 'request')}, to ${listed(placesOf(urls), ' to')}`]),
  ].join('; ');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}`;
}

/** Hosts; where one is named twice, with what tells them apart. */
function placesOf(urls: readonly string[]): readonly string[] {
  const hosts = urls.map((url) => url.replace(/^https?:\/\/([^/?#]*).*$/is, '$1'));
  return new Set(hosts).size === hosts.length ? hosts : urls.map((url) => url.replace(/^https?:\/\//i, ''));
}

function listed(words: readonly string[], before = ''): string {
  const [last = '', ...rest] = [...words].reverse();
  return rest.length === 0 ? last : `${rest.reverse().join(`,${before} `)} and${before} ${last}`;
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** An act whose yes was given with the plan, now that it is its turn. */
export function coveredByPlan({ act, consent }: GivenAct, id: ApprovalId): PendingApproval {
  return { id, ...shownOf(act), content: act.content, cover: { kind: 'plan', consent } };
}
