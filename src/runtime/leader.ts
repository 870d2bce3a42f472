import type { Epoch, Ms } from '#core/base/ids.ts';
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_MISSED_MS } from '#core/base/limits.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Broadcast, LeaderLock } from '#ports/coordination.ts';

/** "I lead, under this epoch": said every HEARTBEAT_INTERVAL_MS. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly epoch: Epoch;
}

export interface LeadershipParts {
  /** Of the lock: one agent, one leader. */
  readonly name: string;
  readonly lock: LeaderLock;
  readonly broadcast: Broadcast<Heartbeat>;
  readonly clock: Clock;
  readonly store: Pick<AgentStore, 'raiseEpoch'>;
  /** Whether the owner can see this tab: only such a tab takes the lead from a silent one. */
  readonly visible: () => Promise<boolean>;
  /**
   * Leads until it resolves: by itself when it must not go on (a write was fenced or failed), and soon after `lost`
   * aborts. What it still writes after that is refused by the epoch.
   */
  readonly lead: (epoch: Epoch, lost: AbortSignal) => Promise<void>;
  /** Called at each heartbeat of another tab. */
  readonly heard?: () => void;
  /** Called with what made `lead` or the lock fail; the tab then queues again. */
  readonly failed: (error: unknown) => void;
}

export interface Leadership {
  /** Gives up leading or waiting, and resolves when both are over. */
  readonly stop: () => Promise<void>;
}

/** A tab that stopped leading by itself lets the others go first. */
const REST_MS = HEARTBEAT_MISSED_MS as Ms;

/**
 * One tab's part in having exactly one leader. Every tab queues for the lock; its holder raises the epoch, beats, and
 * leads. A holder that is frozen keeps the lock, so a visible tab that misses its heartbeat takes the lock by force. The
 * lock decides who should lead; the epoch, checked in each write, makes sure that no one else can.
 */
export function shareLeadership(parts: LeadershipParts): Leadership {
  const { clock } = parts;
  const stopped = new AbortController();
  let highest = 0;
  let heardAt = clock.monotonic();
  const silence = parts.broadcast.listen(({ epoch }) => {
    // A leader that was replaced may still beat until it notices.
    if (epoch < highest) return;
    highest = epoch;
    heardAt = clock.monotonic();
    parts.heard?.();
  });

  const leadOnce = async (held: AbortSignal): Promise<void> => {
    const lost = AbortSignal.any([held, stopped.signal]);
    const epoch = await parts.store.raiseEpoch();
    highest = Math.max(highest, epoch);
    const stopBeating = every(clock, HEARTBEAT_INTERVAL_MS as Ms, () => {
      if (!lost.aborted) parts.broadcast.post({ type: 'heartbeat', epoch });
    });
    try {
      if (!lost.aborted) await parts.lead(epoch, lost);
    } finally {
      stopBeating();
      heardAt = clock.monotonic();
    }
  };

  /** Waits in the queue, or takes the lock by force once its holder is silent and this tab is looked at. */
  const takeTurn = async (): Promise<void> => {
    const waiting = new AbortController();
    const turn: { leading: boolean } = { leading: false };
    let checkedAt = clock.monotonic();
    heardAt = checkedAt;
    const stopWatching = every(clock, HEARTBEAT_INTERVAL_MS as Ms, () => {
      const now = clock.monotonic();
      // Who was asleep has heard nothing, and cannot tell whether there was something to hear.
      if (now - checkedAt > 2 * HEARTBEAT_INTERVAL_MS) heardAt = now;
      checkedAt = now;
      if (turn.leading || now - heardAt <= HEARTBEAT_MISSED_MS) return;
      void parts.visible().then((visible) => {
        if (!visible || turn.leading || clock.monotonic() - heardAt <= HEARTBEAT_MISSED_MS) return;
        waiting.abort();
      }, parts.failed);
    });
    const begin = (held: AbortSignal): Promise<void> => {
      turn.leading = true;
      stopWatching();
      return leadOnce(held);
    };
    try {
      const signal = AbortSignal.any([waiting.signal, stopped.signal]);
      await parts.lock.hold(parts.name, begin, { signal });
      const steal = waiting.signal.aborted && !turn.leading && !stopped.signal.aborted;
      if (steal) await parts.lock.hold(parts.name, begin, { steal: true });
    } finally {
      stopWatching();
    }
  };

  const over = (async () => {
    while (!stopped.signal.aborted) {
      await takeTurn().catch(parts.failed);
      await rest(clock, REST_MS, stopped.signal);
    }
    silence();
  })();

  return {
    stop: () => {
      stopped.abort();
      return over;
    },
  };
}

/** Calls at once and then at each interval, until the result is called. */
function every(clock: Clock, interval: Ms, call: () => void): () => void {
  let cancel = (): void => undefined;
  const turn = (): void => {
    cancel = clock.after(interval, turn);
    call();
  };
  turn();
  return () => cancel();
}

function rest(clock: Clock, delay: Ms, until: AbortSignal): Promise<void> {
  if (until.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      until.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(delay, end);
    until.addEventListener('abort', end);
  });
}
