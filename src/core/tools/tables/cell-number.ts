import type { Decimal } from './decimal.ts';
import { parseDecimal } from './decimal.ts';

/** A number as a cell gives it. */
export interface CellNumber {
  readonly value: Decimal;
  /** Currency code or sign, "%", or another unit written beside the number; '' when none. */
  readonly unit: string;
}

/** Which sign parts whole and fraction, and which groups thousands. */
export type NumberStyle = 'point' | 'comma';

const CURRENCY_SIGNS: Readonly<Record<string, string>> = {
  '€': 'EUR',
  US$: 'USD',
  '£': 'GBP',
  '₹': 'INR',
  '¥': 'JPY',
  '₺': 'TRY',
  '₽': 'RUB',
  '₩': 'KRW',
  zł: 'PLN',
  Kč: 'CZK',
};
const SPACES = /[\s\u00a0\u2009\u202f]+/g;
const EMPTY = /^(?:|-+|–|—|n\/?a|null|none|nil|\?)$/i;

export function isEmptyCell(cell: string): boolean {
  return EMPTY.test(cell.trim());
}

/** The unit as a reader knows it: "€" and "EUR" are one currency; "$" stays, since many dollars share it. */
export function unitName(unit: string): string {
  const name = unit.trim();
  return (
    CURRENCY_SIGNS[name] ?? (/^[a-z]{3}$/i.test(name) && CODES.has(name.toUpperCase()) ? name.toUpperCase() : name)
  );
}

export function isCurrency(unit: string): boolean {
  return unit === '$' || CODES.has(unitName(unit));
}

const CODES = new Set(
  (
    'USD EUR GBP JPY CHF AUD CAD NZD CNY HKD SGD INR SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH ILS ZAR BRL MXN ARS ' +
    'CLP COP PEN KRW TWD THB IDR MYR PHP VND AED SAR QAR KWD EGP MAD NGN KES GHS ISK RSD'
  ).split(' '),
);

/**
 * Reads a cell in the style of its column, or in the other where the cell itself leaves no doubt; null when it is no
 * number. Brackets and a trailing minus are negative.
 */
export function readCellNumber(cell: string, style: NumberStyle): CellNumber | null {
  const read = readInStyle(cell, style) ?? readExponent(cell);
  if (read !== null) return read;
  const own = decidedStyle(cell);
  return own === null || own === style ? null : readInStyle(cell, own);
}

/** "1.5e-3", as programs write very small and very large numbers. */
function readExponent(cell: string): CellNumber | null {
  const match = /^([+-]?\d+(?:\.\d+)?)e([+-]?\d{1,2})$/i.exec(cell.trim());
  const mantissa = match ? parseDecimal(match[1] ?? '') : null;
  if (mantissa === null) return null;
  const exponent = Number(match?.[2]);
  const scale = mantissa.scale - exponent;
  const value = scale >= 0 ? { ...mantissa, scale } : { units: mantissa.units * 10n ** BigInt(-scale), scale: 0 };
  return { value, unit: '' };
}

function readInStyle(cell: string, style: NumberStyle): CellNumber | null {
  const compact = cell.trim().replace(/[\u2212\u2013]/g, '-');
  const bracketed = /^\((.*)\)$/.exec(compact);
  const text = bracketed?.[1] ?? compact;
  const match = /^([^\d+\-.,]*)([+-]?)([^\d+\-.,]*)(\d[\d.,'’\s\u00a0\u2009\u202f]*|[.,]\d+)(-?)\s*([^\d]*)$/u.exec(
    text,
  );
  if (!match) return null;
  const [before, sign, between, digits, after, trailing] = match.slice(1).map((part) => part.trim());
  const units = [before, between, trailing].filter((part) => part !== undefined && part !== '');
  if (units.length > 1) return null;
  // Before a number stands its currency; "A-214" is a name.
  const prefix = before || between || '';
  if (prefix !== '' && !isCurrency(prefix) && !/\p{Sc}/u.test(prefix)) return null;
  const unit = units[0] ?? '';
  if (unit !== '' && !/^[\p{L}\p{Sc}%°²³/. µ]{1,12}$/u.test(unit)) return null;
  const number = plainDigits(digits ?? '', style);
  const value = number === null ? null : parseDecimal(number);
  if (value === null) return null;
  const negative = bracketed !== null || sign === '-' || after === '-';
  return { value: negative ? { ...value, units: -value.units } : value, unit: unitName(unit) };
}

/**
 * How a column writes numbers, null when nothing tells. A cell with both signs, with a repeated sign or with a sign not
 * before exactly three digits decides. Else "1.250" beside "950" is a thousand: fractions keep their length.
 */
export function styleOf(cells: readonly string[]): NumberStyle | null {
  let [point, comma, groupedByPoint, short, long] = [0, 0, 0, 0, 0];
  for (const cell of cells) {
    const style = decidedStyle(cell);
    if (style === 'point') point++;
    if (style === 'comma') comma++;
    if (/^\D*\d{1,3}\.\d{3}\D*$/.test(cell)) groupedByPoint++;
    if (/^\D*\d{1,3}\D*$/.test(cell)) short++;
    if (/^\D*\d{4,}\D*$/.test(cell)) long++;
  }
  if (point !== comma) return point > comma ? 'point' : 'comma';
  return point === 0 && groupedByPoint > 0 && short > 0 && long === 0 ? 'comma' : null;
}

function decidedStyle(cell: string): NumberStyle | null {
  const digits = /\d[\d.,'’\s\u00a0\u202f]*/.exec(cell)?.[0].trim() ?? '';
  const points = digits.split('.').length - 1;
  const commas = digits.split(',').length - 1;
  if (points > 0 && commas > 0) return digits.lastIndexOf('.') > digits.lastIndexOf(',') ? 'point' : 'comma';
  if (points > 1) return 'comma';
  if (commas > 1) return 'point';
  if (points === 1 && !/^[1-9]\d{0,2}\.\d{3}$/.test(digits)) return 'point';
  if (commas === 1 && !/^[1-9]\d{0,2},\d{3}$/.test(digits)) return 'comma';
  return null;
}

/** "1.234,5" as "1234.5"; null where the signs do not stand as grouping and fraction do. */
function plainDigits(digits: string, style: NumberStyle): string | null {
  const text = digits.replace(SPACES, '').replace(/['’]/g, '');
  const [fractionSign, groupSign] = style === 'point' ? (['.', ','] as const) : ([',', '.'] as const);
  const [whole = '', fraction, ...rest] = text.split(fractionSign);
  if (rest.length > 0) return null;
  const groups = whole.split(groupSign);
  // 12,34,567 (India) groups by two; a group of one is no number.
  if (
    groups.length > 1 &&
    (groups.slice(1).some((group) => !/^\d{2,3}$/.test(group)) || (groups.at(-1) ?? '').length !== 3)
  ) {
    return null;
  }
  if (fraction !== undefined && fraction !== '' && !/^\d+$/.test(fraction)) return null;
  const joined = groups.join('');
  if (joined !== '' && !/^\d+$/.test(joined)) return null;
  return `${joined === '' ? '0' : joined}${fraction !== undefined && fraction !== '' ? `.${fraction}` : ''}`;
}
