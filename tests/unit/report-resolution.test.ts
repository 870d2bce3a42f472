import { describe, expect, test } from 'vitest';
import { verifiedTexts } from '#tests/fakes/verified.ts';
import { claimsIn, textWorld } from './text-world.ts';

const NOTES = {
  'orchard/1.md': `# Orchard wall: note

Date: 2 March 2026

## Where we are

4 of the 20 posts are set. The crew has spent EUR 3,000 so far.

## People

Excused: Pia Lund

Nadia Brooks is responsible for the masonry. Omar Reid is responsible for the drains.`,
  'orchard/2.md': `# Orchard wall: note

Date: 9 March 2026

## Where we are

11 of the 20 posts are set. The crew has spent EUR 7,500 so far.

## People

Pia Lund is responsible for the masonry.`,
};

describe('what a later note says', () => {
  test('about who has a role replaces what an earlier one said, and both are told', async () => {
    const draft = await (await textWorld(NOTES)).report({ topic: 'orchard wall' });
    verifiedTexts(draft);
    expect(claimsIn(draft, 'People')).toEqual([
      'Pia Lund is responsible for the masonry.',
      'Omar Reid is responsible for the drains.',
    ]);
    expect(claimsIn(draft, 'Corrections')).toEqual([
      'Earlier: “Nadia Brooks is responsible for the masonry.” (1.md); now: “Pia Lund is responsible for the masonry.” (2.md)',
    ]);
  });

  test('about how far things are is the only state, and no correction', async () => {
    const draft = await (await textWorld(NOTES)).report({ topic: 'orchard wall' });
    const all = draft.sections.flatMap(({ claims }) => claims.map(({ text }) => text)).join('\n');
    expect(all).toContain('11 of the 20 posts');
    expect(all).not.toContain('4 of the 20 posts');
    expect(all).toContain('EUR 7,500');
    expect(all).not.toContain('EUR 3,000');
  });

  test('leaves out who was excused', async () => {
    const draft = await (await textWorld(NOTES)).report({ topic: 'orchard wall' });
    expect(JSON.stringify(draft.sections)).not.toContain('Excused');
  });
});

describe('a section', () => {
  test('shows eight sentences and says how many more there are', async () => {
    const lines = Array.from({ length: 11 }, (_, i) => `- The ${String.fromCharCode(97 + i)}lder plot is finished.`);
    const draft = await (
      await textWorld({ 'a/1.md': `# Plots\n\nDate: 2 March 2026\n\n${lines.join('\n')}` })
    ).report({});
    expect(claimsIn(draft, 'Status')).toHaveLength(8);
    expect(draft.notes.join(' ')).toContain('3 more facts are not shown: 3 under Status.');
  });
});

describe('a log that is kept in one file', () => {
  const LOG = {
    'harbour.md': `# Harbour garden: site notes

## 3 November 2026

The budget is £84,000. Planting is planned to start on 30 November.

## 12 November 2026

Budget is now £86,300 after the client approved the repair.

## 19 November 2026

Planting moves to 7 December because the paving is late.`,
  };

  test('is read section by section: a later section corrects an earlier one, and both are told', async () => {
    const draft = await (await textWorld(LOG)).report({ topic: 'harbour garden' });
    verifiedTexts(draft);
    const corrections = claimsIn(draft, 'Corrections').join('\n');
    expect(corrections).toMatch(/84,000.*86,300/);
    expect(corrections).toMatch(/30 November.*7 December/);
  });

  test.each([
    ['When does planting start?', /7 December/, /30 November/],
    ['What is the budget?', /86,300/, /84,000/],
  ])('answers %j with its latest word, and shows the earlier one', async (question, now, earlier) => {
    const draft = await (await textWorld(LOG)).ask(question);
    verifiedTexts(draft);
    expect(claimsIn(draft, 'Answer').join('\n')).toMatch(now);
    expect(claimsIn(draft, 'Said earlier').join('\n')).toMatch(earlier);
  });
});
