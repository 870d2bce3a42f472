import { describe, expect, test } from 'vitest';
import { explainLimits } from '#runtime/tools/explain-limits.ts';
import { verifiedTexts } from '#tests/fakes/verified.ts';
import { claimsIn, mbox, textWorld } from './text-world.ts';

const STATUS = {
  'ferry/status-1.md': `# Ferry terminal: status

Date: 2 March 2026

## Progress

The foundations are finished. Nadia Brooks leads the steel package.

## Dates

- The opening is planned for 14 September 2026.
- Phase 1 ends on 30 April 2026.
- Phase 2 ends on 31 July 2026.

## Money

The budget is EUR 2,400,000.

## Risks

The river may flood the site in April.`,
  'ferry/status-2.md': `# Ferry terminal: status

Date: 6 April 2026

## Dates

- Correction: the opening moves from 14 September to 5 October 2026.
- Phase 2 ends on 14 August 2026.

## Money

The budget is now EUR 2,550,000. The council decided to pay the difference.

## Next steps

Omar Reid will order the glass by 20 April.`,
  'school/status-1.md': `# School kitchen: status

Date: 20 April 2026

## Money

The budget is EUR 310,000.

## Dates

The opening is planned for 1 June 2026.`,
};

describe('reports', () => {
  test('tell decisions, dates, money, risks and next steps with the later document winning', async () => {
    const draft = await (await textWorld(STATUS)).report({ topic: 'ferry terminal' });
    const texts = verifiedTexts(draft);
    expect(claimsIn(draft, 'Decisions')).toEqual(['The council decided to pay the difference.']);
    expect(claimsIn(draft, 'Risks')).toEqual(['The river may flood the site in April.']);
    expect(claimsIn(draft, 'Next steps')).toEqual(['Omar Reid will order the glass by 20 April.']);
    expect(claimsIn(draft, 'Money')).toEqual(['The budget is now EUR 2,550,000.']);
    expect(claimsIn(draft, 'Dates')).toEqual([
      'Correction: the opening moves from 14 September to 5 October 2026.',
      'Phase 2 ends on 14 August 2026.',
      'Phase 1 ends on 30 April 2026.',
    ]);
    expect(texts.join('\n')).not.toContain('310,000');
  });

  test('say each conflict with both files', async () => {
    const draft = await (await textWorld(STATUS)).report({ topic: 'ferry terminal' });
    const corrections = claimsIn(draft, 'Corrections');
    expect(corrections).toHaveLength(3);
    expect(corrections).toContainEqual(
      'Earlier: “The opening is planned for 14 September 2026.” (status-1.md); corrected to: “Correction: the opening moves from 14 September to 5 October 2026.” (status-2.md)',
    );
    expect(corrections.some((text) => text.includes('31 July 2026') && text.includes('14 August 2026'))).toBe(true);
  });

  test('do not take one project for a correction of another', async () => {
    const draft = await (await textWorld(STATUS)).report();
    const corrections = claimsIn(draft, 'Corrections').join('\n');
    expect(corrections).not.toContain('310,000');
    expect(corrections).not.toContain('1 June');
    expect(claimsIn(draft, 'Money')).toContain('The budget is EUR 310,000.');
  });

  test('can be limited to files and a period, and say when there is nothing', async () => {
    const world = await textWorld(STATUS);
    expect(verifiedTexts(await world.report({ documents: ['school/status-1.md'] })).join('\n')).not.toContain('Phase');
    expect(
      verifiedTexts(await world.report({ between: { from: '2026-04-01', to: '2026-04-10' } })).join('\n'),
    ).not.toContain('flood');
    expect((await world.report({ topic: 'space elevator' })).outcome).toBe('not-found');
    await expect(world.report({ documents: ['nothing.md'] })).rejects.toThrow('no documents');
  });
});

describe('questions', () => {
  const vault = () =>
    textWorld({
      ...STATUS,
      'office/handbook.md': `# Office handbook

Date: 1 February 2026

## Travel

A hotel may cost up to EUR 140 per night. Taxis need a receipt.

## Access

The alarm code is 4471. The caretaker is Ruth Ansah, phone 030 5551234.

Parking is behind the building. Visitors sign in because the insurance asks for it.

We order twelve desks every spring.`,
      'inbox.mbox': mbox([
        {
          from: 'Omar Reid <omar@example.org>',
          subject: 'Glass',
          date: 'Wed, 22 Apr 2026 10:00:00 +0200',
          text: 'Hi Sam,\nthe glass is ordered; it arrives on 9 June 2026. Is the crane still there?',
        },
      ]),
      'me.ics': `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:20261201T153000\r\nDTEND;TZID=Europe/Berlin:20261201T160000\r\nSUMMARY:Dentist\r\nLOCATION:Harbour Street 4\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
    });

  test.each([
    ['When does the ferry terminal open?', '5 October 2026'],
    ['What is the budget of the ferry terminal?', 'EUR 2,550,000'],
    ['Who leads the steel package?', 'Nadia Brooks'],
    ['How much may a hotel cost per night?', 'EUR 140'],
    ['What does accommodation cost at most?', 'EUR 140'],
    ['What is the alarm code?', '4471'],
    ["What is the caretaker's phone number?", '030 5551234'],
    ['Where can I park?', 'behind the building'],
    ['Why do visitors have to sign in?', 'because the insurance asks for it'],
    ['How many desks do we order?', 'twelve desks'],
    ['When does the glass arrive?', '9 June 2026'],
    ['When is the dentist?', 'Tue 1 Dec 2026, 15:30'],
  ])('%s', async (question, expected) => {
    const draft = await (await vault()).ask(question);
    expect(draft.outcome).toBe('answered');
    verifiedTexts(draft);
    expect(claimsIn(draft, 'Answer')[0]).toContain(expected);
  });

  test.each([
    'When does the library open?',
    'What is the budget of the bridge?',
    'Who leads the glass package?',
    'What is the phone number of Nadia Brooks?',
    'How many chairs do we order?',
    'When was Omar Reid born?',
    'What is the capital of France?',
    'Who approved the space elevator?',
    'How much does the alarm cost?',
  ])('not in the files: %s', async (question) => {
    const draft = await (await vault()).ask(question);
    verifiedTexts(draft);
    expect(draft.sections.flatMap(({ claims }) => claims.map(({ text }) => text)).join('\n')).toContain(
      'Not found in your files',
    );
    expect(draft.outcome).toBe('not-found');
  });

  test('a conflict is said, the later document wins', async () => {
    const draft = await (await vault()).ask('What is the budget of the ferry terminal?');
    expect(claimsIn(draft, 'Said earlier')).toEqual(['Earlier, in status-1.md: “The budget is EUR 2,400,000.”']);
    expect(draft.notes.join(' ')).toContain('disagree');
  });

  test('the scope limits where is looked', async () => {
    const world = await vault();
    expect((await world.ask('When does the glass arrive?', { scope: ['documents'] })).outcome).toBe('not-found');
    expect((await world.ask('When does the glass arrive?', { scope: ['messages'] })).outcome).toBe('answered');
  });
});

test('a goal that fits nothing is answered with what would work', async () => {
  const { run } = await textWorld({});
  const draft = await run(explainLimits, {
    outcome: 'language-not-understood',
    reason: 'This is French.',
    suggestions: ['Summarise my mail'],
  });
  expect(draft).toMatchObject({
    outcome: 'language-not-understood',
    notes: ['This is French.'],
    suggestions: ['Summarise my mail'],
    sections: [],
  });
});

test('what the files lack is said as not found', async () => {
  const { run } = await textWorld({ 'a.md': 'Nothing much.' });
  const draft = await run(explainLimits, { outcome: 'not-found', reason: 'There are no tables.', suggestions: [] });
  expect(draft).toMatchObject({ outcome: 'not-found', notes: ['There are no tables.'] });
});
