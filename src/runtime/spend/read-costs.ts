import type { UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { readAmount, type AmountProblem, type Micro } from '#core/spend/money.ts';
import { priceOf, type Price } from '#core/spend/price.ts';
import type { ChannelCosts } from '../contract/channels-api.ts';
import { costOfCall } from './plan-cost.ts';
import type { StoredSpend } from './spend-facts.ts';

const SOURCE_CHARS_MAX = 300;

/** What the owner says that calls by a way out cost. */
export interface CostsRead {
  /** Of money, where calls cost something. */
  readonly perDay: Micro | null;
  /** What is new on the price list. */
  readonly prices: readonly Price[];
}

/** Reads what was filled in; else what is wrong with it and what to do. @param costs null: calls cost nothing */
export function readCosts(
  costs: ChannelCosts | null,
  channel: string,
  { ledger, prices }: StoredSpend,
  now: UnixMs,
): Result<CostsRead, string> {
  const { of } = costOfCall(channel);
  const last = prices.findLast((price) => price.of === of);
  const { currency } = ledger.caps;
  const line = { of, unit: 'call', per: 1, currency, from: now } as const;
  if (costs === null) {
    const free = last === undefined || (last.micro === 0 && last.until === null);
    return ok({ perDay: null, prices: free ? [] : [{ ...line, micro: 0, until: null, source: '' }] });
  }
  const source = costs.source.trim();
  const perCall = readAmount(costs.perCall);
  if (!perCall.ok) return err(`What a call costs: ${AMOUNT_TEXT[perCall.error]}`);
  const perDay = readAmount(costs.perDay);
  if (!perDay.ok) return err(`Money a day: ${AMOUNT_TEXT[perDay.error]}`);
  if (source.length > SOURCE_CHARS_MAX)
    return err(`Where the price is from may have ${String(SOURCE_CHARS_MAX)} characters.`);
  const { until } = costs;
  if (until !== null && (!Number.isSafeInteger(until) || until <= now))
    return err('The price ends in the past: choose a later day, or none.');
  const price: Price = { ...line, micro: perCall.value, until: until as UnixMs | null, source };
  const inForce = priceOf(prices, of, 'call', now);
  const same =
    inForce.ok && (['micro', 'currency', 'until', 'source'] as const).every((key) => inForce.value[key] === price[key]);
  return ok({ perDay: perDay.value, prices: same ? [] : [price] });
}

const AMOUNT_TEXT: Readonly<Record<AmountProblem, string>> = {
  'not-an-amount': 'write an amount in digits, as 0.02.',
  'too-fine': 'an amount has at most six digits after the point.',
  'too-much': 'an amount is at most a million.',
};
