import type { Ms } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Clock } from '#ports/clock.ts';

/** A file of this app that has not come by then does not come: whoever should bring it hangs. */
export const OWN_FILE_MS = 30_000 as Ms;

/**
 * Static files of this app: the sample data. The one place in the product that calls `fetch`; in a worker the lockdown
 * lets it through to GETs of the own origin and to nothing else, and follows no redirect.
 */
export function ownFileLoader(clock: Pick<Clock, 'after'>): (path: string) => Promise<Result<Blob, string>> {
  return async (path) => {
    const late = new AbortController();
    const cancel = clock.after(OWN_FILE_MS, () => late.abort());
    try {
      const response = await fetch(path, { signal: late.signal });
      return response.ok ? ok(await response.blob()) : err(`${path} is not there (${response.status})`);
    } catch {
      return late.signal.aborted
        ? err(`${path} did not come within ${OWN_FILE_MS / 1_000} seconds`)
        : err(`${path} could not be loaded: this part of the app is not kept offline yet`);
    } finally {
      cancel();
    }
  };
}
