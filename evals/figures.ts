import type { Method } from './world.ts';
import type { Score } from './score.ts';

/** A score without its failures, as it is printed and kept. */
export interface Figures {
  readonly method: Method;
  /** Percent, one decimal. */
  readonly factsFound: number;
  readonly expected: number;
  readonly found: number;
  readonly cases: number;
  readonly misunderstood: number;
  readonly unsupported: number;
  readonly sentences: number;
  readonly wrong: number;
  readonly failed: number;
}

export function figures(result: Score): Figures {
  const { method, cases, expected, found, misunderstood, unsupported, sentences, wrong, failed } = result;
  const factsFound = Math.round((found / Math.max(1, expected)) * 1000) / 10;
  return { method, factsFound, expected, found, cases, misunderstood, unsupported, sentences, wrong, failed };
}
