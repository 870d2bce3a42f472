/**
 * Arithmetic on ISO calendar dates (proleptic Gregorian) without any clock or zone. Day numbers count from 1970-01-01.
 * Source: Howard Hinnant, "chrono-compatible low-level date algorithms".
 */

export interface DateRange {
  /** ISO dates; `to` is inclusive. */
  readonly from: string;
  readonly to: string;
}

export function dayNumber(iso: string): number {
  const [year, month, day] = partsOf(iso);
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function isoOfDay(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return isoDate(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

export function isoDate(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** Year, month from 1 and day of an ISO date. */
export function partsOf(iso: string): [number, number, number] {
  return [Number(iso.slice(0, 4)), Number(iso.slice(5, 7)), Number(iso.slice(8, 10))];
}

export function isIsoDate(text: unknown): text is string {
  return typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) && isoOfDay(dayNumber(text)) === text;
}

export function addDays(iso: string, days: number): string {
  return isoOfDay(dayNumber(iso) + days);
}

/** 1 Monday to 7 Sunday. */
export function weekdayOf(iso: string): number {
  return ((((dayNumber(iso) + 3) % 7) + 7) % 7) + 1;
}

export function monthLength(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** The whole month that lies `offset` months from the month of `iso`. */
export function monthAround(iso: string, offset: number): DateRange {
  const [year, month] = partsOf(iso);
  const index = year * 12 + month - 1 + offset;
  return wholeMonth(Math.floor(index / 12), (((index % 12) + 12) % 12) + 1);
}

export function wholeMonth(year: number, month: number): DateRange {
  return { from: isoDate(year, month, 1), to: isoDate(year, month, monthLength(year, month)) };
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

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "Mon 23 Nov 2026". */
export function shownDate(iso: string): string {
  const [year, month, day] = partsOf(iso);
  return `${WEEKDAYS[weekdayOf(iso) - 1] ?? ''} ${String(day)} ${MONTHS[month - 1] ?? ''} ${String(year)}`;
}

/** "Mon 23 to Fri 27 Nov 2026", "Nov 2026", "Mon 23 Nov 2026". */
export function shownRange(range: DateRange): string {
  if (range.from === range.to) return shownDate(range.from);
  const [year, month] = partsOf(range.from);
  const whole = wholeMonth(year, month);
  if (whole.from === range.from && whole.to === range.to) return `${MONTHS[month - 1] ?? ''} ${String(year)}`;
  const from = shownDate(range.from).split(' ');
  const to = shownDate(range.to).split(' ');
  if (from[3] === to[3]) from.pop();
  if (from.length === 3 && from[2] === to[2]) from.pop();
  return `${from.join(' ')} to ${to.join(' ')}`;
}

/** "14:30"; 1440 is "24:00". */
export function shownMinute(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
