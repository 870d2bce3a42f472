import type { UnixMs } from '../../base/ids.ts';
import { parseIsoDate, weekdayOf } from '../../base/civil-date.ts';
import type { AnswerDraft, AnswerSection, Claim } from '../answer.ts';
import { EvidenceBook } from '../evidence-book.ts';
import { formatDateRange, formatMinute, formatShortDate } from '../format.ts';
import { findWrittenTimes } from '../../text/dates.ts';
import type { BusyTime, BusyTimes, ToLocal } from './busy-times.ts';

type LocalTime = ReturnType<ToLocal>;

/** Entries that are shown; the rest is counted. */
export const EVENTS_SHOWN_MAX = 100;

/** The entries of some days, a section a day, each with the lines of the calendar that say so. */
export function listEvents(
  observed: BusyTimes,
  onlyWeekdays: readonly number[],
  zone: string,
  toLocal: ToLocal,
): AnswerDraft {
  const book = new EvidenceBook();
  const notes = notesOf(observed);
  const wanted = ({ start, evidence }: BusyTime): boolean =>
    !/^STATUS:CANCELLED/im.test(evidence.quote) &&
    (onlyWeekdays.length === 0 || onlyWeekdays.includes(weekdayOf(parseIsoDate(toLocal(start).date) ?? 0)));
  const events = eachOnce(observed.busy.filter(wanted));
  const shown = events.slice(0, EVENTS_SHOWN_MAX);
  if (shown.length === 0) return nothing(book, observed, notes);
  if (events.length > shown.length)
    notes.push(`Shown are the first ${String(shown.length)} of ${String(events.length)} entries.`);
  const days = new Map<string, Claim[]>();
  for (const event of shown) {
    const { date } = toLocal(event.start);
    days.set(date, [...(days.get(date) ?? []), claimOf(book, event, zone, toLocal)]);
  }
  const sections: AnswerSection[] = [...days].map(([date, claims]) => ({ title: formatShortDate(date), claims }));
  return book.draft('answered', sections, { notes });
}

/** In quotation marks where it stands so in the calendar, which escapes commas and folds long lines. */
function titleOf(summary: string, quote: string): string {
  if (summary === '') return 'Entry without a title';
  return quote.includes(summary) ? `“${summary}”` : summary;
}

function allDay(first: string, last: string): string {
  return first === last ? 'all day' : `all day until ${formatShortDate(last)}`;
}

/** From when until when; the end only where the calendar writes it, not where it must be reckoned from another zone. */
function clockTimes(start: LocalTime, last: LocalTime, quote: string): string {
  const from = formatMinute(start.minute);
  const written = findWrittenTimes(quote).some(({ minutes }) => minutes.includes(last.minute));
  if (!written) return from;
  return `${from}–${start.date === last.date ? '' : `${formatShortDate(last.date)}, `}${formatMinute(last.minute)}`;
}

/** The line of an event that says this day: an extra date, the rule, or its beginning. */
function lineFor(quote: string, date: string): string {
  const lines = quote.split(/\r?\n(?![ \t])/);
  const line = (name: string): string | undefined => lines.find((each) => each.toUpperCase().startsWith(name));
  const extra = lines.find((each) => /^RDATE/i.test(each) && each.includes(date.replaceAll('-', '')));
  return extra ?? line('RRULE') ?? line('DTSTART') ?? '';
}

/** One entry for what stands in several calendars at one time under one name, the firm one. */
function eachOnce(busy: readonly BusyTime[]): BusyTime[] {
  const seen = new Map<string, BusyTime>();
  for (const event of busy) {
    const key = `${String(event.start)} ${String(event.end)} ${event.summary}`;
    if (seen.get(key)?.tentative !== false) seen.set(key, event);
  }
  return [...seen.values()];
}

function claimOf(book: EvidenceBook, event: BusyTime, zone: string, toLocal: ToLocal): Claim {
  const evidence = book.cite(event.evidence);
  const start = toLocal(event.start);
  const last = toLocal((event.end - (event.allDay ? 1 : 0)) as UnixMs);
  const { quote } = event.evidence;
  const title = titleOf(event.summary, quote);
  const times = event.allDay ? allDay(start.date, last.date) : clockTimes(start, last, quote);
  const value = event.allDay ? start.date : `${start.date}T${formatMinute(start.minute)}`;
  const words = lineFor(quote, start.date);
  const tentative = event.tentative ? ' (not yet firm)' : '';
  return book.claim(`${title}: ${formatShortDate(start.date)}, ${times}${tentative}`, 'computed', [evidence], {
    kind: 'date',
    words,
    value,
    evidence,
    reference: event.start,
    zone,
  });
}

function notesOf({ calendars, problems }: BusyTimes): string[] {
  return [...(calendars.length > 0 ? [`Calendars read: ${calendars.join(', ')}.`] : []), ...problems];
}

function nothing(book: EvidenceBook, observed: BusyTimes, notes: readonly string[]): AnswerDraft {
  const days = formatDateRange(observed.between.from, observed.between.to);
  const computation = { kind: 'search', terms: [days], searched: observed.searched, hits: 0 } as const;
  const text = observed.known
    ? `Nothing stands in the calendar: ${days}`
    : `No calendar was found for these days: ${days}`;
  const claim = book.claim(text, 'absent', [], computation);
  // An empty day is an answer; a calendar that is not there is none.
  return book.draft(observed.known ? 'answered' : 'not-found', [{ title: 'Nothing found', claims: [claim] }], {
    notes,
  });
}
