import type { ApprovalId, Digest, RunId, SourceId, StepId, UnixMs } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Plan } from '../planner/plan.ts';
import type { Answer } from '../tools/answer.ts';
import type { ToolError } from '../tools/definition.ts';
import type { Verdict } from '../verifier/verdict.ts';
import type { PendingApproval } from './run.ts';

/** What happened in a run: facts, each one journal entry. `at` is wall time, for display only. */
export type RunEvent = { readonly run: RunId; readonly at: UnixMs } & (
  | {
      readonly type: 'run.started';
      readonly goal: string;
      readonly overrides: { readonly [name: string]: Json };
      readonly sources: readonly SourceId[];
      /** Files that were there, and that their owner does not allow to be used for answers. */
      readonly leftOut?: readonly SourceId[];
      readonly now: UnixMs;
      readonly zone: string;
    }
  | { readonly type: 'plan.committed'; readonly plan: Plan }
  /** The intent, journaled before the tool runs. */
  | { readonly type: 'step.started'; readonly step: StepId; readonly attempt: number; readonly by?: StepMaker }
  | { readonly type: 'step.finished'; readonly step: StepId; readonly observation: Json; readonly digest: Digest }
  | { readonly type: 'step.failed'; readonly step: StepId; readonly error: ToolError; readonly retry: boolean }
  | { readonly type: 'approval.requested'; readonly approval: PendingApproval }
  | { readonly type: 'approval.given'; readonly approval: ApprovalId; readonly digest: Digest }
  | { readonly type: 'approval.denied'; readonly approval: ApprovalId; readonly reason: string }
  | { readonly type: 'run.paused' }
  | { readonly type: 'run.resumed' }
  | { readonly type: 'answer.verified'; readonly answer: Answer; readonly verdict: Verdict; readonly digest: Digest }
  | { readonly type: 'run.completed' }
  | { readonly type: 'run.failed'; readonly error: ToolError }
  | { readonly type: 'run.cancelled' }
);

/** What does a step: for whoever asks later how an answer came about. Journals of before do not have it. */
export interface StepMaker {
  /** Of the tool. */
  readonly version: number;
  /** SHA-256 of the model; null: no model, the symbolic engine. */
  readonly model: Digest | null;
}

export type RunEventType = RunEvent['type'];
