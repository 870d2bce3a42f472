import { daysInMonth } from '#core/base/civil-date.ts';
import {
  addDays,
  addMonths,
  isoDate,
  monthAround,
  partsOf,
  weekAround,
  weekdayOf,
  wholeMonth,
  wholeQuarter,
  type DateRange,
} from '#core/planner/local-dates.ts';
import type { FoundDate } from '#core/planner/goal.ts';
import { MONTH_NAMES, NUMBERS, NEAR, GONE } from './period-words.ts';

export const ALL = { day: true, month: true, year: true };
export const MONTH_OF_YEAR = { month: true, year: true };
export type Groups = Readonly<Record<string, string | undefined>>;
export type Period = { readonly range: DateRange; readonly certain: Partial<FoundDate['certain']> } | null;
/** Before a word that is a month only in some places ("may", "march"), one of these must stand. */
const MONTH_CUE =
  /(?:\b(?:in|of|during|since|until|till|by|for|last|next|this|from|to|through|before|after|early|mid|late|between|and|or|end|start|beginning|whole|all|per|vs|versus|with|both|compare)|[-–—])[\s-]*(?:the )?$/;

export function readMonth({ which, month, year, yearWhich }: Groups, today: string, before: string): Period {
  if (/\d(?:st|nd|rd|th)?\s*(?:of\s+)?$/.test(before) || /\bthe\s+$/.test(before)) return null;
  const name = (month ?? '').replace('.', '');
  const doubtful = /^(?:may|mar|march|aug|august|jun|jan|dec|sep|sept|oct|nov|feb|apr|jul|april|june)$/.test(name);
  if (doubtful && year === undefined && which === undefined && yearWhich === undefined && !MONTH_CUE.test(before))
    return null;
  const number = monthOf(month);
  const given = yearOf(year, yearWhich, today);
  if (given !== null) return { range: wholeMonth(given, number), certain: MONTH_OF_YEAR };
  if (which === undefined) return { range: wholeMonth(nearestYear(today, number), number), certain: { month: true } };
  const [thisYear, thisMonth] = partsOf(today);
  const past = which === 'last' || which === 'past';
  const shift = past ? (number < thisMonth ? 0 : -1) : which === 'this' ? 0 : number > thisMonth ? 0 : 1;
  return { range: wholeMonth(thisYear + shift, number), certain: MONTH_OF_YEAR };
}

export function readPart(groups: Groups, today: string, before: string): Period {
  const { part = '', which, unit, month, year } = groups;
  if (month !== undefined && year === undefined && monthOf(month) === 5 && !/of|mid|early|late/.test(`${part} of`))
    return null;
  const period =
    unit !== undefined
      ? around(unit, which === undefined ? 0 : direction(which), today)
      : readMonth({ which, month, year }, today, 'in ');
  if (period === null) return null;
  const { from, to } = period.range;
  if (unit === 'week') return weekPart(part, from, before);
  const middle =
    unit === 'year' || unit === 'quarter' ? middleOf(part, period.range) : monthPart(part, from, to, before);
  return { range: middle, certain: ALL };
}

/** At the end is a window; by the end, and the bare words, are the last working day. */
const WINDOW = /\b(?:at|towards?|around|near|in|during|on)\s+$/;

function weekPart(part: string, monday: string, before: string): Period {
  if (part === 'end' || part === 'late')
    return WINDOW.test(before) || part === 'late'
      ? span(addDays(monday, 3), addDays(monday, 4))
      : only(addDays(monday, 4));
  if (part === 'mid' || part === 'middle') return span(addDays(monday, 1), addDays(monday, 3));
  if (part === 'second half') return span(addDays(monday, 2), addDays(monday, 4));
  if (part === 'first half') return span(monday, addDays(monday, 2));
  return part.endsWith('week') ? null : span(monday, addDays(monday, 1));
}

function monthPart(part: string, from: string, to: string, before: string): DateRange {
  const day = (first: number, last: number): DateRange => ({
    from: addDays(from, first - 1),
    to: addDays(from, last - 1),
  });
  switch (part) {
    case 'start':
    case 'beginning':
    case 'first days':
    case 'first week':
      return day(1, 7);
    case 'second week':
      return day(8, 14);
    case 'third week':
      return day(15, 21);
    case 'fourth week':
      return day(22, 28);
    case 'early':
      return day(1, 10);
    case 'mid':
    case 'middle':
      return day(11, 20);
    case 'first half':
      return day(1, 15);
    case 'second half':
      return { from: addDays(from, 15), to };
    case 'late':
      return { from: addDays(from, 20), to };
    case 'last week':
    case 'last days':
      return { from: addDays(to, -6), to };
    default:
      return WINDOW.test(before) ? { from: addDays(to, -6), to } : { from: to, to };
  }
}

function middleOf(part: string, { from, to }: DateRange): DateRange {
  if (part === 'end' || part === 'last days') return { from: to, to };
  if (part === 'late') return { from: addMonths(`${to.slice(0, 8)}01`, 0), to };
  if (part === 'second half')
    return { from: addMonths(from, to.slice(5, 7) === '12' && from.slice(5, 7) === '01' ? 6 : 1), to };
  const months = from.slice(5, 7) === '01' && to.slice(5, 7) === '12' ? 6 : 1;
  if (part === 'first half') return { from, to: addDays(addMonths(from, months), -1) };
  return { from, to: monthAround(from, 0).to };
}

export function around(unit: string, offset: number, today: string): Period {
  switch (unit) {
    case 'week':
      return { range: weekAround(today, offset), certain: ALL };
    case 'fortnight':
      return offset < 0 ? span(addDays(today, -14), today) : span(today, addDays(today, 14));
    case 'weekend': {
      const { to } = weekAround(today, offset);
      return span(addDays(to, -1), to);
    }
    case 'month':
      return { range: monthAround(today, offset), certain: MONTH_OF_YEAR };
    case 'quarter': {
      const [year, month] = partsOf(addMonths(today, 3 * offset));
      return { range: wholeQuarter(year, Math.ceil(month / 3)), certain: MONTH_OF_YEAR };
    }
    default: {
      const year = partsOf(today)[0] + offset;
      return { range: { from: isoDate(year, 1, 1), to: isoDate(year, 12, 31) }, certain: { year: true } };
    }
  }
}

export function direction(which: string): number {
  if (NEAR.split('|').includes(which)) return 1;
  return GONE.split('|').includes(which) ? -1 : 0;
}

export function move(today: string, count: number, unit: string): string {
  if (unit === 'week') return addDays(today, 7 * count);
  if (unit === 'fortnight') return addDays(today, 14 * count);
  if (unit === 'month') return addMonths(today, count);
  if (unit === 'quarter') return addMonths(today, 3 * count);
  if (unit === 'year') return addMonths(today, 12 * count);
  if (unit === 'day') return addDays(today, count);
  let day = today;
  for (let left = Math.abs(count); left > 0;) {
    day = addDays(day, Math.sign(count));
    if (weekdayOf(day) <= 5) left--;
  }
  return day;
}

export function span(a: string, b: string): Period {
  return { range: a <= b ? { from: a, to: b } : { from: b, to: a }, certain: ALL };
}

export function only(day: string): Period {
  return { range: { from: day, to: day }, certain: ALL };
}

export function weekdayInWeek(weekday: string, which: string, today: string): Period {
  const number = weekdayNumber(weekday);
  const period = only(addDays(weekAround(today, direction(which)).from, number - 1));
  return period && { range: period.range, certain: { ...ALL, weekday: true } };
}

/** 1 Monday to 7 Sunday; 0 when it is none. */
export function weekdayNumber(word: string): number {
  return ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].indexOf(word.slice(0, 3).toLowerCase()) + 1;
}

export function daysOfMonth(
  a: number,
  b: number,
  month: string | undefined,
  year: string | undefined,
  today: string,
): Period {
  if (month === undefined || a < 1 || b < a) return null;
  const number = monthOf(month);
  const given = year === undefined ? nearestYear(today, number) : Number(year);
  if (b > daysInMonth(given, number)) return null;
  return {
    range: { from: isoDate(given, number, a), to: isoDate(given, number, b) },
    certain: { day: true, month: true, year: year !== undefined },
  };
}

/** Days of a month that is not named: this month, or the next when the last of them is over. */
export function ordinals(a: number, b: number, which: string | undefined, today: string): Period {
  if (a < 1 || b < 1 || a > 31 || b > 31) return null;
  const named = which === 'next' ? 1 : which === 'last' ? -1 : which === undefined ? null : 0;
  for (const offset of named === null ? [0, 1, 2] : [named]) {
    const { from } = monthAround(today, offset);
    const [year, month] = partsOf(from);
    const end = b >= a ? monthAround(today, offset) : monthAround(today, offset + 1);
    if (a > daysInMonth(year, month) || b > partsOf(end.to)[2]) continue;
    const range = { from: addDays(from, a - 1), to: addDays(end.from, b - 1) };
    if (named === null && range.to < today) continue;
    return { range, certain: named === null ? { day: true } : ALL };
  }
  return null;
}

export function isoWeek(week: number, year: number, certain: boolean): Period {
  if (week < 1 || week > 53) return null;
  const range = weekAround(isoDate(year, 1, 4), week - 1);
  return { range, certain: { day: true, month: true, year: certain } };
}

export function countOf(words: string): number {
  const number = NUMBERS.indexOf(words) + 1;
  if (number > 0) return number;
  if (words === 'a' || words === 'an' || words === '') return 1;
  if (words.includes('couple')) return 2;
  if (words.includes('few')) return 3;
  if (words === 'several') return 7;
  const tens: Readonly<Record<string, number>> = { fourteen: 14, thirty: 30, sixty: 60, ninety: 90 };
  return tens[words] ?? Number(words);
}

export function nthOf(word: string): number {
  return word === 'last' ? 4 : ['first', 'second', 'third', 'fourth'].indexOf(word) + 1 || Number.parseInt(word);
}

export function yearOf(year: string | undefined, which: string | undefined, today: string): number | null {
  if (year !== undefined) return Number(year);
  return which === undefined ? null : partsOf(today)[0] + direction(which);
}

/** 1 to 12. */
export function monthOf(name: string | undefined): number {
  return MONTH_NAMES.findIndex((month) => month.startsWith((name ?? '').slice(0, 3))) + 1;
}

/** The year in which the month lies nearest to today; half a year ahead counts as past. */
export function nearestYear(today: string, month: number): number {
  const [year, thisMonth] = partsOf(today);
  const ahead = month - thisMonth;
  if (ahead >= 6) return year - 1;
  return ahead < -6 ? year + 1 : year;
}
