import type { Ms } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';
import type { LeaderLock } from '#ports/coordination.ts';
import type { Entropy } from '#ports/crypto.ts';
import { hex } from '#core/base/bytes.ts';
import { strictDatabase } from './database.ts';

const LEASE_MS = 3_000;
const RENEW_MS = 1_000 as Ms;
const POLL_MS = 500 as Ms;

interface Lease {
  readonly name: string;
  readonly holder: string;
  readonly until: number;
}

/**
 * One holder over all tabs where the Web Locks API is missing: a lease that must be renewed. Two tabs whose clocks or
 * timers misbehave may both believe they hold it for a moment; the epoch in the store still lets only one of them write.
 */
export function leaseLeaderLock(clock: Clock, entropy: Entropy, databaseName = 'windhover-lease'): LeaderLock {
  const database = strictDatabase(databaseName, { leases: 'name' });
  const leases = database.table<Lease, string>('leases');

  const take = (name: string, holder: string, steal: boolean): Promise<boolean> =>
    database.transaction('rw', [leases], async () => {
      const kept = await leases.get(name);
      const free = kept === undefined || kept.holder === holder || kept.until <= clock.now() || steal;
      if (free) await leases.put({ name, holder, until: clock.now() + LEASE_MS });
      return free;
    });
  const renew = (name: string, holder: string): Promise<boolean> =>
    database.transaction('rw', [leases], async () => {
      if ((await leases.get(name))?.holder !== holder) return false;
      await leases.put({ name, holder, until: clock.now() + LEASE_MS });
      return true;
    });
  const release = (name: string, holder: string): Promise<void> =>
    database.transaction('rw', [leases], async () => {
      if ((await leases.get(name))?.holder === holder) await leases.delete(name);
    });

  return {
    hold: async (name, lead, options = {}) => {
      const holder = hex(entropy.bytes(16));
      if (options.signal?.aborted === true) return;
      while (!(await take(name, holder, options.steal === true))) {
        if (await waited(clock, POLL_MS, options.signal)) return;
      }
      const lost = new AbortController();
      const ended = new AbortController();
      const renewing = (async () => {
        while (!(await waited(clock, RENEW_MS, ended.signal))) {
          if (await renew(name, holder).catch(() => false)) continue;
          lost.abort();
          return;
        }
      })();
      try {
        await lead(lost.signal);
      } finally {
        ended.abort();
        await renewing;
        await release(name, holder).catch(() => undefined);
      }
    },
  };
}

/** @returns true when the signal ended the wait */
function waited(clock: Clock, delay: Ms, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(true);
  return new Promise((resolve) => {
    const cancel = clock.after(delay, () => {
      signal?.removeEventListener('abort', stop);
      resolve(false);
    });
    const stop = (): void => {
      cancel();
      resolve(true);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
