import { isoDate, parseIsoDate } from '#core/base/civil-date.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { usedOn, usedOnFor } from '#core/spend/ledger.ts';
import { priceOf, TOKENS_PER_PRICE, type Price, type Unit } from '#core/spend/price.ts';
import type { Channel } from '#core/channels/channel.ts';
import type { ChannelMoney, SpendingView, SpendView, TokenPrices } from '../contract/channels-api.ts';
import { costOfCall } from './plan-cost.ts';
import type { Spending, StoredSpend } from './spend-facts.ts';

const DAYS_SHOWN = 30;

/**
 * What the owner sees of money.
 * @param names of ways out, by id
 * @param underWay whether something is being done right now
 */
export function spendView(
  { ledger }: StoredSpend,
  spendings: readonly Spending[],
  names: ReadonlyMap<string, string>,
  day: string,
  underWay: (id: string) => boolean,
): SpendView {
  const today = parseIsoDate(day) ?? 0;
  return {
    caps: ledger.caps,
    today: usedOn(ledger, day),
    agent: Math.max(0, ...Object.values(ledger.agents)),
    days: Array.from({ length: DAYS_SHOWN }, (_, at) => isoDate(today - DAYS_SHOWN + 1 + at)).map((each) => ({
      day: each,
      micro: usedOn(ledger, each),
    })),
    spendings: spendings.map((spending) => viewOf(spending, names, underWay)).sort((a, b) => b.sequence - a.sequence),
  };
}

/** What calls by a way out cost; null where nobody named a price. */
export function channelMoney(
  { ledger, prices }: StoredSpend,
  { id, moneyPerDay }: Channel,
  day: string,
  now: UnixMs,
): ChannelMoney | null {
  const { of } = costOfCall(id);
  if (moneyPerDay === undefined) return null;
  const found = priceOf(prices, of, 'call', now);
  const listed = prices.filter((price) => price.of === of);
  const last = listed.findLast(({ unit }) => unit === 'call') ?? listed.at(-1);
  return {
    currency: last?.currency ?? ledger.caps.currency,
    ...tokensNowAndNext(listed, now),
    perCall: found.ok ? found.value.micro : null,
    from: last?.from ?? null,
    until: last?.until ?? null,
    source: last?.source ?? '',
    perDay: moneyPerDay,
    today: usedOnFor(ledger, day, of),
  };
}

/** What tokens cost by a list, and what they will when the last lines of it have begun, where that is something else. */
function tokensNowAndNext(
  listed: readonly Price[],
  now: UnixMs,
): { readonly tokens: TokenPrices | null; readonly tokensNext: TokenPrices | null } {
  const at = (time: UnixMs): TokenPrices | null =>
    tokenPrices(listed.filter(({ from }) => from <= time).sort((a, b) => a.from - b.from));
  const later = Math.max(now, ...listed.filter(({ unit }) => TOKEN_UNITS.has(unit)).map(({ from }) => from)) as UnixMs;
  const [tokens, next] = [at(now), at(later)];
  const same = (['in', 'out', 'currency'] as const).every((key) => tokens?.[key] === next?.[key]);
  return { tokens, tokensNext: same ? null : (next ?? { ...NOTHING, currency: tokens?.currency ?? '', from: later }) };
}

const TOKEN_UNITS: ReadonlySet<Unit> = new Set(['token-in', 'token-out']);
const NOTHING = { in: 0, out: 0 };

/** What tokens cost by the last lines of a list; null where they cost nothing. */
function tokenPrices(prices: readonly Price[]): TokenPrices | null {
  const last = (unit: Unit): Price | undefined => prices.findLast((price) => price.unit === unit);
  const [sent, written] = [last('token-in'), last('token-out')];
  const one = sent ?? written;
  if (one === undefined || (sent?.micro ?? 0) + (written?.micro ?? 0) === 0) return null;
  return { in: perMillion(sent), out: perMillion(written), currency: one.currency, from: one.from };
}

function perMillion(price: Price | undefined): number {
  return price === undefined ? 0 : Math.ceil((price.micro * TOKENS_PER_PRICE) / price.per);
}

function viewOf(
  { reservation, at, sequence, known, prices, end }: Spending,
  names: ReadonlyMap<string, string>,
  underWay: (id: string) => boolean,
): SpendingView {
  const { id, of, currency, micro } = reservation;
  return {
    ...{ id, at, sequence, currency, known, reserved: micro },
    name: names.get(of.replace(/^channel:/, '')) ?? of,
    actual: end?.actual ?? null,
    back: end?.back ?? 0,
    tokens: end?.tokens ?? null,
    prices: tokenPrices(prices ?? []),
    by: end?.by ?? null,
    underWay: end === null && underWay(id),
  };
}
