import type { FoundDate } from '#core/planner/goal.ts';
import {
  addDays,
  addMonths,
  isIsoDate,
  isoDate,
  monthAround,
  monthLength,
  partsOf,
  weekAround,
  weekdayOf,
  wholeMonth,
  wholeQuarter,
  type DateRange,
} from '#core/planner/local-dates.ts';

/**
 * Periods in English, which chrono reads as single days or not at all: "next week", "the last 30 days", "between the
 * 23rd and the 27th", "Q3 2025", "mid-December". Weeks run from Monday to Sunday; "next week" is the one after this.
 * @param text lowercase
 */
export function findPeriods(text: string, today: string): FoundDate[] {
  const found: FoundDate[] = [];
  for (const { pattern, read } of PERIODS) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index + (match[0].length - match[0].trimStart().length);
      const end = match.index + match[0].length;
      if (found.some((other) => other.start < end && start < other.end)) continue;
      const period = read(match.groups ?? {}, today, text.slice(0, start));
      if (period === null) continue;
      const { range, certain } = period;
      if (!isIsoDate(range.from) || !isIsoDate(range.to) || range.to < range.from) continue;
      const shown = text.slice(start, end);
      found.push({
        text: shown,
        start,
        end,
        ...range,
        timeFrom: null,
        timeTo: null,
        certain: { ...NOTHING, ...certain },
      });
    }
  }
  return found;
}

const NOTHING = { day: false, month: false, year: false, weekday: false, hour: false };
const ALL = { day: true, month: true, year: true };
const MONTH_OF_YEAR = { month: true, year: true };

type Groups = Readonly<Record<string, string | undefined>>;
type Period = { readonly range: DateRange; readonly certain: Partial<FoundDate['certain']> } | null;

interface PeriodRule {
  readonly pattern: RegExp;
  readonly read: (groups: Groups, today: string, before: string) => Period;
}

const MONTH_NAMES = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const MONTH = String.raw`(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?:\.(?=\s*\d))?`;
const WEEKDAY = String.raw`(?:mon|tues|wednes|thurs|fri|satur|sun)day`;
/** The name of a day before its number, which then says it all. */
const ANY_DAY = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+(?:the\s+)?)?`;
const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const COUNT = String.raw`\d{1,3}|a couple of|couple of|couple|a few|few|several|${NUMBERS.join('|')}|fourteen|thirty|sixty|ninety`;
const UNIT = 'day|working day|business day|week|fortnight|month|quarter|year';
const NEAR = 'next|coming|following|upcoming';
const GONE = 'last|past|previous|preceding';
const HERE = 'this|current|present';
const YEAR = String.raw`(?:19|20)\d{2}`;
const ORDINAL = String.raw`\d{1,2}(?:st|nd|rd|th)`;
const THROUGH = String.raw`\s*(?:to|-|–|—|until|till|through|thru)\s*`;
/** Before a word that is a month only in some places ("may", "march"), one of these must stand. */
const MONTH_CUE =
  /(?:\b(?:in|of|during|since|until|till|by|for|last|next|this|from|to|through|before|after|early|mid|late|between|and|or|end|start|beginning|whole|all|per|vs|versus|with|both|compare)|[-–—])[\s-]*(?:the )?$/;

/** First come, first kept: the longer phrases stand before their parts. */
const PERIODS: readonly PeriodRule[] = [
  // "between the 23rd and the 27th of November", "from 23 to 27 Nov 2026"
  {
    pattern: new RegExp(
      String.raw`\b(?:(?:between|from)\s+)?(?:the\s+)?${ANY_DAY}(?<a>\d{1,2})(?:st|nd|rd|th)?(?:\s+(?:and|to|until|till|through)\s+|\s*[-–—]\s*)(?:the\s+)?${ANY_DAY}(?<b>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?<month>${MONTH})(?:,?\s+(?<year>${YEAR}))?`,
      'g',
    ),
    read: ({ a, b, month, year }, today) => daysOfMonth(Number(a), Number(b), month, year, today),
  },
  // "between November 23 and 27", "Nov 23-27, 2026"
  {
    pattern: new RegExp(
      String.raw`\b(?:(?:between|from)\s+)?(?<month>${MONTH})\s+(?:the\s+)?(?<a>\d{1,2})(?:st|nd|rd|th)?(?:\s+(?:and|to|until|till|through)\s+|\s*[-–—]\s*)(?:the\s+)?(?<b>\d{1,2})(?:st|nd|rd|th)?(?!\s*(?::|am|pm|${MONTH}))\b(?:,?\s+(?<year>${YEAR}))?`,
      'g',
    ),
    read: ({ a, b, month, year }, today) => daysOfMonth(Number(a), Number(b), month, year, today),
  },
  // "between the 23rd and the 27th", "from the 23rd to the 27th of next month"
  {
    pattern: new RegExp(
      String.raw`\b(?:(?:between|from)\s+)?(?:the\s+)?(?<a>${ORDINAL})(?:\s+(?:and|to|until|till|through)\s+|\s*[-–—]\s*)(?:the\s+)?(?<b>${ORDINAL})\b(?!\s+(?:of\s+)?${MONTH})(?:\s+of\s+(?<which>this|next|last|the)\s+month)?`,
      'g',
    ),
    read: ({ a, b, which }, today) => ordinals(Number.parseInt(a ?? ''), Number.parseInt(b ?? ''), which, today),
  },
  // "on the 23rd", "the 23rd of next month"
  {
    pattern: new RegExp(
      String.raw`(?:\bthe\s+|(?<=\bthe\s+${ORDINAL}(?:,|\s+or|\s+and)\s+))(?<a>${ORDINAL})\b(?!\s+(?:of\s+)?${MONTH}|\s+(?:of\s+)?(?:quarter|half|week|time|place|floor|version|draft|item|point))(?:\s+of\s+(?<which>this|next|last|the)\s+month)?`,
      'g',
    ),
    read: ({ a, which }, today, before) =>
      new RegExp(String.raw`${MONTH}\s*$`).test(before)
        ? null
        : ordinals(Number.parseInt(a ?? ''), Number.parseInt(a ?? ''), which, today),
  },
  // "end of next week", "the first half of December 2026", "mid-December", "early next month"
  {
    pattern: new RegExp(
      String.raw`\b(?:the\s+)?(?<part>start|beginning|middle|mid|end|early|late|first half|second half|first week|second week|third week|fourth week|last week|first days|last days)(?:\s+of|\s+in)?[\s-]+(?:the\s+)?(?:(?<which>${HERE}|${NEAR}|${GONE})\s+)?(?:(?<unit>week|month|quarter|year)|(?<month>${MONTH})(?:\s+(?:of\s+)?(?<year>${YEAR}))?)\b`,
      'g',
    ),
    read: readPart,
  },
  { pattern: /\b(?:eow)\b/g, read: (_, today) => only(addDays(weekAround(today, 0).from, 4)) },
  { pattern: /\b(?:eom)\b/g, read: (_, today) => only(monthAround(today, 0).to) },
  {
    pattern:
      /\b(?:eod|cob|close of business|end of (?:the |this )?(?:business )?day)\b(?!\s+(?:on\s+)?(?:\w+day|tomorrow))/g,
    read: (_, today) => only(today),
  },
  // "Q3", "Q3 2025", "the third quarter of 2025"
  {
    pattern: new RegExp(
      String.raw`\b(?:q(?<number>[1-4])|(?:the\s+)?(?<nth>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter|(?:the\s+)?(?<final>last)\s+quarter(?=\s+of\s+(?:(?:this|last|next)\s+year|${YEAR})))(?:[\s/]*(?:of\s+)?(?:(?<year>${YEAR})|(?<which>this|last|next) year))?\b`,
      'g',
    ),
    read: ({ number, nth, final, year, which }, today) => {
      const quarter = number === undefined ? nthOf(nth ?? final ?? '') : Number(number);
      const given = yearOf(year, which, today);
      const nearest = given ?? nearestYear(today, quarter * 3 - 1);
      return { range: wholeQuarter(nearest, quarter), certain: { month: true, year: given !== null } };
    },
  },
  // "the next two weeks", "the last 30 days", "past three months"
  {
    pattern: new RegExp(
      String.raw`\b(?:the\s+)?(?<which>${NEAR}|${GONE})\s+(?<count>${COUNT})\s+(?<unit>${UNIT})s?\b`,
      'g',
    ),
    read: ({ which, count, unit }, today) => {
      const away = countOf(count ?? '') * (GONE.includes(which ?? '') ? -1 : 1);
      return span(today, move(today, away, unit ?? ''));
    },
  },
  {
    pattern: new RegExp(
      String.raw`\bwithin\s+(?:the\s+)?(?:(?:${NEAR})\s+)?(?:(?<count>${COUNT}|an?)\s+)?(?<unit>${UNIT})s?\b`,
      'g',
    ),
    read: ({ count, unit }, today) => span(today, move(today, countOf(count ?? 'one'), unit ?? '')),
  },
  {
    pattern: /\b(?:the\s+)?(?<unit>week|month) (?<which>after next|before last)\b/g,
    read: ({ unit, which }, today) => around(unit ?? '', which === 'after next' ? 2 : -2, today),
  },
  // "Tuesday next week", "next week on Tuesday"
  {
    pattern: new RegExp(
      String.raw`(?<!day,?\s+(?:(?:or|and)\s+)?(?:on\s+)?)\b(?<weekday>${WEEKDAY})s?,?\s+(?:of\s+)?(?:(?<which>${HERE}|next|last)\s+)week\b`,
      'g',
    ),
    read: ({ weekday, which }, today) => weekdayInWeek(weekday ?? '', which ?? '', today),
  },
  {
    pattern: new RegExp(
      String.raw`\b(?<which>${HERE}|next|last)\s+week,?\s+(?:on\s+)?(?<weekday>${WEEKDAY})\b(?!s|\s*(?:,|or|and|to|-|–|until|through)\s*(?:on\s+)?(?:${WEEKDAY}))`,
      'g',
    ),
    read: ({ weekday, which }, today) => weekdayInWeek(weekday ?? '', which ?? '', today),
  },
  {
    pattern: new RegExp(
      String.raw`\b(?:the\s+)?(?<which>${HERE}|${NEAR}|${GONE})\s+(?<unit>weekend|week|fortnight|month|quarter|year)\b`,
      'g',
    ),
    read: ({ which, unit }, today) => around(unit ?? '', direction(which ?? ''), today),
  },
  { pattern: /\b(?:the\s+)?weekend\b/g, read: (_, today) => around('weekend', 0, today) },
  // "Friday 27th", "Monday the 3rd"
  {
    pattern: new RegExp(String.raw`\b${WEEKDAY},?\s+(?:the\s+)?(?<a>${ORDINAL})\b(?!\s+(?:of\s+)?${MONTH})`, 'g'),
    read: ({ a }, today) => ordinals(Number.parseInt(a ?? ''), Number.parseInt(a ?? ''), undefined, today),
  },
  // "a week on Friday", "two weeks from today"
  {
    pattern: new RegExp(
      String.raw`\b(?<count>${COUNT}|a)\s+weeks?\s+(?:from|on)\s+(?<day>today|tomorrow|${WEEKDAY})\b`,
      'g',
    ),
    read: ({ count, day }, today) => {
      const ahead =
        day === 'today' ? 0 : day === 'tomorrow' ? 1 : (weekdayNumber(day ?? '') - weekdayOf(today) + 7) % 7;
      return only(addDays(today, ahead + 7 * countOf(count ?? '')));
    },
  },
  {
    pattern: /\b(?:the\s+)?(?:(?:rest|remainder) of (?:the|this) )(?<unit>week|month|quarter|year)\b/g,
    read: ({ unit }, today) => {
      const period = around(unit ?? '', 0, today);
      return period && span(today, period.range.to);
    },
  },
  {
    pattern: /\b(?:year to date|ytd|(?:so far )?this year so far)\b/g,
    read: (_, today) => span(`${today.slice(0, 4)}-01-01`, today),
  },
  // "week 48", "calendar week 48 of 2026"
  {
    pattern: new RegExp(
      String.raw`\b(?:calendar\s+|iso\s+)?week\s+(?:no\.?\s*|number\s+)?(?<week>\d{1,2})(?:(?:\s+of|,)?\s+(?<year>${YEAR}))?\b`,
      'g',
    ),
    read: ({ week, year }, today) =>
      isoWeek(Number(week), year === undefined ? partsOf(today)[0] : Number(year), year !== undefined),
  },
  // "H1 2026", "the second half of 2025"
  {
    pattern: new RegExp(
      String.raw`\b(?:h(?<number>[12])|(?:the\s+)?(?<nth>first|second)\s+half)\s+(?:of\s+)?(?:(?<year>${YEAR})|(?<which>this|last|next|the) year)\b`,
      'g',
    ),
    read: ({ number, nth, year, which }, today) => {
      const second = number === '2' || nth === 'second';
      const given = yearOf(year, which, today) ?? partsOf(today)[0];
      const range = { from: isoDate(given, second ? 7 : 1, 1), to: isoDate(given, second ? 12 : 6, second ? 31 : 30) };
      return { range, certain: MONTH_OF_YEAR };
    },
  },
  // "from June to August 2025", "between June and August", "Jan-Mar"
  {
    pattern: new RegExp(
      String.raw`(?<lead>\b(?:between|from)\s+)?\b(?<a>${MONTH})(?:\s+(?<yearA>${YEAR}))?(?<join>${THROUGH}|\s+and\s+)(?<b>${MONTH})(?!\s*\d{1,2}(?!\d))(?:\s+(?<year>${YEAR}))?`,
      'g',
    ),
    read: ({ lead, a, yearA, join, b, year }, today, before) => {
      if (join?.trim() === 'and' && lead?.trim() !== 'between') return null;
      if (/\d\s*(?:of\s+)?$/.test(before)) return null;
      const last = year === undefined ? nearestYear(today, monthOf(b)) : Number(year);
      const first = yearA === undefined ? (monthOf(a) <= monthOf(b) ? last : last - 1) : Number(yearA);
      return {
        range: { from: isoDate(first, monthOf(a), 1), to: wholeMonth(last, monthOf(b)).to },
        certain: { month: true, year: year !== undefined },
      };
    },
  },
  // "in December", "last March", "May 2025", "October of last year"
  {
    pattern: new RegExp(
      String.raw`\b(?:(?<which>this|next|last|past|coming)\s+)?(?<month>${MONTH})(?!\s*\d{1,2}(?!\d)|['’]?\w)(?:,?\s+(?:of\s+|in\s+)?(?:(?<year>${YEAR})|(?<yearWhich>this|last|next) year))?`,
      'g',
    ),
    read: readMonth,
  },
  // "in 2025", "between 2023 and 2025"
  {
    pattern: new RegExp(
      String.raw`\bbetween\s+(?<a>${YEAR})\s+and\s+(?<b>${YEAR})\b|\bfrom\s+(?<c>${YEAR})\s+to\s+(?<d>${YEAR})\b`,
      'g',
    ),
    read: ({ a, b, c, d }) => ({
      range: { from: isoDate(Number(a ?? c), 1, 1), to: isoDate(Number(b ?? d), 12, 31) },
      certain: { year: true },
    }),
  },
  {
    pattern: new RegExp(
      String.raw`(?<=\b(?:in|during|since|for|of|year|until|till|before|after|from|throughout|vs|versus|compared to|compared with)\s+(?:the\s+year\s+)?)(?<year>${YEAR})\b(?![-./,:]\d|\s*(?:eur|usd|gbp|euros?|dollars?|pounds?|%))`,
      'g',
    ),
    read: ({ year }) => ({
      range: { from: isoDate(Number(year), 1, 1), to: isoDate(Number(year), 12, 31) },
      certain: { year: true },
    }),
  },
];

function readMonth({ which, month, year, yearWhich }: Groups, today: string, before: string): Period {
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

function readPart(groups: Groups, today: string, before: string): Period {
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

function around(unit: string, offset: number, today: string): Period {
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

function direction(which: string): number {
  if (NEAR.split('|').includes(which)) return 1;
  return GONE.split('|').includes(which) ? -1 : 0;
}

function move(today: string, count: number, unit: string): string {
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

function span(a: string, b: string): Period {
  return { range: a <= b ? { from: a, to: b } : { from: b, to: a }, certain: ALL };
}

function only(day: string): Period {
  return { range: { from: day, to: day }, certain: ALL };
}

function weekdayInWeek(weekday: string, which: string, today: string): Period {
  const number = weekdayNumber(weekday);
  const period = only(addDays(weekAround(today, direction(which)).from, number - 1));
  return period && { range: period.range, certain: { ...ALL, weekday: true } };
}

/** 1 Monday to 7 Sunday; 0 when it is none. */
export function weekdayNumber(word: string): number {
  return ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].indexOf(word.slice(0, 3).toLowerCase()) + 1;
}

function daysOfMonth(a: number, b: number, month: string | undefined, year: string | undefined, today: string): Period {
  if (month === undefined || a < 1 || b < a) return null;
  const number = monthOf(month);
  const given = year === undefined ? nearestYear(today, number) : Number(year);
  if (b > monthLength(given, number)) return null;
  return {
    range: { from: isoDate(given, number, a), to: isoDate(given, number, b) },
    certain: { day: true, month: true, year: year !== undefined },
  };
}

/** Days of a month that is not named: this month, or the next when the last of them is over. */
function ordinals(a: number, b: number, which: string | undefined, today: string): Period {
  if (a < 1 || b < 1 || a > 31 || b > 31) return null;
  const named = which === 'next' ? 1 : which === 'last' ? -1 : which === undefined ? null : 0;
  for (const offset of named === null ? [0, 1, 2] : [named]) {
    const { from } = monthAround(today, offset);
    const [year, month] = partsOf(from);
    const end = b >= a ? monthAround(today, offset) : monthAround(today, offset + 1);
    if (a > monthLength(year, month) || b > partsOf(end.to)[2]) continue;
    const range = { from: addDays(from, a - 1), to: addDays(end.from, b - 1) };
    if (named === null && range.to < today) continue;
    return { range, certain: named === null ? { day: true } : ALL };
  }
  return null;
}

function isoWeek(week: number, year: number, certain: boolean): Period {
  if (week < 1 || week > 53) return null;
  const range = weekAround(isoDate(year, 1, 4), week - 1);
  return { range, certain: { day: true, month: true, year: certain } };
}

function countOf(words: string): number {
  const number = NUMBERS.indexOf(words) + 1;
  if (number > 0) return number;
  if (words === 'a' || words === 'an' || words === '') return 1;
  if (words.includes('couple')) return 2;
  if (words.includes('few')) return 3;
  if (words === 'several') return 7;
  const tens: Readonly<Record<string, number>> = { fourteen: 14, thirty: 30, sixty: 60, ninety: 90 };
  return tens[words] ?? Number(words);
}

function nthOf(word: string): number {
  return word === 'last' ? 4 : ['first', 'second', 'third', 'fourth'].indexOf(word) + 1 || Number.parseInt(word);
}

function yearOf(year: string | undefined, which: string | undefined, today: string): number | null {
  if (year !== undefined) return Number(year);
  return which === undefined ? null : partsOf(today)[0] + direction(which);
}

/** 1 to 12. */
function monthOf(name: string | undefined): number {
  return MONTH_NAMES.findIndex((month) => month.startsWith((name ?? '').slice(0, 3))) + 1;
}

/** The year in which the month lies nearest to today; half a year ahead counts as past. */
export function nearestYear(today: string, month: number): number {
  const [year, thisMonth] = partsOf(today);
  const ahead = month - thisMonth;
  if (ahead >= 6) return year - 1;
  return ahead < -6 ? year + 1 : year;
}
