import { readFileSync } from 'node:fs';
import { icsBytes, VTIMEZONES } from '../write/ics.ts';

/** A calendar of the sample from `calendars/NAME.txt`: `uid X` begins an event, an empty line ends it. */
export function sampleCalendar(name: string): Uint8Array {
  const text = readFileSync(new URL(`./calendars/${name}.txt`, import.meta.url), 'utf8').trim();
  const lines = text
    .split('\n\n')
    .flatMap((block) =>
      block.startsWith('uid ') ? eventLines(block.split('\n')) : block.split('\n').flatMap(calendarLine),
    );
  return icsBytes(lines);
}

function eventLines([first = '', ...rest]: readonly string[]): string[] {
  return ['BEGIN:VEVENT', `UID:${first.slice(4)}@example.org`, 'DTSTAMP:20261001T080000Z', ...rest, 'END:VEVENT'];
}

function calendarLine(line: string): readonly string[] {
  return line.startsWith('VTIMEZONE ') ? (VTIMEZONES[line.slice(10)] ?? []) : [line];
}
