import type { FoundDate } from '#core/planner/goal.ts';
import {
  addDays,
  isIsoDate,
  isoDate,
  monthAround,
  partsOf,
  weekAround,
  weekdayOf,
  wholeMonth,
  wholeQuarter,
} from '#core/planner/local-dates.ts';
import { MONTH, WEEKDAY, ANY_DAY, COUNT, UNIT, NEAR, GONE, HERE, YEAR, ORDINAL, THROUGH } from './period-words.ts';
import {
  MONTH_OF_YEAR,
  readMonth,
  readPart,
  around,
  direction,
  move,
  span,
  only,
  weekdayInWeek,
  weekdayNumber,
  daysOfMonth,
  ordinals,
  isoWeek,
  countOf,
  nthOf,
  yearOf,
  monthOf,
  nearestYear,
  type Groups,
  type Period,
} from './read-period.ts';

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

interface PeriodRule {
  readonly pattern: RegExp;
  readonly read: (groups: Groups, today: string, before: string) => Period;
}

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
