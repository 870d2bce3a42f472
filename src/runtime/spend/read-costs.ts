import type { UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { readAmount, type AmountProblem, type Micro } from '#core/spend/money.ts';
import { priceOf, TOKENS_PER_PRICE, type Price, type Unit } from '#core/spend/price.ts';
import type { ChannelCosts, TokenCosts } from '../contract/channels-api.ts';
import { costOfCall } from './plan-cost.ts';
import type { StoredSpend } from './spend-facts.ts';

const SOURCE_CHARS_MAX = 300;
const TOKEN_UNITS = ['token-in', 'token-out'] as const;

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
  { prices, ledger }: StoredSpend,
  now: UnixMs,
): Result<CostsRead, string> {
  const { of } = costOfCall(channel);
  const last = (unit: Unit): Price | undefined => prices.findLast((price) => price.of === of && price.unit === unit);
  const standing = (unit: Unit): readonly Price[] =>
    standingLines(
      prices.filter((price) => price.of === of && price.unit === unit),
      now,
    );
  const free = (unit: Unit, currency: string): readonly Price[] =>
    throughout({ of, unit, per: 1, micro: 0, currency, from: now, until: null, source: '' }, standing(unit));
  if (costs === null) {
    const paid = (['call', ...TOKEN_UNITS] as const).filter((unit) => !standing(unit).every(costsNothing));
    return ok({ perDay: null, prices: paid.flatMap((unit) => free(unit, ledger.caps.currency)) });
  }
  const read = readCall(costs, now);
  if (!read.ok) return read;
  const { perCall, perDay, until, source } = read.value;
  const listed = TOKEN_UNITS.some((unit) => last(unit) !== undefined);
  if (perCall === null && costs.tokens == null && !(costs.tokens === undefined && listed))
    return err(`What a call costs: ${AMOUNT_TEXT['not-an-amount']}`);
  const tokens = readTokens(costs.tokens ?? null);
  if (!tokens.ok) return tokens;
  const currency = tokens.value?.currency ?? last('token-in')?.currency ?? ledger.caps.currency;
  const wanted: Price[] = [];
  if (perCall !== null || last('call') !== undefined)
    wanted.push({
      of,
      unit: 'call',
      per: 1,
      micro: perCall ?? 0,
      currency,
      from: later(now, last('call')),
      until,
      source,
    });
  if (tokens.value !== null)
    for (const unit of TOKEN_UNITS) {
      const { from } = tokens.value;
      // The line that began last holds: one that begins before it would never do.
      if (standing(unit).some((line) => line.from <= now && from < line.from)) return err(LATER_TEXT);
      const micro = tokens.value[unit];
      const line = { of, unit, per: TOKENS_PER_PRICE, micro, currency, from, until: null, source };
      wanted.push(...throughout(line, standing(unit)));
    }
  else if (costs.tokens === null && listed) wanted.push(...TOKEN_UNITS.flatMap((unit) => free(unit, currency)));
  return ok({ perDay, prices: wanted.filter((price) => !isThere(price, prices, now)) });
}

/** Of the lines for one thing, those that count: the one that began last, and those that begin later. */
function standingLines(lines: readonly Price[], now: UnixMs): readonly Price[] {
  const byDay = [...new Map(lines.map((line) => [line.from, line])).values()].sort((a, b) => a.from - b.from);
  const begun = byDay.findLast(({ from }) => from <= now);
  return byDay.filter((line) => line === begun || line.from > now);
}

/** A line that holds from its day on, also when those begin that were to take its place. */
function throughout(line: Price, standing: readonly Price[]): readonly Price[] {
  return [line, ...standing.filter(({ from }) => from > line.from).map(({ from }) => ({ ...line, from }))];
}

function readCall({ perCall: typed, perDay, until, source }: ChannelCosts, now: UnixMs) {
  const said = source.trim();
  const perCall = typed.trim() === '' ? ok(null) : readAmount(typed);
  if (!perCall.ok) return err(`What a call costs: ${AMOUNT_TEXT[perCall.error]}`);
  const day = readAmount(perDay);
  if (!day.ok) return err(`Money a day: ${AMOUNT_TEXT[day.error]}`);
  if (said.length > SOURCE_CHARS_MAX)
    return err(`Where the price is from may have ${String(SOURCE_CHARS_MAX)} characters.`);
  if (until !== null && (!Number.isSafeInteger(until) || until <= now))
    return err('The price ends in the past: choose a later day, or none.');
  return ok({ perCall: perCall.value, perDay: day.value, until: until as UnixMs | null, source: said });
}

function readTokens(typed: TokenCosts | null) {
  if (typed === null) return ok(null);
  const sent = readAmount(typed.in);
  const written = readAmount(typed.out);
  if (!sent.ok) return err(`A million tokens sent: ${AMOUNT_TEXT[sent.error]}`);
  if (!written.ok) return err(`A million tokens written: ${AMOUNT_TEXT[written.error]}`);
  if (!Number.isSafeInteger(typed.from) || typed.from < 0) return err('Say from which day the prices of tokens hold.');
  const { currency, from } = typed;
  return ok({ 'token-in': sent.value, 'token-out': written.value, currency, from: from as UnixMs });
}

/** The line that began last is the one that holds. */
function later(now: UnixMs, last: Price | undefined): UnixMs {
  return Math.max(now, last?.from ?? 0) as UnixMs;
}

function costsNothing({ micro, until }: Price): boolean {
  return micro === 0 && until === null;
}

function isThere(price: Price, prices: readonly Price[], now: UnixMs): boolean {
  const { of, unit, from } = price;
  const inForce = priceOf(prices, of, unit, now);
  // Calls are paid from now on, tokens from a day on.
  const found =
    unit === 'call'
      ? inForce.ok && inForce.value
      : prices.findLast((line) => line.of === of && line.unit === unit && line.from === from);
  if (found === undefined || found === false) return false;
  return (['micro', 'currency', 'until', 'source', 'per'] as const).every((key) => found[key] === price[key]);
}

const AMOUNT_TEXT: Readonly<Record<AmountProblem, string>> = {
  'not-an-amount': 'write an amount in digits, as 0.02.',
  'too-fine': 'an amount has at most six digits after the point.',
  'too-much': 'an amount is at most a million.',
};

const LATER_TEXT =
  'The prices of tokens on the list already begin later than that day, so these would never hold. Choose their day, or a later one.';
