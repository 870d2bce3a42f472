import { describe, expect, test } from 'vitest';
import { generate, METHODS } from '#evals/worlds/generate.ts';
import { occurrences, type LaidEvent } from '#evals/worlds/calendar-events.ts';
import { CALENDAR, MAIL, QUESTION_FRAMES, REPORT, TABLE } from '#evals/phrasings.ts';
import { FITS_NOTHING, OTHER_LANGUAGES } from '#evals/worlds/unfit.ts';
import { holds } from '#evals/terms.ts';

const event: LaidEvent = {
  uid: 'x',
  summary: 'x',
  zone: 'America/New_York',
  date: '2026-10-21',
  minute: 600,
  minutes: 60,
  rule: null,
  without: [],
  extra: [],
  moved: [],
  transparent: false,
  status: 'confirmed',
  declined: false,
  windowsZone: false,
};
const weekly = { every: 'week', interval: 1, weekdays: [3], nth: 0, count: 3, until: null } as const;

const SEEDED = METHODS.filter((method) => method !== 'sample');

describe('evaluation worlds', () => {
  test.each(SEEDED)('a seed of %s gives the same bytes, goals and truths twice', (method) => {
    expect(generate(method, 41, false)).toEqual(generate(method, 41, false));
    expect(generate(method, 41, false)).not.toEqual(generate(method, 42, false));
  });

  test.each(SEEDED)('%s never mixes open and held-out phrasings', (method) => {
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    const open = seeds.flatMap((seed) => generate(method, seed, false).cases);
    const heldOut = seeds.flatMap((seed) => generate(method, seed, true).cases);
    expect(open.every((one) => !one.heldOut)).toBe(true);
    expect(heldOut.every((one) => one.heldOut)).toBe(true);
  });

  test('every method has twenty phrasings or more, and at least twelve held out from the authors or close to half', () => {
    for (const phrasings of [MAIL, CALENDAR, REPORT, TABLE]) {
      expect(phrasings.length).toBeGreaterThanOrEqual(20);
      expect(phrasings.filter((one) => one.heldOut).length).toBeGreaterThanOrEqual(10);
    }
    expect(QUESTION_FRAMES.length).toBeGreaterThanOrEqual(12);
    expect(FITS_NOTHING.length).toBeGreaterThanOrEqual(30);
    expect(OTHER_LANGUAGES.length).toBeGreaterThanOrEqual(12);
  });

  test('the calendar oracle keeps the clock time of the event over a change of the clocks', () => {
    const found = occurrences({ ...event, rule: weekly }, 'Europe/Berlin').map((one) =>
      new Date(one.start).toISOString(),
    );
    expect(found).toEqual(['2026-10-21T14:00:00.000Z', '2026-10-28T14:00:00.000Z', '2026-11-04T15:00:00.000Z']);
  });

  test('the calendar oracle leaves out, adds and moves days', () => {
    const changed = {
      ...event,
      zone: 'UTC',
      rule: weekly,
      without: ['2026-10-28'],
      extra: ['2026-10-30'],
      moved: [{ date: '2026-11-04', to: '2026-11-05', minute: 540, minutes: 30 }],
    };
    const found = occurrences(changed, 'UTC').map((one) => new Date(one.start).toISOString().slice(0, 16));
    expect(found).toEqual(['2026-10-21T10:00', '2026-10-30T10:00', '2026-11-05T09:00']);
  });

  test('the calendar oracle knows the last Thursday and the second Tuesday of a month', () => {
    const monthly = { every: 'month', interval: 1, count: 2, until: null } as const;
    const last = occurrences(
      { ...event, zone: 'UTC', date: '2026-10-29', rule: { ...monthly, weekdays: [4], nth: -1 } },
      'UTC',
    );
    const second = occurrences(
      { ...event, zone: 'UTC', date: '2026-09-08', rule: { ...monthly, weekdays: [2], nth: 2 } },
      'UTC',
    );
    expect(last.map((one) => new Date(one.start).toISOString().slice(0, 10))).toEqual(['2026-10-29', '2026-11-26']);
    expect(second.map((one) => new Date(one.start).toISOString().slice(0, 10))).toEqual(['2026-09-08', '2026-10-13']);
  });

  test('a term is found in any notation, and not inside another word or number', () => {
    expect(holds('The sum is 1.240,50 euros', { number: 1240.5 })).toBe(true);
    expect(holds('The sum is 1,240.50', { number: 1240.5 })).toBe(true);
    expect(holds('The sum is 11,240.50', { number: 1240.5 })).toBe(false);
    expect(holds('due Fri 27 Nov', { date: ['2026-11-27'] })).toBe(true);
    expect(holds('due 127 November', { date: ['2026-11-27'] })).toBe(false);
    expect(holds('Marathon', { text: ['Mara'] })).toBe(false);
  });
});
