import type { Epoch, Ms } from '#core/base/ids.ts';
import { HEARTBEAT_MISSED_MS } from '#core/base/limits.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Broadcast, LeaderLock } from '#ports/coordination.ts';
import { eachBeat, takeLock, type Holder } from './take-lock.ts';

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
  const holder: Holder = { heardAt: clock.monotonic() };
  const silence = parts.broadcast.listen(({ epoch }) => {
    // A leader that was replaced may still beat until it notices.
    if (epoch < highest) return;
    highest = epoch;
    holder.heardAt = clock.monotonic();
    parts.heard?.();
  });

  const leadOnce = async (held: AbortSignal): Promise<void> => {
    const lost = AbortSignal.any([held, stopped.signal]);
    const epoch = await parts.store.raiseEpoch();
    highest = Math.max(highest, epoch);
    const stopBeating = eachBeat(clock, () => {
      if (!lost.aborted) parts.broadcast.post({ type: 'heartbeat', epoch });
    });
    try {
      if (!lost.aborted) await parts.lead(epoch, lost);
    } finally {
      stopBeating();
    }
  };

  const turn = (): Promise<void> =>
    takeLock(
      { name: parts.name, lock: parts.lock, clock, visible: parts.visible, ended: stopped.signal, holder },
      leadOnce,
    );

  const over = (async () => {
    while (!stopped.signal.aborted) {
      await turn().catch(parts.failed);
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
