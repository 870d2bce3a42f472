import ICAL from 'ical.js';

/** The recur value of an RRULE as ical.js's jCal has it. */
export function recurOf(rule: string): unknown {
  const event = ICAL.parse(`BEGIN:VEVENT\r\nRRULE:${rule}\r\nEND:VEVENT`) as [string, unknown[][]];
  return event[1][0]?.[3];
}
