import type { ActorEntry, Crashes } from '#core/actors/actor.ts';
import type { Task } from '#core/actors/agent-messages.ts';
import type { ActorId } from '#core/actors/envelope.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';

/** What the worker offers to the page about the owner's agents. What is refused is in words for the owner. */
export interface AgentsApi {
  /** Pushes all agents on every change. */
  onView(listener: (view: AgentsView) => void): Promise<void>;
  /** @param sources the files that it may read; null for all */
  create(name: string, sources: readonly SourceId[] | null): Promise<Result<ActorId, string>>;
  change(agent: ActorId, name: string, sources: readonly SourceId[] | null): Promise<Result<void, string>>;
  /** Gives an agent a goal. One that says "Ask NAME: …" is passed on to those it names. */
  give(agent: ActorId, goal: string): Promise<Result<void, string>>;
  /** Takes a goal back, whether it waits or is worked on. */
  takeBack(agent: ActorId, goal: string): Promise<Result<void, string>>;
  order(agent: ActorId, order: AgentOrder): Promise<Result<void, string>>;
  /** The last entries of an agent's log, up to one, newest first. */
  log(agent: ActorId, upTo: number | null): Promise<readonly ActorEntry[]>;
  /** The owner has read what could not be read any more. */
  noticedDamage(): Promise<void>;
  /** The page is being frozen: other tabs take over. */
  freeze(): Promise<void>;
  resume(): Promise<void>;
}

/**
 * stop: what it works on is paused, and nothing new is begun. start: goes on. restart: is read anew from its store, with
 * no wait after crashes. kill: everything it works on ends now, whatever tab it is in. retire: the same, for good.
 */
export type AgentOrder = 'start' | 'stop' | 'restart' | 'kill' | 'retire';

export interface AgentsView {
  /** What of them could not be read any more, in words; null when nothing was, or the owner knows. */
  readonly damage: string | null;
  readonly agents: readonly AgentView[];
}

export interface AgentView {
  readonly id: ActorId;
  readonly name: string;
  readonly sources: readonly SourceId[] | null;
  readonly phase: 'running' | 'stopped';
  /** In the memory of a tab now. */
  readonly awake: boolean;
  /** Open ones and the last that ended, oldest first. */
  readonly tasks: readonly Task[];
  readonly ended: { readonly answered: number; readonly other: number };
  /** Goals in its mailbox, oldest first. */
  readonly waiting: readonly WaitingGoal[];
  /** All messages in its mailbox. */
  readonly mailbox: number;
  readonly lastAt: UnixMs | null;
  readonly crashes: Crashes;
  /** Why this tab cannot activate it; null while it can. */
  readonly failure: string | null;
  /** Entries in its log. */
  readonly entries: number;
}

export interface WaitingGoal {
  readonly id: string;
  readonly goal: string;
  readonly asker: string;
  readonly at: UnixMs;
}
