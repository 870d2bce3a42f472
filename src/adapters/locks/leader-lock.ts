import type { LeaderLock } from '#ports/coordination.ts';

export function webLocksAvailable(): boolean {
  return typeof navigator !== 'undefined' && 'locks' in navigator;
}

/** One holder over all tabs of the origin: the Web Locks API. */
export function webLeaderLock(): LeaderLock {
  return {
    hold: async (name, lead, options = {}) => {
      const lost = new AbortController();
      let led: Promise<void> | null = null;
      let failure: { readonly error: unknown } | null = null;
      const holding = (): Promise<void> => {
        led = lead(lost.signal).catch((error: unknown) => {
          failure = { error };
        });
        return led;
      };
      // The API takes a signal only from those who wait, and stealing never waits.
      const how =
        options.steal === true ? { steal: true } : options.signal === undefined ? {} : { signal: options.signal };
      try {
        await navigator.locks.request(name, how, holding);
      } catch (error) {
        if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
        lost.abort();
        await (led as Promise<void> | null);
      }
      const failed = failure as { readonly error: unknown } | null;
      if (failed !== null) throw failed.error;
    },
  };
}
