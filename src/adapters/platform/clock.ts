import type { Ms, UnixMs } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';

/** The platform's clock and timers. */
export const platformClock: Clock = {
  now: () => Date.now() as UnixMs,
  monotonic: () => performance.now() as Ms,
  after: (delay, callback) => {
    const timer = setTimeout(callback, delay);
    return () => {
      clearTimeout(timer);
    };
  },
};
