import type { Ms } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';

/** Passes the first call on, and then at most one in each interval; what comes between is dropped. */
export function throttled<T extends readonly unknown[]>(
  clock: Pick<Clock, 'monotonic'>,
  interval: Ms,
  call: (...args: T) => void,
): (...args: T) => void {
  let last = -Infinity;
  return (...args) => {
    const now = clock.monotonic();
    if (now - last < interval) return;
    last = now;
    call(...args);
  };
}
