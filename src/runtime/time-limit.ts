import type { Ms } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';

/**
 * What the work comes to, or, where the time is up first, `late`. The work's signal ends with the one that is given, and
 * when the time is up: nobody waits for it then, and it need not go on.
 */
export async function withinLimit<T>(
  clock: Pick<Clock, 'after'>,
  limit: Ms,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => T,
  signal?: AbortSignal,
): Promise<T> {
  const up = new AbortController();
  let cancel = (): void => undefined;
  const timeUp = new Promise<T>((resolve) => {
    cancel = clock.after(limit, () => {
      resolve(late());
      up.abort();
    });
  });
  try {
    return await Promise.race([work(signal === undefined ? up.signal : AbortSignal.any([signal, up.signal])), timeUp]);
  } finally {
    cancel();
  }
}

/** Resolves after so long, or at once when it is stopped. */
export function waited(clock: Pick<Clock, 'after'>, delay: Ms, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(delay, resolve);
    const stop = (): void => {
      cancel();
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
