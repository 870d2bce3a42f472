import type { UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import { err, ok } from '#core/base/result.ts';
import { DAY_MS } from '#core/base/civil-date.ts';
import type { Attendance } from '#ports/calendar.ts';
import type { JcalComponent, JcalProperty } from './jcal.ts';
import { parameterOf, propertiesOf, propertyOf, textOf } from './jcal.ts';
import type { Duration } from './local-time.ts';
import { readDuration, readLocal } from './local-time.ts';
import type { LocalMs } from './occur.ts';
import type { Rule } from './rule.ts';
import { readRule } from './rule.ts';

/** A clock that wall times are read by: UTC, a zone, or the reader's own for floating and all-day times. */
export interface LocalClock {
  readonly toInstant: (local: LocalMs) => UnixMs;
  readonly toLocal: (instant: UnixMs) => LocalMs;
}

/** A DATE or DATE-TIME of a component, with the clock it is read by. */
export interface Moment {
  readonly local: LocalMs;
  readonly isDate: boolean;
  readonly clock: LocalClock;
  readonly instant: UnixMs;
}

/** How long each occurrence lasts: days by the calendar for DURATION and whole days, else exact. */
export type Length = Duration;

/** One VEVENT, read. */
export interface EventPart {
  readonly index: number;
  readonly uid: string;
  readonly start: Moment;
  readonly length: Length;
  readonly rules: readonly Rule[];
  readonly exceptRules: readonly Rule[];
  readonly added: readonly { readonly start: Moment; readonly length: Length | null }[];
  readonly excluded: readonly Moment[];
  readonly replaces: Moment | null;
  /** RANGE=THISANDFUTURE: changes the replaced occurrence and all later ones. */
  readonly andFuture: boolean;
  readonly summary: string;
  readonly location: string;
  readonly free: boolean;
  readonly tentative: boolean;
  readonly attendance: readonly Attendance[];
}

/** Finds the clock of a TZID, of '' for floating times. */
export type ClockOf = (tzid: string) => Result<LocalClock, string>;

export const UTC_CLOCK: LocalClock = { toInstant: (local) => local as UnixMs, toLocal: (instant) => instant };

export function readEvent(event: JcalComponent, index: number, clockOf: ClockOf): Result<EventPart, string> {
  const name = `"${textOf(event, 'summary') || 'an event without a title'}"`;
  try {
    const startProperty = propertyOf(event, 'dtstart');
    if (!startProperty) return err(`${name} does not say when it starts (DTSTART)`);
    const start = momentOf(startProperty, clockOf);
    const replaced = propertyOf(event, 'recurrence-id');
    const status = textOf(event, 'status').toUpperCase();
    const outlook = textOf(event, 'x-microsoft-cdo-busystatus').toUpperCase();
    return ok({
      index,
      uid: textOf(event, 'uid'),
      start,
      length: lengthOf(event, start, clockOf),
      rules: rulesOf(event, 'rrule'),
      exceptRules: rulesOf(event, 'exrule'),
      added: propertiesOf(event, 'rdate').flatMap((property) => addedBy(property, clockOf)),
      excluded: propertiesOf(event, 'exdate').flatMap((property) => momentsOf(property, clockOf)),
      replaces: replaced ? momentOf(replaced, clockOf) : null,
      andFuture: replaced !== null && parameterOf(replaced, 'range').toUpperCase() === 'THISANDFUTURE',
      summary: textOf(event, 'summary'),
      location: textOf(event, 'location'),
      free: textOf(event, 'transp').toUpperCase() === 'TRANSPARENT' || status === 'CANCELLED' || outlook === 'FREE',
      tentative: status === 'TENTATIVE' || outlook === 'TENTATIVE',
      attendance: propertiesOf(event, 'attendee').map(attendanceOf),
    });
  } catch (problem) {
    if (problem instanceof Unreadable) return err(`${name}: ${problem.message}`);
    throw problem;
  }
}

/** Thrown inside this file only, and caught where an event is read. */
class Unreadable extends Error {}

function unwrap<T>(result: Result<T, string>): T {
  if (result.ok) return result.value;
  throw new Unreadable(result.error);
}

function rulesOf(event: JcalComponent, name: string): Rule[] {
  return propertiesOf(event, name).map((property) => unwrap(readRule(property[3])));
}

function momentOf(property: JcalProperty, clockOf: ClockOf): Moment {
  return readMoment(String(property[3]), parameterOf(property, 'tzid'), clockOf);
}

function momentsOf(property: JcalProperty, clockOf: ClockOf): Moment[] {
  return property.slice(3).map((value) => readMoment(String(value), parameterOf(property, 'tzid'), clockOf));
}

function readMoment(text: string, tzid: string, clockOf: ClockOf): Moment {
  const local = readLocal(text);
  if (local === null) throw new Unreadable(`"${text}" is not a date`);
  const isDate = !text.includes('T');
  const clock = text.endsWith('Z') ? UTC_CLOCK : unwrap(clockOf(isDate ? '' : tzid));
  return { local, isDate, clock, instant: clock.toInstant(local) };
}

function lengthOf(event: JcalComponent, start: Moment, clockOf: ClockOf): Length {
  const endProperty = propertyOf(event, 'dtend');
  if (endProperty) {
    const end = momentOf(endProperty, clockOf);
    if (start.isDate) return { days: Math.max(1, Math.ceil((end.local - start.local) / DAY_MS)), ms: 0 };
    return { days: 0, ms: Math.max(0, end.instant - start.instant) };
  }
  const text = textOf(event, 'duration');
  const duration = text === '' ? null : readDuration(text);
  if (text !== '' && duration === null) throw new Unreadable(`"${text}" is not a duration`);
  if (duration && duration.days * DAY_MS + duration.ms >= 0) {
    return start.isDate ? { days: Math.max(1, Math.ceil(duration.days + duration.ms / DAY_MS)), ms: 0 } : duration;
  }
  // Without an end, a date lasts its day and a time takes no time (RFC 5545, 3.6.1).
  return start.isDate ? { days: 1, ms: 0 } : { days: 0, ms: 0 };
}

function addedBy(property: JcalProperty, clockOf: ClockOf): { start: Moment; length: Length | null }[] {
  const tzid = parameterOf(property, 'tzid');
  return property.slice(3).map((value) => {
    if (!Array.isArray(value)) return { start: readMoment(String(value), tzid, clockOf), length: null };
    const [begin, end] = value.map(String);
    const start = readMoment(begin ?? '', tzid, clockOf);
    const duration = readDuration(end ?? '');
    if (duration) return { start, length: duration };
    return { start, length: { days: 0, ms: readMoment(end ?? '', tzid, clockOf).instant - start.instant } };
  });
}

function attendanceOf(property: JcalProperty): Attendance {
  const answer = parameterOf(property, 'partstat').toUpperCase();
  return {
    name: parameterOf(property, 'cn'),
    address: String(property[3])
      .replace(/^mailto:/i, '')
      .trim()
      .toLowerCase(),
    answer:
      answer === 'ACCEPTED'
        ? 'accepted'
        : answer === 'DECLINED' || answer === 'DELEGATED'
          ? 'declined'
          : answer === 'TENTATIVE'
            ? 'tentative'
            : 'none',
  };
}
