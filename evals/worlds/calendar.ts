import { Temporal } from 'temporal-polyfill';
import { CALENDAR } from '../phrasings.ts';
import { dice, type Dice } from '../write/dice.ts';
import type { Person } from '../write/mime.ts';
import { nothing, type Case, type Interval, type World } from '../world.ts';
import { calendarBytes, occurrences, type LaidEvent, type Rule } from './calendar-events.ts';
import { intersect, minus, union } from './intervals.ts';
import {
  addDays,
  dayMonth,
  firstName,
  instant,
  ownerSettings,
  people,
  upperFirst,
  WEEKDAYS,
  weekdayName,
  weekdayOf,
  ZONES,
} from './words.ts';

/** Three calendars of one office; the free times are counted out by an own, plain reading of the rules. */
export function calendarWorld(seed: number, heldOut: boolean): World {
  const d = dice(`calendar ${seed}`);
  const zone = d.pick(ZONES);
  const [owner, ...colleagues] = people(d, 3) as [Person, Person, Person];
  const today = d.chance(0.35) ? d.pick(DST_MONDAYS) : d.day('2026-01-12', '2027-10-20');
  const now = instant(today, 8 * 60, zone);
  const hours = { from: d.pick([8 * 60, 8 * 60 + 30, 9 * 60]), to: d.pick([17 * 60, 17 * 60 + 30, 18 * 60]) };
  const calendars = [owner, ...colleagues].map((person, i) => {
    const events = layOut(d, today, zone, i);
    return { person, events, times: events.map((event) => ({ event, at: occurrences(event, zone) })) };
  });

  const usable = CALENDAR.filter((phrasing) => phrasing.heldOut === heldOut);
  const cases: Case[] = [0, 1, 2].map((i) => {
    const phrasing = usable[(seed * 3 + i) % usable.length] as (typeof usable)[number];
    const with_ = phrasing.about === 'alone' ? [] : d.some(colleagues, d.chance(0.25) ? 2 : 1);
    const when = d.pick(spans(d, today));
    const but = d.chance(0.45) ? { ...NO_LIMIT } : limit(d, when);
    const long = d.pick(LENGTHS);
    const involved = calendars.filter(({ person }) => person === owner || with_.includes(person));
    const free = (window: 'required' | 'allowed') => {
      const blocks = involved.flatMap(({ times }) =>
        times.filter(({ event }) => blocksTime(event, window)).flatMap(({ at }) => at),
      );
      return minus(windows(when, but, hours, window, zone), union(blocks))
        .flatMap((interval) => intersect([interval], [{ start: now, end: Number.MAX_SAFE_INTEGER }]))
        .filter((interval) => interval.end - interval.start >= long.minutes * 60_000);
    };
    return {
      goal: upperFirst(
        phrasing.text
          .replace('{who}', with_.map((person) => (d.chance(0.5) ? person.name : firstName(person))).join(' and '))
          .replace('{long}', long.words)
          .replace('{when}', when.words)
          .replace('{but}', but.words),
      ),
      phrasing: phrasing.name,
      heldOut,
      expect: {
        ...nothing,
        kinds: ['find-free-time'],
        outcomes: free('required').length > 0 ? ['answered'] : ['answered', 'not-found'],
        slots: { minutes: long.minutes, required: free('required'), allowed: free('allowed') },
      },
    };
  });
  return {
    method: 'calendar',
    seed,
    owner: ownerSettings(owner, zone, hours),
    now,
    files: calendars.map(({ person, events }) => ({
      path: `calendars/${person.name.toLowerCase().replace(' ', '-')}.ics`,
      bytes: calendarBytes(person, events),
      text: null,
    })),
    cases,
  };
}

export interface Span {
  readonly words: string;
  readonly from: string;
  readonly to: string;
}

interface Limit {
  readonly words: string;
  /** Minutes after midnight under the strictest and the most generous reading. */
  readonly required: readonly [number, number];
  readonly allowed: readonly [number, number];
  readonly withoutWeekday: number | null;
}

const DAY = 24 * 60;
const NO_LIMIT: Limit = { words: '', required: [0, DAY], allowed: [0, DAY], withoutWeekday: null };

/** Mondays in or before weeks in which clocks change in Europe or America. */
const DST_MONDAYS = ['2026-03-02', '2026-03-23', '2026-10-19', '2026-10-26', '2027-03-08', '2027-03-22'];

const LENGTHS = [
  { words: '45 minutes', minutes: 45 },
  { words: 'half an hour', minutes: 30 },
  { words: 'an hour', minutes: 60 },
  { words: '90 minutes', minutes: 90 },
  { words: 'two hours', minutes: 120 },
  { words: '1.5 hours', minutes: 90 },
  { words: '1 hour', minutes: 60 },
];

/** Days as one says them, from today on. */
export function spans(d: Dice, today: string): Span[] {
  const monday = addDays(today, 8 - weekdayOf(today));
  const soon = addDays(today, d.whole(1, 6));
  const from = addDays(monday, d.whole(0, 9));
  const to = addDays(from, d.whole(2, 5));
  const oneDay = addDays(today, d.whole(8, 30));
  const a = d.whole(0, 2);
  const b = d.whole(a + 1, 4);
  const all = [
    { words: 'next week', from: monday, to: addDays(monday, 6) },
    { words: `between ${dayMonth(from)} and ${dayMonth(to)}`, from, to },
    { words: `from ${dayMonth(from)} to ${dayMonth(to)}`, from, to },
    { words: `on ${dayMonth(oneDay)}`, from: oneDay, to: oneDay },
    { words: `on ${weekdayName(oneDay)}, ${dayMonth(oneDay)}`, from: oneDay, to: oneDay },
    {
      words: `between ${WEEKDAYS[a] ?? ''} and ${WEEKDAYS[b] ?? ''} next week`,
      from: addDays(monday, a),
      to: addDays(monday, b),
    },
  ];
  if (weekdayOf(soon) <= 5) all.push({ words: `on ${weekdayName(soon)}`, from: soon, to: soon });
  if (weekdayOf(addDays(today, 1)) <= 5)
    all.push({ words: 'tomorrow', from: addDays(today, 1), to: addDays(today, 1) });
  if (weekdayOf(today) <= 3) all.push({ words: 'this week', from: today, to: addDays(monday, -1) });
  return all.filter((span) =>
    [0, 1, 2, 3, 4, 5, 6].some((n) => addDays(span.from, n) <= span.to && weekdayOf(addDays(span.from, n)) <= 5),
  );
}

function limit(d: Dice, when: Span): Limit {
  const weekday = d.whole(1, 5);
  const all: Limit[] = [
    { ...NO_LIMIT, words: ', after lunch', required: [14 * 60, DAY], allowed: [12 * 60, DAY] },
    { ...NO_LIMIT, words: ', in the morning', required: [0, 12 * 60], allowed: [0, 13 * 60] },
    { ...NO_LIMIT, words: ', in the afternoon', required: [14 * 60, DAY], allowed: [12 * 60, DAY] },
    { ...NO_LIMIT, words: ', after 3 pm', required: [15 * 60, DAY], allowed: [15 * 60, DAY] },
    { ...NO_LIMIT, words: ', not before 10:30', required: [10 * 60 + 30, DAY], allowed: [10 * 60 + 30, DAY] },
    { ...NO_LIMIT, words: ', before noon', required: [0, 12 * 60], allowed: [0, 12 * 60] },
  ];
  if (when.from !== when.to) {
    all.push({ ...NO_LIMIT, words: `, not on ${WEEKDAYS[weekday - 1] ?? ''}`, withoutWeekday: weekday });
    all.push({
      ...NO_LIMIT,
      words: `, after lunch, but not on ${WEEKDAYS[weekday - 1] ?? ''}`,
      required: [14 * 60, DAY],
      allowed: [12 * 60, DAY],
      withoutWeekday: weekday,
    });
  }
  return d.pick(all);
}

function windows(
  when: Span,
  but: Limit,
  hours: { from: number; to: number },
  reading: 'required' | 'allowed',
  zone: string,
): Interval[] {
  const out: Interval[] = [];
  for (let day = when.from; day <= when.to; day = addDays(day, 1)) {
    if (weekdayOf(day) > 5 || weekdayOf(day) === but.withoutWeekday) continue;
    const from = Math.max(hours.from, but[reading][0]);
    const to = Math.min(hours.to, but[reading][1]);
    if (from < to) out.push({ start: instant(day, from, zone), end: instant(day, to, zone) });
  }
  return out;
}

/** Tentative time may be taken either way: it is never required and always allowed. */
function blocksTime(event: LaidEvent, reading: 'required' | 'allowed'): boolean {
  if (event.transparent || event.declined || event.status === 'cancelled') return false;
  return event.status === 'confirmed' || reading === 'required';
}

/** Some twenty entries of every sort around today. */
export function layOut(d: Dice, today: string, zone: string, person: number): LaidEvent[] {
  const names = d.some(SUMMARIES, 16);
  let made = 0;
  const event = (rest: Partial<LaidEvent>): LaidEvent => {
    made += 1;
    return {
      uid: `${person}-${made}@example.org`,
      summary: names[made % names.length] ?? 'Busy',
      zone,
      date: addDays(today, d.whole(0, 24)),
      minute: d.whole(32, 66) * 15,
      minutes: d.pick([30, 45, 60, 90, 120, 180]),
      rule: null,
      without: [],
      extra: [],
      moved: [],
      transparent: false,
      status: 'confirmed',
      declined: false,
      windowsZone: false,
      ...rest,
    };
  };
  const rule = (rest: Partial<Rule>): Rule => ({
    every: 'week',
    interval: 1,
    weekdays: [],
    nth: 0,
    count: null,
    until: null,
    ...rest,
  });
  const past = addDays(today, -d.whole(20, 90));

  const weekly = startingOn(past, d.some([1, 2, 3, 4, 5], 2));
  const weeklyDays = upcoming(weekly.date, weekly.weekdays, today);
  const fortnightly = startingOn(past, [d.whole(1, 5)]);
  const monthly = monthlyStart(past, d.whole(1, 5), d.pick([1, 2, 3, -1]));
  const abroad = d.pick(
    ['America/New_York', 'Europe/London', 'Asia/Tokyo', 'America/Los_Angeles'].filter((other) => other !== zone),
  );
  const abroadDays = startingOn(past, [d.whole(1, 5)]);
  const home = Temporal.PlainDate.from(today);
  return [
    event({
      date: weekly.date,
      rule: rule({ weekdays: weekly.weekdays }),
      without: weeklyDays.slice(1, 2),
      moved: weeklyDays.slice(2, 3).map((day) => ({ date: day, to: day, minute: d.whole(36, 60) * 15, minutes: 60 })),
    }),
    event({
      date: fortnightly.date,
      rule: rule({ weekdays: fortnightly.weekdays, interval: 2, until: addDays(today, d.whole(9, 60)) }),
    }),
    event({ date: monthly.date, rule: rule({ every: 'month', weekdays: monthly.weekdays, nth: monthly.nth }) }),
    event({
      date: abroadDays.date,
      zone: abroad,
      minute: minuteAbroad(d, home, zone, abroad),
      minutes: 60,
      rule: rule({ weekdays: abroadDays.weekdays, count: d.whole(4, 30) }),
    }),
    event({ rule: rule({ every: 'day', count: d.whole(2, 4) }), minutes: 30 }),
    event({ windowsZone: true, zone: zone }),
    event({ zone: 'UTC', minute: utcMinute(d, home, zone) }),
    event({ zone: null }),
    event({ minute: null, minutes: 1440 * d.whole(1, 2) }),
    event({ minute: null, minutes: 1440, transparent: true }),
    event({ status: 'tentative' }),
    event({ status: 'cancelled' }),
    event({ declined: true }),
    event({ minute: 21 * 60, minutes: 12 * 60 + 30 }),
    event({ extra: [addDays(today, d.whole(2, 20))] }),
    ...Array.from({ length: d.whole(4, 9) }, () => event({})),
  ];
}

/** The first day on or after `past` that is one of the weekdays. */
function startingOn(past: string, weekdays: readonly number[]): { date: string; weekdays: readonly number[] } {
  let date = past;
  while (!weekdays.includes(weekdayOf(date))) date = addDays(date, 1);
  return { date, weekdays: [...weekdays].sort() };
}

function monthlyStart(
  past: string,
  weekday: number,
  nth: number,
): { date: string; weekdays: readonly number[]; nth: number } {
  for (let date = past; ; date = addDays(date, 1)) {
    const day = Temporal.PlainDate.from(date);
    const fits = nth === -1 ? day.day + 7 > day.daysInMonth : Math.ceil(day.day / 7) === nth;
    if (day.dayOfWeek === weekday && fits) return { date, weekdays: [weekday], nth };
  }
}

function upcoming(first: string, weekdays: readonly number[], today: string): string[] {
  return Array.from({ length: 21 }, (_, i) => addDays(today, i)).filter(
    (day) => day > first && weekdays.includes(weekdayOf(day)),
  );
}

/** A clock time over there that falls into the working day here. */
function minuteAbroad(d: Dice, day: Temporal.PlainDate, here: string, there: string): number {
  const local = day
    .toZonedDateTime({ timeZone: here, plainTime: Temporal.PlainTime.from({ hour: d.whole(9, 15) }) })
    .withTimeZone(there);
  return local.hour * 60 + local.minute;
}

function utcMinute(d: Dice, day: Temporal.PlainDate, here: string): number {
  return minuteAbroad(d, day, here, 'UTC');
}

const SUMMARIES = [
  'Budget round',
  'Physiotherapy',
  'Interview with an applicant',
  'Supplier audit',
  'Rehearsal',
  'Lunch talk',
  'Steering group',
  'Lab tour',
  'Works council',
  'Fire drill',
  'Language course',
  'Editorial meeting',
  'Visit of the auditors',
  'Ward round',
  'Planning poker',
  'Car service',
  'Parents in town',
  'Orchard walk',
];
