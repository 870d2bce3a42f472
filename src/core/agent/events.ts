import type { ApprovalId, Digest, RunId, SourceId, StepId, UnixMs } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Choice } from '../labels/finite.ts';
import type { Label } from '../labels/label.ts';
import type { Plan } from '../planner/plan.ts';
import type { Answer } from '../tools/answer.ts';
import type { ToolError } from '../tools/definition.ts';
import type { Verdict } from '../verifier/verdict.ts';
import type { WhyAnew } from '../policy/approval.ts';
import type { Cover, PendingApproval } from './run.ts';
import type { Ticked } from './plan-consent.ts';
import type { Loop } from './find-loop.ts';

/** What happened in a run: facts, each one journal entry. `at` is wall time, for display only. */
export type RunEvent = { readonly run: RunId; readonly at: UnixMs } & (
  | {
      readonly type: 'run.started';
      readonly goal: string;
      readonly overrides: { readonly [name: string]: Json };
      readonly sources: readonly SourceId[];
      /** Files that were there, and that their owner does not allow to be used for answers. */
      readonly leftOut?: readonly SourceId[];
      /** The agent whose run it is, last, after those that asked it, one for the other; left out for the owner's own. */
      readonly agents?: readonly string[];
      readonly now: UnixMs;
      readonly zone: string;
    }
  /**
   * `label`: of the values that the plan holds; `choices`: what the files chose in it, within the run's budget. Journals of
   * before do not have them.
   */
  | {
      readonly type: 'plan.committed';
      readonly plan: Plan;
      readonly label?: Label;
      readonly choices?: readonly Choice[];
    }
  /** The intent, journaled before the tool runs. */
  | { readonly type: 'step.started'; readonly step: StepId; readonly attempt: number; readonly by?: StepMaker }
  /** `label`: of all that the step read and was given. Journals of before labels do not have it. */
  | {
      readonly type: 'step.finished';
      readonly step: StepId;
      readonly observation: Json;
      readonly digest: Digest;
      readonly label?: Label;
      /** It was not done again: this step found the same, in an earlier run or in this one, and nothing has changed since. */
      readonly from?: { readonly run: RunId; readonly step: StepId };
    }
  | { readonly type: 'step.failed'; readonly step: StepId; readonly error: ToolError; readonly retry: boolean }
  | { readonly type: 'approval.requested'; readonly approval: PendingApproval }
  /** An act is done without a question, to the byte as it stands here. */
  | { readonly type: 'approval.covered'; readonly approval: PendingApproval & { readonly cover: Cover } }
  /** `acts`: of a card about several acts, those that the yes is to. */
  | {
      readonly type: 'approval.given';
      readonly approval: ApprovalId;
      readonly digest: Digest;
      readonly acts?: readonly Ticked[];
    }
  | { readonly type: 'approval.denied'; readonly approval: ApprovalId; readonly reason: string }
  /** The question, or the yes to it, stands no more: it is decided anew. `edited`: what the owner made of the content. */
  | {
      readonly type: 'approval.voided';
      readonly approval: ApprovalId;
      readonly why: WhyAnew;
      readonly edited?: string;
    }
  /** `loop`: it went round in circles, so it was paused without its owner. */
  | { readonly type: 'run.paused'; readonly loop?: Loop }
  | { readonly type: 'run.resumed' }
  /** `label`: of the step that answered, and of what it cites. */
  | {
      readonly type: 'answer.verified';
      readonly answer: Answer;
      readonly verdict: Verdict;
      readonly digest: Digest;
      readonly label?: Label;
    }
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
