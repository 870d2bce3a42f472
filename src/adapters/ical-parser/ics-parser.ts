import { WHOLE_FILE_BYTES_MAX } from '#core/base/limits.ts';
import { baseName } from '#adapters/plain-text/document-facts.ts';
import { openText } from '#adapters/plain-text/open-text.ts';
import { failed, warning } from '#adapters/plain-text/problem.ts';
import type { Parser } from '#ports/parser.ts';
import { calendarItems, person } from './calendar-items.ts';
import { checkEvent, isChecked, type CheckedEvent } from './check-event.ts';
import { parameter, plainValue, property, readComponents, type Component } from './components.ts';

/** iCalendar (RFC 5545): one item per calendar object, recurrences unexpanded. */
export const icsParser: Parser = {
  kind: 'calendar',
  extensions: ['.ics'],
  async *parse(file, source, signal) {
    const opened = await openText(file, signal, WHOLE_FILE_BYTES_MAX);
    if (!opened.ok) {
      yield { type: 'failed', problem: opened.error };
      return;
    }
    const decoded = opened.value;
    if (decoded.problem) yield { type: 'warning', problem: decoded.problem };
    const { components, stray } = readComponents(decoded.text);
    const calendars = components.filter(({ name }) => name === 'VCALENDAR');
    if (calendars.length === 0) {
      yield failed(
        'malformed',
        'line 1',
        'This is no calendar: “BEGIN:VCALENDAR” is missing. Export the calendar again and add that file.',
      );
      return;
    }
    for (const line of stray.slice(0, 20)) {
      yield warning(
        'malformed',
        `line ${String(line.line)}`,
        `“${line.value.slice(0, 40)}” is no calendar line and was left out.`,
      );
    }
    for (const calendar of calendars) {
      if (calendar.unfinished) {
        yield warning(
          'truncated',
          `line ${String(decoded.text.split(/\r\n|\r|\n/).length)}`,
          'The file ends early: “END:VCALENDAR” is missing. What is whole went in.',
        );
      }
      const zones = definedZones(calendar);
      const events: CheckedEvent[] = [];
      for (const component of calendar.children.filter(({ name }) => name === 'VEVENT')) {
        const checked = checkEvent(component, new Set(zones.keys()));
        for (const problem of isChecked(checked) ? checked.problems : [checked]) yield { type: 'warning', problem };
        if (isChecked(checked)) events.push(checked);
      }
      const other = calendar.children.filter(({ name }) => name === 'VTODO' || name === 'VJOURNAL').length;
      if (other > 0)
        yield warning('unsupported', '', `${String(other)} tasks or notes were left out: only events are read.`);
      const name = calendarName(calendar, file.path);
      for (const item of calendarItems(
        events,
        { name, owner: calendarOwner(calendar, name), zones },
        source,
        decoded,
      )) {
        yield { type: 'item', item };
      }
    }
    if (calendars.every((calendar) => calendar.children.every(({ name }) => name !== 'VEVENT'))) {
      yield warning('empty', '', 'There is no event in this calendar.');
    }
  },
};

function definedZones(calendar: Component): Map<string, Component> {
  const zones = calendar.children.filter(({ name, unfinished }) => name === 'VTIMEZONE' && !unfinished);
  return new Map(zones.map((zone) => [plainValue(property(zone, 'TZID')), zone]));
}

function calendarName(calendar: Component, path: string): string {
  return plainValue(property(calendar, 'X-WR-CALNAME')) || plainValue(property(calendar, 'NAME')) || baseName(path);
}

const ADDRESS = /[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+/;

/** Whose calendar it is, when the calendar itself says so by a mail address. */
function calendarOwner(calendar: Component, name: string): string | null {
  for (const key of ['X-OWNER', 'X-WR-OWNER', 'ORGANIZER', 'X-WR-RELCALID', 'X-WR-CALDESC', 'DESCRIPTION']) {
    const line = property(calendar, key);
    const address =
      line && (ADDRESS.exec(person(line).address) ?? ADDRESS.exec(parameter(line, 'EMAIL') ?? plainValue(line)));
    if (address) return address[0].toLowerCase();
  }
  return ADDRESS.exec(name)?.[0].toLowerCase() ?? null;
}
