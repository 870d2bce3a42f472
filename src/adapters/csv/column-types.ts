import type { ColumnType } from '#core/items/item.ts';

export interface ColumnKind {
  readonly type: ColumnType;
  /** Currency, percent or measure that the cells or the header name; else ''. */
  readonly unit: string;
}

/**
 * The type that at least 19 of 20 filled cells have, else text. Numbers in the forms "1234.5", "1,234.50", "1.234,50",
 * "1 234,50", "(120)", with a currency, a percent sign or a unit around them.
 */
export function columnKind(name: string, cells: readonly string[]): ColumnKind {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '' && !PLACEHOLDER.test(cell));
  if (filled.length === 0) return { type: 'text', unit: '' };
  const most = (test: (cell: string) => boolean): boolean => filled.filter(test).length >= filled.length * 0.95;
  if (most((cell) => BOOLEAN.test(cell))) return { type: 'boolean', unit: '' };
  if (most(isDate)) return { type: 'date', unit: '' };
  if (most(isNumber) && !filled.some((cell) => LEADING_ZERO.test(cell)))
    return { type: 'number', unit: unitOf(name, filled) };
  return { type: 'text', unit: '' };
}

/** Whether a cell is data rather than a column's name. */
export function looksLikeData(cell: string): boolean {
  const text = cell.trim();
  return text !== '' && (isNumber(text) || isDate(text));
}

const PLACEHOLDER = /^(?:n\/?a|nan|null|none|nil|-+|–|—|\?+|\.+|tbd|tbc)$/i;
const BOOLEAN = /^(?:true|false|yes|no|ja|nein|oui|non|y|n)$/i;
/** Phone numbers, post codes and account numbers are names made of digits. */
const LEADING_ZERO = /^0\d{2,}$/;
const CURRENCY = String.raw`[€$£¥₹₽]|(?:EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|CAD|AUD|NZD)\b`;
const MEASURE = String.raw`(?:%|‰|°C|°F|[kKMGTm]?(?:Wh|W|g|m|l|B|b|s|Hz)|kWh|km\/h|m²|m³|m2|m3|km²|hours?|hrs?|h|min|days?|d|pcs|pieces|units?|t|mi|lb|lbs|oz|ft|in|ha|bn|mn|k|K|M)`;
const DIGITS = String.raw`(?:\d{1,3}(?:([.,'’\u00a0\u202f ])\d{3})(?:\1\d{3})*(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?`;
const NUMBER = new RegExp(
  `^(?:[+\\-−]?\\s?(?:${CURRENCY})?\\s?[+\\-−]?${DIGITS}\\s?(?:${CURRENCY}|${MEASURE})?|\\((?:${CURRENCY})?\\s?${DIGITS.replaceAll('\\1', '\\2')}\\s?(?:${CURRENCY})?\\))$`,
  'u',
);

function isNumber(cell: string): boolean {
  return NUMBER.test(cell);
}

const MONTH = '(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez)[a-zäé]{0,7}\\.?';
const CLOCK = String.raw`(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:[ap]\.?m\.?)?\s?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?`;
const DATES = [
  /^\d{4}-(?:0?[1-9]|1[0-2])(?:-(?:0?[1-9]|[12]\d|3[01]))?/,
  /^\d{4}\/(?:0?[1-9]|1[0-2])\/(?:0?[1-9]|[12]\d|3[01])/,
  /^(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|[12]\d|3[01])[./](?:\d{4}|\d{2})/,
  new RegExp(`^(?:\\p{L}{2,9},?\\s+)?\\d{1,2}\\.?[ -]${MONTH},?[ -]\\d{2,4}`, 'iu'),
  new RegExp(`^${MONTH}\\s+\\d{1,2}(?:st|nd|rd|th)?,?\\s+\\d{4}`, 'iu'),
  new RegExp(`^${MONTH}[ -]\\d{4}`, 'iu'),
].map((date) => new RegExp(`(?:${date.source})${CLOCK}$`, 'iu'));

function isDate(cell: string): boolean {
  return DATES.some((date) => date.test(cell));
}

const IN_NAME = new RegExp(`[([]\\s*(?:in\\s+)?(${CURRENCY}|${MEASURE}|[\\p{L}µ%€$£/²³]{1,12})\\s*[)\\]]\\s*$`, 'u');
const NAME_TAIL = new RegExp(`(?:\\s|_)(?:in\\s+)?(EUR|USD|GBP|CHF|JPY|%|kWh|kg|km|pct|percent)$`, 'i');

function unitOf(name: string, cells: readonly string[]): string {
  const tally = new Map<string, number>();
  for (const cell of cells) {
    const unit = cell.replace(/[\d\s.,'’()+\-−\u00a0\u202f]/gu, '').replace(/^[eE]$/, '');
    tally.set(unit, (tally.get(unit) ?? 0) + 1);
  }
  const named = [...tally].filter(([unit]) => unit !== '').sort((a, b) => b[1] - a[1])[0];
  if (named && named[1] >= cells.length / 2) return named[0];
  const stated = (IN_NAME.exec(name.trim()) ?? NAME_TAIL.exec(name.trim()))?.[1] ?? '';
  return /^(?:pct|percent)$/i.test(stated) ? '%' : stated;
}
