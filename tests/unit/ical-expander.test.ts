import { beforeAll, describe, expect, test } from 'vitest';
import { createIcalExpander } from '#adapters/ical/expander.ts';
import { createZones } from '#adapters/temporal/zones.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { CalendarExpander, Occurrence } from '#ports/calendar.ts';

let expander: CalendarExpander;
beforeAll(async () => {
  expander = await createIcalExpander(await createZones());
});

const YEAR = ['2026-01-01T00:00Z', '2027-01-01T00:00Z'] as const;

function expand(
  body: string,
  from: string = YEAR[0],
  to: string = YEAR[1],
  zone = 'Europe/Berlin',
): readonly Occurrence[] {
  const result = attempt(body, from, to, zone);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function attempt(body: string, from: string = YEAR[0], to: string = YEAR[1], zone = 'Europe/Berlin') {
  const lines = body
    .trim()
    .split('\n')
    .map((line) => line.trim());
  const component = ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
  return expander.expand(component, Date.parse(from) as UnixMs, Date.parse(to) as UnixMs, zone);
}

const event = (...lines: string[]): string => ['BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT'].join('\n');
const spans = (found: readonly Occurrence[]): string[] => found.map(({ start, end }) => `${iso(start)} ${iso(end)}`);
const iso = (at: number): string => new Date(at).toISOString().replace(':00.000', '');
const startsOf = (found: readonly Occurrence[]): string[] => found.map(({ start }) => iso(start));

describe('times', () => {
  test('UTC, a zone, a floating time and a date are each read by their own clock', () => {
    expect(spans(expand(event('DTSTART:20261124T100000Z', 'DTEND:20261124T110000Z')))).toEqual([
      '2026-11-24T10:00Z 2026-11-24T11:00Z',
    ]);
    expect(startsOf(expand(event('DTSTART;TZID=America/New_York:20261124T100000')))).toEqual(['2026-11-24T15:00Z']);
    expect(startsOf(expand(event('DTSTART:20261124T100000')))).toEqual(['2026-11-24T09:00Z']);
    const day = expand(event('DTSTART;VALUE=DATE:20261124'), ...YEAR, 'Asia/Tokyo');
    expect(spans(day)).toEqual(['2026-11-23T15:00Z 2026-11-24T15:00Z']);
    expect(day[0]?.allDay).toBe(true);
  });

  test('a zone without rules of its own is found by its IANA or Windows name', () => {
    expect(startsOf(expand(event('DTSTART;TZID="W. Europe Standard Time":20260701T100000')))).toEqual([
      '2026-07-01T08:00Z',
    ]);
    expect(startsOf(expand(event('DTSTART;TZID=/mozilla.org/20050126_1/Asia/Tokyo:20260701T100000')))).toEqual([
      '2026-07-01T01:00Z',
    ]);
    expect(attempt(event('SUMMARY:Odd', 'DTSTART;TZID=Nowhere/Land:20260701T100000'))).toEqual({
      ok: false,
      error: '"Odd": the time zone "Nowhere/Land" is not known',
    });
  });

  test('a zone is read by the rules that come with it', () => {
    const zone = `BEGIN:VTIMEZONE
      TZID:Home
      BEGIN:STANDARD
      DTSTART:16011028T030000
      TZOFFSETFROM:+0530
      TZOFFSETTO:+0430
      RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
      END:STANDARD
      BEGIN:DAYLIGHT
      DTSTART:16010325T020000
      TZOFFSETFROM:+0430
      TZOFFSETTO:+0530
      RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
      END:DAYLIGHT
      END:VTIMEZONE
      `;
    const at = (start: string): string[] => startsOf(expand(zone + event(`DTSTART;TZID=Home:${start}`)));
    expect(at('20260115T120000')).toEqual(['2026-01-15T07:30Z']);
    expect(at('20260715T120000')).toEqual(['2026-07-15T06:30Z']);
    // 29 March: 02:30 does not exist and moves on; 25 October: 02:30 comes twice and is the first.
    expect(at('20260329T023000')).toEqual(['2026-03-28T22:00Z']);
    expect(at('20261025T023000')).toEqual(['2026-10-24T21:00Z']);
  });

  test('a zone of the database with its summer time cut off is read by the database', () => {
    const zone = `BEGIN:VTIMEZONE
      TZID:Europe/Berlin
      BEGIN:STANDARD
      DTSTART:19701025T030000
      TZOFFSETFROM:+0100
      TZOFFSETTO:+0100
      END:STANDARD
      END:VTIMEZONE
      `;
    expect(startsOf(expand(zone + event('DTSTART;TZID=Europe/Berlin:20260715T120000')))).toEqual(['2026-07-15T10:00Z']);
  });

  test('rules of a zone that can never be met do not hang', () => {
    const zone = `BEGIN:VTIMEZONE
      TZID:Odd
      BEGIN:STANDARD
      DTSTART:20000101T000000
      TZOFFSETFROM:+0100
      TZOFFSETTO:+0100
      RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30
      END:STANDARD
      END:VTIMEZONE
      `;
    expect(startsOf(expand(zone + event('DTSTART;TZID=Odd:20260715T120000')))).toEqual(['2026-07-15T11:00Z']);
  });

  test('a weekly meeting keeps its time on the clock when the clocks change', () => {
    const weekly = event('DTSTART;TZID=Europe/Berlin:20261019T100000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=2');
    expect(startsOf(expand(weekly))).toEqual(['2026-10-19T08:00Z', '2026-10-26T09:00Z']);
  });

  test('an end is exact, a duration in days runs by the calendar', () => {
    const night = 'DTSTART;TZID=Europe/Berlin:20261024T220000';
    expect(spans(expand(event(night, 'DURATION:P1D')))).toEqual(['2026-10-24T20:00Z 2026-10-25T21:00Z']);
    expect(spans(expand(event(night, 'DURATION:PT24H')))).toEqual(['2026-10-24T20:00Z 2026-10-25T20:00Z']);
    expect(spans(expand(event('DTSTART;VALUE=DATE:20261024', 'DURATION:P2D')))).toEqual([
      '2026-10-23T22:00Z 2026-10-25T23:00Z',
    ]);
  });

  test('without an end a time takes no time, and an end before the start counts as none', () => {
    expect(spans(expand(event('DTSTART:20261124T100000Z')))).toEqual(['2026-11-24T10:00Z 2026-11-24T10:00Z']);
    expect(spans(expand(event('DTSTART:20261124T100000Z', 'DTEND:20261124T090000Z')))).toEqual([
      '2026-11-24T10:00Z 2026-11-24T10:00Z',
    ]);
  });

  test('only what touches the period is given, also what began before it', () => {
    const long = event('DTSTART:20261120T100000Z', 'DTEND:20261124T100000Z', 'RRULE:FREQ=MONTHLY');
    expect(startsOf(expand(long, '2026-12-22T00:00Z', '2027-01-01T00:00Z'))).toEqual(['2026-12-20T10:00Z']);
    expect(expand(long, '2026-12-24T10:00Z', '2027-01-01T00:00Z')).toEqual([]);
  });
});

describe('exceptions', () => {
  const SERIES = [
    'SUMMARY:Sync',
    'DTSTART;TZID=Europe/Berlin:20261102T100000',
    'DURATION:PT1H',
    'RRULE:FREQ=WEEKLY;COUNT=4',
  ];

  test('excluded dates are left out, however they are written', () => {
    const excluded = [
      'EXDATE:20261109T090000Z',
      'EXDATE;VALUE=DATE:20261116',
      'EXDATE;TZID=America/New_York:20261123T040000',
    ];
    expect(startsOf(expand(event(...SERIES, ...excluded)))).toEqual(['2026-11-02T09:00Z']);
    expect(startsOf(expand(event(...SERIES, 'EXRULE:FREQ=WEEKLY;INTERVAL=2')))).toEqual([
      '2026-11-09T09:00Z',
      '2026-11-23T09:00Z',
    ]);
  });

  test('added dates are kept, with their own length when they are periods', () => {
    const added = ['RDATE:20261210T080000Z', 'RDATE;VALUE=PERIOD:20261211T080000Z/PT3H'];
    expect(spans(expand(event(...SERIES, ...added))).slice(4)).toEqual([
      '2026-12-10T08:00Z 2026-12-10T09:00Z', '2026-12-11T08:00Z 2026-12-11T11:00Z',
    ]); // prettier-ignore
  });

  test('an override takes the place of one occurrence and says which part it comes from', () => {
    const moved = event(
      'RECURRENCE-ID:20261109T090000Z',
      'SUMMARY:Moved',
      'DTSTART:20261110T120000Z',
      'DTEND:20261110T130000Z',
    );
    const found = expand(`${event(...SERIES)}\n${moved}`);
    expect(startsOf(found)).toEqual([
      '2026-11-02T09:00Z',
      '2026-11-10T12:00Z',
      '2026-11-16T09:00Z',
      '2026-11-23T09:00Z',
    ]);
    expect(found.map(({ part, summary }) => `${String(part)} ${summary}`)).toEqual([
      '0 Sync',
      '1 Moved',
      '0 Sync',
      '0 Sync',
    ]);
  });

  test('an override that was moved into the period from outside is found', () => {
    const moved = event('RECURRENCE-ID:20261109T090000Z', 'DTSTART:20260310T120000Z', 'DTEND:20260310T130000Z');
    expect(startsOf(expand(`${event(...SERIES)}\n${moved}`, '2026-03-01T00:00Z', '2026-04-01T00:00Z'))).toEqual([
      '2026-03-10T12:00Z',
    ]);
  });

  test('a change of this and all that follow moves and renames them', () => {
    const later = event(
      'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261109T100000',
      ...['SUMMARY:Later', 'DTSTART;TZID=Europe/Berlin:20261110T140000', 'DTEND;TZID=Europe/Berlin:20261110T143000'],
    );
    const found = expand(`${event(...SERIES)}\n${later}`);
    expect(spans(found)).toEqual([
      '2026-11-02T09:00Z 2026-11-02T10:00Z', '2026-11-10T13:00Z 2026-11-10T13:30Z',
      '2026-11-17T13:00Z 2026-11-17T13:30Z', '2026-11-24T13:00Z 2026-11-24T13:30Z',
    ]); // prettier-ignore
    expect(found.map(({ summary }) => summary)).toEqual(['Sync', 'Later', 'Later', 'Later']);
  });

  test('UNTIL is inclusive as an instant, as a time on the clock and as a day', () => {
    for (const until of ['20261116T090000Z', '20261116T100000', '20261116']) {
      const series = SERIES.map((line) => line.replace('COUNT=4', `UNTIL=${until}`));
      expect(startsOf(expand(event(...series)))).toHaveLength(3);
    }
    const before = SERIES.map((line) => line.replace('COUNT=4', 'UNTIL=20261116T085959Z'));
    expect(startsOf(expand(event(...before)))).toHaveLength(2);
  });
});

describe('what it says of time', () => {
  test('transparent, cancelled and marked free leave time free; tentative is told', () => {
    const of = (...lines: string[]): Occurrence | undefined => expand(event('DTSTART:20261124T100000Z', ...lines))[0];
    expect(of('TRANSP:TRANSPARENT')?.free).toBe(true);
    expect(of('STATUS:CANCELLED')?.free).toBe(true);
    expect(of('X-MICROSOFT-CDO-BUSYSTATUS:FREE')?.free).toBe(true);
    expect(of('TRANSP:OPAQUE', 'STATUS:CONFIRMED')).toMatchObject({ free: false, tentative: false });
    expect(of('STATUS:TENTATIVE')).toMatchObject({ free: false, tentative: true });
  });

  test('who comes and what they answered is given', () => {
    const found = expand(
      event('DTSTART:20261124T100000Z', 'ATTENDEE;CN="Moreau, Alice";PARTSTAT=ACCEPTED:MAILTO:Alice@Example.org'),
    );
    expect(found[0]?.attendance).toEqual([{ name: 'Moreau, Alice', address: 'alice@example.org', answer: 'accepted' }]);
  });
});

describe('broken entries', () => {
  test.each([
    ['a rule that cannot be read', event('DTSTART:20261124T100000Z', 'RRULE:FREQ=FORTNIGHTLY')],
    ['no start', event('SUMMARY:Lost')],
    ['a date that does not exist', event('DTSTART:20260230T100000Z')],
    ['a rule without end over seconds', event('DTSTART:20260101T000000Z', 'RRULE:FREQ=SECONDLY')],
    ['more occurrences than any calendar holds', event('DTSTART:20260101T000000Z', 'RRULE:FREQ=MINUTELY')],
  ])('%s is an error in words', (_, body) => {
    const result = attempt(body);
    expect(result.ok).toBe(false);
    expect(result.ok ? '' : result.error.length).toBeGreaterThan(20);
  });

  test('lines that have nothing to do with time do no harm', () => {
    const odd = event('DTSTART:20261124T100000Z', 'this is no property', 'X-BROKEN;="', 'CREATED:yesterday');
    expect(startsOf(expand(odd))).toEqual(['2026-11-24T10:00Z']);
  });
});
