import type { Ms, UnixMs } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';

/** The machine's own time, where a test waits for a real platform. */
export function realClock(): Clock {
  return {
    now: () => Date.now() as UnixMs,
    monotonic: () => performance.now() as Ms,
    after: (delay, callback) => {
      const timer = setTimeout(callback, delay);
      return () => clearTimeout(timer);
    },
  };
}
