import type { UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import { ok } from '#core/base/result.ts';
import { DAY_MS } from '#core/base/civil-date.ts';
import type { Occurrence } from '#ports/calendar.ts';
import { readLocal } from './local-time.ts';
import type { LocalMs } from './occur.ts';
import { occur } from './occur.ts';
import type { Rule } from './rule.ts';
import type { EventPart, Length, Moment } from './series.ts';

/** No zone is further from UTC than this. */
const OFFSET_MS_MAX = DAY_MS;

/**
 * The occurrences of one series that touch [from, to): rules and added dates, less the excluded, with overrides in
 * place of what they replace (RFC 5545, 3.8.4.4 and 3.8.5). An override whose original the rules do not give stands
 * for itself, as calendars show it.
 */
export function occurrencesOf(
  series: readonly EventPart[],
  from: UnixMs,
  to: UnixMs,
): Result<readonly Occurrence[], string> {
  const overrides = series.filter((part) => part.replaces !== null);
  const ranges = overrides.filter((part) => part.andFuture).sort((a, b) => replacedInstant(a) - replacedInstant(b));
  const reach = Math.max(0, ...ranges.map((part) => Math.abs(part.start.instant - replacedInstant(part)))) + DAY_MS;
  const found: Occurrence[] = [];
  const keep = (occurrence: Occurrence): void => {
    const touches = occurrence.end > from || occurrence.start >= from;
    if (touches && occurrence.start < to) found.push(occurrence);
  };

  for (const master of series.filter((part) => part.replaces === null)) {
    const longest = Math.max(...series.map((part) => lengthMs(part.length)));
    const starts = startsOf(master, from - longest - reach, to + reach);
    if (!starts.ok) return starts;
    for (const { start, length } of starts.value) {
      if (overrides.some((part) => sameMoment(part.replaces as Moment, start))) continue;
      const range = ranges.findLast((part) => replacedInstant(part) <= start.instant);
      keep(range ? shifted(range, start) : occurrence(master, start, length));
    }
  }
  for (const part of overrides) keep(occurrence(part, part.start, part.length));
  return ok(found);
}

interface Start {
  readonly start: Moment;
  readonly length: Length;
}

function startsOf(master: EventPart, from: number, to: number): Result<readonly Start[], string> {
  const { start } = master;
  const at = (local: LocalMs): Moment => ({ ...start, local, instant: start.clock.toInstant(local) });
  const [low, high] = [from - OFFSET_MS_MAX, to + OFFSET_MS_MAX];
  const expand = (rule: Rule): Result<readonly LocalMs[], string> =>
    occur(rule, start.local, low, high, untilOf(rule, start));

  const starts = new Map<LocalMs, Start>();
  for (const local of start.local >= low && start.local <= high ? [start.local] : []) {
    starts.set(local, { start: at(local), length: master.length });
  }
  for (const rule of master.rules) {
    const locals = expand(rule);
    if (!locals.ok) return locals;
    for (const local of locals.value) starts.set(local, { start: at(local), length: master.length });
  }
  for (const { start: moment, length } of master.added) {
    const local = moment.isDate === start.isDate ? start.clock.toLocal(moment.instant) : moment.local;
    const added = start.isDate ? at(moment.local) : moment;
    starts.set(local, { start: added, length: length ?? master.length });
  }
  for (const rule of master.exceptRules) {
    const locals = expand(rule);
    if (!locals.ok) return locals;
    for (const local of locals.value) starts.delete(local);
  }
  return ok(
    [...starts.values()].filter(({ start: moment }) => !master.excluded.some((other) => sameMoment(other, moment))),
  );
}

/** UNTIL is inclusive; a date holds to the end of that day, a time in UTC is compared as an instant. */
function untilOf(rule: Rule, start: Moment): (at: LocalMs) => boolean {
  const text = rule.until;
  const until = text === null ? null : readLocal(text);
  if (text === null || until === null) return () => true;
  if (start.isDate || !text.includes('T')) {
    const end = Math.floor(until / DAY_MS) * DAY_MS + DAY_MS;
    return (at) => at < end;
  }
  if (!text.endsWith('Z')) return (at) => at <= until;
  return (at) => {
    if (Math.abs(at - until) > OFFSET_MS_MAX) return at < until;
    return start.clock.toInstant(at) <= until;
  };
}

/** A date stands for all of its day on the other's clock. */
function sameMoment(named: Moment, actual: Moment): boolean {
  if (named.isDate || actual.isDate) return Math.floor(named.local / DAY_MS) === Math.floor(actual.local / DAY_MS);
  return named.instant === actual.instant;
}

function replacedInstant(part: EventPart): number {
  return (part.replaces as Moment).instant;
}

/** A later occurrence of a changed series: moved on the clock by as much as the first changed one was. */
function shifted(range: EventPart, original: Moment): Occurrence {
  const { clock, isDate } = range.start;
  const by = range.start.local - clock.toLocal(replacedInstant(range) as UnixMs);
  const local = clock.toLocal(original.instant) + by;
  return occurrence(range, { local, isDate, clock, instant: clock.toInstant(local) }, range.length);
}

function occurrence(part: EventPart, start: Moment, length: Length): Occurrence {
  return {
    start: start.instant,
    end: endOf(start, length),
    allDay: start.isDate,
    summary: part.summary,
    location: part.location,
    free: part.free,
    tentative: part.tentative,
    part: part.index,
    attendance: part.attendance,
  };
}

function endOf(start: Moment, length: Length): UnixMs {
  const later = length.days === 0 ? start.instant : start.clock.toInstant(start.local + length.days * DAY_MS);
  return (later + length.ms) as UnixMs;
}

function lengthMs(length: Length): number {
  return (length.days + 1) * DAY_MS + length.ms;
}
