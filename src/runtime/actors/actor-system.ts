import { backOffMs } from '#core/actors/actor.ts';
import type { ActorId, Envelope } from '#core/actors/envelope.ts';
import type { Admission } from '#core/actors/receipts.ts';
import type { Ms } from '#core/base/ids.ts';
import { HEARTBEAT_MISSED_MS } from '#core/base/limits.ts';
import type { Broadcast, LeaderLock } from '#ports/coordination.ts';
import { eachBeat, takeLock, type Holder } from '../take-lock.ts';
import { runActor, type ActorParts, type ActorTurn } from './run-actor.ts';

/** What tabs tell each other about actors. Nothing in it is trusted: it only says what may be read again. */
export type ActorNews =
  | { readonly type: 'mail' | 'changed'; readonly actor: ActorId }
  /** Who holds an actor says so while it does. */
  | { readonly type: 'beat'; readonly actor: ActorId };

export interface ActorSystemParts<S> extends Omit<ActorParts<S>, 'handOn'> {
  readonly lock: LeaderLock;
  readonly broadcast: Broadcast<ActorNews>;
  /** Receivers that are no actors, by name; each says whether the message was taken. */
  readonly outside: { readonly [address: string]: (envelope: Envelope) => Promise<boolean> };
  /** Whether the owner can see this tab: only such a tab takes an actor from a silent one. */
  readonly visible: () => Promise<boolean>;
}

/** Mail may have come from a tab that ended before it told anyone. */
const LOOK_AGAIN_MS = 5_000 as Ms;

/**
 * One tab's part in running the actors. An actor is activated where mail for it is seen, under a lock of its own that
 * all tabs share, and leaves memory when it is idle. A tab that is frozen or stopped keeps its lock: one that is looked
 * at takes it by force once its beats are missed, and the epoch in the store refuses what the old one still writes.
 */
export class ActorSystem<S> {
  readonly #parts: ActorSystemParts<S>;
  readonly #turns = new Map<ActorId, Turn>();
  /** When a beat of another tab was last heard. */
  readonly #beatAt = new Map<ActorId, number>();
  readonly #failures = new Map<ActorId, Failure>();
  #resting = true;
  #ended = false;
  #silence: () => void = () => undefined;
  #cancelLook: () => void = () => undefined;

  constructor(parts: ActorSystemParts<S>) {
    this.#parts = parts;
  }

  start(): void {
    this.#silence = this.#parts.broadcast.listen((news) => {
      if (news.type === 'beat') this.#heard(news.actor);
      else if (news.type === 'mail') this.wake(news.actor);
      else this.#parts.changed(news.actor);
    });
    this.resume();
  }

  /** Puts a message into a mailbox, durably, unless it was there before; whoever can activates the actor. */
  async post(envelope: Envelope): Promise<Admission> {
    const actor = envelope.to as ActorId;
    const admission = await this.#parts.store.post(envelope);
    this.#parts.broadcast.post({ type: 'mail', actor });
    this.#parts.changed(actor);
    this.wake(actor);
    return admission;
  }

  /** Activates the actor, here or where it is active, if there is anything to do for it. */
  wake(actor: ActorId): void {
    if (this.#resting) return;
    const turn = this.#turns.get(actor);
    if (turn !== undefined) return turn.wake();
    const failure = this.#failures.get(actor);
    if (failure !== undefined && this.#parts.clock.monotonic() < failure.until) return;
    this.#begin(actor, false);
  }

  /** Takes the actor from whatever holds it, in this tab or another, and activates it here. */
  seize(actor: ActorId): void {
    if (this.#resting) return;
    this.#turns.get(actor)?.end.abort();
    this.#turns.delete(actor);
    this.#begin(actor, true);
  }

  /** Whether the actor is in the memory of this tab. */
  isActive(actor: ActorId): boolean {
    return this.#turns.get(actor)?.active ?? false;
  }

  /** Whether a tab, this or another, was heard to have it in memory. */
  isHeld(actor: ActorId): boolean {
    const heard = this.#beatAt.get(actor);
    const recent = heard !== undefined && this.#parts.clock.monotonic() - heard <= HEARTBEAT_MISSED_MS;
    return recent || this.isActive(actor);
  }

  /** Why the store does not let this tab activate it, and since how many tries; null while it does. */
  failureOf(actor: ActorId): { readonly reason: string; readonly tries: number } | null {
    return this.#failures.get(actor) ?? null;
  }

  /**
   * Gives every actor up: the page is being frozen, or closed. What is being written is finished or refused; other tabs
   * go on from there.
   */
  async rest(): Promise<void> {
    this.#resting = true;
    this.#cancelLook();
    const turns = [...this.#turns.values()];
    for (const turn of turns) turn.end.abort();
    await Promise.all(turns.map((turn) => turn.over));
  }

  /** The page is there again. */
  resume(): void {
    if (this.#ended) return;
    this.#resting = false;
    this.#look();
  }

  async stop(): Promise<void> {
    this.#ended = true;
    this.#silence();
    await this.rest();
  }

  #heard(actor: ActorId): void {
    const now = this.#parts.clock.monotonic();
    this.#beatAt.set(actor, now);
    const turn = this.#turns.get(actor);
    if (turn !== undefined) turn.holder.heardAt = now;
  }

  #look(): void {
    this.#cancelLook();
    if (this.#resting) return;
    this.#cancelLook = this.#parts.clock.after(LOOK_AGAIN_MS, () => this.#look());
    void this.#parts.store
      .waiting()
      .then((actors) => actors.forEach((actor) => this.wake(actor)))
      // It looks again by itself.
      .catch(() => undefined);
  }

  #begin(actor: ActorId, steal: boolean): void {
    const turn = newTurn();
    this.#turns.set(actor, turn);
    turn.over = this.#take(actor, turn, steal)
      .then(
        () => this.#failures.delete(actor),
        (error: unknown) => this.#failed(actor, error),
      )
      .then(() => {
        if (this.#turns.get(actor) !== turn) return;
        this.#turns.delete(actor);
        this.#parts.changed(actor);
        // What came while it ended is not left for the next look.
        if (turn.woken) this.wake(actor);
      });
  }

  #failed(actor: ActorId, error: unknown): void {
    const tries = (this.#failures.get(actor)?.tries ?? 0) + 1;
    const until = this.#parts.clock.monotonic() + backOffMs(tries);
    this.#failures.set(actor, { tries, until, reason: error instanceof Error ? error.message : String(error) });
    this.#parts.clock.after(backOffMs(tries) as Ms, () => this.wake(actor));
  }

  /** Acts on the actor's mail under its lock. */
  async #take(actor: ActorId, turn: Turn, force: boolean): Promise<void> {
    const { lock, clock, visible } = this.#parts;
    const { end, holder } = turn;
    await takeLock({ name: lockName(actor), lock, clock, visible, ended: end.signal, holder, force }, (taken) =>
      this.#act(actor, turn, taken),
    );
  }

  async #act(actor: ActorId, turn: Turn, held: AbortSignal): Promise<void> {
    const { clock, broadcast } = this.#parts;
    const lost = AbortSignal.any([held, turn.end.signal]);
    if (lost.aborted) return;
    turn.active = true;
    const stopBeating = eachBeat(clock, () => {
      if (!lost.aborted) broadcast.post({ type: 'beat', actor });
    });
    const changed = (which: ActorId): void => {
      this.#failures.delete(which);
      broadcast.post({ type: 'changed', actor: which });
      this.#parts.changed(which);
    };
    const handOn = async (envelope: Envelope): Promise<boolean> => {
      const outside = this.#parts.outside[envelope.to];
      if (outside !== undefined) return outside(envelope);
      await this.post(envelope);
      return true;
    };
    try {
      await runActor({ ...this.#parts, handOn, changed }, actor, this.#turnOf(turn, lost));
    } finally {
      turn.active = false;
      stopBeating();
    }
  }

  #turnOf(turn: Turn, lost: AbortSignal): ActorTurn {
    const { clock } = this.#parts;
    return {
      lost,
      wait: (delay) =>
        new Promise((resolve) => {
          const end = (how: 'woken' | 'time' | 'lost'): void => {
            cancel();
            lost.removeEventListener('abort', onLost);
            turn.wake = () => void (turn.woken = true);
            if (how !== 'time') turn.woken = false;
            resolve(how);
          };
          const onLost = (): void => end('lost');
          const cancel = clock.after(delay, () => end('time'));
          lost.addEventListener('abort', onLost);
          turn.wake = () => end('woken');
          if (lost.aborted) end('lost');
          else if (turn.woken) end('woken');
        }),
    };
  }
}

interface Turn {
  readonly end: AbortController;
  active: boolean;
  /** While it waits. */
  readonly holder: Holder;
  /** Something came while nobody waited for it. */
  woken: boolean;
  wake: () => void;
  over: Promise<void>;
}

interface Failure {
  readonly reason: string;
  readonly tries: number;
  readonly until: number;
}

function newTurn(): Turn {
  const turn: Turn = {
    end: new AbortController(),
    active: false,
    holder: { heardAt: 0 },
    woken: false,
    wake: () => void (turn.woken = true),
    over: Promise.resolve(),
  };
  return turn;
}

function lockName(actor: ActorId): string {
  return `agent:${actor}`;
}
