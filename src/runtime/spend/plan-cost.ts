import type { UnixMs } from '#core/base/ids.ts';
import type { Money } from '#core/policy/permit.ts';
import type { Ledger } from '#core/spend/ledger.ts';
import { costOf, type Price, type Uses } from '#core/spend/price.ts';

/** What a call would use at most. */
export interface AskedCost {
  /** As `Price.of`. */
  readonly of: string;
  readonly uses: Uses;
  /** It costs nothing where no line of the price list for it has begun: so it is with a way out whose owner named no price. */
  readonly freeIfUnlisted: boolean;
}

export interface PlannedCost extends AskedCost, Money {
  readonly prices: readonly Price[];
}

/** What there is to spend, and what things cost. */
interface Priced {
  readonly ledger: Ledger;
  readonly prices: readonly Price[];
}

/**
 * The most that a call may cost; null where it costs nothing. Where no price is in force it may cost whatever one call may
 * cost at all: that much is set aside, and only with the owner's own yes.
 */
export function planCost({ ledger, prices }: Priced, asked: AskedCost, at: UnixMs): PlannedCost | null {
  const cost = costOf(prices, asked.of, asked.uses, at);
  if (cost.ok) {
    const { micro, currency } = cost.value;
    return micro === 0 ? null : { ...asked, micro, currency, known: true, prices: cost.value.prices };
  }
  if (cost.error === 'no-price' && asked.freeIfUnlisted) return null;
  const { call, currency } = ledger.caps;
  return { ...asked, micro: call, currency, known: false, prices: [] };
}

/** The run of what the owner does without one. */
export const BY_HAND = 'owner';

/** One call by a way out. */
export function costOfCall(channel: string): AskedCost {
  return { of: `channel:${channel}`, uses: { call: 1 }, freeIfUnlisted: true };
}
