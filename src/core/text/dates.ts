import { dayNumber, daysInMonth, weekdayOf } from '../base/civil-date.ts';

/** A calendar date as some text gives it; null where the text does not say. */
export interface PartialDate {
  readonly year: number | null;
  readonly month: number;
  /** Null for "March 2026". */
  readonly day: number | null;
  /** 1 Monday to 7 Sunday when the text names it. */
  readonly weekday: number | null;
}

/** A date written out in a text, with every date it can be read as: 03/04/2026 has two. Offsets are UTF-16 units. */
export interface WrittenDate {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly readings: readonly PartialDate[];
}

/** A time of day written in a text, in minutes after midnight: 12 hours apart when am or pm is left out. */
export interface WrittenTime {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly minutes: readonly number[];
}

/**
 * A date that a text names in any way, read against a clock: what the date port finds. Offsets are UTF-16 units;
 * `from` and `to` are ISO dates, inclusive; times are minutes after midnight.
 */
export interface NamedDate {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly from: string;
  readonly to: string;
  readonly timeFrom: number | null;
  readonly timeTo: number | null;
}

const MONTH_NAMES: readonly string[][] = [
  ['january', 'jan', 'januar'], ['february', 'feb', 'februar'], ['march', 'mar', 'märz'], ['april', 'apr'], ['may', 'mai'],
  ['june', 'jun', 'juni'], ['july', 'jul', 'juli'], ['august', 'aug'], ['september', 'sept', 'sep'],
  ['october', 'oct', 'oktober', 'okt'], ['november', 'nov'], ['december', 'dec', 'dezember', 'dez'],
]; // prettier-ignore
const WEEKDAY_NAMES: readonly string[][] = [
  ['monday', 'mon'], ['tuesday', 'tues', 'tue'], ['wednesday', 'wed'], ['thursday', 'thurs', 'thur', 'thu'],
  ['friday', 'fri'], ['saturday', 'sat'], ['sunday', 'sun'],
]; // prettier-ignore

const longestFirst = (names: readonly string[][]): string =>
  names
    .flat()
    .sort((a, b) => b.length - a.length)
    .join('|');
const MONTH = `(?:${longestFirst(MONTH_NAMES)})(?![\\p{L}])\\.?`;
const WEEKDAY = `(?:(${longestFirst(WEEKDAY_NAMES)})(?![\\p{L}])\\.?,?\\s+(?:the\\s+)?)?`;
const DAY = '(\\d{1,2})(?:st|nd|rd|th|\\.)?';
const RANGE = `(?:\\s*(?:-|–|—|to|until|and)\\s*(\\d{1,2})(?:st|nd|rd|th|\\.)?)?`;
const YEAR = '(?:,?\\s+(?:of\\s+)?((?:19|20)\\d{2})(?!\\d))?';
const NOT_BEFORE = '(?<![\\p{L}\\p{N}])';

const PATTERNS: readonly {
  readonly regex: RegExp;
  readonly read: (parts: readonly (string | undefined)[]) => PartialDate[];
}[] = [
  {
    regex: new RegExp(`${NOT_BEFORE}(\\d{4})[-/](\\d{2})[-/](\\d{2})(?!\\d)`, 'giu'),
    read: ([, y, m, d]) => make(y, m, d),
  },
  { regex: /(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?=T\d{6}|\b)/gu, read: ([, y, m, d]) => make(y, m, d) },
  { regex: new RegExp(`${NOT_BEFORE}(\\d{1,2})([./-])(\\d{1,2})\\2((?:20)?\\d{2})(?!\\d)`, 'giu'), read: readNumeric },
  {
    regex: new RegExp(`${NOT_BEFORE}${WEEKDAY}${DAY}${RANGE}\\s+(?:of\\s+)?(${MONTH})${YEAR}`, 'giu'),
    read: ([, weekday, from, to, month, year]) => makeRange(year, month, from, to, weekday),
  },
  {
    regex: new RegExp(`${NOT_BEFORE}${WEEKDAY}(${MONTH})\\s+(?:the\\s+)?${DAY}(?![\\d:])${RANGE}${YEAR}`, 'giu'),
    read: ([, weekday, month, from, to, year]) => makeRange(year, month, from, to, weekday),
  },
  {
    regex: new RegExp(`${NOT_BEFORE}(${MONTH}),?\\s+((?:19|20)\\d{2})(?!\\d)`, 'giu'),
    read: ([, month, year]) => [{ year: Number(year), month: monthOf(month), day: null, weekday: null }],
  },
];

/** Every calendar date that is written out, in any common form. Relative dates ("next Friday") need a clock: see the date port. */
export function findWrittenDates(text: string): WrittenDate[] {
  const found: WrittenDate[] = [];
  for (const { regex, read } of PATTERNS) {
    for (const match of text.matchAll(regex)) {
      const start = match.index;
      const end = start + match[0].trimEnd().length;
      if (found.some((other) => start < other.end && other.start < end)) continue;
      const readings = read(match);
      if (readings.length > 0) found.push({ text: text.slice(start, end), start, end, readings });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Whether two dates can be the same day: what one leaves out does not contradict. */
export function compatibleDates(a: PartialDate, b: PartialDate): boolean {
  return (
    a.month === b.month &&
    (a.day === null || b.day === null ? a.day === b.day : a.day === b.day) &&
    (a.year === null || b.year === null || a.year === b.year)
  );
}

/** "2026-03-12"; null when year or day are missing. */
export function isoOf(date: PartialDate): string | null {
  if (date.year === null || date.day === null) return null;
  return `${String(date.year)}-${String(date.month).padStart(2, '0')}-${String(date.day).padStart(2, '0')}`;
}

const TIME =
  /(?<![\p{L}\p{N}.,:/-])(?:(\d{1,2})[:.](\d{2})(?::\d{2})?\s?([ap]\.?\s?m\b\.?)?|(\d{1,2})\s?([ap]\.?m\b\.?)|(\d{1,2})\s?h(\d{2})?\b|(noon|midday|midnight)\b|T(\d{2})(\d{2})\d{2})(?![\d%])/giu;

export function findWrittenTimes(text: string): WrittenTime[] {
  const found: WrittenTime[] = [];
  for (const match of text.matchAll(TIME)) {
    const minutes = readTime(match);
    if (minutes.length > 0) {
      found.push({ text: match[0], start: match.index, end: match.index + match[0].length, minutes });
    }
  }
  for (const match of text.matchAll(/(?<=\d{8})T(\d{2})(\d{2})\d{2}/g)) {
    found.push({
      text: match[0],
      start: match.index,
      end: match.index + 7,
      minutes: [60 * Number(match[1]) + Number(match[2])],
    });
  }
  return found.sort((a, b) => a.start - b.start);
}

function readTime(match: RegExpMatchArray): number[] {
  const word = match[8]?.toLowerCase();
  if (word !== undefined) return [word === 'midnight' ? 0 : 720];
  const hour = Number(match[1] ?? match[4] ?? match[6]);
  const minute = Number(match[2] ?? match[7] ?? '0');
  const half = (match[3] ?? match[5] ?? '').toLowerCase().replace(/[.\s]/g, '');
  if (!Number.isFinite(hour) || hour > 24 || minute > 59) return [];
  // "12.30" without am or pm is as likely a price or a date.
  if (half === '' && /^\d{1,2}\.\d{2}$/.test(match[0].trim())) return [];
  if (half !== '') return hour > 12 ? [] : [((hour % 12) + (half === 'pm' ? 12 : 0)) * 60 + minute];
  return [hour * 60 + minute];
}

function readNumeric([, a, mark, b, y]: readonly (string | undefined)[]): PartialDate[] {
  const year = y?.length === 2 ? `20${y}` : y;
  const dayFirst = make(year, b, a);
  if (mark === '.') return dayFirst;
  const monthFirst = make(year, a, b);
  const second = monthFirst.filter((date) => !dayFirst.some((other) => compatibleDates(date, other)));
  return [...dayFirst, ...second];
}

function make(year: string | undefined, month: string | undefined, day: string | undefined): PartialDate[] {
  const date = { year: Number(year), month: Number(month), day: Number(day), weekday: null };
  return exists(date) ? [date] : [];
}

function makeRange(
  year: string | undefined,
  month: string | undefined,
  from: string | undefined,
  to: string | undefined,
  weekday: string | undefined,
): PartialDate[] {
  const base = { year: year === undefined ? null : Number(year), month: monthOf(month) };
  const first = { ...base, day: Number(from), weekday: weekday === undefined ? null : weekdayNumber(weekday) };
  const last = { ...base, day: Number(to), weekday: null };
  return to === undefined ? [first].filter(exists) : [first, last].filter(exists);
}

function exists(date: PartialDate): boolean {
  if (date.month < 1 || date.month > 12) return false;
  return date.day === null || (date.day >= 1 && date.day <= daysInMonth(date.year ?? 2024, date.month));
}

function monthOf(name: string | undefined): number {
  const folded = (name ?? '').toLowerCase().replace(/\.$/, '');
  return MONTH_NAMES.findIndex((names) => names.includes(folded)) + 1;
}

function weekdayNumber(name: string): number {
  const folded = name.toLowerCase().replace(/\.$/, '');
  return WEEKDAY_NAMES.findIndex((names) => names.includes(folded)) + 1;
}

/** False when the text names a weekday that its own full date does not fall on. */
export function weekdayHolds(date: PartialDate): boolean {
  if (date.weekday === null || date.year === null || date.day === null) return true;
  return weekdayOf(dayNumber(date.year, date.month, date.day)) === date.weekday;
}
