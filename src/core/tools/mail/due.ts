import type { NamedDate } from '../../text/dates.ts';
import { daysInMonth, isoDate, parseCivilDate, parseIsoDate } from '../../base/civil-date.ts';
import { formatMinute, formatShortDate } from '../format.ts';

/** By when something is wanted, as a sentence says it. */
export interface Due {
  /** The words that say it: "Friday", "end of October". */
  readonly words: string;
  /** ISO date, with time when one is named: "2026-11-27" or "2026-11-27T17:00". */
  readonly value: string;
  /** by: at the latest then; before: earlier than then; on: the date it is wanted for. */
  readonly relation: 'by' | 'before' | 'on';
}

const BY =
  /(?:\b(?:by|until|till|til|no later than|not later than|at the latest|latest|due(?: (?:on|by|date(?: is|:)?))?|deadline(?: is|:| of)?|for|within|closes? (?:on|at)|ends? (?:on|at)|expires? (?:on)?|needed|need it|end of|eod|cob|eob|not after|up to)\b[\s:,]*(?:the\s+|this\s+|(?:the )?end of\s+(?:the\s+)?|close of (?:business|play)\s*(?:on\s+)?|(?:the )?(?:morning|afternoon|evening) of\s+|latest\s+|noon\s+(?:on\s+)?|[\w:.]{1,7}\s+(?:on\s+|o'clock\s+(?:on\s+)?)?)?)$/i;
const BEFORE =
  /\b(?:before|ahead of|prior to)\s+(?:the\s+|this\s+)?(?:end of\s+(?:the\s+)?)?$|\bbefore\b[^.;:,?]{0,40}\bon\s+$/i;
const END_OF = /\b(?:end of|close of business|eod|cob)\s+(?:the\s+)?$/i;

/**
 * The date by which a sentence wants something.
 * @param dates what the date port found in the sentence, read against when it was sent
 * @param anyDate take a plain date ("on Friday") too
 * @param sentOn ISO date on which the sentence was sent: a weekday named on that weekday is the next one
 */
export function dueIn(sentence: string, dates: readonly NamedDate[], anyDate: boolean, sentOn: string): Due | null {
  let plain: Due | null = null;
  for (const found of dates) {
    const date = notToday(withDayOfMonth(sentence, found), sentOn);
    // "the timesheet for October", written in November: what it is about, not when it is wanted.
    if (sentOn !== '' && date.to < sentOn) continue;
    const before = sentence.slice(0, date.start);
    if (/\bfor\s+$/i.test(before) && date.from !== date.to) continue;
    const after = sentence.slice(date.end);
    if (
      /\b(?:since|from|of|after|last|yesterday|ago)\s*$/i.test(before) ||
      /\b(?:last|yesterday|ago)\b/i.test(date.text)
    ) {
      if (!END_OF.test(before)) continue;
    }
    const closing = /\bend of\b/i.test(date.text) || END_OF.test(before);
    if (BEFORE.test(before) || /^before\b/i.test(date.text)) {
      return {
        words: date.text,
        value: valueOf(date, closing ? date.to : date.from),
        relation: closing ? 'by' : 'before',
      };
    }
    if (
      BY.test(before) ||
      /^(?:by|until|end of|within)\b/i.test(date.text) ||
      /^\s*(?:at the latest|latest|deadline)\b/i.test(after)
    ) {
      return { words: date.text, value: valueOf(date, date.to), relation: 'by' };
    }
    if (TIME_ALONE.test(date.text)) continue;
    const near = /^this (?:week|month)$/i.test(date.text);
    if (near) plain ??= { words: date.text, value: valueOf(date, date.to), relation: 'by' };
    else if (date.from === date.to) plain ??= { words: date.text, value: valueOf(date, date.from), relation: 'on' };
  }
  return anyDate ? plain : null;
}

/** "from 7am": when something happens, not when it is wanted. */
const TIME_ALONE =
  /^(?:from|at|around|about|after)?\s*(?:\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm|a\.m\.|p\.m\.|o'clock|h)?|noon|midday|midnight)$/i;
const BARE_WEEKDAY = /^(?:on |by |before )?(?:mon|tues|wednes|thurs|fri|satur|sun)day$/i;

/** Written on a Monday, "by Monday" is in a week. */
function notToday(date: NamedDate, sentOn: string): NamedDate {
  const day = parseIsoDate(date.from);
  if (day === null || date.from !== sentOn || date.to !== sentOn || !BARE_WEEKDAY.test(date.text)) return date;
  const later = isoDate(day + 7);
  return { ...date, from: later, to: later };
}

/** "Wednesday the 25th": the day of the month wins over the next Wednesday. */
function withDayOfMonth(sentence: string, date: NamedDate): NamedDate {
  const match = /^\s*,?\s*(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)\b(?!\s+(?:of\s+)?\p{Lu})/u.exec(sentence.slice(date.end));
  if (match === null || date.from !== date.to || /\d/.test(date.text)) return date;
  const day = dayOfMonthFrom(date.from, Number(match[1]));
  if (day === null) return date;
  const end = date.end + match[0].length;
  return { ...date, end, text: sentence.slice(date.start, end), from: day, to: day };
}

/** The first date from this one on with that day of the month; null when there is none. */
function dayOfMonthFrom(iso: string, wanted: number): string | null {
  const date = parseCivilDate(iso);
  if (date === null || wanted < 1 || wanted > 31) return null;
  let { year, month } = date;
  for (let tries = 0; tries < 3; tries++) {
    const fits = wanted <= daysInMonth(year, month) && (tries > 0 || wanted >= date.day);
    if (fits) return `${String(year)}-${String(month).padStart(2, '0')}-${String(wanted).padStart(2, '0')}`;
    month = month === 12 ? 1 : month + 1;
    year = month === 1 ? year + 1 : year;
  }
  return null;
}

function valueOf(date: NamedDate, day: string): string {
  const minute = date.timeFrom;
  return minute === null ? day : `${day}T${formatMinute(minute)}`;
}

/** "Fri 27 Nov 2026", with ", 17:00" when there is a time. */
export function showDue(value: string): string {
  const [day = '', time] = value.split('T');
  return time === undefined ? formatShortDate(day) : `${formatShortDate(day)}, ${time}`;
}
