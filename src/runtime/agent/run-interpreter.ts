import type { RunEvent, StepMaker } from '#core/agent/events.ts';
import type { PendingApproval, Run } from '#core/agent/run.ts';
import type { Digest, StepId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import type { Plan } from '#core/planner/plan.ts';
import type { Answer } from '#core/tools/answer.ts';
import type { ToolError } from '#core/tools/definition.ts';
import type { Verdict } from '#core/verifier/verdict.ts';
import type { AgentState } from './projection.ts';

/** Does what a run's effects call for; the agent decides when. */
export interface RunInterpreter {
  readonly plan: (run: Run, state: AgentState) => Promise<Result<Plan, ToolError>>;
  /** @param progress of items that went by, of so many; called as often as there are items */
  readonly runStep: (
    run: Run,
    step: StepId,
    state: AgentState,
    signal: AbortSignal,
    progress: (done: number, total: number) => void,
  ) => Promise<Result<Json, ToolError>>;
  /** Which tool of which version will do a step, and which model. */
  readonly doneBy: (run: Run, step: StepId) => Promise<StepMaker>;
  readonly mayRetry: (error: ToolError, attempt: number) => boolean;
  /** The exact content, and the question about it. @param again why it is asked a second time */
  readonly ask: (
    run: Run,
    step: StepId,
    again: 'unknown-outcome' | null,
  ) => Promise<Result<PendingApproval, ToolError>>;
  readonly act: (run: Run, step: StepId) => Promise<Result<Json, ToolError>>;
  /** Reads back whether an act that was begun did happen: its observation, or null when that cannot be told. */
  readonly reconcile: (run: Run, step: StepId) => Promise<Json | null>;
  readonly verify: (
    run: Run,
    state: AgentState,
  ) => Promise<Result<{ answer: Answer; verdict: Verdict; digest: Digest }, ToolError>>;
  readonly finished: (step: StepId, observation: Json) => EventBody;
}

type WithoutFrame<T> = T extends unknown ? Omit<T, 'run' | 'at'> : never;
/** A run event without what the agent adds: its run and its time. */
export type EventBody = WithoutFrame<RunEvent>;
