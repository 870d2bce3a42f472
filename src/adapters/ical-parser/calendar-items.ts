import type { SourceId } from '#core/base/ids.ts';
import type { Address, CalendarItem } from '#core/items/item.ts';
import type { DecodedText } from '#adapters/plain-text/decoded-text.ts';
import { itemId } from '#adapters/plain-text/item-id.ts';
import type { CheckedEvent } from './check-event.ts';
import { parameter, plainValue, property, type Component, type ContentLine } from './components.ts';

/** Events of one calendar, grouped into objects: a master with its overrides, or an event alone. */
export function calendarItems(
  events: readonly CheckedEvent[],
  calendar: { readonly name: string; readonly owner: string | null; readonly zones: ReadonlyMap<string, Component> },
  source: SourceId,
  decoded: DecodedText,
): CalendarItem[] {
  return groups(events).map((group) => {
    const [master] = group as [CheckedEvent, ...CheckedEvent[]];
    const text = (name: string): string => plainValue(line(master, name));
    const parts = group.map(({ component }) => ({
      source,
      start: decoded.byteAt(component.start),
      end: decoded.byteAt(component.end),
    }));
    const first = parts[0] as (typeof parts)[number];
    const organizer = line(master, 'ORGANIZER');
    return {
      kind: 'event',
      id: itemId('event', source, first.start),
      span: first,
      uid: text('UID') || `${itemId('event', source, first.start)}@no-uid`,
      calendar: calendar.name,
      calendarOwner: calendar.owner,
      summary: text('SUMMARY'),
      location: text('LOCATION'),
      description: text('DESCRIPTION'),
      organizer: organizer ? person(organizer) : null,
      attendees: master.lines.filter(({ name }) => name === 'ATTENDEE').map(person),
      recurring: master.lines.some(({ name }) => name === 'RRULE' || name === 'RDATE'),
      component: calendarText(group, calendar.zones),
      parts,
    };
  });
}

/** `ORGANIZER;CN="Alice Moreau":mailto:alice@example.org` */
export function person(line: ContentLine): Address {
  const address = line.value
    .trim()
    .replace(/^mailto:/i, '')
    .toLowerCase();
  const email = parameter(line, 'EMAIL')?.toLowerCase();
  return { name: parameter(line, 'CN') ?? '', address: address.includes('@') ? address : (email ?? '') };
}

function line(event: CheckedEvent, name: string): ContentLine | null {
  return event.lines.find((candidate) => candidate.name === name) ?? null;
}

function groups(events: readonly CheckedEvent[]): CheckedEvent[][] {
  const byUid = new Map<string, CheckedEvent[]>();
  for (const [i, event] of events.entries()) {
    const uid = plainValue(property(event.component, 'UID')) || `#${String(i)}`;
    byUid.set(uid, [...(byUid.get(uid) ?? []), event]);
  }
  return [...byUid.values()].flatMap((same) => {
    const overrides = same.filter((event) => line(event, 'RECURRENCE-ID'));
    const masters = newest(same.filter((event) => !line(event, 'RECURRENCE-ID')));
    const repeating =
      masters.find((event) => event.lines.some(({ name }) => name === 'RRULE' || name === 'RDATE')) ?? masters[0];
    // Overrides whose master is not in the file stand for themselves.
    if (!repeating) return newest(overrides).map((event) => [alone(event)]);
    return [
      [repeating, ...newest(overrides)],
      ...masters.filter((event) => event !== repeating).map((event) => [event]),
    ];
  });
}

/** Of several versions of the same occurrence, the one with the highest SEQUENCE; the later one where that is equal. */
function newest(events: readonly CheckedEvent[]): CheckedEvent[] {
  const kept = new Map<string, CheckedEvent>();
  for (const event of events) {
    const moment = line(event, 'RECURRENCE-ID') ?? line(event, 'DTSTART');
    const key = `${moment?.name ?? ''} ${moment?.parameters ?? ''} ${moment?.value ?? ''}`;
    const before = kept.get(key);
    if (!before || sequence(event) >= sequence(before)) kept.set(key, event);
  }
  return [...kept.values()];
}

function sequence(event: CheckedEvent): number {
  return Number(line(event, 'SEQUENCE')?.value ?? 0) || 0;
}

function alone(event: CheckedEvent): CheckedEvent {
  return { ...event, lines: event.lines.filter(({ name }) => name !== 'RECURRENCE-ID') };
}

/** A calendar of its own with just these events and the zones they name; alarms are not needed. */
function calendarText(events: readonly CheckedEvent[], zones: ReadonlyMap<string, Component>): string {
  const needed = new Set(events.flatMap((event) => [...event.zones]));
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Windhover//Import//EN'];
  for (const zone of needed) {
    const component = zones.get(zone);
    if (component) lines.push(...written(component.name, component.lines, component.children));
  }
  for (const event of events) lines.push(...written('VEVENT', event.lines, []));
  return [...lines, 'END:VCALENDAR', ''].join('\r\n');
}

function written(name: string, lines: readonly ContentLine[], children: readonly Component[]): string[] {
  const inner = children.flatMap((child) => written(child.name, child.lines, child.children));
  return [
    `BEGIN:${name}`,
    ...lines.map((each) => `${each.name}${each.parameters}:${each.value}`),
    ...inner,
    `END:${name}`,
  ];
}
