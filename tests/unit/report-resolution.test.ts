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
