import { describe, expect, test } from 'vitest';
import { openVault } from '#evals/pursue.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';

/** Everyday questions over a small club's papers, where the nearest table or the oldest note would mislead. */
const DANA: OwnerSettings = {
  names: ['Dana Whitfield'],
  addresses: ['dana@lakeside.example.org'],
  zone: 'Europe/London',
  locale: 'en-GB',
  weekStart: 'monday',
  units: 'metric',
  workingHours: {},
  theme: 'system',
};

const FILES: Readonly<Record<string, string>> = {
  'mail/insurance.eml': `From: Tomasz Nowak <tomasz@lakeside.example.org>
To: Dana Whitfield <dana@lakeside.example.org>
Subject: Boat insurance renewal
Date: Mon, 9 Nov 2026 08:12:00 +0000
Message-ID: <m1@lakeside.example.org>
Content-Type: text/plain; charset=utf-8

Hi Dana,

the insurer wants the signed renewal form back no later than 27 November, otherwise the cover lapses on 1 December.
Could you sign page 3 and send me a scan? The premium went up to £1,284.50 this year (last year it was £1,190).
`,
  'mail/answer.eml': `From: Dana Whitfield <dana@lakeside.example.org>
To: Tomasz Nowak <tomasz@lakeside.example.org>
Subject: Re: Boat insurance renewal
Date: Mon, 9 Nov 2026 10:40:00 +0000
Message-ID: <m2@lakeside.example.org>
In-Reply-To: <m1@lakeside.example.org>
Content-Type: text/plain; charset=utf-8

Will do this week.
`,
  'docs/rules.md': `# Membership rules

## Leaving
Membership ends on 31 March. Notice must be given in writing at least six weeks before.
The locker deposit of £25 is returned when the key is handed in.
`,
  'docs/committee-2026-10-06.md': `# Committee, 6 October 2026

- The new double scull (Heron) is ordered; delivery planned for 15 January 2027; price £9,850.
- Noah organises the Christmas party on 12 December.
- Decision: the boathouse roof is repaired in spring. Quote from Marlow Roofing: £14,200.
- Next meeting: 24 November 2026, 13:00.
`,
  'docs/committee-2026-11-03.md': `# Committee, 3 November 2026

- Heron: the builder reports a delay; delivery is now 12 February 2027, not 15 January.
- Roof: Marlow Roofing withdrew. Decision: ask two other firms for quotes; Tomasz does that until the end of November.
`,
  'calendar/dana.ics': [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Club//EN',
    'X-WR-CALNAME:Dana Whitfield',
    'BEGIN:VEVENT',
    'UID:1@lakeside.example.org',
    'DTSTART;TZID=Europe/London:20261005T090000',
    'DTEND;TZID=Europe/London:20261005T103000',
    'RRULE:FREQ=WEEKLY;BYDAY=MO',
    'SUMMARY:Office hours',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:2@lakeside.example.org',
    'DTSTART;TZID=Europe/London:20261126T140000',
    'DTEND;TZID=Europe/London:20261126T160000',
    'SUMMARY:Surveyor\\, at the boathouse',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:4@lakeside.example.org',
    'DTSTART;TZID=Europe/London:20261118T200000',
    'DURATION:PT2H',
    'RRULE:FREQ=WEEKLY;BYDAY=WE',
    'EXDATE;TZID=Europe/London:20261125T200000',
    'RDATE;TZID=Europe/London:20261124T200000',
    'SUMMARY:Choir',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:3@lakeside.example.org',
    'DTSTART;VALUE=DATE:20261127',
    'DTEND;VALUE=DATE:20261128',
    'TRANSP:TRANSPARENT',
    'SUMMARY:Tomasz’s birthday',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n'),
  'tables/payments.csv': `Date;Payee;Category;Amount;Paid by
03/08/2026;Hartwell Insurance;Insurance;1190,00;Tomasz
22/10/2026;Heron Boatbuilders;Boats;2955,00;Tomasz
31/10/2026;Priya Raman;Coaching;450,00;Dana
`,
  'tables/members.csv': `Name,Category,Joined,Fee paid,Locker
Aisha Khan,adult,2019-04-01,yes,12
Chloe Dupont,junior,2024-09-02,no,
Grace Liu,adult,2025-10-20,no,21
`,
};

const vault = await openVault({
  files: Object.entries(FILES).map(([path, text]) => ({ path, bytes: utf8(text), text: null })),
  owner: DANA,
  now: Date.parse('2026-11-19T10:00:00Z') as UnixMs,
});

// The word lists are loaded with the first goal, which takes its time.
await vault.pursue('What is asked of me?');

async function said(goal: string): Promise<string[]> {
  const { answer, failure } = await vault.pursue(goal);
  expect(failure).toBeNull();
  return (answer?.sections ?? []).flatMap(({ title, claims }) => claims.map(({ text }) => `${title}: ${text}`));
}

describe('a price is read where it is written, not added up from a table that shares a word', () => {
  test.each([
    ['How much is the locker deposit?', '£25'],
    ['How much is the boat insurance premium this year?', '£1,284.50'],
    ['How much does the Heron cost?', '£9,850'],
  ])('%s', async (goal, price) => {
    expect((await said(goal))[0]).toContain(price);
  });

  test('what was spent is still added up', async () => {
    expect((await said('How much have we spent on coaching?'))[0]).toContain('450');
  });
});

describe('a question in other words than the file', () => {
  test.each([
    ['When do I have to return the insurance form?', '27 November'],
    ['What is the notice period for leaving the club?', 'six weeks'],
  ])('%s', async (goal, words) => {
    expect((await said(goal))[0]).toContain(words);
  });
});

describe('the latest word comes first', () => {
  test('a new date, with what was planned before it', async () => {
    const [answer, earlier] = await said('When will the Heron be delivered?');
    expect(answer).toMatch(/^Answer: .*12 February 2027/);
    expect(earlier).toMatch(/^Said earlier: .*15 January 2027/);
  });

  test('a new decision, with the one before it', async () => {
    const [answer, before] = await said('What did the committee decide about the roof?');
    expect(answer).toContain('ask two other firms');
    expect(before).toContain('repaired in spring');
  });
});

test('who has not paid is told by the column of yes and no', async () => {
  const rows = await said('Which members have not paid their fee?');
  expect(rows.map((row) => row.split(': ')[1]?.split(',')[0])).toEqual(['Chloe Dupont', 'Grace Liu']);
});

test('"Will do" is no answer yet: what was asked stays asked', async () => {
  expect((await said('What deadlines are coming up?')).join()).toContain('Could you sign page 3');
});

describe('what stands in the calendar', () => {
  test('the entries of the days asked for, in order, with the lines that say so', async () => {
    expect(await said('What meetings do I have next week?')).toEqual([
      'Mon 23 Nov 2026: “Office hours”: Mon 23 Nov 2026, 09:00–10:30',
      'Tue 24 Nov 2026: “Choir”: Tue 24 Nov 2026, 20:00',
      'Thu 26 Nov 2026: Surveyor, at the boathouse: Thu 26 Nov 2026, 14:00–16:00',
      'Fri 27 Nov 2026: “Tomasz’s birthday”: Fri 27 Nov 2026, all day',
    ]);
    const { verdict } = await vault.pursue('What meetings do I have next week?');
    expect(verdict?.result).toBe('PASS');
  });

  test('an empty day is said to be empty', async () => {
    expect(await said("What's on my calendar today?")).toEqual([
      'Nothing found: Nothing stands in the calendar: Thu 19 Nov 2026',
    ]);
  });

  test('a meeting that is fixed already is looked up, not looked for', async () => {
    expect((await said('When is the next committee meeting?'))[0]).toContain('24 November 2026, 13:00');
  });
});

describe('tables asked in few words', () => {
  test.each([
    ['Biggest expense', '2,955.00'],
    ['Who has locker 21?', 'Grace Liu'],
    ['What did Dana pay in October?', '450.00'],
  ])('%s', async (goal, words) => {
    const claims = await said(goal);
    expect(claims).toHaveLength(1);
    expect(claims[0]).toContain(words);
  });
});

test('"Where" is not answered with a day', async () => {
  expect((await said('Where is the Christmas party?'))[0]).toMatch(/^Not found/);
});

test('minutes of a committee are summed up as the documents they are', async () => {
  expect((await said('Summarize the committee minutes')).join('\n')).toContain('12 February 2027');
});
