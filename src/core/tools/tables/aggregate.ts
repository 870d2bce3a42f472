import type { Decimal } from './decimal.ts';
import { add, compare, divide, multiply, ofInteger, round, sum, trimmed } from './decimal.ts';

export type Aggregate = 'sum' | 'mean' | 'median' | 'min' | 'max' | 'count';

/** The result over at least one value. Means and medians get two places more than the values have, at least two. */
export function aggregate(operation: Aggregate, values: readonly Decimal[]): Decimal {
  const places = Math.max(0, ...values.map(({ scale }) => scale));
  switch (operation) {
    case 'sum':
      return atScale(sum(values), places);
    case 'count':
      return ofInteger(values.length);
    case 'mean':
      return shortened(divide(sum(values), ofInteger(values.length), places + 2), places);
    case 'median': {
      const sorted = [...values].sort(compare);
      const upper = sorted[Math.floor(values.length / 2)] as Decimal;
      const lower = sorted[Math.ceil(values.length / 2) - 1] as Decimal;
      return shortened(divide(add(lower, upper), ofInteger(2), places + 1), places);
    }
    case 'min':
      return values.reduce((least, value) => (compare(value, least) < 0 ? value : least));
    case 'max':
      return values.reduce((most, value) => (compare(value, most) > 0 ? value : most));
  }
}

/** 100 · part / whole, one place; null when the whole is zero. */
export function percentOf(part: Decimal, whole: Decimal): Decimal | null {
  return whole.units === 0n ? null : divide(multiply(part, 100n), whole, 1);
}

/** The slope of the least-squares line through values at 0, 1, 2, …; per step, as exact as the values. */
export function slopeOf(values: readonly Decimal[]): Decimal | null {
  const n = values.length;
  if (n < 3) return null;
  // With x = 0 … n-1 centred and doubled to stay whole: weights 2x - (n - 1).
  const weighted = sum(values.map((value, x) => multiply(value, BigInt(2 * x - (n - 1)))));
  const squares = (n * (n * n - 1)) / 12;
  const places = Math.max(0, ...values.map(({ scale }) => scale));
  return divide(weighted, ofInteger(2 * squares), Math.max(2, places));
}

function atScale(value: Decimal, scale: number): Decimal {
  return value.scale >= scale ? value : { units: value.units * 10n ** BigInt(scale - value.scale), scale };
}

/** No more zeros at the end than the values themselves had. */
function shortened(value: Decimal, places: number): Decimal {
  const short = trimmed(round(value, Math.max(places, 2)));
  return short.scale < places ? atScale(short, places) : short;
}
