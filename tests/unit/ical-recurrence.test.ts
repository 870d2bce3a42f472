import { describe, expect, test } from 'vitest';
import { occur, RULE_STEPS_MAX } from '#adapters/ical/occur.ts';
import { readRule } from '#adapters/ical/rule.ts';
import { recurOf } from '#tests/fakes/recur.ts';
import { DAY_MS, isoDate, modulo } from '#core/base/civil-date.ts';

/** Starts of a rule as "1997-09-02T09:00" on the wall clock; all of RFC 5545's examples begin at nine on a day of 1997. */
function starts(rule: string, start = '1997-09-02T09:00', until = '2100-01-01T00:00', from = start): string[] {
  const parsed = readRule(recurOf(rule));
  if (!parsed.ok) throw new Error(parsed.error);
  const found = occur(parsed.value, local(start), local(from), local(until));
  if (!found.ok) throw new Error(found.error);
  return found.value.map(shown);
}

const days = (...found: [...Parameters<typeof starts>]): string[] => starts(...found).map((at) => at.slice(0, 10));

function local(text: string): number {
  return Date.parse(`${text}:00Z`);
}

function shown(at: number): string {
  const minute = Math.floor(modulo(at, DAY_MS) / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${isoDate(Math.floor(at / DAY_MS))}T${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

describe('the examples of RFC 5545, 3.8.5.3', () => {
  test.each([
    ['daily for ten', 'FREQ=DAILY;COUNT=10', 10, '1997-09-11'],
    ['every ten days', 'FREQ=DAILY;INTERVAL=10;COUNT=5', 5, '1997-10-12'],
    ['weekly for ten', 'FREQ=WEEKLY;COUNT=10', 10, '1997-11-04'],
    ['weekly on two days', 'FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH', 10, '1997-10-02'],
    ['every other week on two days', 'FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH', 8, '1997-10-16'],
    ['on the 2nd and 15th', 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15', 10, '1998-01-15'],
    ['every Tuesday, every other month', 'FREQ=MONTHLY;INTERVAL=2;BYDAY=TU;COUNT=18', 18, '1998-03-31'],
  ])('%s', (_, rule, count, last) => {
    const found = days(rule);
    expect(found).toHaveLength(count);
    expect(found[0]).toBe('1997-09-02');
    expect(found.at(-1)).toBe(last);
  });

  test('every 18 months on days 10 to 15', () => {
    const found = days('FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15', '1997-09-10T09:00');
    expect(found.slice(5)).toEqual(['1997-09-15', '1999-03-10', '1999-03-11', '1999-03-12', '1999-03-13']);
  });

  test('the first Friday of the month', () => {
    expect(days('FREQ=MONTHLY;COUNT=4;BYDAY=1FR', '1997-09-05T09:00')).toEqual([
      '1997-09-05', '1997-10-03', '1997-11-07', '1997-12-05',
    ]); // prettier-ignore
  });

  test('the second-to-last Monday of the month', () => {
    expect(days('FREQ=MONTHLY;COUNT=3;BYDAY=-2MO', '1997-09-22T09:00')).toEqual([
      '1997-09-22',
      '1997-10-20',
      '1997-11-17',
    ]);
  });

  test('the third-to-last day of the month', () => {
    expect(days('FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-3', '1997-09-28T09:00')).toEqual([
      '1997-09-28',
      '1997-10-29',
      '1997-11-28',
    ]);
  });

  test('every third year on days 1, 100 and 200 of it', () => {
    expect(days('FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200', '1997-01-01T09:00')).toEqual([
      '1997-01-01', '1997-04-10', '1997-07-19', '2000-01-01', '2000-04-09', '2000-07-18', '2003-01-01', '2003-04-10',
      '2003-07-19', '2006-01-01',
    ]); // prettier-ignore
  });

  test('the twentieth Monday of the year, and the Monday of week 20', () => {
    expect(days('FREQ=YEARLY;BYDAY=20MO;COUNT=3', '1997-05-19T09:00')).toEqual([
      '1997-05-19',
      '1998-05-18',
      '1999-05-17',
    ]);
    expect(days('FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3', '1997-05-12T09:00')).toEqual([
      '1997-05-12', '1998-05-11', '1999-05-17',
    ]); // prettier-ignore
  });

  test('every Friday the thirteenth', () => {
    expect(days('FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=6', '1997-09-02T09:00')).toEqual([
      '1997-09-02', '1998-02-13', '1998-03-13', '1998-11-13', '1999-08-13', '2000-10-13',
    ]); // prettier-ignore
  });

  test('the first Saturday after the first Sunday', () => {
    expect(days('FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13;COUNT=3', '1997-09-13T09:00')).toEqual([
      '1997-09-13', '1997-10-11', '1997-11-08',
    ]); // prettier-ignore
  });

  test('every fourth year, the Tuesday after a Monday in November', () => {
    const rule = 'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3';
    expect(days(rule, '1996-11-05T09:00')).toEqual(['1996-11-05', '2000-11-07', '2004-11-02']);
  });

  test('the third of Tuesdays, Wednesdays and Thursdays, and the second-to-last weekday', () => {
    expect(days('FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '1997-09-04T09:00')).toEqual([
      '1997-09-04', '1997-10-07', '1997-11-06',
    ]); // prettier-ignore
    expect(days('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3', '1997-09-29T09:00')).toEqual([
      '1997-09-29', '1997-10-30', '1997-11-27',
    ]); // prettier-ignore
  });

  test('every third hour until five, every quarter hour, every hour and a half', () => {
    expect(starts('FREQ=HOURLY;INTERVAL=3', undefined, '1997-09-02T17:00')).toEqual([
      '1997-09-02T09:00', '1997-09-02T12:00', '1997-09-02T15:00',
    ]); // prettier-ignore
    expect(starts('FREQ=MINUTELY;INTERVAL=15;COUNT=6').at(-1)).toBe('1997-09-02T10:15');
    expect(starts('FREQ=MINUTELY;INTERVAL=90;COUNT=4').at(-1)).toBe('1997-09-02T13:30');
  });

  test('every twenty minutes from nine to twenty to five, written in two ways', () => {
    const daily = starts('FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40', undefined, '1997-09-04T00:00');
    const minutely = starts('FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16', undefined, '1997-09-04T00:00');
    expect(daily).toHaveLength(48);
    expect(minutely).toEqual(daily);
  });

  test('the day on which the week starts makes a difference', () => {
    const rule = 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU';
    expect(days(`${rule};WKST=MO`, '1997-08-05T09:00')).toEqual([
      '1997-08-05',
      '1997-08-10',
      '1997-08-19',
      '1997-08-24',
    ]);
    expect(days(`${rule};WKST=SU`, '1997-08-05T09:00')).toEqual([
      '1997-08-05',
      '1997-08-17',
      '1997-08-19',
      '1997-08-31',
    ]);
  });

  test('a day that a month does not have is left out', () => {
    expect(days('FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '2007-01-15T09:00')).toEqual([
      '2007-01-15', '2007-01-30', '2007-02-15', '2007-03-15', '2007-03-30',
    ]); // prettier-ignore
    expect(days('FREQ=YEARLY;COUNT=3', '2096-02-29T09:00', '2120-01-01T00:00')).toEqual([
      '2096-02-29', '2104-02-29', '2108-02-29',
    ]); // prettier-ignore
  });
});

describe('bounds', () => {
  test('a rule that can never be met ends', () => {
    for (const rule of ['FREQ=YEARLY', 'FREQ=MONTHLY', 'FREQ=DAILY', 'FREQ=HOURLY', 'FREQ=WEEKLY']) {
      expect(days(`${rule};BYMONTH=2;BYMONTHDAY=30`, '2026-01-01T00:00', '2030-01-01T00:00')).toEqual(['2026-01-01']);
    }
  });

  test('an old endless series costs no more than a new one', () => {
    const found = days('FREQ=DAILY', '0800-01-01T09:00', '2026-11-26T00:00', '2026-11-24T00:00');
    expect(found).toEqual(['2026-11-24', '2026-11-25']);
    expect(days('FREQ=YEARLY', '0800-11-24T09:00', '2027-01-01T00:00', '2026-01-01T00:00')).toEqual(['2026-11-24']);
  });

  test('a rule that asks for too much is refused in words, at once', () => {
    const rule = readRule(recurOf('FREQ=SECONDLY;COUNT=100000000'));
    const found = rule.ok && occur(rule.value, 0, RULE_STEPS_MAX * 10_000, RULE_STEPS_MAX * 20_000);
    expect(found).toEqual({ ok: false, error: 'the recurrence rule is too costly to follow; it was not used' });
  });

  test('a rule without a frequency, or in another calendar, is an error in words', () => {
    expect(readRule({ byday: 'MO' })).toEqual({
      ok: false,
      error: 'the recurrence rule does not say how often it repeats (FREQ)',
    });
    expect(readRule({ freq: 'YEARLY', rscale: 'CHINESE' })).toMatchObject({ ok: false });
  });
});
