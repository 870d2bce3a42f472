import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { createZones } from '#adapters/temporal/zones.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import { claimsOf } from '#core/tools/answer.ts';
import type { BusyTime, BusyTimes } from '#core/tools/calendar/busy-times.ts';
import type { SlotWishes } from '#core/tools/calendar/day-windows.ts';
import { findFreeSlots } from '#core/tools/calendar/find-free-slots.ts';
import type { Zones } from '#ports/calendar.ts';
import { OWNER } from '#tests/fakes/tool-context.ts';
import { verifiedTexts } from '#tests/fakes/verified.ts';

let zones: Zones;
beforeAll(async () => {
  zones = await createZones();
});

const QUARTER = 15 * 60_000;
/** The week in which Berlin's clocks go back. */
const MONDAY = Date.parse('2026-10-19T00:00:00Z');
const BETWEEN = { from: '2026-10-19', to: '2026-10-26' };

const entries = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 8 * 96 }), quarters: fc.integer({ min: 1, max: 40 }) }),
  { maxLength: 14 },
);

const wishes: fc.Arbitrary<SlotWishes> = fc.record({
  minutes: fc.constantFrom(15, 30, 45, 60, 90, 120, 240),
  between: fc.constant(BETWEEN),
  hours: fc.option(fc.constantFrom({ from: 780, to: 1440 }, { from: 0, to: 720 }, { from: 1080, to: 1320 })),
  excludeWeekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 2 }),
  onlyWeekdays: fc.oneof(
    fc.constant([]),
    fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 2 }),
  ),
  weekends: fc.boolean(),
  count: fc.integer({ min: 1, max: 6 }),
});

function observed(person: BusyTimes['person'], list: readonly { at: number; quarters: number }[]): BusyTimes {
  const source = (person?.name ?? 'me').padEnd(64, '0') as SourceId;
  const busy = list.map(({ at, quarters }, index): BusyTime => {
    const [start, end] = [MONDAY + at * QUARTER, MONDAY + (at + quarters) * QUARTER] as [UnixMs, UnixMs];
    const local = zones.toLocal(start, 'Europe/Berlin');
    const last = zones.toLocal(end, 'Europe/Berlin');
    const clock = (minute: number): string =>
      `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    const locator = `${person === null ? '' : `${person.name}: `}Entry, ${local.date}, ${clock(local.minute)}–${clock(last.minute)}`;
    const evidence = {
      source,
      file: 'calendar.ics',
      start: index * 10,
      end: index * 10 + 9,
      quote: 'SUMMARY:Entry',
      locator,
    };
    return { start, end, summary: 'Entry', tentative: false, allDay: false, evidence };
  });
  const anchor = {
    source,
    file: 'calendar.ics',
    start: 0,
    end: 9,
    quote: 'SUMMARY:Entry',
    locator: `${person === null ? '' : `${person.name}: `}Entry`,
  };
  return {
    ...{ kind: 'busy-times', person, between: BETWEEN, known: true, calendars: ['calendar.ics'], searched: [source] },
    ...{ zone: null, busy, nearby: [], anchor, problems: [] },
  };
}

test(
  'every offered time is free, allowed, long enough and verified; none is offered only when none exists',
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(entries, entries, wishes, fc.integer({ min: -200, max: 300 }), (mine, theirs, asked, sinceMonday) => {
        const now = (MONDAY + sinceMonday * QUARTER + 1) as UnixMs;
        const everyone = [observed(null, mine), observed({ name: 'Alice', address: '' }, theirs)];
        const answer = findFreeSlots({
          wishes: asked,
          observed: everyone,
          owner: OWNER,
          now,
          zone: 'Europe/Berlin',
          clock: zones,
        });
        verifiedTexts(answer);
        const busy = everyone.flatMap((each) => each.busy);
        const possible = freeStarts(asked, busy, now);
        const offered = claimsOf(answer).flatMap(({ computation, text }) =>
          computation?.kind === 'free-slot' && !text.includes('longest') ? [computation] : [],
        );
        const within = offered.filter(({ start }) => start < Date.parse('2026-10-27T00:00+01:00'));
        expect(within.length > 0).toBe(possible.size > 0);
        expect(within.length).toBeLessThanOrEqual(asked.count);
        for (const { start, end } of within) {
          expect(end - start).toBe(asked.minutes * 60_000);
          expect(possible.has(start)).toBe(true);
        }
        expect(within.map(({ start }) => start)).toEqual([...within].map(({ start }) => start).sort((a, b) => a - b));
        if (within[0] && possible.size > 0) expect(within[0].start).toBe(Math.min(...possible));
      }),
      { numRuns: 150 },
    );
  },
);

/** By trial: every quarter hour of the days, asked of every rule in turn. */
function freeStarts(asked: SlotWishes, busy: readonly BusyTime[], now: number): Set<number> {
  const found = new Set<number>();
  for (let at = MONDAY - 8 * QUARTER; at < MONDAY + 9 * 96 * QUARTER; at += QUARTER) {
    const end = at + asked.minutes * 60_000;
    const local = zones.toLocal(at as UnixMs, 'Europe/Berlin');
    const midnight = zones.toInstant(local.date, 0, 'Europe/Berlin');
    const { weekday, date } = local;
    if (date < BETWEEN.from || date > BETWEEN.to || at < now) continue;
    const wished = (day: number): boolean =>
      !asked.excludeWeekdays.includes(day) && (asked.onlyWeekdays.length === 0 || asked.onlyWeekdays.includes(day));
    if (!wished(weekday)) continue;
    const onlyDaysOff = [1, 2, 3, 4, 5].every((day) => !wished(day));
    if (weekday > 5 && !asked.weekends && asked.onlyWeekdays.length === 0 && !onlyDaysOff) continue;
    const [from, to] = hoursOf(asked.hours);
    if (at < zones.toInstant(date, from, 'Europe/Berlin') || end > zones.toInstant(date, to, 'Europe/Berlin')) continue;
    if (at < midnight || busy.some((time) => time.start < end && at < time.end)) continue;
    found.add(at);
  }
  return found;
}

/** The usual day is nine to five; an open side of the wish is taken from it. */
function hoursOf(hours: SlotWishes['hours']): [number, number] {
  if (hours === null) return [540, 1020];
  return [hours.from === 0 ? 540 : hours.from, hours.to === 1440 ? 1020 : hours.to];
}
