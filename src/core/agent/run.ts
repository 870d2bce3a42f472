import type { ApprovalId, Digest, RunId, SourceId, StepId, UnixMs } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Choice } from '../labels/finite.ts';
import type { Label } from '../labels/label.ts';
import type { WhyAnew } from '../policy/approval.ts';
import type { GrantLimits } from '../policy/grant.ts';
import type { ActionRequest } from '../policy/permit.ts';
import type { Plan } from '../planner/plan.ts';
import type { Answer } from '../tools/answer.ts';
import type { ToolError } from '../tools/definition.ts';
import type { Loop } from './find-loop.ts';
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
  /** While paused because it went round in circles. */
  readonly loop?: Loop;
  /** Its owner let it go on all the same: so many turns and calls begun before that are not looked at again. */
  readonly letGoOn?: { readonly turns: number; readonly begun: number };
  readonly goal: string;
  /** Parameters the owner edited before the run, by name. */
  readonly overrides: { readonly [name: string]: Json };
  readonly startedAt: UnixMs;
  readonly endedAt: UnixMs | null;
  /** The vault as it was when the run began; imports during the run do not change it. */
  readonly sources: readonly SourceId[];
  /** Files that were there then, and that their owner did not allow to be used for answers. Missing for none. */
  readonly leftOut?: readonly SourceId[];
  /** The agent whose run it is, last, after those that asked it, one for the other. Missing for the owner's own. */
  readonly agents?: readonly string[];
  /** The clock the goal's words are read against: fixed at the start, so a resumed run gives the same answer. */
  readonly now: UnixMs;
  readonly zone: string;
  readonly plan: Plan | null;
  /** Of the values that the plan holds. Missing until there is one, and in journals of before. */
  readonly planLabel?: Label;
  /** What untrusted text chose so far: each takes of the run's budget. */
  readonly choices?: readonly Choice[];
  readonly steps: { readonly [id: string]: StepState };
  /** The act that waits for the owner, or was just approved and is being done. */
  readonly approval: PendingApproval | null;
  /** When the owner said yes to it, or nobody had to be asked. */
  readonly approvedAt?: UnixMs | null;
  /** Yeses to acts of the plan that are still to come. Missing for none. */
  readonly given?: readonly GivenAct[];
  /** The question before stands no more; the next one says why. */
  readonly anew?: { readonly why: WhyAnew; readonly edited?: string } | null;
  readonly answer: Answer | null;
  readonly answerDigest: Digest | null;
  /** What the answer may be used for. Missing until there is one, and in journals of before labels. */
  readonly label?: Label;
  readonly verdict: Verdict | null;
  readonly failure: ToolError | null;
}

/** Why the owner is not asked about an act that is asked about otherwise. */
export type Cover =
  /** Nothing of it has to be asked about: what it carries is the owner's own, and the way out is cleared for it. */
  | { readonly kind: 'rules' }
  /** A standing yes of the owner, and what this takes of its limit. */
  | { readonly kind: 'grant'; readonly grant: string; readonly bytes: number }
  /** The owner's yes to this act among others of its plan: the card on which it was given. */
  | { readonly kind: 'plan'; readonly consent: ApprovalId };

export interface StepState {
  readonly status: StepStatus;
  readonly attempts: number;
  readonly startedAt: UnixMs | null;
  readonly endedAt: UnixMs | null;
  /** SHA-256 of the canonical observation. */
  readonly observation: Digest | null;
  /** Of the observation; missing until there is one, and in journals of before labels. */
  readonly label?: Label;
  /** The step that found it, mostly of an earlier run, where it was not done again. */
  readonly from?: { readonly run: RunId; readonly step: StepId };
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
  /** What `digest` is of. Missing in journals of before. */
  readonly action?: ActionRequest;
  /** The request, but for its body, which is `content`; missing where a file is saved. */
  readonly sends?: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    /** The way out, as the owner calls it. */
    readonly channel: string;
    /** Spent or set aside that day when it was asked, and the limit for a day, in millionths; missing where it costs nothing. */
    readonly today?: { readonly used: number; readonly limit: number };
  };
  /**
   * All acts of the plan that it asks about at once, in the plan's order, with its own among them; missing where it is about
   * its own alone.
   */
  readonly acts?: readonly PlanAct[];
  /** It was asked before: why it is asked anew. */
  readonly anew?: WhyAnew;
  /** What may be granted with a yes to this, at most; missing where it is asked each time. */
  readonly offer?: GrantLimits;
  /** Nobody is asked: why not. Missing where the owner is. */
  readonly cover?: Cover;
}

/** One act of a plan on the card that asks about all of them: ready to the byte, or denied. */
export type PlanAct = PreparedAct | DeniedAct;

export interface PreparedAct extends Pick<
  PendingApproval,
  'step' | 'digest' | 'sentence' | 'reason' | 'fileName' | 'mediaType' | 'nonce' | 'action' | 'sends'
> {
  /** 'unasked': nobody has to be asked about it as things stand, and a yes to the others says nothing of it. */
  readonly standing: 'asked' | 'unasked';
  /** Missing where it is the card's own. */
  readonly content?: string;
}

export interface DeniedAct {
  readonly standing: 'denied';
  readonly step: StepId;
  /** What it would have been. */
  readonly sentence: string;
  readonly reason: string;
}

/** A yes to one act of a plan that was not used yet: for this step of this run, for this digest, once, from then on. */
export interface GivenAct {
  /** The card on which it was given. */
  readonly consent: ApprovalId;
  readonly at: UnixMs;
  readonly act: PreparedAct & { readonly content: string };
}
