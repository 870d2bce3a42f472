import type { UnixMs } from '#core/base/ids.ts';

/** The calendar day at a time in a zone, ISO 8601. @param zone IANA name */
export function calendarDay(at: UnixMs, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, calendar: 'gregory', numberingSystem: 'latn' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
  }).formatToParts(at);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}
