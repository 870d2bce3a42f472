import ICAL from 'ical.js';
import type { ImportProblem } from '#core/items/source.ts';
import { problem, reason } from '#adapters/plain-text/problem.ts';
import { parameter, plainValue, property, type Component, type ContentLine } from './components.ts';

/** What of an event can be used: its lines, changed where something in them cannot be read. */
export interface CheckedEvent {
  readonly component: Component;
  readonly lines: readonly ContentLine[];
  readonly problems: readonly ImportProblem[];
  /** Zones it names and the file defines. */
  readonly zones: ReadonlySet<string>;
}

/**
 * Looks at what an expander would trip over. An unreadable rule is dropped and the event kept as a single one; an
 * unknown zone is dropped and its times left floating.
 * @returns a problem alone when the event has no usable start
 */
export function checkEvent(component: Component, defined: ReadonlySet<string>): CheckedEvent | ImportProblem {
  const uid = plainValue(property(component, 'UID'));
  const named = uid || plainValue(property(component, 'SUMMARY')) || 'without a name';
  const where = (line: number): string => `event ${named}, line ${String(line)}`;
  if (component.unfinished) {
    return problem(
      'truncated',
      where(component.line),
      'The file breaks off in this event, so it was left out. Export the calendar again.',
    );
  }
  const start = property(component, 'DTSTART');
  if (!start || !isTime(start.value)) {
    const what = start ? `Its start “${start.value.slice(0, 40)}” is no date` : 'It has no start';
    return problem('malformed', where(start?.line ?? component.line), `${what}, so this event was left out.`);
  }
  const problems: ImportProblem[] = [];
  const zones = new Set<string>();
  const lines = component.lines.flatMap((line) => {
    const trouble = lineTrouble(line);
    if (trouble) {
      problems.push(problem(trouble.code, where(line.line), trouble.message));
      return [];
    }
    const zone = parameter(line, 'TZID');
    if (zone === null || zone === '') return [line];
    if (defined.has(zone)) zones.add(zone);
    else if (!isKnownZone(zone)) {
      const message = `The time zone “${zone}” is not known and the file does not define it; its times are read in your own zone.`;
      if (!problems.some((known) => known.message === message))
        problems.push(problem('unknown-zone', where(line.line), message));
      return [{ ...line, parameters: line.parameters.replace(/;TZID=(?:"[^"]*"|[^;]*)/i, '') }];
    }
    return [line];
  });
  return { component, lines, problems, zones };
}

export function isChecked(checked: CheckedEvent | ImportProblem): checked is CheckedEvent {
  return 'component' in checked;
}

const TIME = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?Z?)?$/;

function isTime(value: string): boolean {
  const [found, , month, day, hour = '0', minute = '0'] = TIME.exec(value.trim()) ?? [];
  if (!found) return false;
  return (
    Number(month) >= 1 &&
    Number(month) <= 12 &&
    Number(day) >= 1 &&
    Number(day) <= 31 &&
    Number(hour) < 24 &&
    Number(minute) < 60
  );
}

function lineTrouble(line: ContentLine): { code: 'bad-recurrence' | 'malformed'; message: string } | null {
  if (line.name === 'RRULE') {
    const why = ruleTrouble(line.value.trim());
    return why
      ? { code: 'bad-recurrence', message: `Its repeat rule cannot be read (${why}); it was kept as a single event.` }
      : null;
  }
  if (line.name === 'EXDATE' || line.name === 'RDATE') {
    const bad = line.value
      .split(',')
      .find((value) => value.trim() !== '' && !value.split('/').every((part, i) => i > 0 || isTime(part)));
    const what = line.name === 'EXDATE' ? 'An exception' : 'An extra date';
    return bad === undefined
      ? null
      : { code: 'bad-recurrence', message: `${what} (“${bad.slice(0, 40)}”) is no date and was left out.` };
  }
  if ((line.name === 'DTEND' || line.name === 'RECURRENCE-ID') && !isTime(line.value)) {
    return { code: 'malformed', message: `“${line.name}” is no date and was left out.` };
  }
  return null;
}

function ruleTrouble(rule: string): string | null {
  const parts = new Map(rule.split(';').map((part) => part.split('=', 2) as [string, string | undefined]));
  if (!parts.get('FREQ')) return 'FREQ is missing';
  const until = parts.get('UNTIL');
  if (until !== undefined && !isTime(until)) return `UNTIL=${until.slice(0, 30)} is no date`;
  for (const name of ['COUNT', 'INTERVAL']) {
    const value = parts.get(name);
    if (parts.has(name) && !/^[1-9]\d{0,8}$/.test(value ?? ''))
      return `${name}=${(value ?? '').slice(0, 30)} is no count`;
  }
  try {
    ICAL.Recur.fromString(rule);
  } catch (error) {
    return reason(error);
  }
  return neverHappens(parts) ? 'no day in the year matches it' : null;
}

/** "30 February" sends an expander looking for ever. */
function neverHappens(parts: ReadonlyMap<string, string | undefined>): boolean {
  const months = (parts.get('BYMONTH') ?? '').split(',').map(Number).filter(Boolean);
  const days = (parts.get('BYMONTHDAY') ?? '').split(',').map(Number).filter(Boolean);
  if (months.length === 0 || days.length === 0) return false;
  const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return months.every((month) => days.every((day) => Math.abs(day) > (longest[month - 1] ?? 0)));
}

/** IANA names the platform knows, and Windows' names, which are translated where events are expanded. */
function isKnownZone(zone: string): boolean {
  if (/ (?:Standard|Daylight|Summer) Time$/.test(zone) || /^UTC(?:[+-]\d{2}(?::?\d{2})?)?$/.test(zone)) return true;
  if (/^\(?(?:GMT|UTC)[+-]\d{2}:\d{2}\)?/.test(zone)) return true;
  const name = zone.replace(/^\/[^/]+\/(?:[^/]*\d[^/]*\/)?/, '');
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
