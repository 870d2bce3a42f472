import type { UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';

/** One occurrence of a calendar object. */
export interface Occurrence {
  readonly start: UnixMs;
  readonly end: UnixMs;
  readonly allDay: boolean;
  readonly summary: string;
  readonly location: string;
  /** TRANSP:TRANSPARENT, STATUS:CANCELLED or declined by the calendar's owner: does not block time. */
  readonly free: boolean;
  readonly tentative: boolean;
  /** Index of the VEVENT it comes from, for its span. */
  readonly part: number;
  /** Who is invited to this occurrence and what they answered. */
  readonly attendance: readonly Attendance[];
}

export interface Attendance {
  readonly name: string;
  /** Lowercase. */
  readonly address: string;
  /** PARTSTAT; delegated counts as declined. */
  readonly answer: 'accepted' | 'declined' | 'tentative' | 'none';
}

/** Recurrence, exceptions and overrides of iCalendar (RFC 5545). */
export interface CalendarExpander {
  /** Occurrences touching [from, to); floating and all-day times are read in `zone`. */
  readonly expand: (component: string, from: UnixMs, to: UnixMs, zone: string) => Result<readonly Occurrence[], string>;
}

export interface LocalDateTime {
  /** ISO date. */
  readonly date: string;
  /** 1 Monday to 7 Sunday. */
  readonly weekday: number;
  /** Minutes after midnight on the clock. */
  readonly minute: number;
}

/** Time zones and calendar arithmetic (Temporal or its polyfill). */
export interface Zones {
  /** IANA name for an IANA or Windows zone name, else null. */
  readonly normalise: (zone: string) => string | null;
  readonly toLocal: (instant: UnixMs, zone: string) => LocalDateTime;
  /** Times in a gap move forward, times in an overlap are the earlier (Temporal 'compatible'). */
  readonly toInstant: (date: string, minute: number, zone: string) => UnixMs;
  readonly addDays: (date: string, days: number) => string;
  /** Days from a to b. */
  readonly daysBetween: (a: string, b: string) => number;
  readonly weekday: (date: string) => number;
}
