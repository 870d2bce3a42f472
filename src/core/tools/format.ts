import { civilDate, parseIsoDate, weekdayOf } from '../base/civil-date.ts';

/** Numbers, dates and durations as an answer writes them: English, the same on every machine. */

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const MONTHS = [
  ...(['January', 'February', 'March', 'April', 'May', 'June'] as const),
  ...(['July', 'August', 'September', 'October', 'November', 'December'] as const),
] as const;

/** "12,400.50" of the plain decimal "12400.50"; digits after the point stay as they are. */
export function formatDecimal(plain: string): string {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(plain);
  if (!match) return plain;
  const grouped = (match[2] ?? '').replace(/\B(?=(\d{3})+$)/g, ',');
  return `${match[1] ?? ''}${grouped}${match[3] ?? ''}`;
}

/** "12,400.50 EUR", "€12,400.50", "12.5 %", "12 kg": the unit where a reader expects it. */
export function formatQuantity(plain: string, unit: string): string {
  const shown = formatDecimal(plain);
  if (unit === '') return shown;
  if (!/^[$€£¥₹]$/.test(unit)) return `${shown} ${unit}`;
  return shown.startsWith('-') ? `-${unit}${shown.slice(1)}` : `${unit}${shown}`;
}

export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatDecimal(String(count))} ${count === 1 ? one : many}`;
}

/** "Tuesday 24 November 2026". */
export function formatDate(iso: string): string {
  return dateParts(iso, (weekday, day, month, year) => `${weekday} ${day} ${month} ${year}`);
}

/** "Tue 24 Nov 2026". */
export function formatShortDate(iso: string): string {
  return dateParts(iso, (weekday, day, month, year) => `${weekday.slice(0, 3)} ${day} ${month.slice(0, 3)} ${year}`);
}

/** "Mon 23 Nov 2026 to Fri 27 Nov 2026", or the one date. */
export function formatDateRange(from: string, to: string): string {
  return from === to ? formatShortDate(from) : `${formatShortDate(from)} to ${formatShortDate(to)}`;
}

/** "November 2026". */
export function formatMonth(year: number, month: number): string {
  return `${MONTHS[month - 1] ?? ''} ${String(year)}`;
}

/** 1 Monday to 7 Sunday. */
export function formatWeekday(weekday: number): string {
  return WEEKDAYS[weekday - 1] ?? '';
}

/** "13:05" of minutes after midnight; 1440 is "24:00". */
export function formatMinute(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** "45 minutes", "1 hour", "2 hours 30 minutes". */
export function formatMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const parts = [
    ...(hours > 0 ? [formatCount(hours, 'hour')] : []),
    ...(rest > 0 || hours === 0 ? [formatCount(rest, 'minute')] : []),
  ];
  return parts.join(' ');
}

/** "a", "a and b", "a, b and c". */
export function formatList(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] ?? ''}`;
}

function dateParts(iso: string, write: (weekday: string, day: string, month: string, year: string) => string): string {
  const days = parseIsoDate(iso);
  if (days === null) return iso;
  const { year, month, day } = civilDate(days);
  return write(formatWeekday(weekdayOf(days)), String(day), MONTHS[month - 1] ?? '', String(year));
}
