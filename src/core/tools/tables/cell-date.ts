import type { DayNumber } from '../../base/civil-date.ts';
import { civilDate, dayNumber, isoDate, isoWeek, validDay } from '../../base/civil-date.ts';
import { formatMonth, formatShortDate } from '../format.ts';

/** In which order a column writes numeric dates. */
export type DateOrder = 'day-first' | 'month-first';

export type Period = 'none' | 'day' | 'week' | 'month' | 'quarter' | 'year';

/** A stretch of days, `to` inclusive: a cell may say a whole month. */
export interface DaySpan {
  readonly from: DayNumber;
  readonly to: DayNumber;
}

const MONTH_NAMES = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Reads a date, a month, a quarter or a year; null for anything else. Times of day are left out. */
export function readCellDate(cell: string, order: DateOrder): DaySpan | null {
  const text = cell
    .trim()
    .replace(/(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[ap]m|[+-]\d{2}:?\d{2})?)$/i, '');
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text);
  if (iso) return oneDay(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (compact) return oneDay(Number(compact[1]), Number(compact[2]), Number(compact[3]));
  const numeric = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})$/.exec(text);
  if (numeric) {
    const [a, b] = [Number(numeric[1]), Number(numeric[2])];
    const year = fullYear(numeric[3] ?? '');
    return order === 'day-first' ? oneDay(year, b, a) : oneDay(year, a, b);
  }
  return readNamedDate(text) ?? readPeriod(text);
}

/** Day or month first, from the cells that leave no doubt; `ambiguous` when none does. */
export function dateOrderOf(cells: readonly string[]): { readonly order: DateOrder; readonly ambiguous: boolean } {
  let numeric = false;
  for (const cell of cells) {
    const match = /^(\d{1,2})([-/.])(\d{1,2})[-/.](?:\d{2}|\d{4})\b/.exec(cell.trim());
    if (!match) continue;
    if (Number(match[1]) > 12 || match[2] === '.') return { order: 'day-first', ambiguous: false };
    if (Number(match[3]) > 12) return { order: 'month-first', ambiguous: false };
    numeric ||= match[1] !== match[3];
  }
  return { order: 'day-first', ambiguous: numeric };
}

/** The period that a day lies in: a key that sorts by time, a label to show, and its first and last day. */
export function periodOf(
  day: DayNumber,
  period: Exclude<Period, 'none'>,
): { readonly key: string; readonly label: string } & DaySpan {
  const { year, month } = civilDate(day);
  switch (period) {
    case 'day':
      return { key: isoDate(day), label: formatShortDate(isoDate(day)), from: day, to: day };
    case 'week': {
      const week = isoWeek(day);
      const number = String(week.week).padStart(2, '0');
      const monday = day - ((((day + 3) % 7) + 7) % 7);
      return {
        key: `${String(week.year)}-W${number}`,
        label: `${String(week.year)}-W${number}`,
        from: monday,
        to: monday + 6,
      };
    }
    case 'month':
      return {
        ...monthSpan(year, month, 1),
        key: isoDate(day).slice(0, 7),
        label: formatMonth(year, month),
      };
    case 'quarter': {
      const quarter = Math.ceil(month / 3);
      const name = `Q${String(quarter)} ${String(year)}`;
      return { ...monthSpan(year, quarter * 3 - 2, 3), key: `${String(year)}-Q${String(quarter)}`, label: name };
    }
    case 'year':
      return { ...monthSpan(year, 1, 12), key: String(year), label: String(year) };
  }
}

function readNamedDate(text: string): DaySpan | null {
  const words = text
    .replace(/^[a-z]+day,?\s+|^(?:mon|tue|wed|thu|fri|sat|sun),?\s+/i, '')
    .replace(/(\d)(?:st|nd|rd|th)\b/gi, '$1');
  const dayFirst = /^(\d{1,2})[\s.-]+([a-z]{3,9})\.?,?[\s-]+(\d{2}|\d{4})$/i.exec(words);
  if (dayFirst) return namedDay(dayFirst[3] ?? '', dayFirst[2] ?? '', Number(dayFirst[1]));
  const monthFirst = /^([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})$/i.exec(words);
  return monthFirst ? namedDay(monthFirst[3] ?? '', monthFirst[1] ?? '', Number(monthFirst[2])) : null;
}

function readPeriod(text: string): DaySpan | null {
  const month = /^(\d{4})[-/](\d{1,2})$/.exec(text);
  if (month) return wholeMonth(Number(month[1]), Number(month[2]));
  const turned = /^(\d{1,2})[-/.](\d{4})$/.exec(text);
  if (turned) return wholeMonth(Number(turned[2]), Number(turned[1]));
  const named = /^([a-z]{3,9})\.?[\s-]+(\d{2}|\d{4})$/i.exec(text);
  if (named) return wholeMonth(fullYear(named[2] ?? ''), monthNumber(named[1] ?? ''));
  const quarter = /^(?:(\d{4})[-\s]?Q([1-4])|Q([1-4])[-\s/]?(\d{4}))$/i.exec(text);
  if (quarter) return monthSpan(Number(quarter[1] ?? quarter[4]), Number(quarter[2] ?? quarter[3]) * 3 - 2, 3);
  const year = /^((?:19|20|21)\d{2})$/.exec(text);
  return year ? monthSpan(Number(year[1]), 1, 12) : null;
}

function namedDay(year: string, month: string, day: number): DaySpan | null {
  return oneDay(fullYear(year), monthNumber(month), day);
}

function monthNumber(name: string): number {
  return MONTH_NAMES.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

function oneDay(year: number, month: number, day: number): DaySpan | null {
  const number = validDay(year, month, day);
  return number === null ? null : { from: number, to: number };
}

function wholeMonth(year: number, month: number): DaySpan | null {
  return month >= 1 && month <= 12 ? monthSpan(year, month, 1) : null;
}

function monthSpan(year: number, month: number, months: number): DaySpan {
  return { from: dayNumber(year, month, 1), to: dayNumber(year, month + months, 1) - 1 };
}

/** Two digits are the years 1950 to 2049. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  return year < 50 ? 2000 + year : 1900 + year;
}
