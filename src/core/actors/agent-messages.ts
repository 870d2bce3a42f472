import type { Digest, RunId, SourceId, UnixMs } from '../base/ids.ts';
import type { ActorId } from './envelope.ts';

/** Where an agent sends the work that the owner's journal and runs do for it. */
export const RUNS = 'runs';
/** Where an agent sends each entry of its log, to be signed with everything else. */
export const JOURNAL = 'journal';

/** What is said to an agent. */
export type AgentMessage = OwnerOrder | AgentRequest | AgentNotice;

export type OwnerOrder =
  | { readonly type: 'create'; readonly name: string; readonly sources: readonly SourceId[] | null }
  | { readonly type: 'change'; readonly name: string; readonly sources: readonly SourceId[] | null }
  | { readonly type: 'start' | 'stop' | 'restart' | 'kill' | 'retire' };

export interface AgentRequest {
  readonly type: 'goal';
  readonly goal: string;
  /** Name of who asks, for people. */
  readonly asker: string;
  /** Others to be asked instead of working on it itself. */
  readonly asks: readonly DelegatedGoal[];
}

export interface DelegatedGoal {
  readonly to: ActorId;
  readonly name: string;
  readonly goal: string;
  readonly asks: readonly DelegatedGoal[];
}

export type AgentNotice =
  /** A run that an agent started has ended. */
  | { readonly type: 'ran'; readonly run: RunId; readonly outcome: Outcome }
  /** What came of something that was asked of another agent. */
  | { readonly type: 'answer'; readonly ask: string; readonly outcome: Outcome }
  /** Whoever asked no longer wants it. */
  | { readonly type: 'cancel'; readonly task: string };

/** What an agent orders of the runs; the answer comes back as a notice. */
export type RunOrder =
  | {
      readonly type: 'start';
      readonly run: RunId;
      readonly goal: string;
      readonly sources: readonly SourceId[] | null;
      /** Who does it, last, after those that asked it. Missing in orders of before. */
      readonly agents?: readonly ActorId[];
    }
  | { readonly type: 'cancel' | 'pause' | 'resume'; readonly run: RunId };

/** One agent as its log makes it. */
export interface AgentActor {
  readonly id: ActorId;
  readonly name: string;
  /** Files that its runs may read; null for all. */
  readonly sources: readonly SourceId[] | null;
  readonly phase: 'new' | 'running' | 'stopped' | 'retired';
  /** Open ones and the last that ended, oldest first; all of them are in the log. */
  readonly tasks: readonly Task[];
  readonly ended: { readonly answered: number; readonly other: number };
  /** Goals that were taken back before they were begun. */
  readonly takenBack: readonly string[];
}

export type TaskStatus = 'working' | 'asking' | 'ended';

/** One goal that was given to an agent: its id is that of the message that brought it. */
export interface Task {
  readonly id: string;
  readonly goal: string;
  readonly from: string;
  readonly asker: string;
  /** Of the message that brought it. */
  readonly path: readonly ActorId[];
  readonly at: UnixMs;
  readonly endedAt: UnixMs | null;
  readonly status: TaskStatus;
  /** The run that does it; null when others were asked. */
  readonly run: RunId | null;
  readonly asks: readonly Ask[];
  readonly outcome: Outcome | null;
}

/** Something asked of another agent: its id is that of the message. */
export interface Ask {
  readonly id: string;
  readonly to: ActorId;
  readonly name: string;
  readonly goal: string;
  readonly outcome: Outcome | null;
}

/** What came of a goal. */
export interface Outcome {
  readonly status: 'answered' | 'not-found' | 'failed' | 'cancelled' | 'refused';
  /** Why there is no answer, in words for the owner. */
  readonly reason: string | null;
  /** Verified sentences, the first of them; the run has them all. */
  readonly sentences: readonly CitedSentence[];
  readonly more: number;
}

export interface CitedSentence {
  readonly text: string;
  /** Name of the agent that found it. */
  readonly by: string;
  readonly run: RunId;
  /** SHA-256 of the run's verified answer: what was passed on can be held against it. */
  readonly answer: Digest;
  readonly citations: readonly Citation[];
}

export interface Citation {
  readonly source: SourceId;
  readonly file: string;
  readonly locator: string;
  readonly quote: string;
  /** SHA-256 of the cited bytes. */
  readonly digest: Digest;
}

/** What happened to an agent: one entry of its log. */
export type AgentEvent =
  | {
      readonly type: 'created' | 'changed';
      readonly name: string;
      readonly sources: readonly SourceId[] | null;
    }
  /** What the owner's journal tells of an agent whose own log is lost, is cut off, or was left on another device. */
  | { readonly type: 'restored'; readonly state: AgentActor }
  | {
      readonly type: 'started' | 'stopped' | 'restarted' | 'killed' | 'retired';
      /** Tasks that changed by it. */
      readonly tasks: readonly Task[];
    }
  | { readonly type: 'goal-taken' | 'run-ended' | 'answer-came' | 'goal-cancelled'; readonly task: Task }
  | { readonly type: 'goal-refused'; readonly task: Task }
  | { readonly type: 'taken-back'; readonly task: string }
  | { readonly type: 'ignored'; readonly reason: string };
