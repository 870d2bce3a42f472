/** jCal (RFC 7265) as ical.js parses it: [name, properties, components] and [name, parameters, type, ...values]. */
export type JcalComponent = readonly [string, readonly JcalProperty[], readonly JcalComponent[]];
export type JcalProperty = readonly [
  string,
  Readonly<Record<string, string | readonly string[]>>,
  string,
  ...unknown[],
];

export function componentsOf(component: JcalComponent, name: string): JcalComponent[] {
  return component[2].filter((child) => child[0] === name);
}

export function propertiesOf(component: JcalComponent, name: string): JcalProperty[] {
  return component[1].filter((property) => property[0] === name);
}

export function propertyOf(component: JcalComponent, name: string): JcalProperty | null {
  return component[1].find((property) => property[0] === name) ?? null;
}

/** The first value of a property as text, '' when there is none. */
export function textOf(component: JcalComponent, name: string): string {
  const value = propertyOf(component, name)?.[3];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function parameterOf(property: JcalProperty, name: string): string {
  const value = property[1][name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}

const NEEDED = new Set([
  ...['BEGIN', 'END', 'TZID', 'TZOFFSETFROM', 'TZOFFSETTO', 'X-LIC-LOCATION', 'DTSTART', 'DTEND', 'DURATION'],
  ...['RRULE', 'EXRULE', 'RDATE', 'EXDATE', 'RECURRENCE-ID', 'UID', 'SUMMARY', 'LOCATION', 'STATUS', 'TRANSP'],
  ...['ATTENDEE', 'ORGANIZER', 'X-MICROSOFT-CDO-BUSYSTATUS'],
]);

/** The lines that time depends on, unfolded: the rest of a component cannot spoil the reading of it. */
export function linesThatMatter(component: string): string {
  return component
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => NEEDED.has((/^[A-Za-z0-9-]+/.exec(line)?.[0] ?? '').toUpperCase()))
    .join('\r\n');
}
