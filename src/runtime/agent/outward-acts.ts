import { givenFor } from '#core/agent/plan-consent.ts';
import type { GivenAct, PlanAct } from '#core/agent/run.ts';
import type { Cover, PendingApproval, Run } from '#core/agent/run.ts';
import { assert } from '#core/base/assert.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { ApprovalId, Digest, StepId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { OBSERVATION_BYTES_MAX } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { sealedFilesOf, staysHere } from '#core/items/sealing.ts';
import type { Step } from '#core/planner/plan.ts';
import { whyAskedAnew, yesHolds, type WhyAnew } from '#core/policy/approval.ts';
import { grantOffer, whyNotGranted, type GrantedAct } from '#core/policy/grant.ts';
import type { ActionRequest, Decision } from '#core/policy/permit.ts';
import type { Reason } from '#core/policy/reason.ts';
import type { ToolError } from '#core/tools/definition.ts';
import { denialText } from '../channels/channel-words.ts';
import type { OutwardAct, PrepareAct } from './outward-act.ts';
import { grantState } from '../policy/grant-facts.ts';
import { ruleName } from '../policy/rule-name.ts';
import type { RunRules } from '../policy/run-rules.ts';
import type { AgentPorts } from './ports.ts';
import type { AgentState } from './projection.ts';
import { actOf, coveredByPlan, outwardSteps, planQuestion } from './plan-question.ts';
import { saveAct } from './save-act.ts';
import { sendAct } from './send-act.ts';

type Outcome<T> = Promise<Result<T, ToolError>>;

/** Few runs ask a model, and what puts the question needs all that checks what it says: it is loaded for the first. */
function modelQuestions(): Promise<typeof import('./ask-model-act.ts')> {
  return import('./ask-model-act.ts');
}

const STOPPED: ToolError = { code: 'cancelled', message: 'It was stopped before it was done.' };

/** What steps do outside the app: decided on, asked for and done, to the byte that was shown. */
export class OutwardActs {
  readonly #ports: AgentPorts;
  readonly #save: PrepareAct;
  readonly #send: PrepareAct;
  readonly #asking: PrepareAct;

  constructor(ports: AgentPorts, rules: RunRules) {
    this.#ports = ports;
    this.#save = saveAct(ports, rules);
    this.#send = sendAct(ports);
    this.#asking = async (...act) => (await modelQuestions()).askModelAct(ports.questionsTo)(...act);
  }

  /**
   * The question about a step, with all that a yes would be bound to, and about what else of the plan acts outside and has
   * no yes: one question for all of it. @param again why it is asked another time
   */
  async ask(run: Run, step: Step, state: AgentState, again: WhyAnew | null): Outcome<PendingApproval> {
    const yes = again === null ? givenFor(run, step.id) : null;
    const why = yes === null ? again : await this.#whyNotUsed(run, yes, state);
    if (yes !== null && why === null) return ok(coveredByPlan(yes, this.#newId()));
    if (step.tool === 'ask-model') return this.#askModel(run, step, state, why);
    const content = run.anew?.edited ?? (await answerOf(run, step));
    const asked = await this.#askAbout(run, step, state, content, why);
    if (content === null) return asked;
    if (asked.ok ? asked.value.cover !== undefined : asked.error.code !== 'denied') return asked;
    const acts: PlanAct[] = [];
    for (const each of outwardSteps(run)) {
      if (each.id === step.id) {
        acts.push(actOf(each, asked, content));
        continue;
      }
      const given = givenFor(run, each.id);
      const ended = given === null ? null : await this.#whyNotUsed(run, given, state);
      // A yes that holds is used at its turn, whatever becomes of this act.
      if (given !== null && ended === null) continue;
      const beside = await this.#askBeside(run, step, each, state, ended ?? (given === null ? null : why));
      acts.push(actOf(each, beside, content));
    }
    return acts.length < 2 ? asked : planQuestion(asked, acts, content, this.#newId(), why);
  }

  /** A question to a provider is asked about by itself, as it comes before there is an answer. */
  async #askModel(run: Run, step: Step, state: AgentState, again: WhyAnew | null): Outcome<PendingApproval> {
    const edited = run.anew?.edited;
    const content =
      edited === undefined
        ? await (await modelQuestions()).askModelContent(this.#ports.questionsTo, run, step, state)
        : ok(edited);
    return content.ok ? this.#askAbout(run, step, state, content.value, again) : content;
  }

  /** Another act of the plan, for the card of one; where the owner changed the text that they share, with that text. */
  async #askBeside(
    run: Run,
    step: Step,
    other: Step,
    state: AgentState,
    again: WhyAnew | null,
  ): Outcome<PendingApproval> {
    const own = await answerOf(run, other);
    const edited = run.anew?.edited;
    return edited !== undefined && own === (await answerOf(run, step))
      ? this.#askAbout(run, other, state, edited, 'edited')
      : this.#askAbout(run, other, state, own, again);
  }

  #newId(): ApprovalId {
    return hex(this.#ports.entropy.bytes(16)) as ApprovalId;
  }

  /** Why a yes to an act of the plan cannot be used any more; null where it can. */
  async #whyNotUsed(run: Run, { act, at }: GivenAct, state: AgentState): Promise<WhyAnew | null> {
    if (!yesHolds(at, this.#ports.clock.now())) return 'expired';
    const now = await this.#prepare(run, stepOf(run, act), state, act.content, act.nonce);
    return now.ok ? whyAskedAnew(act, now.value.action, this.#ports.sha256) : 'changed';
  }

  /** The question about one act alone. */
  async #askAbout(
    run: Run,
    step: Step,
    state: AgentState,
    content: string | null,
    again: WhyAnew | null,
  ): Outcome<PendingApproval> {
    if (content === null)
      return err({ code: 'no-data', message: 'This answer offers no free times, so there is nothing to send.' });
    if (utf8(content).length > OBSERVATION_BYTES_MAX)
      return err({ code: 'too-large', message: `More than ${String(OBSERVATION_BYTES_MAX)} bytes cannot be shown.` });
    const { entropy } = this.#ports;
    const prepared = await this.#prepare(run, step, state, content, hex(entropy.bytes(16)));
    if (!prepared.ok) return prepared;
    const { action, card, unknown } = prepared.value;
    const decision = await prepared.value.decide(null);
    if (decision.kind === 'deny') return err({ code: 'denied', message: denialOf(decision, action, state) });
    const why =
      decision.kind === 'ask' ? whyAsked(decision) : 'It could be done unasked, but this one is for you to look at.';
    const asked: Asked = { ...prepared.value, ...agentsOf(run), toolVersion: await versionOf(step) };
    const grantable = decision.kind === 'ask' && (await isGrantable(prepared.value, decision.digest));
    const cover = mayBeCovered(again) ? this.#coverOf(decision, grantable, asked, state) : null;
    return ok({
      id: this.#newId(),
      step: step.id,
      digest: decision.kind === 'ask' ? decision.digest : decision.permit.digest,
      ...card,
      reason: again === null ? why : `${again === 'unknown' ? await unknown() : WHY_ANEW[again]} ${why}`,
      nonce: action.nonce,
      action,
      ...(again === null ? {} : { anew: again }),
      ...(cover === null ? (grantable ? { offer: grantOffer(asked, this.#ports.clock.now()) } : {}) : { cover }),
    });
  }

  /**
   * Why the question of a run, or the yes to it, stands no more; null while it does.
   * @param used a yes that is about to be used has to be young, too
   */
  async whyAnew(run: Run, state: AgentState, used: boolean): Promise<WhyAnew | null> {
    const { approval } = run;
    if (approval === null) return null;
    if (used && !yesHolds(run.approvedAt ?? null, this.#ports.clock.now()))
      return isOwners(approval) ? 'expired' : 'uncovered';
    const act = await this.#shown(run, approval, state);
    // What cannot be done at this moment may still be asked: a limit of today is no limit of tomorrow. Of several acts the
    // others need not wait for it.
    if (!act.ok) return used || approval.acts !== undefined ? 'changed' : null;
    const why = whyAskedAnew(approval, act.value.action, this.#ports.sha256);
    if (why !== null) return why;
    if (isOwners(approval)) return used ? null : this.#whyOthersAnew(run, approval, state);
    const decision = await this.#decideCovered(act.value, run, approval, state);
    return decision.kind === 'allow' ? null : 'uncovered';
  }

  /** Why what else a card asks about is not as it was shown; null while it is. */
  async #whyOthersAnew(run: Run, { acts, content, step }: PendingApproval, state: AgentState): Promise<WhyAnew | null> {
    for (const shown of acts ?? []) {
      if (shown.standing !== 'asked' || shown.step === step) continue;
      const now = await this.#prepare(run, stepOf(run, shown), state, shown.content ?? content, shown.nonce);
      const why = now.ok ? whyAskedAnew(shown, now.value.action, this.#ports.sha256) : 'changed';
      if (why !== null) return why;
    }
    return null;
  }

  /** Does what the owner approved, with the bytes the owner saw and no others. */
  async act(run: Run, id: StepId, state: AgentState, stopped: () => Promise<boolean>): Outcome<Json> {
    const { approval } = run;
    if (approval?.step !== id) return err({ code: 'denied', message: 'There is no approval for this step.' });
    if (!yesHolds(run.approvedAt ?? null, this.#ports.clock.now()))
      return err({ code: 'denied', message: 'The approval is older than five minutes, so nothing was done.' });
    const act = await this.#shown(run, approval, state);
    if (!act.ok) return act;
    if (await stopped()) return err(STOPPED);
    return act.value.perform(async () => {
      const decision = isOwners(approval)
        ? await act.value.decide({ digest: approval.digest, by: 'owner' })
        : await this.#decideCovered(act.value, run, approval, state);
      // Deciding takes its time, too.
      if (await stopped()) return err(STOPPED);
      return decision.kind === 'allow'
        ? ok(decision.permit)
        : err({ code: 'denied', message: 'What would be done is not what was approved, so nothing was done.' });
    });
  }

  /** What spares the question about an act: that there is none, or the first standing yes that covers it. */
  #coverOf(decision: Decision, grantable: boolean, asked: Asked, { grants }: AgentState): Cover | null {
    if (decision.kind === 'allow') return { kind: 'rules' };
    if (!grantable) return null;
    const now = this.#ports.clock.now();
    const stored = [...grants.values()].find(
      (each) => whyNotGranted(each.grant, grantState(each), asked, now) === null,
    );
    return stored === undefined ? null : { kind: 'grant', grant: stored.grant.id, bytes: asked.bytes };
  }

  /** An act whose question was spared, decided on as things stand; a use of its grant is counted already. */
  async #decideCovered(
    act: OutwardAct,
    run: Run,
    approval: PendingApproval,
    { grants }: AgentState,
  ): Promise<Decision> {
    const { cover, digest } = approval;
    if (cover?.kind !== 'grant') return act.decide(null);
    const asked = { ...act, ...agentsOf(run), toolVersion: await versionOf(stepOf(run, approval)) };
    const stored = grants.get(cover.grant);
    const unused = { uses: 0, bytes: 0, revoked: stored?.revokedAt !== null };
    const stands = stored !== undefined && whyNotGranted(stored.grant, unused, asked, this.#ports.clock.now()) === null;
    return act.decide(stands ? { digest, by: 'grant' } : null);
  }

  async reconcile(run: Run, id: StepId, state: AgentState): Promise<Json | null> {
    const { approval } = run;
    if (approval?.step !== id) return null;
    const act = await this.#shown(run, approval, state);
    return act.ok ? act.value.readBack() : null;
  }

  /** What was shown, as it would be done now. */
  #shown(run: Run, approval: PendingApproval, state: AgentState): Outcome<OutwardAct> {
    return this.#prepare(run, stepOf(run, approval), state, approval.content, approval.nonce);
  }

  #prepare(run: Run, step: Step, state: AgentState, content: string, nonce: string): Outcome<OutwardAct> {
    const prepare = step.tool === 'send-answer' ? this.#send : step.tool === 'ask-model' ? this.#asking : this.#save;
    return prepare(run, step, state, content, nonce);
  }
}

type Asked = OutwardAct & GrantedAct;

/** Whose yeses count: those to the agent whose run it is, for whoever asked it. */
function agentsOf({ agents }: Run): Pick<GrantedAct, 'agents'> {
  return agents === undefined ? {} : { agents };
}

/** That it is done on the owner's own yes to this act, alone or among others of its plan. */
function isOwners({ cover }: PendingApproval): boolean {
  return cover === undefined || cover.kind === 'plan';
}

function stepOf({ plan }: Run, { step: id }: Pick<PendingApproval, 'step'>): Step {
  const step = plan?.steps.find((each) => each.id === id);
  assert(step !== undefined, 'what is approved is a step of the plan');
  return step;
}

async function versionOf({ tool }: Step): Promise<number> {
  const { definitions } = await import('#core/tools/definitions.ts');
  return definitions[tool].version;
}

/** Whether a standing yes may answer all that is asked about an act. What costs money is asked about each time. */
async function isGrantable(act: OutwardAct, digest: Digest): Promise<boolean> {
  return act.action.spends === undefined && (await act.decide({ digest, by: 'grant' })).kind === 'allow';
}

/** What may have been done already, and what the owner just changed, is for the owner to look at. */
function mayBeCovered(again: WhyAnew | null): boolean {
  return again !== 'unknown' && again !== 'edited';
}

const WHY_ASKED: Partial<Readonly<Record<Reason, string>>> = {
  'writes-outside': 'Saving a file changes something outside the app, so you are always asked first.',
  'planned-by-untrusted': 'Words that others wrote had a part in planning this, so you look at it first.',
  'content-untrusted': 'What would be sent holds words that others wrote, so you look at it first.',
  'above-clearance': 'It is more confidential than this way out may carry unasked.',
  'not-a-reader': 'Nobody said that this host may read it.',
  'price-unknown': 'No price of this is in force, so it may cost as much as one call may cost at all.',
};

const WHY_ANEW: Readonly<Record<Exclude<WhyAnew, 'unknown'>, string>> = {
  expired:
    'You said yes, but it could not be done within five minutes, so nothing was done and you are asked once more.',
  policy: 'You were asked before; since then the rules changed, so this is a new question.',
  label: 'You were asked before; since then the protection of your files changed, so this is a new question.',
  changed: 'You were asked before; since then what would be done changed, so this is a new question.',
  older: 'You were asked before, by an older version of the app that bound a yes to less, so this is a new question.',
  uncovered: 'What spared you this question was taken back or ran out before it was done, so nothing was done.',
  edited: 'You changed the text: it is yours now, and no longer the verified answer.',
};

function denialOf(decision: Decision, { label, host }: ActionRequest, { sources }: AgentState): string {
  return decision.reason === 'sealed' ? staysHere(sealedFilesOf(label, sources)) : denialText(decision, host ?? '');
}

function whyAsked({ reason, ...decision }: Extract<Decision, { kind: 'ask' }>): string {
  if (reason === 'asked-by-rule') return `${ruleName(decision.rule ?? '')} asks before this.`;
  return WHY_ASKED[reason] ?? `The rules ask before this (${reason}).`;
}

/** @returns null where nothing of the answer is wanted */
async function answerOf(run: Run, { args }: Step): Promise<string | null> {
  assert(run.answer !== null && run.plan !== null, 'only a verified answer leaves the app');
  if (args['format'] === 'free-busy') {
    const { freeTimesJson, freeTimesOf } = await import('#core/tools/free-busy.ts');
    const times = freeTimesOf(run.answer);
    return times.length === 0 ? null : freeTimesJson(times);
  }
  const { restatedWithoutSending, withoutSending } = await import('#core/planner/sending.ts');
  const { goal, steps } = run.plan;
  const sent = steps.some(({ tool }) => tool === 'send-answer');
  const text = sent ? withoutSending(goal.text) : goal.text;
  if (args['format'] === 'json') {
    const { answerJson } = await import('#core/tools/answer-json.ts');
    return answerJson(text, run.answer);
  }
  const { answerMarkdown } = await import('#core/tools/answer-markdown.ts');
  const restated = sent ? restatedWithoutSending(goal.restated) : goal.restated;
  return answerMarkdown(text.length <= 80 ? text : restated, run.answer);
}
