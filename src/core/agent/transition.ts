import { assert } from '../base/assert.ts';
import type { StepId, UnixMs } from '../base/ids.ts';
import { budgetAfter } from '../labels/finite.ts';
import type { Plan, Step } from '../planner/plan.ts';
import { canonicalJson } from '../base/json.ts';
import { STEP_ATTEMPTS_MAX } from '../base/limits.ts';
import { findLoop, type Loop, type Turn } from './find-loop.ts';
import { readySteps } from '../scheduler/ready-steps.ts';
import type { RunEvent } from './events.ts';
import { consentOf, givenFor, withoutGiven } from './plan-consent.ts';
import type { PendingApproval, Run, RunStatus, StepState } from './run.ts';

/** What the shell must do next. Each is keyed, so that one already going on is not started twice. */
export type Effect =
  | { readonly type: 'plan' }
  | { readonly type: 'run-step'; readonly step: StepId }
  /** Work out the exact content and ask the owner. */
  | { readonly type: 'ask'; readonly step: StepId }
  /** The owner said yes: do it once. */
  | { readonly type: 'act'; readonly step: StepId }
  /** It was begun and never reported back: read back, never blindly repeat. */
  | { readonly type: 'reconcile'; readonly step: StepId }
  /** It goes round in circles: it waits until its owner lets it go on. */
  | { readonly type: 'halt'; readonly loop: Loop }
  | { readonly type: 'verify' }
  | { readonly type: 'complete' }
  | { readonly type: 'fail'; readonly step: StepId };

/** So often may an app that ends in the middle of a step begin it again, in one run. */
export const INTERRUPTIONS_MAX = 64;

export interface Transition {
  readonly run: Run;
  readonly effects: readonly Effect[];
}

/** Which status may follow which; checked wherever a status is written. Nothing follows an end. */
export const LEGAL: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  planning: ['executing', 'paused', 'failed', 'cancelled'],
  executing: ['waiting-approval', 'paused', 'verifying', 'complete', 'failed', 'cancelled'],
  'waiting-approval': ['executing', 'paused', 'failed', 'cancelled'],
  paused: ['planning', 'executing', 'waiting-approval', 'verifying', 'cancelled', 'failed'],
  verifying: ['executing', 'paused', 'complete', 'failed', 'cancelled'],
  complete: [],
  failed: [],
  cancelled: [],
};

export function isEnded(run: Pick<Run, 'status'>): boolean {
  return LEGAL[run.status].length === 0;
}

/**
 * The run after one journaled fact, and what is due then. Pure: replaying the journal gives the same run, and asking
 * `dueEffects` of a replayed run resumes it at the exact step.
 * @throws InvariantError on an illegal jump
 */
export function transition(run: Run | null, event: RunEvent): Transition {
  const next = runAfter(run, event);
  return { run: next, effects: dueEffects(next) };
}

/** The run of `transition` alone, for who folds more facts before it asks what is due. */
export function runAfter(run: Run | null, event: RunEvent): Run {
  if (event.type === 'run.started') {
    assert(run === null, 'a run starts once');
    return startedRun(event);
  }
  assert(run !== null, `${event.type} needs a run`);
  assert(run.id === event.run, 'an event belongs to its run');
  assert(!isEnded(run), `nothing follows ${run.status}, yet ${event.type} came`);
  switch (event.type) {
    case 'plan.committed': {
      const { plan, label, choices } = event;
      assert(run.plan === null, 'a plan is committed once, and what untrusted text chose in it with it');
      assert(budgetAfter(choices ?? []).bitsLeft >= 0, 'untrusted text chooses no more than a run may spend on it');
      return {
        ...{ ...withStatus(run, 'executing'), plan, steps: waitingSteps(plan) },
        ...(label === undefined ? {} : { planLabel: label }),
        ...(choices === undefined ? {} : { choices }),
      };
    }
    case 'step.started':
      return withStep(run, event.step, {
        status: 'running',
        attempts: event.attempt,
        startedAt: event.at,
        error: null,
      });
    case 'step.finished':
      return afterStep(
        withStep(run, event.step, {
          status: 'done',
          endedAt: event.at,
          observation: event.digest,
          ...(event.label === undefined ? {} : { label: event.label }),
          ...(event.from === undefined ? {} : { from: event.from }),
        }),
        event.step,
      );
    case 'step.failed': {
      const failed = withStep(run, event.step, {
        status: event.retry ? 'waiting' : goesOnWithout(run, event.step) ? 'skipped' : 'failed',
        endedAt: event.at,
        error: event.error,
      });
      if (stepOf(run, event.step)?.approval !== true) return failed;
      return withoutAsking(event.retry ? failed : withoutGiven(failed, [event.step]));
    }
    case 'approval.requested':
      return {
        ...withStep(
          withStatus(withoutAsking(askedAnew(run, event.approval)), 'waiting-approval'),
          event.approval.step,
          {
            status: 'asking',
          },
        ),
        approval: event.approval,
      };
    case 'approval.covered': {
      const { approval, at } = event;
      assert(run.approval === null, 'nothing waits for the owner when an act is covered');
      const since = approval.cover.kind === 'plan' ? givenAt(run, approval) : at;
      const covered = withStep(withoutAsking(withoutGiven(run, [approval.step])), approval.step, {
        status: 'approved',
      });
      return { ...covered, approval, approvedAt: since };
    }
    case 'approval.given': {
      const approval = waitingApproval(run, event.approval);
      assert(approval.digest === event.digest, 'an approval is for the digest that was shown');
      const { own, given, skipped } = consentOf(approval, event.acts, event.at);
      const others = skipped.reduce(
        (left, { step, why }) => withSkipped(left, step, event.at, why),
        withStatus(run, 'executing'),
      );
      const consented = given.length === 0 ? others : { ...others, given: [...(run.given ?? []), ...given] };
      if (!own) return withoutAsking(consented);
      return { ...withStep(consented, approval.step, { status: 'approved' }), approvedAt: event.at };
    }
    case 'approval.denied': {
      const approval = waitingApproval(run, event.approval);
      const steps = approval.acts?.map(({ step }) => step) ?? [approval.step];
      const skipped = steps.reduce(
        (left, step) => withSkipped(left, step, event.at, event.reason),
        withStatus(run, 'executing'),
      );
      return withoutAsking(skipped);
    }
    case 'approval.voided': {
      const { approval } = run;
      assert(approval?.id === event.approval, 'the approval is the one that stands');
      const asks = withStep(withStatus(withoutAsking(run), 'executing'), approval.step, { status: 'waiting' });
      const edited = event.edited === undefined ? {} : { edited: event.edited };
      return { ...asks, anew: { why: event.why, ...edited } };
    }
    case 'run.paused':
      assertLegal(run.status, 'paused');
      return {
        ...run,
        status: 'paused',
        pausedFrom: run.status,
        ...(event.loop === undefined ? {} : { loop: event.loop }),
      };
    case 'run.resumed':
      assert(run.status === 'paused' && run.pausedFrom !== null, 'only a paused run resumes');
      return letGoOn({ ...run, status: run.pausedFrom, pausedFrom: null });
    case 'answer.verified': {
      const { answer, digest, verdict, label } = event;
      const labelled = label === undefined ? {} : { label };
      const verified = { ...run, answer, answerDigest: digest, verdict, ...labelled };
      return stepsRemain(verified) && event.verdict.result === 'PASS' ? withStatus(verified, 'executing') : verified;
    }
    case 'run.completed':
      assert(run.verdict?.result === 'PASS', 'an unverified answer cannot become complete');
      return ended(run, 'complete', event.at);
    case 'run.failed':
      return { ...ended(run, 'failed', event.at), failure: event.error };
    case 'run.cancelled':
      return { ...ended(run, 'cancelled', event.at), approval: null };
  }
}

/** A run never changes, and is asked about more than once. */
const due = new WeakMap<Run, readonly Effect[]>();

/** What is due in this state, whatever led to it. */
export function dueEffects(run: Run): readonly Effect[] {
  const known = due.get(run) ?? effectsOf(run);
  due.set(run, known);
  return known;
}

function effectsOf(run: Run): readonly Effect[] {
  switch (run.status) {
    case 'planning':
      return [{ type: 'plan' }];
    case 'executing':
      return executingEffects(run);
    case 'verifying':
      if (run.verdict === null) return [{ type: 'verify' }];
      return run.verdict.result === 'PASS' ? [{ type: 'complete' }] : [{ type: 'fail', step: answerStepOf(run) }];
    case 'waiting-approval':
    case 'paused':
    case 'complete':
    case 'failed':
    case 'cancelled':
      return [];
  }
}

function executingEffects(run: Run): readonly Effect[] {
  const plan = planOf(run);
  const failed = plan.steps.filter((step) => run.steps[step.id]?.status === 'failed');
  // What one place did not take says nothing of the others: they are tried before the run ends.
  const vital = failed.find((step) => !step.approval);
  if (vital !== undefined) return [{ type: 'fail', step: vital.id }];
  const loop = loopOf(run, plan);
  if (loop !== null) return [{ type: 'halt', loop }];
  const effects: Effect[] = [];
  for (const step of plan.steps) {
    const state = run.steps[step.id];
    if (state?.status === 'approved') effects.push({ type: 'act', step: step.id });
    if (state?.status === 'running') effects.push({ type: step.approval ? 'reconcile' : 'run-step', step: step.id });
  }
  for (const step of readySteps(plan, run.steps)) {
    effects.push({ type: step.approval ? 'ask' : 'run-step', step: step.id });
  }
  if (effects.length > 0) return effects;
  const [first] = failed;
  if (first !== undefined) return [{ type: 'fail', step: first.id }];
  return stepsRemain(run) ? [] : [{ type: 'complete' }];
}

function loopOf(run: Run, plan: Plan): Loop | null {
  const { turns: looked, begun } = run.letGoOn ?? { turns: 0, begun: 0 };
  const most = plan.steps.length * STEP_ATTEMPTS_MAX + INTERRUPTIONS_MAX;
  return findLoop(turnsOf(run, plan).slice(looked), begunIn(run) - begun, most);
}

/** In the order of the plan, which is the same whenever it is asked. */
function turnsOf(run: Run, plan: Plan): Turn[] {
  return plan.steps.flatMap((step) => {
    const result = run.steps[step.id]?.observation ?? null;
    if (result === null) return [];
    const turn: Turn = {
      get call() {
        return `${step.tool} ${canonicalJson(step.args)} ${canonicalJson(step.consumes)}`;
      },
      result,
      waits: step.approval,
    };
    return [turn];
  });
}

function begunIn(run: Run): number {
  return Object.values(run.steps).reduce((sum, { attempts }) => sum + attempts, 0);
}

/** What led to a pause by itself is not looked at again. */
function letGoOn({ loop, ...run }: Run): Run {
  if (loop === undefined) return run;
  return { ...run, letGoOn: { turns: turnsOf(run, planOf(run)).length, begun: begunIn(run) } };
}

/** When the answer's step is done the answer is verified before anything that depends on it goes on. */
function afterStep(run: Run, step: StepId): Run {
  const done = step === planOf(run).answerStep ? withStatus(run, 'verifying') : run;
  return stepOf(run, step)?.approval === true ? withoutAsking(done) : done;
}

/** Nothing waits for the owner, and nothing is approved. */
function withoutAsking(run: Run): Run {
  return { ...run, approval: null, approvedAt: null, anew: null };
}

function startedRun(event: RunEvent & { type: 'run.started' }): Run {
  return {
    id: event.run,
    status: 'planning',
    pausedFrom: null,
    goal: event.goal,
    overrides: event.overrides,
    startedAt: event.at,
    endedAt: null,
    sources: event.sources,
    ...(event.leftOut === undefined ? {} : { leftOut: event.leftOut }),
    ...(event.agents === undefined ? {} : { agents: event.agents }),
    now: event.now,
    zone: event.zone,
    plan: null,
    steps: {},
    approval: null,
    answer: null,
    answerDigest: null,
    verdict: null,
    failure: null,
  };
}

/** A step that was under way may report while the run is paused: the run then resumes in the status it would have now. */
function withStatus(run: Run, status: RunStatus): Run {
  if (run.status === 'paused') {
    assert(run.pausedFrom !== null, 'a paused run knows where it was');
    assertLegal(run.pausedFrom, status);
    return { ...run, pausedFrom: status };
  }
  assertLegal(run.status, status);
  return { ...run, status };
}

function ended(run: Run, status: 'complete' | 'failed' | 'cancelled', at: UnixMs): Run {
  assertLegal(run.status, status);
  return { ...run, status, pausedFrom: null, endedAt: at };
}

function assertLegal(from: RunStatus, to: RunStatus): void {
  assert(from === to || LEGAL[from].includes(to), `${from} cannot become ${to}`);
}

function withStep(run: Run, id: StepId, change: Partial<StepState>): Run {
  const state = run.steps[id];
  assert(state !== undefined, `the plan has a step ${id}`);
  return { ...run, steps: { ...run.steps, [id]: { ...state, ...change } } };
}

function withSkipped(run: Run, step: StepId, at: UnixMs, why: string): Run {
  return withStep(run, step, { status: 'skipped', endedAt: at, error: { code: 'denied', message: why } });
}

/** What a card asks about has no other yes any more. */
function askedAnew(run: Run, { step, acts }: PendingApproval): Run {
  return withoutGiven(run, [step, ...(acts ?? []).map((act) => act.step)]);
}

/** When the yes was given that covers an act: to this very act, and on a card of this run. */
function givenAt(run: Run, { step, digest, cover }: PendingApproval): UnixMs {
  const yes = givenFor(run, step);
  assert(
    yes !== null && cover?.kind === 'plan' && yes.consent === cover.consent && yes.act.digest === digest,
    'a yes to a plan covers the acts that it named, each once',
  );
  return yes.at;
}

function waitingSteps(plan: Plan): Run['steps'] {
  const fresh: StepState = {
    status: 'waiting',
    attempts: 0,
    startedAt: null,
    endedAt: null,
    observation: null,
    error: null,
  };
  return Object.fromEntries(plan.steps.map((step) => [step.id, fresh]));
}

function waitingApproval(run: Run, id: string): NonNullable<Run['approval']> {
  assert(
    run.approval !== null && run.approval.id === id && run.status === 'waiting-approval',
    'the approval is the one that waits',
  );
  return run.approval;
}

/** The others go on without a step that fails. */
function goesOnWithout(run: Run, id: StepId): boolean {
  return planOf(run).steps.some(({ withoutToo }) => withoutToo?.includes(id) === true);
}

function stepsRemain(run: Run): boolean {
  return planOf(run).steps.some((step) => {
    const status = run.steps[step.id]?.status;
    return status !== 'done' && status !== 'skipped';
  });
}

function planOf(run: Run): Plan {
  assert(run.plan !== null, 'an executing run has a plan');
  return run.plan;
}

function stepOf(run: Run, id: StepId): Step | undefined {
  return planOf(run).steps.find((step) => step.id === id);
}

function answerStepOf(run: Run): StepId {
  return planOf(run).answerStep;
}
