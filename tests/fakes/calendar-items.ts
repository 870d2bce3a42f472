import type { ItemId, SourceId } from '#core/base/ids.ts';
import type { Address, CalendarItem } from '#core/items/item.ts';

/** Calendar items from an .ics text, one for each UID, cut out by lines: enough for tests that need no parser. */
export function calendarItems(path: string, text: string): CalendarItem[] {
  const source = path.padEnd(64, '0') as SourceId;
  const zones = [...text.matchAll(/BEGIN:VTIMEZONE[\s\S]*?END:VTIMEZONE\r?\n/g)].map(([zone]) => zone).join('');
  const name = /^X-WR-CALNAME:(.*?)\r?$/m.exec(text)?.[1] ?? path.replace(/\.[a-z]+$/, '');
  const byUid = new Map<string, { text: string; start: number; end: number }[]>();
  for (const match of text.matchAll(/BEGIN:VEVENT[\s\S]*?END:VEVENT\r?\n/g)) {
    const uid = /^UID:(.*?)\r?$/m.exec(match[0])?.[1] ?? String(match.index);
    const parts = byUid.get(uid) ?? [];
    parts.push({ text: match[0], start: match.index, end: match.index + match[0].trimEnd().length });
    byUid.set(uid, parts);
  }
  return [...byUid].map(([uid, parts]) => {
    const spans = parts.map(({ start, end }) => ({ source, start, end }));
    const events = parts.map((part) => part.text).join('');
    const line = (property: string): string =>
      new RegExp(`^${property}[^:\r\n]*:(.*?)\r?$`, 'm').exec(events)?.[1] ?? '';
    const organizer = people(events, 'ORGANIZER')[0] ?? null;
    return {
      ...{ kind: 'event', id: `${path}-${uid}` as ItemId, span: spans[0] ?? { source, start: 0, end: 0 }, uid },
      ...{ calendar: name, calendarOwner: /^X-OWNER:(.*?)\r?$/m.exec(text)?.[1] ?? null },
      ...{ summary: line('SUMMARY'), location: line('LOCATION'), description: '' },
      ...{ organizer, attendees: people(events, 'ATTENDEE'), recurring: events.includes('RRULE') },
      ...{ component: `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${zones}${events}END:VCALENDAR\r\n`, parts: spans },
    } as const;
  });
}

function people(events: string, property: string): Address[] {
  return [...events.matchAll(new RegExp(`^${property}(?:;[^:\r\n]*)?:mailto:(.*?)\r?$`, 'gm'))].map(
    ([whole, address]) => ({
      name: /CN="?([^";:]+)/.exec(whole)?.[1] ?? '',
      address: (address ?? '').toLowerCase(),
    }),
  );
}
