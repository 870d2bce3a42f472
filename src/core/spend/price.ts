import type { UnixMs } from '../base/ids.ts';
import { err, ok, type Result } from '../base/result.ts';
import { isCurrency, isMicro, MICRO_MAX, type Micro } from './money.ts';

export const UNITS = ['call', 'token-in', 'token-out', 'byte'] as const;
/** Prices of tokens are for a million of them. */
export const TOKENS_PER_PRICE = 1_000_000;
export type Unit = (typeof UNITS)[number];

/** One line of the price list: what so many units of something cost, from when, and who says so. */
export interface Price {
  /** What is paid for: `channel:` and its id, or `model:` and its name. */
  readonly of: string;
  readonly unit: Unit;
  /** The amount is for so many units: 1 of calls, 1,000 or 1,000,000 of tokens. */
  readonly per: number;
  readonly micro: Micro;
  readonly currency: string;
  readonly from: UnixMs;
  /** From then on nobody knows what it costs; null does not end. */
  readonly until: UnixMs | null;
  /** Where the amount is from, in the owner's words. */
  readonly source: string;
}

/** How much of each unit is used: whole numbers. */
export type Uses = { readonly [unit in Unit]?: number };

/** What a model used. */
export interface UsedTokens {
  readonly in: number;
  readonly out: number;
  /** By the host; else they were counted here, and are an estimate. */
  readonly told: boolean;
}

export interface Cost {
  readonly micro: Micro;
  readonly currency: string;
  /** The lines of the list that it comes from. */
  readonly prices: readonly Price[];
}

export type PriceProblem =
  | 'no-price' // the list has no line for it that has begun
  | 'not-in-force' // it has one, which has ended
  | 'two-currencies'
  | 'too-much'; // more than any amount here

/** The line for a unit at a time: the one that began last. One that has ended does not bring back the one before. */
export function priceOf(prices: readonly Price[], of: string, unit: Unit, at: UnixMs): Result<Price, PriceProblem> {
  const begun = prices.filter((price) => price.of === of && price.unit === unit && price.from <= at);
  // Of two that begin together the later one on the list holds.
  const last = begun.reduce<Price | null>(
    (found, price) => (found === null || price.from >= found.from ? price : found),
    null,
  );
  if (last === null) return err('no-price');
  return last.until === null || at < last.until ? ok(last) : err('not-in-force');
}

/** What so many units cost, rounded up to the next millionth. Nothing used costs nothing, whatever the list says. */
export function costOf(prices: readonly Price[], of: string, uses: Uses, at: UnixMs): Result<Cost, PriceProblem> {
  const used: Price[] = [];
  let sum = 0n;
  for (const unit of UNITS) {
    const count = uses[unit] ?? 0;
    if (count === 0) continue;
    const price = priceOf(prices, of, unit, at);
    if (!price.ok) return price;
    if (!Number.isSafeInteger(count) || count < 0) return err('too-much');
    const per = BigInt(price.value.per);
    sum += (BigInt(count) * BigInt(price.value.micro) + per - 1n) / per;
    used.push(price.value);
  }
  const [first] = used;
  if (first === undefined) return err('no-price');
  if (used.some(({ currency }) => currency !== first.currency)) return err('two-currencies');
  return sum > BigInt(MICRO_MAX) ? err('too-much') : ok({ micro: Number(sum), currency: first.currency, prices: used });
}

/** What is wrong with a line; null when it may be on the list. */
export function priceProblem({ per, micro, currency, from, until }: Price): string | null {
  if (!isMicro(micro)) return 'A price is an amount of at most a million.';
  if (!isCurrency(currency)) return 'A currency has three capital letters, as EUR or USD.';
  if (!Number.isSafeInteger(per) || per < 1) return 'A price is for a whole number of units.';
  return until !== null && until <= from ? 'The last day of a price comes after its first.' : null;
}
