import { seededRandom } from '#core/base/random.ts';
import type { Entropy } from '#ports/crypto.ts';

/** The same bytes for the same seed. */
export function seededEntropy(seed: number): Entropy {
  const random = seededRandom(seed);
  return { bytes: (length) => Uint8Array.from({ length }, () => random.below(256)) };
}
