import type { RunEvent, StepMaker } from '#core/agent/events.ts';
import type { PendingApproval, Run } from '#core/agent/run.ts';
import type { Digest, RunId, StepId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import type { Label } from '#core/labels/label.ts';
import type { WhyAnew } from '#core/policy/approval.ts';
import type { Answer } from '#core/tools/answer.ts';
import type { ToolError } from '#core/tools/definition.ts';
import type { Verdict } from '#core/verifier/verdict.ts';
import type { Finder } from '../tools/tool-cache.ts';
import type { LabelledPlan } from './labelled-plan.ts';
import type { AgentState } from './projection.ts';

/** Does what a run's effects call for; the agent decides when. */
export interface RunInterpreter {
  /** @param helped the run that a model may be asked for, where no method fits */
  readonly plan: (
    run: Run,
    state: AgentState,
    helped: { readonly run: RunId; readonly signal: AbortSignal },
  ) => Promise<Result<LabelledPlan, ToolError>>;
  /** @param progress of items that went by, of so many; called as often as there are items */
  readonly runStep: (
    run: Run,
    step: StepId,
    state: AgentState,
    signal: AbortSignal,
    progress: (done: number, total: number) => void,
  ) => Promise<Result<Observed, ToolError>>;
  /** Keeps nothing in memory of what steps found: some of it may be destroyed now. */
  readonly forget: () => void;
  /** Which tool of which version will do a step, and which model; at once where that is known by now. */
  readonly doneBy: (run: Run, step: StepId) => StepMaker | Promise<StepMaker>;
  readonly mayRetry: (error: ToolError, attempt: number) => boolean;
  /** The exact content, and the question about it. @param again why it is asked another time */
  readonly ask: (
    run: Run,
    step: StepId,
    state: AgentState,
    again: WhyAnew | null,
  ) => Promise<Result<PendingApproval, ToolError>>;
  /** Whether what spares a question stands, as it is about to be written down. */
  readonly stillCovers: (approval: PendingApproval, run: Run, state: AgentState) => boolean;
  /** Why the question that a run asks, or the yes to it, stands no more. @param used the yes is about to be used */
  readonly whyAnew: (run: Run, state: AgentState, used: boolean) => Promise<WhyAnew | null>;
  /**
   * Does what was approved, once, and refuses whatever else.
   * @param stopped asked at the last moment: what may not be done any more is not done, and answers `cancelled`
   */
  readonly act: (
    run: Run,
    step: StepId,
    state: AgentState,
    stopped: () => Promise<boolean>,
  ) => Promise<Result<Observed, ToolError>>;
  /** Reads back whether an act that was begun did happen: its observation, or null when that cannot be told. */
  readonly reconcile: (run: Run, step: StepId, state: AgentState) => Promise<Observed | null>;
  readonly verify: (
    run: Run,
    state: AgentState,
  ) => Promise<Result<{ answer: Answer; verdict: Verdict; digest: Digest; label: Label }, ToolError>>;
  readonly finished: (step: StepId, observed: Observed) => EventBody;
}

/** What a step found, and what may be done with it. */
export interface Observed {
  readonly observation: Json;
  readonly label: Label;
  /** The step that found it, mostly of an earlier run, where it was not done again. */
  readonly from?: Finder;
}

type WithoutFrame<T> = T extends unknown ? Omit<T, 'run' | 'at'> : never;
/** A run event without what the agent adds: its run and its time. */
export type EventBody = WithoutFrame<RunEvent>;
