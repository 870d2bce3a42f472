import type { Stretch } from '#ports/vault.ts';

/** The memory that OWASP and RFC 9106 call for, and the least that still counts. */
export const FULL_STRETCH: Stretch = { memoryKib: 64 * 1024, passes: 3, lanes: 1 };
export const FLOOR_STRETCH: Stretch = { memoryKib: 19 * 1024, passes: 2, lanes: 1 };

const LEAST_MS = 500;
const MOST_MS = 1_000;
const PASSES_MAX = 64;

/**
 * Between half a second and a second on this device: more passes where it is fast, less memory where it is slow, and
 * never less than the floor.
 * @param passMs milliseconds that one pass over the full memory takes here
 */
export function chooseStretch(passMs: number): Stretch {
  const full = passMs * FULL_STRETCH.passes;
  if (full < LEAST_MS) {
    // The smallest number of passes that is slow enough.
    const passes = Math.min(PASSES_MAX, Math.ceil(LEAST_MS / Math.max(passMs, Number.MIN_VALUE)));
    return { ...FULL_STRETCH, passes };
  }
  if (full <= MOST_MS) return FULL_STRETCH;
  const memoryKib = Math.floor((FULL_STRETCH.memoryKib * MOST_MS) / full);
  return memoryKib >= FLOOR_STRETCH.memoryKib ? { ...FULL_STRETCH, memoryKib } : FLOOR_STRETCH;
}
