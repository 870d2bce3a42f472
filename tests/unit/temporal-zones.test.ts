import { beforeAll, describe, expect, test } from 'vitest';
import { createZones } from '#adapters/temporal/zones.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { Zones } from '#ports/calendar.ts';

let zones: Zones;
beforeAll(async () => {
  zones = await createZones();
});

describe('names of zones', () => {
  test.each([
    ['europe/berlin', 'Europe/Berlin'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['Romance Standard Time', 'Europe/Paris'],
    ['/freeassociation.sourceforge.net/Europe/Berlin', 'Europe/Berlin'],
    ['/mozilla.org/20050126_1/America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['Z', 'UTC'],
    ['GMT+0530', '+05:30'],
    ['(UTC+01:00) Amsterdam, Berlin, Bern', 'Europe/Amsterdam'],
    ['Customized Time Zone', null],
    ['', null],
  ])('%s is %s', (name, known) => {
    expect(zones.normalise(name)).toBe(known);
  });
});

describe('clocks', () => {
  const instant = (date: string, minute: number, zone: string): string =>
    new Date(zones.toInstant(date, minute, zone)).toISOString().slice(0, 16);

  test('a time in a gap moves forward, a time that comes twice is the earlier', () => {
    expect(instant('2026-03-29', 150, 'Europe/Berlin')).toBe('2026-03-29T01:30');
    expect(instant('2026-10-25', 150, 'Europe/Berlin')).toBe('2026-10-25T00:30');
  });

  test('minute 1440 is the next midnight', () => {
    expect(instant('2026-10-25', 1440, 'Europe/Berlin')).toBe('2026-10-25T23:00');
  });

  test('an instant is told with its date, weekday and minute', () => {
    const at = Date.parse('2026-11-24T23:30Z') as UnixMs;
    expect(zones.toLocal(at, 'Europe/Berlin')).toEqual({ date: '2026-11-25', weekday: 3, minute: 30 });
    expect(zones.toLocal(at, 'America/New_York')).toEqual({ date: '2026-11-24', weekday: 2, minute: 1110 });
  });

  test('dates are added and subtracted over the end of a year', () => {
    expect(zones.addDays('2026-12-30', 3)).toBe('2027-01-02');
    expect(zones.daysBetween('2026-12-30', '2027-01-02')).toBe(3);
    expect(zones.weekday('2027-01-02')).toBe(6);
  });
});
