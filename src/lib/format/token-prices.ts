import { err, ok, type Result } from '#core/base/result.ts';
import { amountText, isCurrency, readAmount, type AmountProblem } from '#core/spend/money.ts';
import type { ChannelMoney, SpendingView, TokenCosts } from '#runtime/contract/channels-api.ts';
import { t } from '#lib/messages/t.ts';
import { dayOf, startOf } from './channel-draft.ts';
import type { Format } from './format.ts';

/** What the form of a provider holds of the prices of tokens while it is filled in: texts, as they are typed. */
export interface TokenFields {
  in: string;
  out: string;
  currency: string;
  /** ISO date of the first day. */
  day: string;
}

/** What is wrong, by field. */
export type TokenProblems = { readonly [field in keyof TokenFields | 'perDay']?: string };

/** @param currency of the limits for money @param now for the day that is suggested */
export function tokenFieldsOf(money: ChannelMoney | null, currency: string, now: number): TokenFields {
  const prices = money?.tokensNext ?? money?.tokens ?? null;
  if (prices === null) return { in: '', out: '', currency, day: dayOf(now) };
  return {
    in: amountText(prices.in),
    out: amountText(prices.out),
    currency: prices.currency,
    day: dayOf(prices.from),
  };
}

/** The prices, null where both are left empty; else what is wrong at which field. @param before those that hold now */
export function readTokenFields(
  fields: TokenFields,
  perDay: string,
  before: ChannelMoney['tokens'],
): Result<TokenCosts | null, TokenProblems> {
  const currency = fields.currency.trim().toUpperCase();
  if (fields.in.trim() === '' && fields.out.trim() === '') return ok(null);
  const from = startOf(fields.day);
  const problems = {
    in: amountProblem(fields.in),
    out: amountProblem(fields.out),
    currency: isCurrency(currency) ? null : t('models.price-currency-odd'),
    day: Number.isNaN(from)
      ? t('models.price-day-none')
      : fields.day < dayOf(before?.from ?? 0)
        ? t('models.price-day-early', { day: dayOf(before?.from ?? 0) })
        : null,
    perDay: amountProblem(perDay),
  };
  const found = Object.entries(problems).filter(([, problem]) => problem !== null);
  return found.length === 0
    ? ok({ in: fields.in, out: fields.out, currency, from })
    : err(Object.fromEntries(found) as TokenProblems);
}

/** "€0.15 sent, €0.60 written, a million tokens" */
export function tokenPricesText(prices: NonNullable<ChannelMoney['tokens']>, format: Format): string {
  return t('models.price-tokens', {
    in: format.amount(prices.in, prices.currency),
    out: format.amount(prices.out, prices.currency),
  });
}

/** The same with the day they hold from, and what holds until then; null where tokens cost nothing. */
export function tokensHeldText({ tokens, tokensNext }: ChannelMoney, format: Format): string | null {
  if (tokensNext === null) return tokens === null ? null : tokenPricesText(tokens, format);
  return t('models.price-next', {
    prices: tokenPricesText(tokensNext, format),
    day: format.day(tokensNext.from),
    before: tokens === null ? t('models.price-next-none') : tokenPricesText(tokens, format),
  });
}

/** How many tokens a spending was for, and at which prices; null where it was not for tokens. */
export function tokensText({ tokens, prices }: Pick<SpendingView, 'tokens' | 'prices'>, format: Format): string | null {
  if (prices === null) return null;
  const at = tokenPricesText(prices, format);
  if (tokens === null) return at;
  const [sent, written] = [format.number(tokens.in), format.number(tokens.out)];
  return t(tokens.told ? 'money.tokens' : 'money.tokens-counted', { in: sent, out: written, prices: at });
}

function amountProblem(typed: string): string | null {
  const read = readAmount(typed);
  return read.ok ? null : t(AMOUNT_PROBLEMS[read.error]);
}

const AMOUNT_PROBLEMS = {
  'not-an-amount': 'models.price-no-amount',
  'too-fine': 'models.price-too-fine',
  'too-much': 'models.price-too-much',
} as const satisfies Readonly<Record<AmountProblem, string>>;
