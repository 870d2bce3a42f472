import type { SourceId, UnixMs } from '../../base/ids.ts';
import type { Address, CalendarItem } from '../../items/item.ts';
import type { EvidenceDraft } from '../answer.ts';
import { formatMinute, formatShortDate } from '../format.ts';
import { samePerson } from './same-person.ts';

/** What read-busy-times observes of one person. */
export interface BusyTimes {
  readonly kind: 'busy-times';
  /** Null is the owner. */
  readonly person: Address | null;
  readonly between: DateRange;
  /** Whether a calendar of this person was found; if not, nothing is known of when they are free. */
  readonly known: boolean;
  /** Names of the calendars that were read as theirs. */
  readonly calendars: readonly string[];
  /** Every calendar source that was looked through. */
  readonly searched: readonly SourceId[];
  /** The zone most of their events are written in, when it is not the owner's. */
  readonly zone: string | null;
  readonly busy: readonly BusyTime[];
  /** Busy times up to two weeks before and after, for what lies nearest and for alternatives. */
  readonly nearby: readonly BusyTime[];
  /** Any entry of their calendar, to cite when no busy time is near. */
  readonly anchor: EventEvidence | null;
  /** What was assumed or could not be read, in words. */
  readonly problems: readonly string[];
}

export interface DateRange {
  /** ISO dates in the owner's zone, both inclusive. */
  readonly from: string;
  readonly to: string;
}

export interface BusyTime {
  readonly start: UnixMs;
  readonly end: UnixMs;
  readonly summary: string;
  readonly tentative: boolean;
  readonly allDay: boolean;
  readonly evidence: EventEvidence;
}

export type EventEvidence = Omit<EvidenceDraft, 'id'>;

/** What of an occurrence decides whether and when it takes someone's time; the calendar port's Occurrence has it. */
export interface TimedEntry {
  readonly start: UnixMs;
  readonly end: UnixMs;
  readonly allDay: boolean;
  readonly summary: string;
  readonly free: boolean;
  readonly tentative: boolean;
  readonly part: number;
  readonly attendance: readonly {
    readonly name: string;
    readonly address: string;
    readonly answer: 'accepted' | 'declined' | 'tentative' | 'none';
  }[];
}

/** Reads instants on the owner's clock. */
export type ToLocal = (instant: UnixMs) => { readonly date: string; readonly minute: number };

/** Whose time is looked at, and where. */
export interface Whose {
  readonly identities: readonly Address[];
  /** Whether the entry stands in a calendar of theirs. */
  readonly own: boolean;
  /** Path of the calendar's file. */
  readonly file: string;
  /** Whether entries that leave them free are wanted too. */
  readonly free: boolean;
  /** "Alice: " before the entries of others, '' before the owner's. */
  readonly name: string;
}

/**
 * The busy time that an occurrence makes for a person, or null when it leaves them free: marked as free, cancelled,
 * declined by them, of no length, or in another's calendar without them.
 */
export function busyTimeOf(item: CalendarItem, entry: TimedEntry, whose: Whose, toLocal: ToLocal): BusyTime | null {
  const { identities, own, file, name } = whose;
  if ((entry.free && !whose.free) || entry.end <= entry.start) return null;
  const matches = (address: Address): boolean => identities.some((identity) => samePerson(identity, address));
  const invited = entry.attendance.find(matches);
  const organises = item.organizer !== null && matches(item.organizer);
  if (!own && invited === undefined && !organises) return null;
  if (invited?.answer === 'declined') return null;
  const unanswered = invited !== undefined && !organises && invited.answer === 'none';
  return {
    start: entry.start,
    end: entry.end,
    summary: entry.summary,
    tentative: entry.tentative || invited?.answer === 'tentative' || (unanswered && !own),
    allDay: entry.allDay,
    evidence: eventEvidence(item, entry.part, file, `${name}${locatorOf(entry, toLocal)}`),
  };
}

/** One entry for each time: the same meeting often stands in two calendars. */
export function withoutRepeats(busy: readonly { readonly uid: string; readonly time: BusyTime }[]): BusyTime[] {
  const seen = new Map<string, BusyTime>();
  for (const { uid, time } of busy) {
    const key = `${uid} ${String(time.start)} ${String(time.end)}`;
    if (!seen.has(key)) seen.set(key, time);
  }
  return [...seen.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The lines of a VEVENT that tell what and when, as they stand in it. */
export function eventEvidence(item: CalendarItem, part: number, file: string, locator: string): EventEvidence {
  const span = item.parts[part] ?? item.span;
  const quote = quotedLines(item.component, part);
  return { source: span.source, file, start: span.start, end: span.end, quote, locator };
}

const QUOTED = /^(?:SUMMARY|DTSTART|DTEND|DURATION|RRULE|RDATE|RECURRENCE-ID|STATUS)[;:]/i;

function quotedLines(component: string, part: number): string {
  const quoted: string[] = [];
  let event = -1;
  const open: string[] = [];
  let taking = false;
  for (const line of component.split(/\r?\n/)) {
    const begin = /^BEGIN:(.+)$/i.exec(line)?.[1]?.trim().toUpperCase();
    if (begin !== undefined) {
      if (begin === 'VEVENT') event++;
      open.push(begin);
    }
    if (/^END:/i.test(line)) open.pop();
    const folded = /^[ \t]/.test(line);
    taking = folded ? taking : event === part && open[open.length - 1] === 'VEVENT' && QUOTED.test(line);
    if (taking) quoted.push(line);
  }
  return quoted.join('\n');
}

/** "Weekly sync, Tue 24 Nov 2026, 10:00–11:00". */
function locatorOf(entry: TimedEntry, toLocal: ToLocal): string {
  const title = entry.summary === '' ? 'Entry without a title' : entry.summary;
  const start = toLocal(entry.start);
  const last = toLocal((entry.end - (entry.allDay ? 1 : 0)) as UnixMs);
  if (entry.allDay) {
    const days = start.date === last.date ? '' : ` to ${formatShortDate(last.date)}`;
    return `${title}, ${formatShortDate(start.date)}${days}, all day`;
  }
  const endDate = start.date === last.date ? '' : `${formatShortDate(last.date)}, `;
  return `${title}, ${formatShortDate(start.date)}, ${formatMinute(start.minute)}–${endDate}${formatMinute(last.minute)}`;
}
