import { beforeAll, describe, expect, test } from 'vitest';
import { createIcalExpander } from '#adapters/ical/expander.ts';
import { createZones } from '#adapters/temporal/zones.ts';
import type { Json } from '#core/base/json.ts';
import type { CalendarItem } from '#core/items/item.ts';
import type { AnswerDraft } from '#core/tools/answer.ts';
import { claimsOf } from '#core/tools/answer.ts';
import type { BusyTimes } from '#core/tools/calendar/busy-times.ts';
import type { CalendarExpander, Zones } from '#ports/calendar.ts';
import { findFreeSlots } from '#runtime/tools/find-free-slots.ts';
import { readBusyTimes } from '#runtime/tools/read-busy-times.ts';
import { calendarItems } from '#tests/fakes/calendar-items.ts';
import type { World } from '#tests/fakes/tool-context.ts';
import { OWNER, toolContext } from '#tests/fakes/tool-context.ts';
import { verifiedTexts } from '#tests/fakes/verified.ts';

let zones: Zones;
let expander: CalendarExpander;
beforeAll(async () => {
  zones = await createZones();
  expander = await createIcalExpander(zones);
});

const WEEK = { from: '2026-11-23', to: '2026-11-27' };
const ALICE = { name: 'Alice Moreau', address: '' };

/** A calendar file from lines of "summary | start | end | further properties". Times are Berlin's unless they end in Z. */
function calendar(path: string, entries: readonly string[], head = ''): CalendarItem[] {
  const time = (name: string, value: string): string => {
    if (value.length === 8) return `${name};VALUE=DATE:${value}`;
    return value.endsWith('Z') ? `${name}:${value}` : `${name};TZID=Europe/Berlin:${value}`;
  };
  const events = entries.map((entry, index) => {
    const [summary = '', start = '', end = '', ...rest] = entry.split('|').map((part) => part.trim());
    const lines = [
      `UID:${path}-${String(index)}`,
      `SUMMARY:${summary}`,
      time('DTSTART', start),
      time('DTEND', end),
      ...rest,
    ];
    return ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');
  });
  return calendarItems(path, ['BEGIN:VCALENDAR', head, ...events, 'END:VCALENDAR', ''].join('\r\n'));
}

function worldOf(events: readonly CalendarItem[], more: Partial<World> = {}): World {
  const paths = ['dana.ics', 'alice.ics', 'bob.ics', 'calendar.ics', 'Team.ics', 'Work.ics', 'Home.ics'];
  return { now: '2026-11-21T10:00:00Z', events, paths, ...more };
}

async function busy(world: World, person: Json, between: Json = WEEK): Promise<BusyTimes> {
  const read = await readBusyTimes.run({ person, between }, toolContext(world, expander, zones));
  if (!read.ok) throw new Error(read.error.message);
  return read.value as unknown as BusyTimes;
}

async function free(world: World, people: readonly Json[], wishes: Record<string, Json> = {}): Promise<AnswerDraft> {
  const between = wishes['between'] ?? WEEK;
  const observed = await Promise.all([null, ...people].map((person) => busy(world, person, between)));
  const inputs = Object.fromEntries(observed.map((one, index) => [`busy:${String(index)}`, one as unknown as Json]));
  const args = {
    ...{ minutes: 60, between, hours: null, excludeWeekdays: [], onlyWeekdays: [], weekends: false, count: 3 },
    ...{ people, ...wishes },
  };
  const answer = await findFreeSlots.run(args, toolContext({ ...world, inputs }, expander, zones));
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value as unknown as AnswerDraft;
}

describe('when someone is busy', () => {
  test('each busy time cites its entry by the lines that say what and when', async () => {
    const read = await busy(worldOf(calendar('dana.ics', ['Weekly sync | 20261124T100000 | 20261124T110000'])), null);
    expect(read).toMatchObject({ known: true, calendars: ['dana.ics'], zone: null, problems: [] });
    expect(read.busy).toHaveLength(1);
    expect(read.busy[0]?.evidence).toMatchObject({
      file: 'dana.ics',
      locator: 'Weekly sync, Tue 24 Nov 2026, 10:00–11:00',
      quote:
        'SUMMARY:Weekly sync\nDTSTART;TZID=Europe/Berlin:20261124T100000\nDTEND;TZID=Europe/Berlin:20261124T110000',
    });
  });

  test('what is marked free, cancelled or declined does not take time; what is tentative does', async () => {
    const me = 'ATTENDEE;PARTSTAT';
    const events = calendar('dana.ics', [
      'Reminder | 20261124T090000 | 20261124T100000 | TRANSP:TRANSPARENT',
      'Off | 20261124T100000 | 20261124T110000 | STATUS:CANCELLED',
      `No | 20261124T110000 | 20261124T120000 | ${me}=DECLINED:mailto:dana@example.org`,
      `Perhaps | 20261124T120000 | 20261124T130000 | ${me}=TENTATIVE:mailto:dana@example.org`,
      'Pencilled in | 20261124T130000 | 20261124T140000 | STATUS:TENTATIVE',
      `Yes | 20261124T140000 | 20261124T150000 | ${me}=ACCEPTED:mailto:dana@example.org`,
    ]);
    const read = await busy(worldOf(events), null);
    expect(read.busy.map(({ summary, tentative }) => [summary, tentative])).toEqual([
      ['Perhaps', true], ['Pencilled in', true], ['Yes', false],
    ]); // prettier-ignore
  });

  test('a whole day is told as a day, on the days it covers', async () => {
    const read = await busy(worldOf(calendar('dana.ics', ['Fair | 20261124 | 20261126'])), null);
    expect(read.busy[0]).toMatchObject({ allDay: true });
    expect(read.busy[0]?.evidence.locator).toBe('Fair, Tue 24 Nov 2026 to Wed 25 Nov 2026, all day');
  });

  test('an entry that cannot be read is named, and the others count', async () => {
    const events = calendar('dana.ics', [
      'Odd | 20261124T090000 | 20261124T100000 | RRULE:FREQ=NEVER',
      'Sound | 20261124T110000 | 20261124T120000',
    ]);
    const read = await busy(worldOf(events), null);
    expect(read.busy.map(({ summary }) => summary)).toEqual(['Sound']);
    expect(read.problems.join(' ')).toMatch(/dana\.ics could not be read.*FREQ|frequency/);
  });

  test('days that are no days are refused', async () => {
    const context = toolContext(worldOf([]), expander, zones);
    expect(await readBusyTimes.run({ person: null, between: { from: 'soon', to: 'later' } }, context)).toMatchObject({
      ok: false,
      error: { code: 'bad-arguments' },
    });
  });
});

describe('whose calendar it is', () => {
  const ENTRY = 'Sync | 20261124T100000 | 20261124T110000';

  test.each([
    ['the file name', () => calendar('alice.ics', [ENTRY])],
    ['the calendar name', () => calendar('Team.ics', [ENTRY], "X-WR-CALNAME:Alice Moreau's calendar")],
    ['the owner it states', () => calendar('bob.ics', [ENTRY], 'X-OWNER:alice.moreau@example.org')],
    [
      'who is in every meeting',
      () => {
        const people = 'ORGANIZER;CN=Alice Moreau:mailto:alice@example.org | ATTENDEE:mailto:x@example.org';
        const others = 'ORGANIZER;CN=Alice Moreau:mailto:alice@example.org | ATTENDEE:mailto:y@example.org';
        return calendar('Team.ics', [`${ENTRY} | ${people}`, `B | 20261125T100000 | 20261125T110000 | ${others}`]);
      },
    ],
  ])('is told by %s', async (_, events) => {
    const world = worldOf([...events(), ...calendar('dana.ics', ['Own | 20261124T140000 | 20261124T150000'])]);
    const read = await busy(world, ALICE);
    expect(read.known).toBe(true);
    expect(read.busy.map(({ summary }) => summary)).toContain('Sync');
    expect((await busy(world, null)).busy.map(({ summary }) => summary)).toEqual(['Own']);
  });

  test("another Alice's calendar is not hers", async () => {
    const events = calendar('Team.ics', [ENTRY], 'X-WR-CALNAME:Alice Brown');
    expect((await busy(worldOf(events), ALICE)).known).toBe(false);
  });

  test('the only calendar that names nobody is the owner’s, and so are several plain ones', async () => {
    const one = worldOf([...calendar('calendar.ics', [ENTRY]), ...calendar('alice.ics', [ENTRY])]);
    expect(await busy(one, null)).toMatchObject({ known: true, calendars: ['calendar.ics'] });
    const two = worldOf([
      ...calendar('Work.ics', [ENTRY]),
      ...calendar('Home.ics', ['Dentist | 20261125T080000 | 20261125T090000']),
    ]);
    expect((await busy(two, null)).busy.map(({ summary }) => summary)).toEqual(['Sync', 'Dentist']);
  });

  test('while nobody said who the owner is, the only calendar is taken for theirs, unless it is asked for as another’s', async () => {
    const owner = { ...OWNER, names: [], addresses: [] };
    const world = worldOf(calendar('alice.ics', [ENTRY, ENTRY]), { owner });
    const alone = await busy(world, null);
    expect(alone.known).toBe(true);
    expect(alone.problems).toEqual(['"alice" read as yours: nothing says it is someone else\'s.']);
    const together = await free(world, [ALICE], { count: 1 });
    expect(verifiedTexts(together)[0]).toMatch(/ is free for Alice Moreau \(/);
    expect(verifiedTexts(together)[1]).toContain('Your own calendar is not among your files');
  });

  test('invitations in other calendars count for someone without a calendar of their own', async () => {
    const invited = 'ATTENDEE;CN=Bob Stone;PARTSTAT=ACCEPTED:mailto:bob@example.org';
    const world = worldOf(calendar('dana.ics', [`${ENTRY} | ${invited}`]));
    const read = await busy(world, { name: 'Bob', address: '' });
    expect(read.known).toBe(false);
    expect(read.busy.map(({ summary }) => summary)).toEqual(['Sync']);
  });

  test('a calendar named like somebody the goal names is theirs, though nothing else says so', async () => {
    const world = worldOf(calendar('Team.ics', [ENTRY], 'X-WR-CALNAME:Alice'));
    expect((await busy(world, null)).known).toBe(true);
    const others = [{ name: 'Alice', address: '' }];
    const read = await readBusyTimes.run({ person: null, between: WEEK, others }, toolContext(world, expander, zones));
    expect(read).toMatchObject({ ok: true, value: { known: false, busy: [] } });
  });
});

describe('free times', () => {
  const DANA = calendar('dana.ics', [
    'Workshop | 20261124T090000 | 20261124T123000',
    'Review | 20261124T153000 | 20261124T170000',
    'Travel | 20261123 | 20261124',
  ]);

  test('are told with the day, the gap they lie in, and everyone they are free for', async () => {
    const alice = calendar('alice.ics', ['Lunch | 20261124T120000 | 20261124T130000']);
    const answer = await free(worldOf([...DANA, ...alice]), [ALICE], {
      between: { from: '2026-11-23', to: '2026-11-24' },
    });
    expect(verifiedTexts(answer)).toEqual([
      'Tuesday 24 November 2026, 13:00–14:00 is free for you and Alice Moreau (free until 15:30).',
    ]);
    expect(answer.evidence.map(({ locator }) => locator)).toEqual([
      'Workshop, Tue 24 Nov 2026, 09:00–12:30',
      'Alice Moreau: Lunch, Tue 24 Nov 2026, 12:00–13:00',
      'Review, Tue 24 Nov 2026, 15:30–17:00',
    ]);
    expect(answer.workings[0]).toBe('Mon 23 Nov 2026, 09:00–17:00: Travel all day; free: nothing');
    expect(answer.notes.join(' ')).toContain('Calendars read: dana.ics, alice.ics.');
  });

  test('are spread over the days before a second one of the same day is offered', async () => {
    const answer = await free(worldOf(DANA), [], { count: 3 });
    expect(verifiedTexts(answer).map((text) => text.slice(0, text.indexOf(' is free')))).toEqual([
      'Tuesday 24 November 2026, 12:30–13:30',
      'Wednesday 25 November 2026, 09:00–10:00',
      'Thursday 26 November 2026, 09:00–10:00',
    ]);
  });

  test('a day with nothing in it cites what comes before and after', async () => {
    const answer = await free(worldOf(DANA), [], { between: { from: '2026-11-26', to: '2026-11-26' } });
    expect(verifiedTexts(answer)).toEqual([
      'Thursday 26 November 2026, 09:00–10:00 is free for you (free until the end of those hours).',
    ]);
    expect(answer.evidence.map(({ locator }) => locator)).toEqual(['Review, Tue 24 Nov 2026, 15:30–17:00']);
  });

  test('the same weekly entry is cited with the date it has on each day', async () => {
    const weekly = calendar('dana.ics', ['Standup | 20261102T090000 | 20261102T100000 | RRULE:FREQ=DAILY']);
    const answer = await free(worldOf(weekly), [], { count: 2 });
    expect(verifiedTexts(answer)).toHaveLength(2);
    expect(answer.evidence.map(({ locator }) => locator)).toEqual([
      'Standup, Mon 23 Nov 2026, 09:00–10:00',
      'Standup, Tue 24 Nov 2026, 09:00–10:00',
    ]);
  });

  test('respect the hours asked for, even outside working hours', async () => {
    const evening = await free(worldOf(DANA), [], { hours: { from: 18 * 60, to: 21 * 60 }, count: 1 });
    expect(verifiedTexts(evening)[0]).toMatch(/^Tuesday 24 November 2026, 18:00–19:00/);
    const afterLunch = await free(worldOf(DANA), [], { hours: { from: 13 * 60, to: 1440 }, count: 1 });
    expect(verifiedTexts(afterLunch)[0]).toBe(
      'Tuesday 24 November 2026, 13:00–14:00 is free for you (free until 15:30).',
    );
    expect(afterLunch.notes.join(' ')).toContain('13:00–17:00');
  });

  test('respect weekdays, and a range of days off is taken as meant', async () => {
    const days = async (wishes: Record<string, Json>): Promise<string[]> =>
      verifiedTexts(await free(worldOf(DANA), [], { count: 7, ...wishes })).map((text) => text.split(' ')[0] ?? '');
    expect(await days({ excludeWeekdays: ['5', '3'] })).toEqual(['Tuesday', 'Thursday']);
    expect(await days({ onlyWeekdays: [4] })).toEqual(['Thursday']);
    expect(await days({ between: { from: '2026-11-27', to: '2026-11-30' }, weekends: true })).toEqual([
      'Friday', 'Saturday', 'Sunday', 'Monday',
    ]); // prettier-ignore
    expect(await days({ between: { from: '2026-11-27', to: '2026-11-30' } })).toEqual(['Friday', 'Monday']);
    expect(await days({ between: { from: '2026-11-28', to: '2026-11-28' } })).toEqual(['Saturday']);
  });

  test('never lie in the past', async () => {
    const now = '2026-11-24T12:50:00Z';
    const answer = await free(worldOf(DANA, { now }), [], { between: { from: '2026-11-24', to: '2026-11-24' } });
    expect(verifiedTexts(answer)).toEqual([
      'Tuesday 24 November 2026, 14:00–15:00 is free for you (free until 15:30).',
    ]);
    const past = await free(worldOf(DANA, { now }), [], { between: { from: '2026-11-23', to: '2026-11-23' } });
    expect(claimsOf(past)[0]?.text).toBe('No time can be found in Mon 23 Nov 2026: it is past.');
  });

  test('are shown on the clock of someone in another zone too', async () => {
    const alice = calendarItems(
      'alice.ics',
      'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Call\r\nDTSTART;TZID=Eastern Standard Time:20261124T080000\r\nDTEND;TZID=Eastern Standard Time:20261124T090000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
    );
    const answer = await free(worldOf([...DANA, ...alice]), [ALICE], {
      between: { from: '2026-11-24', to: '2026-11-24' },
    });
    expect(verifiedTexts(answer)[0]).toMatch(/^Tuesday 24 November 2026, 12:30–13:30 is free for you and Alice Moreau/);
    expect(answer.table).toEqual({
      columns: ['Day', 'Time (Europe/Berlin)', 'Free until', 'Alice Moreau (America/New_York)'],
      rows: [['Tue 24 Nov 2026', '12:30–13:30', '14:00', '06:30–07:30']],
    });
  });

  test('a slot over a change of clocks lasts as long as was asked', async () => {
    const owner = { ...OWNER, workingHours: { ...OWNER.workingHours, 7: { from: 0, to: 300 } } };
    const night = await free(worldOf(DANA, { owner, now: '2026-10-20T10:00:00Z' }), [], {
      ...{ between: { from: '2026-10-25', to: '2026-10-25' }, minutes: 240, count: 1 },
    });
    const [claim] = claimsOf(night);
    expect(claim?.text).toMatch(/^Sunday 25 October 2026, 00:00–03:00 is free for you/);
    expect(claim?.computation).toMatchObject({ kind: 'free-slot' });
    expect(verifiedTexts(night)).toHaveLength(1);
  });

  test('someone whose calendar is not there is never called free', async () => {
    const answer = await free(worldOf(DANA), [{ name: 'Zoe Park', address: '' }], { count: 1 });
    expect(verifiedTexts(answer)).toEqual([
      'Tuesday 24 November 2026, 12:30–13:30 is free for you (free until 15:30).',
      'No calendar of Zoe Park is among your files, so when Zoe Park is free is not known.',
    ]);
  });

  test('without any calendar the answer says so', async () => {
    const answer = await free(worldOf([]), [ALICE]);
    expect(answer.outcome).toBe('not-found');
    expect(verifiedTexts(answer)[0]).toContain('Your own calendar is not among your files');
  });

  test('when nothing is free the days are accounted for and the nearest is offered', async () => {
    const full = calendar('dana.ics', [
      'Audit | 20261123T090000 | 20261123T121500 | RRULE:FREQ=DAILY;COUNT=5',
      'Audit, continued | 20261123T130000 | 20261123T170000 | RRULE:FREQ=DAILY;COUNT=5',
    ]);
    const answer = await free(worldOf(full), []);
    expect(verifiedTexts(answer)).toEqual([
      'No time of 1 hour is free for you in Mon 23 Nov 2026 to Fri 27 Nov 2026.',
      'Monday 23 November 2026, 12:15–13:00 is the longest time free for you in these days: 45 minutes.',
      'Monday 30 November 2026, 09:00–10:00 is free for you (free until the end of those hours).',
    ]);
    expect(answer.suggestions).toEqual([
      'Find 45 minutes on Mon 23 Nov 2026',
      'Find 1 hour between 2026-11-28 and 2026-12-11',
    ]);
    expect(answer.workings).toHaveLength(5);
  });

  test('tentative entries are kept free of and said', async () => {
    const answer = await free(
      worldOf(calendar('dana.ics', ['Perhaps | 20261124T090000 | 20261124T100000 | STATUS:TENTATIVE'])),
      [],
      { between: { from: '2026-11-24', to: '2026-11-24' } },
    );
    expect(verifiedTexts(answer)[0]).toMatch(/10:00–11:00/);
    expect(answer.notes).toContain('Not yet firm, but treated as busy: Perhaps, Tue 24 Nov 2026, 09:00–10:00.');
  });

  test('a step without busy times is an error in words', async () => {
    expect(await findFreeSlots.run({}, toolContext(worldOf([]), expander, zones))).toMatchObject({
      ok: false,
      error: { code: 'no-data' },
    });
  });
});
