/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
export type DayNumber = number;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** Day number of a date; a month or day out of range runs over into the next or the one before. */
export function dayNumber(year: number, month: number, day: number): DayNumber {
  const months = year * 12 + (month - 1);
  const y = Math.floor(months / 12) - (modulo(months, 12) < 2 ? 1 : 0);
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const shifted = (modulo(months, 12) + 10) % 12;
  const dayOfYear = Math.floor((153 * shifted + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The inverse of `dayNumber` (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
export function civilDate(days: DayNumber): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

/** 1 Monday to 7 Sunday. */
export function weekdayOf(days: DayNumber): number {
  return modulo(days + 3, 7) + 1;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** ISO 8601 calendar date, "2026-11-24". */
export function isoDate(days: DayNumber): string {
  const { year, month, day } = civilDate(days);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** Day number of an ISO date, or null when it is none. */
export function parseIsoDate(text: string): DayNumber | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return null;
  return validDay(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** Year, month and day of an ISO date, or null when it is none. */
export function parseCivilDate(text: string): CivilDate | null {
  const days = parseIsoDate(text);
  return days === null ? null : civilDate(days);
}

/** Day number of a date that exists, else null. */
export function validDay(year: number, month: number, day: number): DayNumber | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return dayNumber(year, month, day);
}

/** ISO 8601 week and the year that the week belongs to. */
export function isoWeek(days: DayNumber): { readonly year: number; readonly week: number } {
  const thursday = days - weekdayOf(days) + 4;
  const { year } = civilDate(thursday);
  return { year, week: Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1 };
}

export function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
