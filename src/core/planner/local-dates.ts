import * as civil from '../base/civil-date.ts';
import { formatShortDate } from '../tools/format.ts';

/** Days, weeks, months and quarters as ISO dates, which compare as text. */
export interface DateRange {
  /** ISO dates; `to` is inclusive. */
  readonly from: string;
  readonly to: string;
}

/** Days since 1970-01-01. */
export function dayNumber(iso: string): civil.DayNumber {
  return civil.dayNumber(...partsOf(iso));
}

export function isoOfDay(days: civil.DayNumber): string {
  return civil.isoDate(days);
}

export function isoDate(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** Year, month from 1 and day of an ISO date. */
export function partsOf(iso: string): [number, number, number] {
  return [Number(iso.slice(0, 4)), Number(iso.slice(5, 7)), Number(iso.slice(8, 10))];
}

export function isIsoDate(text: unknown): text is string {
  return typeof text === 'string' && civil.parseIsoDate(text) !== null;
}

export function addDays(iso: string, days: number): string {
  return isoOfDay(dayNumber(iso) + days);
}

/** 1 Monday to 7 Sunday. */
export function weekdayOf(iso: string): number {
  return civil.weekdayOf(dayNumber(iso));
}

/** The whole month that lies `offset` months from the month of `iso`. */
export function monthAround(iso: string, offset: number): DateRange {
  const [year, month] = partsOf(iso);
  const index = year * 12 + month - 1 + offset;
  return wholeMonth(Math.floor(index / 12), civil.modulo(index, 12) + 1);
}

export function wholeMonth(year: number, month: number): DateRange {
  return { from: isoDate(year, month, 1), to: isoDate(year, month, civil.daysInMonth(year, month)) };
}

/** Monday to Sunday of the week that lies `offset` weeks from the week of `iso`. */
export function weekAround(iso: string, offset: number): DateRange {
  const monday = addDays(iso, 1 - weekdayOf(iso) + 7 * offset);
  return { from: monday, to: addDays(monday, 6) };
}

/** @param quarter 1 to 4 */
export function wholeQuarter(year: number, quarter: number): DateRange {
  return { from: wholeMonth(year, quarter * 3 - 2).from, to: wholeMonth(year, quarter * 3).to };
}

/** Same day `months` later, or the month's last day where there is none. */
export function addMonths(iso: string, months: number): string {
  const { from, to } = monthAround(iso, months);
  const day = Math.min(partsOf(iso)[2], partsOf(to)[2]);
  return `${from.slice(0, 8)}${String(day).padStart(2, '0')}`;
}

/** "Mon 23 to Fri 27 Nov 2026", "Nov 2026", "Mon 23 Nov 2026". */
export function shownRange(range: DateRange): string {
  if (range.from === range.to) return formatShortDate(range.from);
  const [year, month] = partsOf(range.from);
  const whole = wholeMonth(year, month);
  if (whole.from === range.from && whole.to === range.to)
    return formatShortDate(range.from).split(' ').slice(2).join(' ');
  const from = formatShortDate(range.from).split(' ');
  const to = formatShortDate(range.to).split(' ');
  if (from[3] === to[3]) from.pop();
  if (from.length === 3 && from[2] === to[2]) from.pop();
  return `${from.join(' ')} to ${to.join(' ')}`;
}
