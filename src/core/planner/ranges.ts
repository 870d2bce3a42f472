import { fold } from '../text/words.ts';
import type { FoundDate } from './goal.ts';
import { addDays, addMonths, dayNumber, weekdayOf, type DateRange } from './local-dates.ts';
import type { Reading } from './reading.ts';

export interface GoalDates {
  /** Null when the goal names no time. */
  readonly between: DateRange | null;
  /** ISO weekdays 1 to 7 as digits, sorted. */
  readonly excludeWeekdays: readonly string[];
  readonly onlyWeekdays: readonly string[];
}

type Role = 'on' | 'not' | 'since' | 'after' | 'until' | 'before';

/** Before any file: an open beginning. */
export const LONG_AGO = '1970-01-01';
const NOT =
  /\b(?:not|except|excluding|without|other than|apart from|rather than|no|never|avoid|avoiding|skip|skipping|besides|bar|unless|ignore|ignoring|(?:day|days|time|week|everything|all) but|can(?:no|')t(?: do| make)?|but not)(?:\s+(?:for|on|in|at|during|the|any|a|of|from|before|after))*\s*$/;

/**
 * The time the goal is about. Dates said without a year or month are read forward for goals about the future and back
 * for goals about what was; "since" and "until" open the range, "not on" takes weekdays out.
 * @param horizon days after an open beginning, for goals about the future
 */
export function goalDates(reading: Reading, today: string, tense: 'future' | 'past', horizon: number): GoalDates {
  const text = fold(reading.text);
  const sameLength = text.length === reading.text.length ? text : reading.text.toLowerCase();
  const excluded = new Set<string>();
  const only = new Set<string>();
  const wide: { role: Role; range: DateRange }[] = [];
  const weekdays: { role: Role; range: DateRange }[] = [];
  let last: { role: Role; end: number; only: boolean } = { role: 'on', end: -1, only: false };
  for (const date of reading.dates) {
    const lead = sameLength.slice(0, date.start);
    const linked: boolean =
      last.end >= 0 && /^(?:\s|,|and|or|nor|&|\/|on|the|in)*$/.test(sameLength.slice(last.end, date.start));
    if (
      tense === 'past' &&
      /\bfor (?:the )?$/.test(lead) &&
      /^(?:['’]s\b| (?:meeting|call|review|board))/.test(sameLength.slice(date.end))
    )
      continue;
    const own = periodAsWhole(roleOf(lead), lead, date, sameLength, tense);
    const role: Role = own === 'on' && linked && last.role === 'not' ? 'not' : own;
    const range = inTense(date, today, tense);
    const isWeekday = date.certain.weekday && !date.certain.day;
    if (role === 'not') excludeDates(range, isWeekday, excluded, wide);
    else if (isWeekday && role === 'on' && (/\bonly(?: on)?\s*$/.test(lead) || (linked && last.only)))
      for (const day of daysOf(range)) only.add(String(weekdayOf(day)));
    else (isWeekday && role === 'on' ? weekdays : wide).push({ role, range });
    last = { role, end: date.end, only: only.has(String(weekdayOf(range.from))) };
  }
  for (const [weekday, refused] of pluralWeekdays(sameLength)) (refused ? excluded : only).add(weekday);
  const span = assemble(wide, today, tense, horizon);
  if (weekdays.length > 0 && span !== null && dayNumber(span.to) - dayNumber(span.from) >= 4) {
    for (const { range } of weekdays) for (const day of daysOf(range)) only.add(String(weekdayOf(day)));
    return result(span, excluded, only);
  }
  if (weekdays.length > 1)
    for (const { range } of weekdays) for (const day of daysOf(range)) only.add(String(weekdayOf(day)));
  return result(assemble([...wide, ...weekdays], today, tense, horizon), excluded, only);
}

function result(between: DateRange | null, excluded: ReadonlySet<string>, only: ReadonlySet<string>): GoalDates {
  return {
    between,
    excludeWeekdays: [...excluded].sort(),
    onlyWeekdays: [...only].filter((day) => !excluded.has(day)).sort(),
  };
}

/** "mail from October" is October's; "from October on" and "from Monday" begin there. */
function periodAsWhole(role: Role, lead: string, date: FoundDate, text: string, tense: 'future' | 'past'): Role {
  const from = role === 'since' && /\bfrom(?: the)?\s*$/.test(lead) && date.from !== date.to;
  const range = /\b(?:to|until|till|through)\b|[-–—]/i.test(date.text);
  return from && (range || (tense === 'past' && !/^ on(?:wards?)?\b/.test(text.slice(date.end)))) ? 'on' : role;
}

function roleOf(lead: string): Role {
  if (/\b(?:not|no) (?:before|earlier than)\s+(?:the\s+)?$/.test(lead)) return 'since';
  if (/\b(?:not|no) (?:after|later than)\s+(?:the\s+)?$/.test(lead)) return 'until';
  if (NOT.test(lead)) return 'not';
  const strip = String.raw`(?:\s+(?:the|about|around|on|of))*\s*$`;
  const ends = (words: string): boolean => new RegExp(String.raw`\b(?:${words})${strip}`).test(lead);
  if (
    ends(
      'since|starting(?: from| on)?|beginning(?: on)?|as of|on or after|from|as from|onwards? from|not before|no earlier than',
    )
  )
    return 'since';
  if (ends('after|later than|following|past')) return 'after';
  if (ends('until|till|up to|by|no later than|not after|at the latest|latest|through|on or before|not later than'))
    return 'until';
  if (ends('before|earlier than|prior to|ahead of')) return 'before';
  return 'on';
}

function excludeDates(
  range: DateRange,
  isWeekday: boolean,
  excluded: Set<string>,
  wide: { role: Role; range: DateRange }[],
): void {
  if (isWeekday || dayNumber(range.to) - dayNumber(range.from) < 3) {
    for (const day of daysOf(range)) excluded.add(String(weekdayOf(day)));
  } else wide.push({ role: 'after', range });
}

const WEEKDAY_WORDS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** "not on Fridays", "only Mondays", "any weekday but Friday": weekdays that are no dates. */
function pluralWeekdays(text: string): (readonly [string, boolean])[] {
  const found: (readonly [string, boolean])[] = [];
  let refusedBefore = false;
  let end = -1;
  for (const match of text.matchAll(/\b(mon|tues|wednes|thurs|fri|satur|sun)days\b/g)) {
    const lead = text.slice(0, match.index);
    const linked = end >= 0 && /^(?:\s|,|and|or|nor|on)*$/.test(text.slice(end, match.index));
    const refused: boolean = NOT.test(lead) || (linked && refusedBefore);
    refusedBefore = refused;
    end = match.index + match[0].length;
    found.push([String(WEEKDAY_WORDS.indexOf(`${match[1] ?? ''}day`) + 1), refused]);
  }
  return found;
}

function inTense(date: FoundDate, today: string, tense: 'future' | 'past'): DateRange {
  const { certain, from, to } = date;
  const years = (shift: number): DateRange => ({ from: addMonths(from, 12 * shift), to: addMonths(to, 12 * shift) });
  if (certain.weekday && !certain.day) {
    const named = /\b(?:next|last|this|past|previous)\b/i.test(date.text);
    const shift = tense === 'past' && !named && from > today ? -7 : 0;
    return { from: addDays(from, shift), to: addDays(to, shift) };
  }
  if (certain.year) return { from, to };
  if (certain.month) {
    if (tense === 'past' && from > today) return years(-1);
    return tense === 'future' && to < today ? years(1) : { from, to };
  }
  if (certain.day && tense === 'past' && from > today) return { from: addMonths(from, -1), to: addMonths(to, -1) };
  return { from, to };
}

function assemble(
  parts: readonly { role: Role; range: DateRange }[],
  today: string,
  tense: 'future' | 'past',
  horizon: number,
): DateRange | null {
  if (parts.length === 0) return null;
  const lows = parts.flatMap(({ role, range }) => {
    if (role === 'after') return [addDays(range.to, 1)];
    return role === 'on' || role === 'since' ? [range.from] : [];
  });
  const highs = parts.flatMap(({ role, range }) => {
    if (role === 'before') return [addDays(range.from, -1)];
    return role === 'on' || role === 'until' ? [range.to] : [];
  });
  const since = lows.sort()[0];
  const end = highs.sort().at(-1);
  const start = since ?? (tense === 'future' ? today : LONG_AGO);
  const stop =
    end ?? (tense === 'future' ? addDays(start < today ? today : start, horizon) : today < start ? start : today);
  // "since Monday, by Friday" can only be meant forward
  return start <= stop ? { from: start, to: stop } : { from: start, to: addDays(start, horizon) };
}

function daysOf(range: DateRange): string[] {
  const days: string[] = [];
  for (let day = range.from; day <= range.to && days.length < 7; day = addDays(day, 1)) days.push(day);
  return days;
}
