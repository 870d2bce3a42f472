import { utf8 } from './encodings.ts';

/** VTIMEZONE components of the zones the written calendars use, with the rules of today (since 1996 and 2007). */
export const VTIMEZONES: Readonly<Record<string, readonly string[]>> = {
  'Europe/Paris': european('Europe/Paris', 'CET', 'CEST', 1),
  'Europe/London': european('Europe/London', 'GMT', 'BST', 0),
  'Europe/Helsinki': european('Europe/Helsinki', 'EET', 'EEST', 2),
  'America/New_York': american('America/New_York', 'EST', 'EDT', 5),
  'America/Chicago': american('America/Chicago', 'CST', 'CDT', 6),
  'America/Los_Angeles': american('America/Los_Angeles', 'PST', 'PDT', 8),
  'Asia/Tokyo': fixed('Asia/Tokyo', 'JST', '+0900'),
};

/** Content lines as iCalendar bytes: folded at 75 octets, CRLF (RFC 5545 section 3.1). */
export function icsBytes(lines: readonly string[]): Uint8Array {
  return utf8(`${lines.flatMap(fold).join('\r\n')}\r\n`);
}

/** TEXT value escaping (RFC 5545 section 3.3.11). */
export function icsText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(';', '\\;').replaceAll(',', '\\,').replaceAll('\n', '\\n');
}

function fold(line: string): string[] {
  const out: string[] = [];
  let current = '';
  let size = 0;
  for (const char of line) {
    const bytes = utf8(char).length;
    if (size + bytes > 75) {
      out.push(current);
      current = ' ';
      size = 1;
    }
    current += char;
    size += bytes;
  }
  return [...out, current];
}

function european(id: string, standard: string, summer: string, hours: number): string[] {
  const [from, to] = [offset(hours), offset(hours + 1)];
  return zone(id, [
    ['DAYLIGHT', summer, from, to, `19810329T${pad(1 + hours)}0000`, 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'],
    ['STANDARD', standard, to, from, `19961027T${pad(2 + hours)}0000`, 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU'],
  ]);
}

function american(id: string, standard: string, summer: string, hours: number): string[] {
  const [from, to] = [offset(-hours), offset(-hours + 1)];
  return zone(id, [
    ['DAYLIGHT', summer, from, to, '20070311T020000', 'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU'],
    ['STANDARD', standard, to, from, '20071104T020000', 'FREQ=YEARLY;BYMONTH=11;BYDAY=1SU'],
  ]);
}

function fixed(id: string, name: string, at: string): string[] {
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${id}`,
    'BEGIN:STANDARD',
    `TZNAME:${name}`,
    `TZOFFSETFROM:${at}`,
    `TZOFFSETTO:${at}`,
    'DTSTART:19700101T000000',
    'END:STANDARD',
    'END:VTIMEZONE',
  ];
}

function zone(
  id: string,
  observances: readonly (readonly [string, string, string, string, string, string])[],
): string[] {
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${id}`,
    ...observances.flatMap(([kind, name, from, to, start, rule]) => [
      `BEGIN:${kind}`,
      `TZNAME:${name}`,
      `TZOFFSETFROM:${from}`,
      `TZOFFSETTO:${to}`,
      `DTSTART:${start}`,
      `RRULE:${rule}`,
      `END:${kind}`,
    ]),
    'END:VTIMEZONE',
  ];
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}

function offset(hours: number): string {
  return `${hours < 0 ? '-' : '+'}${pad(Math.abs(hours))}00`;
}
