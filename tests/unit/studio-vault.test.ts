import { describe, expect, test } from 'vitest';
import { openVault } from '#evals/pursue.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';

/** An architect's papers: minutes that correct others under another name, tables with columns in another language. */
const RENATA: OwnerSettings = {
  names: ['Renata Oliveira'],
  addresses: ['renata@studio.example.org'],
  zone: 'Europe/Berlin',
  locale: 'en-GB',
  weekStart: 'monday',
  units: 'metric',
  workingHours: {},
  theme: 'system',
};

function letter(from: string, to: string, subject: string, day: string, text: string, extra = ''): string {
  return `From: ${from}\nTo: ${to}\nSubject: ${subject}\nDate: ${day}\nMessage-ID: <${subject.replace(/\W/g, '')}@example.org>\n${extra}Content-Type: text/plain; charset=utf-8\n\n${text}\n`;
}

const ME = 'Renata Oliveira <renata@studio.example.org>';
const EVA = 'Eva Lindqvist <eva@lindqvist.example.org>';
const IVO = 'Ivo Petrov <ivo@glass.example.org>';
const SANA = 'Sana Malik <sana@malik.example.org>';

const FILES: Readonly<Record<string, string>> = {
  'mail/stairs.eml': letter(
    ME,
    EVA,
    'Stairs',
    'Mon, 2 Nov 2026 15:00:00 +0100',
    'Dear Eva,\n\nwould you rather have oak or ash for the stairs?',
  ),
  'mail/stairs-answer.eml': letter(
    EVA,
    ME,
    'Re: Stairs',
    'Tue, 17 Nov 2026 20:10:00 +0100',
    'Hi Renata,\n\nwe decided: oak please!',
    'In-Reply-To: <Stairs@example.org>\n',
  ),
  'mail/samples.eml': letter(
    ME,
    IVO,
    'Samples',
    'Thu, 5 Nov 2026 15:00:00 +0100',
    'Dear Ivo,\n\ncould you send us three samples of the matte glass?',
  ),
  'mail/samples-away.eml': letter(
    IVO,
    ME,
    'Re: Samples',
    'Thu, 5 Nov 2026 15:01:00 +0100',
    'I shall see this on Monday.',
    'In-Reply-To: <Samples@example.org>\nAuto-Submitted: auto-replied\n',
  ),
  'mail/window.eml': letter(
    SANA,
    ME,
    'Window',
    'Mon, 16 Nov 2026 14:20:00 +0100',
    'Hi Renata,\n\nwhich width is the kitchen window now: 180 or 200 cm?',
  ),
  'notes/2026-09-14 kickoff school.md': `# Kick-off: extension of the Birken school

Date: 14 September 2026

- Budget: EUR 2.4 million.
- Number of classrooms: 8
- Facade: wood.

Action items:
- Jonas: model 1:100 by 15 November
`,
  'notes/2026-10-19 board meeting.md': `# School board meeting, 19 October 2026

Correction to the kick-off: the budget is EUR 2.1 million, not 2.4 million, because the grant was cut.
The facade will be matte glass instead of wood.
Risks: the ground water level is higher than expected.
`,
  'notes/office.md': `# Office handbook

The administrator of the server is Mikkel Sørensen, +45 5550 1234. When the server fails, call Mikkel Sørensen first.

| Printer | Room |
| --- | --- |
| Plotter | 2.14 |
`,
  'calendar/renata.ics': [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Studio//EN',
    'X-WR-CALNAME:Renata Oliveira',
    'BEGIN:VEVENT',
    'UID:1@studio.example.org',
    'DTSTART;TZID=Europe/Berlin:20261118T090000',
    'DTEND;TZID=Europe/Berlin:20261118T093000',
    'SUMMARY:Stand-up',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:2@studio.example.org',
    'DTSTART;TZID=Europe/Berlin:20261125T130000',
    'DTEND;TZID=Europe/Berlin:20261125T170000',
    'SUMMARY:Site visit',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n'),
  'tables/hours.tsv': `Date\tPerson\tProject\tHours\tRate
2026-10-05\tAiko Tanaka\tBirken school\t7.5\t95
2026-10-06\tAiko Tanaka\tLindqvist house\t3\t95
2026-10-12\tJonas Weber\tBirken school\t8\t85
`,
  'tables/invoices.csv': `Rechnung;Kunde;Datum;Betrag;Bezahlt
R-101;Lindqvist;01.09.2026;4.250,00;ja
R-102;Birken;15.09.2026;18.900,50;nein
`,
};

const vault = await openVault({
  files: Object.entries(FILES).map(([path, text]) => ({ path, bytes: utf8(text), text: null })),
  owner: RENATA,
  now: Date.parse('2026-11-18T10:00:00Z') as UnixMs,
});

// The word lists are loaded with the first goal, which takes its time.
await vault.pursue('What is asked of me?');

async function told(goal: string): Promise<{ sections: Record<string, string[]>; notes: readonly string[] }> {
  const { answer, failure } = await vault.pursue(goal);
  expect(failure).toBeNull();
  const sections = (answer?.sections ?? []).filter(({ claims }) => claims.length > 0);
  return {
    sections: Object.fromEntries(sections.map(({ title, claims }) => [title, claims.map(({ text }) => text)])),
    notes: answer?.notes ?? [],
  };
}

describe('what a later document corrects', () => {
  test('counts in a report on the same thing, whatever that document is called, and the old word is named', async () => {
    const { sections } = await told('Write a status report on the Birken school');
    expect(sections.Money).toEqual([expect.stringContaining('EUR 2.1 million')]);
    expect(sections.Status).toContain('The facade will be matte glass instead of wood.');
    expect(sections.Status).not.toContain('Facade: wood.');
    expect(sections.Corrections).toHaveLength(2);
  });

  test('is the answer to a question too', async () => {
    const { sections } = await told('What will the facade be made of?');
    expect(sections.Answer).toEqual(['The facade will be matte glass instead of wood.']);
    expect(sections['Said earlier']).toEqual([expect.stringContaining('Facade: wood.')]);
  });

  test('a line with its own heading, and a list under one, stand in the part that it names; one part can be asked for', async () => {
    const { sections } = await told('What are the risks and next steps of the Birken school?');
    expect(sections).toEqual({
      Risks: ['Risks: the ground water level is higher than expected.'],
      'Next steps': ['Jonas: model 1:100 by 15 November'],
    });
  });
});

describe('mail', () => {
  test('whose answer the owner waits for is told without who waits for the owner, and the other way round', async () => {
    expect((await told('Whose answers am I still waiting for?')).sections).toEqual({
      'You are waiting for': [expect.stringContaining('Ivo Petrov')],
    });
    expect((await told('Who is waiting for an answer from me?')).sections).toEqual({
      'Waiting for your answer': [expect.stringContaining('Sana Malik')],
    });
  });

  test('what a machine answered answers nothing', async () => {
    const { sections } = await told('Who has not answered me yet?');
    expect(sections['You are waiting for']).toEqual([expect.stringContaining('three samples of the matte glass')]);
  });

  test('a thread ends with its last message, however short', async () => {
    const { sections } = await told('Summarise my inbox');
    expect(sections.Stairs).toContain('Eva Lindqvist: “we decided: oak please!”');
  });

  test('an address is found where a message names its sender', async () => {
    const { sections } = await told("What is Eva's email address?");
    expect(sections.Answer).toEqual([expect.stringContaining('eva@lindqvist.example.org')]);
  });
});

describe('what a table cannot say', () => {
  test('is looked for in the documents', async () => {
    expect((await told('How many classrooms will the school have?')).sections.Answer).toEqual([
      'Number of classrooms: 8',
    ]);
  });

  test('is said beside the sum that leaves it out', async () => {
    expect((await told('Total invoiced per customer')).notes).toContainEqual(
      expect.stringContaining('not told apart by “customer”'),
    );
    expect((await told('What is the total of unpaid invoices?')).notes).toContainEqual(
      expect.stringContaining('“unpaid” is not taken into account'),
    );
  });

  test('of two ways of grouping the one that is left out is named', async () => {
    expect((await told('Break down hours by project and person')).notes).toContainEqual(
      expect.stringContaining('not told apart by “person”'),
    );
  });

  test('a rate is told, not added up', async () => {
    const { sections } = await told("What is Aiko's rate?");
    expect(Object.values(sections).flat()).toEqual([expect.stringMatching(/: 95\.$/)]);
  });
});

test.each([
  ["What's on today?", 'Stand-up'],
  ['What do I have on from 24 November to 26 November?', 'Site visit'],
  ['Where is the plotter?', '2.14'],
  ["What's the phone number of Mikkel?", '+45 5550 1234'],
  ['How does my Wednesday look?', 'Stand-up'],
  ['Whom should I call when the server fails?', 'Mikkel Sørensen'],
  ['Is Tuesday afternoon still open?', 'Tuesday 24 November 2026'],
  ['What did I miss?', 'oak please'],
  ['Has Ivo replied?', 'three samples'],
  ['What is the second highest invoice?', 'R-101'],
  ['How much have we billed Birken?', '18,900.50'],
])('"%s" finds "%s"', async (goal, found) => {
  const { sections } = await told(goal);
  expect(Object.values(sections).flat().join('\n')).toContain(found);
});
