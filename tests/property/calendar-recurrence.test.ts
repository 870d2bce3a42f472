import fc from 'fast-check';
import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import type { LocalMs } from '#adapters/ical/occur.ts';
import { occur } from '#adapters/ical/occur.ts';
import { readRule } from '#adapters/ical/rule.ts';
import { recurOf } from '#tests/fakes/recur.ts';

/**
 * A second reading of RFC 5545, slow and plain: walks every day from the first to the last, asks of each whether every
 * part of the rule holds for it, and picks positions out of whole periods. It shares no code with the expander.
 */
function naive(rule: Parts, start: Date, until: Date): number[] {
  const begin = day(start);
  const sets = new Map<string, number[]>();
  const first = new Date(begin);
  if (rule.freq === 'YEARLY') first.setUTCMonth(0, 1);
  if (rule.freq === 'MONTHLY') first.setUTCDate(1);
  if (rule.freq === 'WEEKLY') first.setUTCDate(first.getUTCDate() - first.getUTCDay());
  // A year more than asked for: positions are picked from whole periods.
  const end = yearsAfter(until, 1.1);
  for (const at = first; at <= end; at.setUTCDate(at.getUTCDate() + 1)) {
    const [period, index] = periodOf(rule, begin, at);
    if (index < 0 || index % rule.interval !== 0 || !holds(rule, start, at)) continue;
    sets.set(period, [...(sets.get(period) ?? []), at.getTime() + (start.getTime() - begin.getTime())]);
  }
  const picked = [...sets.values()].flatMap((set) =>
    rule.bysetpos.length === 0
      ? set
      : set.filter((_, at) => rule.bysetpos.includes(at + 1) || rule.bysetpos.includes(at - set.length)),
  );
  const later = [...new Set([start.getTime(), ...picked])].filter((at) => at >= start.getTime()).sort((a, b) => a - b);
  return later.filter((at) => at <= until.getTime()).slice(0, rule.count ?? Infinity);
}

interface Parts {
  readonly freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  readonly count: number | null;
  readonly bymonth: readonly number[];
  readonly bymonthday: readonly number[];
  readonly byday: readonly string[];
  readonly bysetpos: readonly number[];
}

const yearsAfter = (begin: Date, years: number): Date =>
  new Date(begin.getTime() + Math.round(years * 366) * 86_400_000);

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

function day(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()));
}

function periodOf(rule: Parts, begin: Date, at: Date): [string, number] {
  const days = Math.round((at.getTime() - begin.getTime()) / 86_400_000);
  switch (rule.freq) {
    case 'DAILY':
      return [String(days), days];
    case 'WEEKLY': {
      // Weeks begin on Monday: count the Mondays passed since the one before the start.
      const sinceMonday = (begin.getUTCDay() + 6) % 7;
      const week = Math.floor((days + sinceMonday) / 7);
      return [String(week), week];
    }
    case 'MONTHLY': {
      const month = (at.getUTCFullYear() - begin.getUTCFullYear()) * 12 + at.getUTCMonth() - begin.getUTCMonth();
      return [String(month), month];
    }
    case 'YEARLY': {
      const year = at.getUTCFullYear() - begin.getUTCFullYear();
      return [String(year), year];
    }
  }
}

function holds(rule: Parts, start: Date, at: Date): boolean {
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  const date = at.getUTCDate();
  if (rule.bymonth.length > 0 && !rule.bymonth.includes(at.getUTCMonth() + 1)) return false;
  if (rule.bymonthday.length > 0 && !rule.bymonthday.some((n) => n === date || last + 1 + n === date)) return false;
  if (rule.byday.length > 0) return rule.byday.some((code) => dayHolds(rule, code, at, last));
  if (rule.bymonthday.length > 0 || rule.freq === 'DAILY') return true;
  if (rule.freq === 'WEEKLY') return at.getUTCDay() === start.getUTCDay();
  if (date !== start.getUTCDate()) return false;
  return rule.freq === 'MONTHLY' || rule.bymonth.length > 0 || at.getUTCMonth() === start.getUTCMonth();
}

function dayHolds(rule: Parts, code: string, at: Date, last: number): boolean {
  if (DAYS[at.getUTCDay()] !== code.slice(-2)) return false;
  const nth = Number(code.slice(0, -2));
  if (nth === 0) return true;
  const sameDays: number[] = [];
  const wholeYear = rule.freq === 'YEARLY' && rule.bymonth.length === 0;
  const from = Date.UTC(at.getUTCFullYear(), wholeYear ? 0 : at.getUTCMonth(), 1);
  const to = wholeYear ? Date.UTC(at.getUTCFullYear(), 11, 31) : Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), last);
  for (let each = from; each <= to; each += 86_400_000) {
    if (new Date(each).getUTCDay() === at.getUTCDay()) sameDays.push(each);
  }
  return sameDays.at(nth > 0 ? nth - 1 : nth) === at.getTime();
}

const some = <T>(of: fc.Arbitrary<T>, max: number): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.uniqueArray(of, { minLength: 1, maxLength: max }) },
  );

const parts: fc.Arbitrary<Parts> = fc
  .record({
    freq: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
    interval: fc.integer({ min: 1, max: 4 }),
    count: fc.option(fc.integer({ min: 1, max: 30 })),
    bymonth: some(fc.integer({ min: 1, max: 12 }), 4),
    bymonthday: some(fc.constantFrom(1, 2, 5, 13, 28, 29, 30, 31, -1, -2, -30), 4),
    weekdays: some(fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'), 4),
    nth: fc.constantFrom('', '', '1', '2', '5', '-1', '-2'),
    bysetpos: some(fc.constantFrom(1, 2, -1, -2), 2),
  })
  .map(({ weekdays, nth, ...rule }) => {
    const numbered = rule.freq === 'MONTHLY' || rule.freq === 'YEARLY';
    const byday = weekdays.map((code) => (numbered ? nth : '') + code);
    const plainWeek = rule.freq === 'WEEKLY' ? [] : rule.bymonthday;
    const settable = byday.length + plainWeek.length + rule.bymonth.length > 0;
    return { ...rule, byday, bymonthday: plainWeek, bysetpos: settable ? rule.bysetpos : [] };
  });

const start = fc
  .record({ day: fc.integer({ min: 0, max: 3000 }), minute: fc.integer({ min: 0, max: 1439 }) })
  .map((at) => new Date(Date.UTC(2019, 0, 1 + at.day, 0, at.minute)));

function written(rule: Parts): string {
  const list = (name: string, values: readonly (string | number)[]): string[] =>
    values.length > 0 ? [`${name}=${values.join(',')}`] : [];
  return [
    ...[`FREQ=${rule.freq}`, `INTERVAL=${String(rule.interval)}`],
    ...(rule.count === null ? [] : [`COUNT=${String(rule.count)}`]),
    ...[...list('BYMONTH', rule.bymonth), ...list('BYMONTHDAY', rule.bymonthday)],
    ...[...list('BYDAY', rule.byday), ...list('BYSETPOS', rule.bysetpos)],
  ].join(';');
}

function expanded(rule: Parts, begin: Date, from: Date, to: Date): readonly LocalMs[] {
  const read = readRule(recurOf(written(rule)));
  if (!read.ok) throw new Error(read.error);
  const found = occur(read.value, begin.getTime(), from.getTime(), to.getTime());
  if (!found.ok) throw new Error(found.error);
  return found.value;
}

test('rules give the same starts as a slow walk over every day', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(parts, start, (rule, begin) => {
      const end = yearsAfter(begin, 4);
      expect(expanded(rule, begin, begin, end), written(rule)).toEqual(naive(rule, begin, end));
    }),
    { numRuns: 400 },
  );
});

test('a window in the middle gives what the whole gives there', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      parts,
      start,
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 1, max: 400 }),
      (rule, begin, years, days) => {
        const from = yearsAfter(begin, years);
        const to = new Date(from.getTime() + days * 86_400_000);
        const whole = expanded(rule, begin, begin, to).filter((at) => at >= from.getTime());
        expect(expanded(rule, begin, from, to), written(rule)).toEqual(whole);
      },
    ),
    { numRuns: 300 },
  );
});

test('ical.js agrees where its iterator follows the standard', { timeout: 60_000 }, () => {
  const simple = parts.filter(
    ({ freq, bysetpos, bymonthday, bymonth, byday }) =>
      bysetpos.length === 0 &&
      bymonthday.length === 0 &&
      bymonth.length === 0 &&
      (freq !== 'MONTHLY' || byday.every((code) => !/5/.test(code))),
  );
  fc.assert(
    fc.property(simple, start, (rule, begin) => {
      const first = expanded({ ...rule, count: null }, begin, begin, yearsAfter(begin, 5)).slice(1, 12);
      // From a start that the rule itself gives, so that both count it.
      const synced = new Date(first[0] ?? begin.getTime());
      const mine = expanded(rule, synced, synced, yearsAfter(synced, 3)).slice(0, 10);
      const iterator = ICAL.Recur.fromString(written(rule)).iterator(ICAL.Time.fromJSDate(synced, true));
      const theirs: number[] = [];
      for (let next = iterator.next(); theirs.length < mine.length; next = iterator.next()) {
        theirs.push(next.toUnixTime() * 1000);
      }
      expect(mine, `${written(rule)} from ${synced.toISOString()}`).toEqual(theirs);
    }),
    { numRuns: 200 },
  );
});
