import { afterEach, describe, expect, test } from 'vitest';
import { loadDateFinder } from '#adapters/chrono/date-finder.ts';
import type { UnixMs } from '#core/base/ids.ts';

const finder = await loadDateFinder();
const european = await loadDateFinder({ dayFirst: true });
/** Wednesday 18 November 2026, 10:30 in Berlin. */
const REFERENCE = Date.parse('2026-11-18T09:30:00Z') as UnixMs;
const at = (iso: string): UnixMs => Date.parse(iso) as UnixMs;
const shown = (text: string, reference = REFERENCE, zone = 'Europe/Berlin'): string[] =>
  finder.find(text, reference, zone).map(({ from, to }) => (from === to ? from : `${from}..${to}`));

const hostZone = process.env.TZ;
afterEach(() => {
  if (hostZone === undefined) delete process.env.TZ;
  else process.env.TZ = hostZone;
});

describe('periods', () => {
  test.each([
    ['this week', '2026-11-16..2026-11-22'],
    ['next week', '2026-11-23..2026-11-29'],
    ['last week', '2026-11-09..2026-11-15'],
    ['the week after next', '2026-11-30..2026-12-06'],
    ['in the next two weeks', '2026-11-18..2026-12-02'],
    ['the last 30 days', '2026-10-19..2026-11-18'],
    ['within 3 working days', '2026-11-18..2026-11-23'],
    ['this month', '2026-11-01..2026-11-30'],
    ['by the end of the month', '2026-11-30'],
    ['at the end of next week', '2026-11-26..2026-11-27'],
    ['in December', '2026-12-01..2026-12-31'],
    ['since last October', '2026-10-01..2026-10-31'],
    ['mid-December', '2026-12-11..2026-12-20'],
    ['Q3', '2026-07-01..2026-09-30'],
    ['Q1 2025', '2025-01-01..2025-03-31'],
    ['the last quarter of 2025', '2025-10-01..2025-12-31'],
    ['last quarter', '2026-07-01..2026-09-30'],
    ['the first half of 2026', '2026-01-01..2026-06-30'],
    ['last year', '2025-01-01..2025-12-31'],
    ['in 2025', '2025-01-01..2025-12-31'],
    ['between the 23rd and the 27th', '2026-11-23..2026-11-27'],
    ['from the 23rd to the 27th of November', '2026-11-23..2026-11-27'],
    ['between 23 and 27 November', '2026-11-23..2026-11-27'],
    ['Nov 23-27', '2026-11-23..2026-11-27'],
    ['from Mon 23 to Fri 27 Nov 2026', '2026-11-23..2026-11-27'],
    ['between June and August', '2026-06-01..2026-08-31'],
    ['3 December to 5 January', '2026-12-03..2027-01-05'],
    ['between Monday and Wednesday', '2026-11-23..2026-11-25'],
    ['the week of 2 December', '2026-11-30..2026-12-06'],
    ['over the weekend', '2026-11-21..2026-11-22'],
    ['Tuesday next week', '2026-11-24'],
    ['a week on Friday', '2026-11-27'],
  ])('%s is %s', (text, expected) => {
    expect(shown(text)).toEqual([expected]);
  });
});

describe('days', () => {
  test.each([
    ['by Friday', '2026-11-20'],
    ['next Friday', '2026-11-27'],
    ['last Friday', '2026-11-13'],
    ['this Friday', '2026-11-20'],
    ['on Wednesday', '2026-11-18'],
    ['tomorrow afternoon', '2026-11-19'],
    ['the day after tomorrow', '2026-11-20'],
    ['tommorow', '2026-11-19'],
    ['two weeks ago', '2026-11-04'],
    ['in three days', '2026-11-21'],
    ['on the 14th', '2026-12-14'],
    ['3.11.2026', '2026-11-03'],
    ['2026-11-23', '2026-11-23'],
    ['Friday 27th', '2026-11-27'],
    ['5 January', '2027-01-05'],
    ['29 February 2028', '2028-02-29'],
  ])('%s is %s', (text, expected) => {
    expect(shown(text)).toEqual([expected]);
  });

  test('a slashed date is read month first or day first as asked', () => {
    expect(shown('due 3/11/2026')).toEqual(['2026-03-11']);
    expect(european.find('due 3/11/2026', REFERENCE, 'UTC').map((found) => found.from)).toEqual(['2026-11-03']);
  });

  test.each([
    ['from 24 November to 26 November', '2026-11-24..2026-11-26'],
    ['from November 24 to November 26', '2026-11-24..2026-11-26'],
    ['between Nov 24 and Nov 26', '2026-11-24..2026-11-26'],
    ['on November 24', '2026-11-24'],
    ['by November 24th, 2027', '2027-11-24'],
    ['from the 24th of November to the 26th of November', '2026-11-24..2026-11-26'],
    ['in November 2027', '2027-11-01..2027-11-30'],
  ])('"%s" is read alike where days come first and where months do', (text, expected) => {
    for (const { find } of [finder, european])
      expect(
        find(text, REFERENCE, 'Europe/Berlin').map(({ from, to }) => (from === to ? from : `${from}..${to}`)),
      ).toEqual([expected]);
  });

  test('a time of day comes along in minutes', () => {
    const [found] = finder.find('on Dec 3rd at 14:30', REFERENCE, 'UTC');
    expect(found).toMatchObject({ from: '2026-12-03', timeFrom: 870, timeTo: null });
    const [range] = finder.find('from 3pm to 5pm on 24 November', REFERENCE, 'UTC');
    expect(range).toMatchObject({ from: '2026-11-24', to: '2026-11-24', timeFrom: 900, timeTo: 1020 });
  });
});

test.each([
  'for 2 hours',
  'May I ask you',
  'version 1.5',
  'I may go',
  'the sun sat down',
  'a 30 minute call',
  'top 5',
  'over 1000',
  'per month',
  'just a second',
  'we march on',
  '5 days',
  'ratio 3.5',
])('"%s" holds no date', (text) => {
  expect(shown(text)).toEqual([]);
});

test('offsets point at the words as written, misspelt ones too', () => {
  const text = 'Meet tommorow, or on Wensday next week? Then in December.';
  for (const found of finder.find(text, REFERENCE, 'UTC')) expect(text.slice(found.start, found.end)).toBe(found.text);
  expect(finder.find(text, REFERENCE, 'UTC').map((found) => found.text)).toEqual([
    'tommorow',
    'Wensday next week',
    'December',
  ]);
});

describe('zones', () => {
  const hosts = ['UTC', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata', 'America/Sao_Paulo', 'Pacific/Apia'];

  test.each(hosts)('the host in %s changes nothing', (host) => {
    process.env.TZ = host;
    expect(shown('tomorrow and next week and in 20 days')).toEqual([
      '2026-11-19',
      '2026-11-23..2026-11-29',
      '2026-12-08',
    ]);
    expect(shown('by Friday at 3pm')).toEqual(['2026-11-20']);
  });

  test.each(hosts)('today is the date in the zone asked for, with the host in %s', (host) => {
    process.env.TZ = host;
    const evening = at('2026-11-18T23:30:00Z');
    expect(shown('today', evening, 'UTC')).toEqual(['2026-11-18']);
    expect(shown('today', evening, 'Europe/Berlin')).toEqual(['2026-11-19']);
    expect(shown('today', evening, 'America/Los_Angeles')).toEqual(['2026-11-18']);
    expect(shown('next week', at('2026-11-22T23:30:00Z'), 'Pacific/Kiritimati')).toEqual(['2026-11-30..2026-12-06']);
  });

  test.each(hosts)('days are days across changes of clocks, with the host in %s', (host) => {
    process.env.TZ = host;
    expect(shown('in 3 days', at('2026-03-27T23:30:00Z'), 'Europe/Berlin')).toEqual(['2026-03-31']);
    expect(shown('in 3 days', at('2026-10-24T22:30:00Z'), 'Europe/Berlin')).toEqual(['2026-10-28']);
    expect(shown('tomorrow', at('2026-03-08T06:30:00Z'), 'America/New_York')).toEqual(['2026-03-09']);
  });

  test('hours away are counted on the clock of the zone', () => {
    process.env.TZ = 'America/New_York';
    // 00:30 in Berlin on the night the clocks go forward: two hours later it is 03:30
    const [spring] = finder.find('in 2 hours', at('2026-03-28T23:30:00Z'), 'Europe/Berlin');
    expect(spring).toMatchObject({ from: '2026-03-29', timeFrom: 210 });
    const [autumn] = finder.find('in 3 hours', at('2026-10-24T22:30:00Z'), 'Europe/Berlin');
    expect(autumn).toMatchObject({ from: '2026-10-25', timeFrom: 150 });
  });
});
