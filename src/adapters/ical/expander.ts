import type { UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import { err, ok } from '#core/base/result.ts';
import { DAY_MS, isoDate, MINUTE_MS, modulo, parseIsoDate } from '#core/base/civil-date.ts';
import type { CalendarExpander, Occurrence, Zones } from '#ports/calendar.ts';
import type { ComponentZone } from './component-zone.ts';
import { isTruncatedZone, readComponentZone } from './component-zone.ts';
import type { JcalComponent } from './jcal.ts';
import { componentsOf, linesThatMatter, textOf } from './jcal.ts';
import { occurrencesOf } from './occurrences.ts';
import type { ClockOf, EventPart, LocalClock } from './series.ts';
import { readEvent } from './series.ts';

/** More than this in one look at one calendar object is refused: nobody keeps such a calendar. */
export const OCCURRENCES_MAX = 20_000;

/** iCalendar (RFC 5545) as ical.js parses it; recurrence is followed here, with a bound on the work. */
export async function createIcalExpander(zones: Zones): Promise<CalendarExpander> {
  const { default: ical } = await import('ical.js');
  return {
    expand: (component, from, to, zone) => {
      const parsed = parseComponent(component, (text) => ical.parse(text));
      if (!parsed.ok) return parsed;
      const calendar = parsed.value;
      const clocks = clocksOf(calendar, zones, zone);
      const parts: EventPart[] = [];
      for (const [index, event] of componentsOf(calendar, 'vevent').entries()) {
        const part = readEvent(event, index, clocks);
        if (!part.ok) return part;
        parts.push(part.value);
      }
      const found: Occurrence[] = [];
      for (const series of bySeries(parts)) {
        const occurrences = occurrencesOf(series, from, to);
        if (!occurrences.ok) return occurrences;
        if (found.length + occurrences.value.length > OCCURRENCES_MAX) {
          return err(`"${series[0]?.summary ?? ''}" happens more than ${String(OCCURRENCES_MAX)} times in this period`);
        }
        found.push(...occurrences.value);
      }
      return ok(found.sort((a, b) => a.start - b.start || a.end - b.end));
    },
  };
}

function parseComponent(component: string, parse: (text: string) => unknown): Result<JcalComponent, string> {
  try {
    const parsed = parse(linesThatMatter(component)) as JcalComponent | readonly JcalComponent[];
    const calendar = (typeof parsed[0] === 'string' ? parsed : parsed[0]) as JcalComponent | undefined;
    if (calendar?.[0] === 'vevent') return ok(['vcalendar', [], [calendar]]);
    return calendar?.[0] === 'vcalendar' ? ok(calendar) : err('this is not a calendar');
  } catch (problem) {
    return err(`the calendar entry cannot be read: ${problem instanceof Error ? problem.message : String(problem)}`);
  }
}

/** The VEVENTs of one UID together, in order of appearance. */
function bySeries(parts: readonly EventPart[]): EventPart[][] {
  const series = new Map<string, EventPart[]>();
  for (const part of parts) series.set(part.uid, [...(series.get(part.uid) ?? []), part]);
  return [...series.values()];
}

/** A TZID is read by the VTIMEZONE of that name; without one by the zone database, Windows names included. */
function clocksOf(calendar: JcalComponent, zones: Zones, floating: string): ClockOf {
  const own = new Map(componentsOf(calendar, 'vtimezone').map((zone) => [textOf(zone, 'tzid'), zone]));
  const cache = new Map<string, Result<LocalClock, string>>();
  const find = (tzid: string): Result<LocalClock, string> => {
    if (tzid === '') return ok(zoneClock(zones, floating));
    const component = own.get(tzid);
    const known = zones.normalise((component && textOf(component, 'x-lic-location')) || tzid);
    if (component && !(known !== null && isTruncatedZone(component))) {
      const read: Result<ComponentZone, string> = readComponentZone(component);
      if (read.ok || known === null) return read;
    }
    return known === null ? err(`the time zone "${tzid}" is not known`) : ok(zoneClock(zones, known));
  };
  return (tzid) => {
    const clock = cache.get(tzid) ?? find(tzid);
    cache.set(tzid, clock);
    return clock;
  };
}

function zoneClock(zones: Zones, zone: string): LocalClock {
  return {
    toInstant: (local) => {
      const inDay = modulo(local, DAY_MS);
      const minute = Math.floor(inDay / MINUTE_MS);
      const date = isoDate(Math.floor(local / DAY_MS));
      return (zones.toInstant(date, minute, zone) + (inDay - minute * MINUTE_MS)) as UnixMs;
    },
    toLocal: (instant) => {
      const { date, minute } = zones.toLocal(instant, zone);
      return (parseIsoDate(date) ?? 0) * DAY_MS + minute * MINUTE_MS + modulo(instant, MINUTE_MS);
    },
  };
}
