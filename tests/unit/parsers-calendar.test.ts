import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import { parseFile } from '#tests/fakes/parse-file.ts';

const BERLIN = [
  'BEGIN:VTIMEZONE',
  'TZID:Europe/Berlin',
  'BEGIN:STANDARD',
  'DTSTART:19701025T030000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'END:VTIMEZONE',
];
const UNUSED = BERLIN.map((line) => line.replace('Europe/Berlin', 'Unused'));

function calendar(lines: readonly string[], head: readonly string[] = [], end = '\r\n'): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...head, ...lines, 'END:VCALENDAR', ''].join(end);
}
function event(...lines: string[]): string[] {
  return ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];
}

const WEEKLY = event(
  'UID:w1@example.org',
  'DTSTART;TZID=Europe/Berlin:20260302T090000',
  'DTEND;TZID=Europe/Berlin:20260302T100000',
  'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=10',
  'SUMMARY:Team meeting\\, with a very long name that is folded over two lines of t',
  ' he file',
  'LOCATION:Köln',
  'ORGANIZER;CN="Ruiz, Ana":mailto:Ana@Example.org',
  'ATTENDEE;CN=Bo Lind;PARTSTAT=ACCEPTED:mailto:bo@example.org',
  'BEGIN:VALARM',
  'TRIGGER:-PT5M',
  'END:VALARM',
);
const MOVED = event(
  'UID:w1@example.org',
  'RECURRENCE-ID;TZID=Europe/Berlin:20260309T090000',
  'DTSTART;TZID=Europe/Berlin:20260309T140000',
  'SUMMARY:Team meeting (moved)',
);
const SINGLE = event('UID:s1@example.org', 'DTSTART;VALUE=DATE:20260310', 'SUMMARY:Holiday');

describe('a calendar', () => {
  test.each(['\r\n', '\n'])(
    'groups overrides with their master, each part with its bytes (line end %j)',
    async (end) => {
      const text = calendar([...BERLIN, ...UNUSED, ...WEEKLY, ...SINGLE, ...MOVED], ['X-WR-CALNAME:Ana Ruiz'], end);
      const file = await parseFile('ana.ics', `\ufeff${text}`);
      expect(file.warnings).toEqual([]);
      expect(file.events.map((item) => [item.uid, item.parts.length, item.recurring])).toEqual([
        ['w1@example.org', 2, true],
        ['s1@example.org', 1, false],
      ]);
      const [weekly] = file.events;
      expect(weekly).toMatchObject({
        calendar: 'Ana Ruiz',
        calendarOwner: null,
        summary: 'Team meeting, with a very long name that is folded over two lines of the file',
        location: 'Köln',
        organizer: { name: 'Ruiz, Ana', address: 'ana@example.org' },
        attendees: [{ name: 'Bo Lind', address: 'bo@example.org' }],
      });
      expect(weekly?.parts.map((part) => file.at(part))).toEqual([WEEKLY.join(end), MOVED.join(end)]);
      expect(weekly?.span).toEqual(weekly?.parts[0]);
    },
  );

  test('gives a component that stands for itself: the zones it needs, and no others', async () => {
    const file = await parseFile('ana.ics', calendar([...BERLIN, ...UNUSED, ...WEEKLY, ...MOVED]));
    const component = new ICAL.Component(ICAL.parse(file.events[0]?.component ?? '') as unknown[]);
    expect(component.getAllSubcomponents('vtimezone').map((zone) => zone.getFirstPropertyValue('tzid'))).toEqual([
      'Europe/Berlin',
    ]);
    const events = component.getAllSubcomponents('vevent');
    expect(events).toHaveLength(2);
    expect(events[0]?.getAllSubcomponents('valarm')).toEqual([]);
    expect(new ICAL.Event(events[0]).summary).toBe(
      'Team meeting, with a very long name that is folded over two lines of the file',
    );
  });

  test('a bad repeat rule is named and the event kept as a single one', async () => {
    for (const rule of [
      'FREQ=SOMETIMES',
      'COUNT=3',
      'FREQ=DAILY;COUNT=many',
      'FREQ=WEEKLY;BYDAY=XX',
      'FREQ=DAILY;UNTIL=tomorrow',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
      'nonsense',
    ]) {
      const bad = event('UID:bad@example.org', 'DTSTART:20260302T090000Z', `RRULE:${rule}`, 'SUMMARY:Bad');
      const file = await parseFile('ana.ics', calendar([...bad, ...SINGLE]));
      expect(file.failed).toBeNull();
      expect(file.warnings).toMatchObject([{ code: 'bad-recurrence', where: 'event bad@example.org, line 6' }]);
      expect(file.events.map((item) => [item.uid, item.recurring])).toEqual([
        ['bad@example.org', false],
        ['s1@example.org', false],
      ]);
      expect(file.events[0]?.component).not.toContain('RRULE');
    }
  });

  test('an unknown zone is named; Windows names and IANA names are left as they are', async () => {
    const lines = ['Mars/Olympus', 'W. Europe Standard Time', 'America/New_York'].map((zone, i) =>
      event(`UID:z${String(i)}`, `DTSTART;TZID=${zone}:20260302T090000`, `DTEND;TZID="${zone}":20260302T100000`),
    );
    const file = await parseFile('ana.ics', calendar(lines.flat()));
    expect(file.warnings).toMatchObject([{ code: 'unknown-zone', where: 'event z0, line 5' }]);
    expect(file.events[0]?.component).toContain('DTSTART:20260302T090000');
    expect(file.events[1]?.component).toContain('DTSTART;TZID=W. Europe Standard Time:');
    expect(file.events[2]?.component).toContain('DTSTART;TZID=America/New_York:');
  });

  test('an event without a start is named and left out; the others go in', async () => {
    const file = await parseFile(
      'ana.ics',
      calendar([...event('UID:n1', 'SUMMARY:No start'), ...event('UID:n2', 'DTSTART:2026-03-02'), ...SINGLE]),
    );
    expect(file.warnings.map(({ code, where }) => [code, where])).toEqual([
      ['malformed', 'event n1, line 3'],
      ['malformed', 'event n2, line 9'],
    ]);
    expect(file.events.map((item) => item.uid)).toEqual(['s1@example.org']);
  });

  test('a file that breaks off gives what is whole and says where it ends', async () => {
    const text = calendar([...SINGLE, ...WEEKLY]);
    const file = await parseFile('ana.ics', text.slice(0, text.indexOf('LOCATION')));
    expect(file.events.map((item) => item.uid)).toEqual(['s1@example.org']);
    expect(file.warnings.map((warning) => warning.code)).toEqual(['truncated', 'truncated']);
    expect(file.warnings[1]?.where).toBe('event w1@example.org, line 8');
  });

  test('what is no calendar is refused, and an empty one says so', async () => {
    expect((await parseFile('a.ics', 'hello')).failed?.code).toBe('malformed');
    expect((await parseFile('a.ics', calendar([]))).warnings).toMatchObject([{ code: 'empty' }]);
  });

  test.each([
    [['X-OWNER;CN=Ana:mailto:Ana@Example.org'], 'ana@example.org'],
    [['X-WR-CALDESC:Calendar of ana@example.org'], 'ana@example.org'],
    [['X-WR-CALNAME:ana@example.org'], 'ana@example.org'],
    [['X-WR-RELCALID:6E1F-77'], null],
  ])('%j: owner %j', async (head, owner) => {
    expect((await parseFile('a.ics', calendar(SINGLE, head))).events[0]?.calendarOwner).toBe(owner);
  });

  test('keeps the newest version of an event, and an override whose master is missing', async () => {
    const again = event('UID:s1@example.org', 'SEQUENCE:2', 'DTSTART;VALUE=DATE:20260310', 'SUMMARY:Holiday, newer');
    const file = await parseFile('a.ics', calendar([...again, ...SINGLE, ...MOVED]));
    expect(file.events.map((item) => [item.summary, item.component.includes('RECURRENCE-ID')])).toEqual([
      ['Holiday, newer', false],
      ['Team meeting (moved)', false],
    ]);
  });

  test('tasks are counted as left out', async () => {
    const file = await parseFile('a.ics', calendar([...SINGLE, 'BEGIN:VTODO', 'UID:t', 'END:VTODO']));
    expect(file.warnings).toMatchObject([{ code: 'unsupported' }]);
  });
});
