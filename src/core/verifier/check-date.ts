import { dayNumber, parseCivilDate, weekdayOf } from '../base/civil-date.ts';
import { findWrittenDates, findWrittenTimes, isoOf } from '../text/dates.ts';

const DAY_MS = 86_400_000;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAY = /\b(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b/i;
const MONTH = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/i;

/**
 * Whether words can mean a date when they are read at an instant. Independent of what found the date: every weekday,
 * day, month, year and time that the words name must be the date's, and relative words must lie as far away as they
 * say. The zone of the reader may shift the day of the instant by one.
 * @param value "2026-11-27" or "2026-11-27T17:00"
 */
export function checkNamedDate(words: string, value: string, reference: number): boolean {
  const date = parseCivilDate(value.slice(0, 10));
  if (date === null || words.trim() === '') return false;
  if (/^RDATE/i.test(words)) {
    const [head = '', ...dates] = words.split(/[:,]/);
    return dates.some((each) => calendarLineHolds(`${head}:${each}`, value, date));
  }
  if (/^(?:DTSTART|RRULE)/i.test(words)) return calendarLineHolds(words, value, date);
  const days = dayNumber(date.year, date.month, date.day) - Math.floor(reference / DAY_MS);
  return namesHold(words, date) && timeHolds(words, value.slice(11)) && distanceHolds(words, days);
}

const ICAL_DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** A line of an iCalendar event (RFC 5545): the zone of the line may be another than the reader's. */
function calendarLineHolds(
  line: string,
  value: string,
  date: { readonly year: number; readonly month: number; readonly day: number },
): boolean {
  if (/^RRULE/i.test(line)) {
    const days = /BYDAY=([^;\s]+)/i.exec(line)?.[1];
    if (days === undefined || /FREQ=(?:MONTHLY|YEARLY)/i.test(line)) return true;
    const weekday = weekdayOf(dayNumber(date.year, date.month, date.day));
    return [weekday, (weekday % 7) + 1, ((weekday + 5) % 7) + 1].some((day) =>
      days.toUpperCase().includes(ICAL_DAYS[day - 1] ?? ''),
    );
  }
  const start = findWrittenDates(line.replace(/^[^:]*:/, ''))[0]?.readings[0];
  if (start?.year == null || start.day === null) return false;
  const apart = dayNumber(date.year, date.month, date.day) - dayNumber(start.year, start.month, start.day);
  const minute = findWrittenTimes(line.replace(/^[^:]*:/, ''))[0]?.minutes[0];
  if (Math.abs(apart) > 1) return false;
  if (value.length === 10 || minute === undefined) return apart === 0;
  const shift = apart * 1440 + Number(value.slice(11, 13)) * 60 + Number(value.slice(14, 16)) - minute;
  return shift % 15 === 0 && Math.abs(shift) <= 14 * 60;
}

function namesHold(
  words: string,
  date: { readonly year: number; readonly month: number; readonly day: number },
): boolean {
  const written = findWrittenDates(words);
  const full = written
    .flatMap(({ readings }) => readings)
    .filter((reading) => reading.day !== null && reading.year !== null);
  const iso = `${String(date.year)}-${String(date.month).padStart(2, '0')}-${String(date.day).padStart(2, '0')}`;
  if (full.length > 0) return full.some((reading) => isoOf(reading) === iso);
  const weekday = WEEKDAY.exec(words)?.[1]?.slice(0, 3).toLowerCase();
  if (
    weekday !== undefined &&
    WEEKDAYS.indexOf(weekday) + 1 !== weekdayOf(dayNumber(date.year, date.month, date.day))
  ) {
    return /\b(?:before|to|until|through|and|or|-)\b/.test(words);
  }
  const month = MONTH.exec(words)?.[1]?.toLowerCase();
  if (month !== undefined && MONTHS.indexOf(month) + 1 !== date.month) return false;
  const year = /\b(?:19|20)\d{2}\b/.exec(words)?.[0];
  if (year !== undefined && Number(year) !== date.year) return false;
  const ordinal = /\b(\d{1,2})(?:st|nd|rd|th)\b/i.exec(words)?.[1];
  const dayMonths = written.flatMap(({ readings }) => readings).filter((reading) => reading.day !== null);
  if (dayMonths.length > 0)
    return dayMonths.some((reading) => reading.day === date.day && reading.month === date.month);
  return ordinal === undefined || Number(ordinal) === date.day;
}

function timeHolds(words: string, time: string): boolean {
  if (time === '') return true;
  const wanted = Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const times = findWrittenTimes(words).flatMap(({ minutes }) => minutes);
  if (times.length > 0) return times.some((minute) => minute === wanted || minute + 720 === wanted);
  const hours = words.match(/\b\d{1,2}\b/g)?.map(Number) ?? [];
  const named = /\b(?:morning|afternoon|evening|tonight|night|noon|midday|lunch|eod|cob|close|end)\b/i.test(words);
  return named || hours.some((hour) => hour === Math.floor(wanted / 60) || hour + 12 === Math.floor(wanted / 60));
}

/** How many days ahead, at least and at most, words lie; a day more on both sides for zones. */
const DISTANCES: readonly (readonly [RegExp, number, number])[] = [
  [/\bday after tomorrow\b/i, 2, 2],
  [/\btomorrow\b/i, 1, 1],
  [/\b(?:today|tonight|this (?:morning|afternoon|evening)|eod|cob|end of (?:the )?day)\b/i, 0, 0],
  [/\byesterday\b/i, -1, -1],
  [/\bnext week\b/i, 1, 13],
  [/\bthis week\b|\bend of (?:the )?week\b/i, -6, 7],
  [/\bnext month\b/i, 1, 62],
  [/\bthis month\b|\bend of (?:the )?month\b/i, -31, 31],
  [/\bnext (?:quarter|year)\b/i, 1, 731],
];

function distanceHolds(words: string, days: number): boolean {
  const inDays = /\b(?:in|within) (\d+|a|one|two|three|four|five|six) (day|week|month)s?\b/i.exec(words);
  if (inDays !== null) {
    const many = ['a', 'one', 'two', 'three', 'four', 'five', 'six'].indexOf(inDays[1]?.toLowerCase() ?? '');
    const count = many < 0 ? Number(inDays[1]) : Math.max(1, many);
    const each = { day: 1, week: 7, month: 30.5 }[inDays[2]?.toLowerCase() as 'day' | 'week' | 'month'];
    return Math.abs(days - count * each) <= 1 + (each > 7 ? 2 * count : 0);
  }
  for (const [pattern, least, most] of DISTANCES) if (pattern.test(words)) return days >= least - 1 && days <= most + 1;
  if (MONTH.test(words) || /\d{4}|\d[./]\d/.test(words)) return Math.abs(days) <= 740;
  if (WEEKDAY.test(words)) return days >= -8 && days <= 15;
  return Math.abs(days) <= 400;
}
