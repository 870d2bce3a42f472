import type { Ms, UnixMs } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';

/** Time that moves only when told to; timers fire in order, and what they start is given turns to finish. */
export interface FakeClock extends Clock {
  readonly advance: (milliseconds: number) => Promise<void>;
  /** Time that passes while the tab is frozen: no timer fires. */
  readonly jump: (milliseconds: number) => void;
  /** Timers still to fire. */
  readonly waiting: () => number;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

export function fakeClock(start = 1_750_000_000_000): FakeClock {
  let elapsed = 0;
  let order = 0;
  const timers = new Set<Timer>();
  const next = (until: number): Timer | undefined =>
    [...timers].filter((timer) => timer.due <= until).sort((a, b) => a.due - b.due || a.order - b.order)[0];
  return {
    now: () => (start + elapsed) as UnixMs,
    monotonic: () => elapsed as Ms,
    after: (delay, callback) => {
      const timer = { due: elapsed + delay, order: order++, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: async (milliseconds) => {
      const until = elapsed + milliseconds;
      await settle();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer);
        elapsed = Math.max(elapsed, timer.due);
        timer.callback();
        await settle();
      }
      elapsed = until;
      await settle();
    },
    jump: (milliseconds) => {
      elapsed += milliseconds;
    },
    waiting: () => timers.size,
  };
}

/** Lets promises that are ready run, and the ones they make ready too. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise(nextTurn);
}

/** Node's immediates are a hundred times quicker than a timer of zero. */
const nextTurn: (resolve: (value: unknown) => void) => unknown =
  typeof setImmediate === 'function' ? setImmediate : (resolve) => setTimeout(resolve, 0);
