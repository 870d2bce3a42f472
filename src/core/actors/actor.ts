import type { Epoch, UnixMs } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { ActorId, Draft, Envelope } from './envelope.ts';

/** One line of an actor's log: what it came to by one message. Its state is the fold of these and of nothing else. */
export interface ActorEntry {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly epoch: Epoch;
  readonly at: UnixMs;
  /** Id of the message that this answers. */
  readonly message: string;
  /** What happened, as the behaviour says it; null where it could say nothing. */
  readonly event: Json;
  /** Set when the message could not be answered. */
  readonly crash: Crash | null;
}

export interface Crash {
  readonly reason: string;
  /** The message broke the actor too often and is not tried again. */
  readonly setAside: boolean;
}

/** What one message comes to. */
export interface Reaction {
  readonly event: Json;
  readonly outbox: readonly Draft[];
}

/** What kind of actor it is. Pure: the same state and message give the same reaction. */
export interface Behaviour<S> {
  readonly initial: (actor: ActorId) => S;
  readonly apply: (state: S, event: Json) => S;
  /**
   * Which of the waiting messages to take now, oldest first as they came; null for none of them.
   * @param calm false while the actor waits after a crash: only orders to itself go then
   */
  readonly choose: (state: S, mail: readonly Envelope[], calm: boolean) => Envelope | null;
  /** @throws anything, which is a crash */
  readonly receive: (state: S, message: Envelope, at: UnixMs) => Reaction;
  /** What becomes of a message that broke the actor too often. */
  readonly setAside: (state: S, message: Envelope, reason: string, at: UnixMs) => Reaction;
}

/** An actor's state with what its supervisor knows of it: also what a snapshot holds. */
export interface Supervised<S> {
  /** Entries folded. */
  readonly sequence: number;
  readonly state: S;
  readonly lastAt: UnixMs | null;
  readonly crashes: Crashes;
}

export interface Crashes {
  /** Since it was made. */
  readonly total: number;
  /** In a row, without a message answered in between. */
  readonly inARow: number;
  /** Of the message that broke it last. */
  readonly message: string | null;
  readonly tries: number;
  readonly reason: string | null;
  /** Before this it is not tried again; null while all is well. */
  readonly retryAt: UnixMs | null;
}

export const CRASHES_NONE: Crashes = { total: 0, inARow: 0, message: null, tries: 0, reason: null, retryAt: null };

/** A message that breaks an actor this often is set aside, so that the ones behind it are answered. */
export const MESSAGE_TRIES_MAX = 3;
export const BACK_OFF_FIRST_MS = 1_000;
export const BACK_OFF_MAX_MS = 5 * 60_000;

/** Milliseconds to wait after so many crashes in a row, from 1: doubling, with a ceiling. */
export function backOffMs(inARow: number): number {
  return Math.min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** Math.min(inARow - 1, 30));
}

export function newActor<S>(behaviour: Behaviour<S>, actor: ActorId): Supervised<S> {
  return { sequence: 0, state: behaviour.initial(actor), lastAt: null, crashes: CRASHES_NONE };
}

/** The crash that a message's failure comes to. */
export function crashOf(crashes: Crashes, message: string, reason: string): Crash {
  const before = crashes.message === message ? crashes.tries : 0;
  return { reason, setAside: before + 1 >= MESSAGE_TRIES_MAX };
}

/** Whether it may be tried now. A clock that was set back does not make anyone wait longer than the longest wait. */
export function isCalm({ retryAt }: Crashes, now: UnixMs): boolean {
  return retryAt === null || now >= retryAt || retryAt - now > BACK_OFF_MAX_MS;
}

/** Folds one entry. An answered message, an order of the owner among them, ends what crashes left behind. */
export function foldEntry<S>(behaviour: Behaviour<S>, before: Supervised<S>, entry: ActorEntry): Supervised<S> {
  const state = entry.event === null ? before.state : behaviour.apply(before.state, entry.event);
  return { sequence: entry.sequence, state, lastAt: entry.at, crashes: crashesAfter(before.crashes, entry) };
}

function crashesAfter(before: Crashes, { crash, message, at }: ActorEntry): Crashes {
  if (crash === null) return { ...CRASHES_NONE, total: before.total };
  const inARow = before.inARow + 1;
  return {
    total: before.total + 1,
    inARow,
    message: crash.setAside ? null : message,
    tries: before.message === message && !crash.setAside ? before.tries + 1 : crash.setAside ? 0 : 1,
    reason: crash.reason,
    retryAt: (at + backOffMs(inARow)) as UnixMs,
  };
}
