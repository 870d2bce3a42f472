import type { Ms } from '#core/base/ids.ts';
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_MISSED_MS } from '#core/base/limits.ts';
import type { Clock } from '#ports/clock.ts';
import type { LeaderLock } from '#ports/coordination.ts';

export interface LockTurn {
  readonly name: string;
  readonly lock: LeaderLock;
  readonly clock: Clock;
  /** Whether the owner can see this tab: only such a tab takes a lock from a silent one. */
  readonly visible: () => Promise<boolean>;
  /** Aborts when it is not wanted any more; who has the lock by then keeps it until `work` is over. */
  readonly ended: AbortSignal;
  /** What is heard of whoever holds it now. */
  readonly holder: Holder;
  /** Takes it at once from whoever holds it. */
  readonly force?: boolean;
}

/** Monotonic time of the last sign of life; the caller moves it at each. */
export interface Holder {
  heardAt: number;
}

/**
 * Works once under a lock that all tabs share: waits for its turn in the queue, or takes the lock by force when its holder
 * has missed its beats and this tab is looked at. A holder that is frozen or stopped keeps its lock for ever otherwise.
 * @param work ends soon after its signal aborts, which says that another took the lock
 * @throws what `work` or the lock throws
 */
export async function takeLock(turn: LockTurn, work: (taken: AbortSignal) => Promise<void>): Promise<void> {
  const { name, lock, clock, visible, ended, holder } = turn;
  const giveUp = new AbortController();
  let began = false;
  let checkedAt = clock.monotonic();
  holder.heardAt = checkedAt;
  const silent = (): boolean => clock.monotonic() - holder.heardAt > HEARTBEAT_MISSED_MS;
  const stopWatching = eachBeat(clock, () => {
    const now = clock.monotonic();
    // Who was asleep has heard nothing, and cannot tell whether there was something to hear.
    if (now - checkedAt > 2 * HEARTBEAT_INTERVAL_MS) holder.heardAt = now;
    checkedAt = now;
    if (began || !silent()) return;
    void visible().then(
      (seen) => {
        if (seen && !began && silent()) giveUp.abort();
      },
      // It looks again at the next beat.
      () => undefined,
    );
  });
  const begin = (taken: AbortSignal): Promise<void> => {
    began = true;
    stopWatching();
    return work(taken);
  };
  try {
    if (turn.force !== true) await lock.hold(name, begin, { signal: AbortSignal.any([giveUp.signal, ended]) });
    const force = turn.force === true || (giveUp.signal.aborted && !began);
    if (force && !ended.aborted) await lock.hold(name, begin, { steal: true });
  } finally {
    stopWatching();
  }
}

/** Calls at once and then at each heartbeat, until the result is called. */
export function eachBeat(clock: Clock, call: () => void): () => void {
  let cancel = (): void => undefined;
  const turn = (): void => {
    cancel = clock.after(HEARTBEAT_INTERVAL_MS as Ms, turn);
    call();
  };
  turn();
  return () => cancel();
}
