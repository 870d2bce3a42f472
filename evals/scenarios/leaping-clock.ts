import type { Ms, UnixMs } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';

/** The machine's own time, begun at a given moment, that can leap: what became due by then fires at once. */
export interface LeapingClock extends Clock {
  readonly leap: (milliseconds: number) => void;
}

export function leapingClock(start: number, own: Clock): LeapingClock {
  const began = own.monotonic();
  const timers = new Set<{ readonly due: number; readonly fire: () => void }>();
  let leapt = 0;
  const elapsed = (): number => own.monotonic() - began + leapt;
  return {
    now: () => Math.floor(start + elapsed()) as UnixMs,
    monotonic: () => elapsed() as Ms,
    after: (delay, callback) => {
      let cancel = (): void => undefined;
      const timer = {
        due: elapsed() + delay,
        fire: () => {
          cancel();
          if (timers.delete(timer)) callback();
        },
      };
      timers.add(timer);
      cancel = own.after(delay, timer.fire);
      return () => {
        timers.delete(timer);
        cancel();
      };
    },
    leap: (milliseconds) => {
      leapt += milliseconds;
      const due = [...timers].filter((timer) => timer.due <= elapsed());
      for (const timer of due.sort((a, b) => a.due - b.due)) timer.fire();
    },
  };
}
