import type { Ms, UnixMs } from '#core/base/ids.ts';
import type { VaultRecord } from '#ports/vault.ts';

/** Two slips are free; then one second, doubled each time, to five minutes at most. */
const FREE_FAILURES = 2;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 300_000;

/** How long the next attempt has to wait after so many failures in a row. */
export function unlockDelay(failed: number): Ms {
  if (failed <= FREE_FAILURES) return 0 as Ms;
  return Math.min(FIRST_DELAY_MS * 2 ** (failed - FREE_FAILURES - 1), LONGEST_DELAY_MS) as Ms;
}

/**
 * When the vault may be tried again; null when it may be now. Where the clock was set back since, nobody can tell how long
 * was waited, and waiting until it has caught up would keep the owner out: the wait is over.
 */
export function retryAt({ failed, lastAt }: VaultRecord['attempts'], now: UnixMs): UnixMs | null {
  const end = lastAt + unlockDelay(failed);
  return now < lastAt || now >= end ? null : (end as UnixMs);
}
