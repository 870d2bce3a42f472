import { Temporal } from 'temporal-polyfill';
import type { Person } from '../write/mime.ts';
import { icsBytes, icsText, VTIMEZONES } from '../write/ics.ts';
import type { Interval } from '../world.ts';

/** An event as it was laid out; written as iCalendar by `calendarBytes`, and by `occurrences` counted out day by day. */
export interface LaidEvent {
  readonly uid: string;
  readonly summary: string;
  /** IANA name; 'UTC'; or null for a floating time. */
  readonly zone: string | null;
  /** First day. */
  readonly date: string;
  /** Minutes after midnight on that zone's clock; null for a whole day. */
  readonly minute: number | null;
  /** For whole days, the number of days times 1440. */
  readonly minutes: number;
  readonly rule: Rule | null;
  /** Days on which the rule does not hold. */
  readonly without: readonly string[];
  /** Extra days, same time. */
  readonly extra: readonly string[];
  /** One occurrence moved: from its day to another day and time. */
  readonly moved: readonly {
    readonly date: string;
    readonly to: string;
    readonly minute: number;
    readonly minutes: number;
  }[];
  readonly transparent: boolean;
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  /** The calendar's owner has declined. */
  readonly declined: boolean;
  /** Write the zone as Outlook does, without a VTIMEZONE. */
  readonly windowsZone: boolean;
}

export interface Rule {
  readonly every: 'day' | 'week' | 'month';
  readonly interval: number;
  /** For weeks: 1 Monday to 7 Sunday. For months: one weekday. */
  readonly weekdays: readonly number[];
  /** For months: the nth such weekday, -1 the last. */
  readonly nth: number;
  readonly count: number | null;
  /** Last day, inclusive. */
  readonly until: string | null;
}

/** Days counted out from an event's first: the worlds ask about the next few weeks only. */
const HORIZON_DAYS = 260;
const BYDAY = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const WINDOWS: Readonly<Record<string, string>> = {
  'Europe/Berlin': 'W. Europe Standard Time',
  'Europe/London': 'GMT Standard Time',
  'Europe/Helsinki': 'FLE Standard Time',
  'America/New_York': 'Eastern Standard Time',
  'America/Chicago': 'Central Standard Time',
  'Asia/Tokyo': 'Tokyo Standard Time',
};

/** Every occurrence, found by asking of each day whether the rule names it. Floating and whole days are read in `home`. */
export function occurrences(event: LaidEvent, home: string): Interval[] {
  const zone = event.zone ?? home;
  const days = [...ruleDays(event).filter((day) => !event.without.includes(day)), ...event.extra];
  const plain = days
    .filter((day) => !event.moved.some((move) => move.date === day))
    .map((day) =>
      event.minute === null
        ? wholeDays(day, event.minutes / 1440, home)
        : timed(day, event.minute, event.minutes, zone),
    );
  return [...plain, ...event.moved.map((move) => timed(move.to, move.minute, move.minutes, zone))];
}

export function calendarBytes(owner: Person, events: readonly LaidEvent[]): Uint8Array {
  const zones = new Set(events.filter((event) => !event.windowsZone).map((event) => event.zone ?? ''));
  return icsBytes([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Evaluation//EN',
    `X-WR-CALNAME:${icsText(owner.name)}`,
    `X-OWNER:mailto:${owner.address}`,
    ...[...zones].flatMap(
      (zone) => VTIMEZONES[zone] ?? (zone === 'Europe/Berlin' ? renamed('Europe/Paris', zone) : []),
    ),
    ...events.flatMap((event) => eventLines(event, owner)),
    'END:VCALENDAR',
  ]);
}

function ruleDays(event: LaidEvent): string[] {
  const rule = event.rule;
  if (rule === null) return [event.date];
  const first = Temporal.PlainDate.from(event.date);
  const monday = first.subtract({ days: first.dayOfWeek - 1 });
  const found: string[] = [];
  for (let i = 0; i < HORIZON_DAYS && (rule.count === null || found.length < rule.count); i++) {
    const day = first.add({ days: i });
    if (rule.until !== null && day.toString() > rule.until) break;
    if (named(rule, day, first, monday)) found.push(day.toString());
  }
  return found;
}

function named(rule: Rule, day: Temporal.PlainDate, first: Temporal.PlainDate, monday: Temporal.PlainDate): boolean {
  if (rule.every === 'day') return first.until(day).days % rule.interval === 0;
  if (!rule.weekdays.includes(day.dayOfWeek)) return false;
  if (rule.every === 'week') return Math.floor(monday.until(day).days / 7) % rule.interval === 0;
  const months = (day.year - first.year) * 12 + day.month - first.month;
  if (months % rule.interval !== 0) return false;
  return rule.nth === -1 ? day.day + 7 > day.daysInMonth : Math.ceil(day.day / 7) === rule.nth;
}

/** Both ends by the clock on the wall, as DTSTART and DTEND give them. */
function timed(day: string, minute: number, minutes: number, zone: string): Interval {
  return { start: wallClock(day, minute, zone), end: wallClock(day, minute + minutes, zone) };
}

function wallClock(day: string, minute: number, zone: string): number {
  const date = Temporal.PlainDate.from(day).add({ days: Math.floor(minute / 1440) });
  const time = Temporal.PlainTime.from({ hour: Math.floor((minute % 1440) / 60), minute: minute % 60 });
  return date.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
}

function wholeDays(day: string, count: number, home: string): Interval {
  const first = Temporal.PlainDate.from(day);
  return {
    start: first.toZonedDateTime(home).epochMilliseconds,
    end: first.add({ days: count }).toZonedDateTime(home).epochMilliseconds,
  };
}

function eventLines(event: LaidEvent, owner: Person): string[] {
  const common = (summary: string) => [
    `SUMMARY:${icsText(summary)}`,
    ...(event.transparent ? ['TRANSP:TRANSPARENT'] : []),
    ...(event.status === 'confirmed' ? [] : [`STATUS:${event.status.toUpperCase()}`]),
    ...(event.declined
      ? [
          'ORGANIZER;CN=Somebody:mailto:somebody@example.org',
          `ATTENDEE;CN=${owner.name};PARTSTAT=DECLINED:mailto:${owner.address}`,
        ]
      : []),
  ];
  const master = [
    'BEGIN:VEVENT',
    `UID:${event.uid}`,
    'DTSTAMP:20240101T000000Z',
    ...(event.minute === null
      ? [
          `DTSTART;VALUE=DATE:${compact(event.date)}`,
          `DTEND;VALUE=DATE:${compact(
            Temporal.PlainDate.from(event.date)
              .add({ days: event.minutes / 1440 })
              .toString(),
          )}`,
        ]
      : [
          stamp('DTSTART', event, event.date, event.minute),
          stamp('DTEND', event, event.date, event.minute + event.minutes),
        ]),
    ...(event.rule === null ? [] : [`RRULE:${ruleText(event.rule, event)}`]),
    ...event.without.map((day) => stamp('EXDATE', event, day, event.minute ?? 0)),
    ...event.extra.map((day) => stamp('RDATE', event, day, event.minute ?? 0)),
    ...common(event.summary),
    'END:VEVENT',
  ];
  const overrides = event.moved.flatMap((move) => [
    'BEGIN:VEVENT',
    `UID:${event.uid}`,
    'DTSTAMP:20240101T000000Z',
    stamp('RECURRENCE-ID', event, move.date, event.minute ?? 0),
    stamp('DTSTART', event, move.to, move.minute),
    stamp('DTEND', event, move.to, move.minute + move.minutes),
    ...common(`${event.summary} (moved)`),
    'END:VEVENT',
  ]);
  return [...master, ...overrides];
}

function stamp(name: string, event: LaidEvent, day: string, minute: number): string {
  const date = Temporal.PlainDate.from(day).add({ days: Math.floor(minute / 1440) });
  const rest = minute % 1440;
  const text = `${compact(date.toString())}T${pad(Math.floor(rest / 60))}${pad(rest % 60)}00`;
  if (event.zone === null) return `${name}:${text}`;
  if (event.zone === 'UTC') return `${name}:${text}Z`;
  const zone = event.windowsZone ? WINDOWS[event.zone] : event.zone;
  return `${name};TZID=${zone ?? event.zone}:${text}`;
}

function ruleText(rule: Rule, event: LaidEvent): string {
  const frequency = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY' }[rule.every];
  const days = rule.weekdays.map((day) => `${rule.every === 'month' ? rule.nth : ''}${BYDAY[day - 1] ?? ''}`).join(',');
  return [
    `FREQ=${frequency}`,
    ...(rule.interval > 1 ? [`INTERVAL=${rule.interval}`] : []),
    ...(rule.every === 'day' ? [] : [`BYDAY=${days}`]),
    ...(rule.count === null ? [] : [`COUNT=${rule.count}`]),
    ...(rule.until === null ? [] : [`UNTIL=${untilText(rule.until, event)}`]),
  ].join(';');
}

/** The end of the last day, in UTC where the event has a zone (RFC 5545 section 3.3.10). */
function untilText(day: string, event: LaidEvent): string {
  if (event.minute === null) return compact(day);
  if (event.zone === null) return `${compact(day)}T235959`;
  const last = Temporal.PlainDate.from(day)
    .toZonedDateTime({ timeZone: event.zone, plainTime: '23:59:59' })
    .withTimeZone('UTC');
  return `${compact(last.toPlainDate().toString())}T${last.toPlainTime().toString().slice(0, 8).replaceAll(':', '')}Z`;
}

function renamed(from: string, to: string): string[] {
  return (VTIMEZONES[from] ?? []).map((line) => (line === `TZID:${from}` ? `TZID:${to}` : line));
}

const compact = (day: string) => day.replaceAll('-', '');
const pad = (n: number) => String(n).padStart(2, '0');
