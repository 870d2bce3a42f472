import type { ApprovalId, Digest, RunId, SourceId, StepId, UnixMs } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Plan } from '../planner/plan.ts';
import type { Answer } from '../tools/answer.ts';
import type { ToolError } from '../tools/definition.ts';
import type { Verdict } from '../verifier/verdict.ts';

export type RunStatus =
  'planning' | 'executing' | 'waiting-approval' | 'paused' | 'verifying' | 'complete' | 'failed' | 'cancelled';

export type StepStatus = 'waiting' | 'running' | 'asking' | 'approved' | 'done' | 'failed' | 'skipped';

/** One pursuit of one goal: a fold of its journal entries, never changed in another way. */
export interface Run {
  readonly id: RunId;
  readonly status: RunStatus;
  /** While paused: the status to go back to. */
  readonly pausedFrom: RunStatus | null;
  readonly goal: string;
  /** Parameters the owner edited before the run, by name. */
  readonly overrides: { readonly [name: string]: Json };
  readonly startedAt: UnixMs;
  readonly endedAt: UnixMs | null;
  /** The vault as it was when the run began; imports during the run do not change it. */
  readonly sources: readonly SourceId[];
  /** Files that were there then, and that their owner did not allow to be used for answers. Missing for none. */
  readonly leftOut?: readonly SourceId[];
  /** The clock the goal's words are read against: fixed at the start, so a resumed run gives the same answer. */
  readonly now: UnixMs;
  readonly zone: string;
  readonly plan: Plan | null;
  readonly steps: { readonly [id: string]: StepState };
  /** The act that waits for the owner, or was just approved and is being done. */
  readonly approval: PendingApproval | null;
  readonly answer: Answer | null;
  readonly answerDigest: Digest | null;
  readonly verdict: Verdict | null;
  readonly failure: ToolError | null;
}

export interface StepState {
  readonly status: StepStatus;
  readonly attempts: number;
  readonly startedAt: UnixMs | null;
  readonly endedAt: UnixMs | null;
  /** SHA-256 of the canonical observation. */
  readonly observation: Digest | null;
  readonly error: ToolError | null;
}

/** An act that waits for the owner: the exact content, bound by its digest. */
export interface PendingApproval {
  readonly id: ApprovalId;
  readonly step: StepId;
  /** SHA-256 of the canonical ActionRequest. */
  readonly digest: Digest;
  /** "Save 1 file, 2.1 kB, as status-report.md". */
  readonly sentence: string;
  /** Why it is asked. */
  readonly reason: string;
  readonly fileName: string;
  readonly mediaType: string;
  /** The exact text that would be written. */
  readonly content: string;
  readonly nonce: string;
}
