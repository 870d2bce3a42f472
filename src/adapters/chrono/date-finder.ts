import type { ParsedComponents, ParsedResult } from 'chrono-node';
import { Temporal } from 'temporal-polyfill';
import type { UnixMs } from '#core/base/ids.ts';
import type { FoundDate } from '#core/planner/goal.ts';
import { addDays, isoDate, isIsoDate, monthAround, partsOf, weekAround, weekdayOf } from '#core/planner/local-dates.ts';
import type { DateFinder } from '#ports/language.ts';
import { findPeriods } from './period-phrases.ts';
import { nearestYear } from './read-period.ts';
import { repairDateWords } from './repair-date-words.ts';

export interface DateFinderOptions {
  /** Whether 3/11 is 3 November. */
  readonly dayFirst: boolean;
}

/** Loads chrono and gives a finder; the loading is the only asynchronous part. */
export async function loadDateFinder(options: DateFinderOptions = { dayFirst: false }): Promise<DateFinder> {
  const chrono = await import('chrono-node/en');
  const parser = options.dayFirst ? chrono.GB : chrono.casual;
  return {
    find: (text, reference, zone) => {
      const now = Temporal.Instant.fromEpochMilliseconds(reference).toZonedDateTimeISO(zone);
      const today = now.toPlainDate().toString();
      const repaired = repairDateWords(text);
      const periods = [...numericDates(repaired.text), ...findPeriods(repaired.text.toLowerCase(), today)];
      const singles = parser
        .parse(plainOrder(mask(repaired.text, [...periods, ...durations(repaired.text)])), noonOnHost(today), {
          forwardDate: true,
        })
        .map((result) => toFoundDate(result, repaired.text, today, reference, zone))
        .filter((found) => found !== null);
      const ranges = joinRanges([...periods, ...singles].sort(byStart), repaired.text);
      return ranges
        .map((found) => wholeWeek(found, repaired.text))
        .map((found) => {
          const start = repaired.original(found.start);
          const end = repaired.original(found.end);
          return { ...found, start, end, text: text.slice(start, end) };
        });
    },
  };
}

/**
 * chrono reckons on the host's clock. Handed the owner's date at the host's noon, its steps of days and months never
 * meet a change of clocks, and its fields can be read as the owner's.
 */
function noonOnHost(today: string): Date {
  const [year, month, day] = partsOf(today);
  return new Date(year, month - 1, day, 12);
}

/** Same length, so that offsets stay. */
function mask(text: string, found: readonly { readonly start: number; readonly end: number }[]): string {
  let out = text;
  for (const { start, end } of found) out = out.slice(0, start) + '|'.repeat(end - start) + out.slice(end);
  return out;
}

const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const MONTH_FIRST = new RegExp(
  String.raw`\b(${MONTH}\.?)(\s+)(\d{1,2}(?:st|nd|rd|th)?)\b(?![:.]\d|\s*[ap]\.?m\b)`,
  'gi',
);
const FROM_A_DAY = new RegExp(String.raw`\bfrom(?=\s+(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?${MONTH}\b)`, 'gi');

/**
 * Days before their months, and no "from" before them, of the same length: chrono reads "May 14" as the year 2014 where
 * days come first, and "from 14 May to 16 May" as the last day alone.
 */
function plainOrder(text: string): string {
  return text.replace(MONTH_FIRST, '$3$2$1').replace(FROM_A_DAY, '    ');
}

/** "20 minutes before Friday" is how long and by when, not a moment; "in 20 minutes" and "20 minutes ago" are moments. */
function durations(text: string): { start: number; end: number }[] {
  const pattern =
    /(?<!\b(?<!\b(?:fit|squeeze|slot|get) )(?:in|within) )\b(?:\d+(?:\.\d+)?|an?|one|two|three|half an?)[ -]?(?:minutes?|mins?|hours?|hrs?)\b(?! (?:ago|later|from now|earlier))/gi;
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** 23.11.2026 is day first wherever it is written; 2026-11-23 and 2026/11/23 are year first. */
function numericDates(text: string): FoundDate[] {
  const found: FoundDate[] = [];
  for (const match of text.matchAll(/(?<![\d.])(\d{1,2})\.(\d{1,2})\.((?:19|20)\d{2})(?!\.?\d)/g)) {
    const iso = isoDate(Number(match[3]), Number(match[2]), Number(match[1]));
    if (!isIsoDate(iso)) continue;
    const end = match.index + match[0].length;
    found.push({
      text: match[0],
      start: match.index,
      end,
      from: iso,
      to: iso,
      timeFrom: null,
      timeTo: null,
      certain: WHOLE_DATE,
    });
  }
  return found;
}

const WHOLE_DATE = { day: true, month: true, year: true, weekday: false, hour: false };

function toFoundDate(
  result: ParsedResult,
  text: string,
  today: string,
  reference: UnixMs,
  zone: string,
): FoundDate | null {
  if (isUnlikely(result, text)) return null;
  const start = result.start;
  const place = { text: result.text, start: result.index, end: result.index + result.text.length };
  if (result.tags().has('result/relativeDateAndTime')) return momentAway(result, place, today, reference, zone);
  const from = localDate(start, result.text, today);
  if (from === null) return null;
  const end = result.end ?? null;
  const to = end === null ? from : endDate(end, from);
  if (to === null || to < from) return null;
  const hour = start.isCertain('hour');
  const day = start.isCertain('day') || start.isCertain('weekday');
  const wholeMonth = start.isCertain('month') && !day;
  const timeOnly = hour && !day && !wholeMonth;
  return {
    ...place,
    from: timeOnly ? today : wholeMonth ? monthAround(from, 0).from : from,
    to: timeOnly ? today : wholeMonth && end === null ? monthAround(from, 0).to : to,
    timeFrom: hour ? minuteOf(start) : null,
    timeTo: hour && end?.isCertain('hour') === true ? minuteOf(end) : null,
    certain: {
      day: start.isCertain('day'),
      month: start.isCertain('month'),
      year: start.isCertain('year'),
      weekday: start.isCertain('weekday') && !start.isCertain('day'),
      hour,
    },
  };
}

const AMOUNT =
  /^(?:for|about|around)?\s*(?:\d+(?:\.\d+)?|an?|half(?: an?)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|the|few|several|a few|a couple of)?[\s-]*(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|mo|mon|months?|y|years?|quarters?)$/i;

/** What chrono takes for a date but people do not: durations, versions, amounts, verbs. */
function isUnlikely(result: ParsedResult, text: string): boolean {
  const words = result.text.toLowerCase();
  const before = text.slice(0, result.index).toLowerCase();
  const after = text.slice(result.index + result.text.length);
  const certain = (['day', 'month', 'year', 'weekday', 'hour'] as const).filter((part) => result.start.isCertain(part));
  if (certain.length === 0) return true;
  if (/^in\b/.test(words) && /\b(?:fit|squeeze|slot|get)\s+$/.test(before)) return true;
  if (/\b(?:after|before)$|^in the (?:day|week|month|quarter|year)$/.test(words)) return true;
  if (/\b(?:ago|later|from now|before|after|earlier|since)\b|^(?:in|within|last|past|next|this)\b/.test(words)) {
    return /^(?:this|last|next)$/.test(words);
  }
  if (/^for\b/.test(words) || (AMOUNT.test(words) && !/\d\s*(?:am|pm|:)/.test(words))) return true;
  if (result.tags().has('result/relativeDateAndTime') && words !== 'now') return true;
  if (words === 'now' || words === 'the second') return true;
  // "sat down", "the sun", "wed": a short name of a day needs a word that leads to a day, or a capital
  if (/^(?:sun|sat|wed|mon|mar|fri|thu|tue)$/.test(words)) {
    const leads =
      /(?:\b(?:on|by|until|till|next|last|this|or|and|to|from|not|before|after|between|since)|[,(/–-])\s*$/.test(
        before,
      );
    return !leads && (/^[a-z]/.test(result.text) || before.trim() === '');
  }
  if (certain.every((part) => part === 'month')) {
    const named = /^['’]s\b/.test(after) || (/^\p{Lu}/u.test(result.text) && before.trim() !== '');
    return !named || words === 'may' || / (?:and|or)$/.test(words);
  }
  const timeOnly = certain.every((part) => part === 'hour');
  if (timeOnly)
    return !/(?:am|pm|a\.m|p\.m|\d:\d\d|noon|midnight|o'?clock|^at\b)/.test(words) || /^\s*(?:%|[a-z]*\d)/.test(after);
  if (/^\d{1,2}[./]\d{1,2}$/.test(words)) return /\b(?:version|v|ratio|score|section|chapter|page|of)\s*$/.test(before);
  return false;
}

/** "in 2 hours" and "3 hours ago", by the clock of the zone. */
function momentAway(
  result: ParsedResult,
  place: { text: string; start: number; end: number },
  today: string,
  reference: UnixMs,
  zone: string,
): FoundDate | null {
  const away = result.start.date().getTime() - noonOnHost(today).getTime();
  const moment = Temporal.Instant.fromEpochMilliseconds(reference + away).toZonedDateTimeISO(zone);
  const date = moment.toPlainDate().toString();
  const certain = { day: true, month: true, year: true, weekday: false, hour: true };
  return { ...place, from: date, to: date, timeFrom: moment.hour * 60 + moment.minute, timeTo: null, certain };
}

function localDate(parts: ParsedComponents, words: string, today: string): string | null {
  if (parts.isCertain('weekday') && !parts.isCertain('day'))
    return weekdayNear(parts.get('weekday') ?? 0, words.toLowerCase(), today);
  const year = parts.get('year') ?? 0;
  const month = parts.get('month') ?? 0;
  const named = parts.isCertain('month') && !parts.isCertain('year') ? nearestYear(today, month) : year;
  const iso = isoDate(named, month, parts.get('day') ?? 0);
  return isIsoDate(iso) ? iso : null;
}

function endDate(end: ParsedComponents, from: string): string | null {
  if (end.isCertain('weekday') && !end.isCertain('day')) {
    const weekday = (end.get('weekday') ?? 0) || 7;
    return addDays(from, (weekday - weekdayOf(from) + 7) % 7);
  }
  if (!end.isCertain('day') && !end.isCertain('month')) return from;
  const [year] = partsOf(from);
  const iso = isoDate(
    end.isCertain('year') ? (end.get('year') ?? 0) : year,
    end.get('month') ?? 0,
    end.get('day') ?? 0,
  );
  if (!isIsoDate(iso)) return null;
  return iso < from && !end.isCertain('year') ? `${String(year + 1)}${iso.slice(4)}` : iso;
}

/**
 * Bare weekdays are the coming ones, today included; "next" is in the week after this one, "last" the latest before
 * today, "this" in this week.
 * @param weekday 0 Sunday to 6 Saturday, as chrono counts
 */
function weekdayNear(weekday: number, words: string, today: string): string {
  const number = weekday || 7;
  if (/\bnext\b/.test(words)) return addDays(weekAround(today, 1).from, number - 1);
  const ahead = (number - weekdayOf(today) + 7) % 7;
  if (/\b(?:last|past|previous)\b/.test(words)) return addDays(today, ahead === 0 ? -7 : ahead - 7);
  return addDays(today, ahead);
}

function minuteOf(parts: ParsedComponents): number {
  return (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0);
}

function byStart(a: FoundDate, b: FoundDate): number {
  return a.start - b.start;
}

/** "between Monday and Wednesday", "3 December to 5 January": two neighbours that are one range. */
function joinRanges(found: readonly FoundDate[], text: string): FoundDate[] {
  const joined: FoundDate[] = [];
  for (const next of found) {
    const last = joined.at(-1);
    const range = last && rangeOf(last, next, text);
    if (range) joined[joined.length - 1] = range;
    else if (!last || next.start >= last.end) joined.push(next);
  }
  return joined;
}

function rangeOf(first: FoundDate, second: FoundDate, text: string): FoundDate | null {
  const lead = text.slice(0, first.start);
  const gap = text.slice(first.end, second.start);
  const between = /\bbetween\s+(?:the\s+)?$/i.test(lead);
  if (
    !(
      between ? /^\s*(?:and|to|-|–)\s*(?:the\s*)?$/i : /^\s*(?:to|-|–|—|until|till|through|thru|up to)\s*(?:the\s*)?$/i
    ).test(gap)
  )
    return null;
  if (!hasDay(first) || !hasDay(second)) return null;
  let to = second.to;
  if (second.certain.weekday && to < first.from)
    to = addDays(first.from, (weekdayOf(to) - weekdayOf(first.from) + 7) % 7);
  if (to < first.from) return null;
  return {
    ...first,
    text: text.slice(first.start, second.end),
    end: second.end,
    to,
    timeTo: second.timeTo ?? second.timeFrom,
  };
}

/** "the week of 23 November", "week commencing Monday". */
function wholeWeek(found: FoundDate, text: string): FoundDate {
  const lead = /\b(?:the\s+)?(?:week\s+(?:of|commencing|beginning|starting|from)|w\/c)\s+(?:the\s+)?$/i.exec(
    text.slice(0, found.start),
  );
  if (!lead || found.from !== found.to) return found;
  return {
    ...found,
    ...weekAround(found.from, 0),
    start: lead.index,
    certain: { ...found.certain, weekday: false, day: true },
  };
}

function hasDay({ certain }: FoundDate): boolean {
  return certain.day || certain.weekday || certain.month || certain.year;
}
