import type { Ms, UnixMs } from '#core/base/ids.ts';

/** Wall time for display, monotonic time for deadlines. */
export interface Clock {
  readonly now: () => UnixMs;
  readonly monotonic: () => Ms;
  /** Calls back once after the delay; the result cancels. */
  readonly after: (delay: Ms, callback: () => void) => () => void;
}
