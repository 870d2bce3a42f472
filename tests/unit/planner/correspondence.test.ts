import { describe, expect, test } from 'vitest';
import { EMPTY_INVENTORY, INVENTORY, understand } from './vault.ts';

const withPaper = {
  ...INVENTORY,
  people: [...INVENTORY.people, { name: 'The Puzzle Post', address: 'puzzle@example.org' }],
};
const value = (goal: ReturnType<typeof understand>, name: string): unknown =>
  goal.parameters.find((parameter) => parameter.name === name)?.value;

describe('a goal about dealings by message', () => {
  test.each([
    ['Whose replies am I waiting for?', 'awaited'],
    ['From whom am I still expecting a reply?', 'awaited'],
    ['Which of my mails got no reply?', 'awaited'],
    ['What have I asked that nobody answered?', 'awaited'],
    ['Who do I need to chase?', 'awaited'],
    ['Who has not answered me yet?', 'awaited'],
    ['Who owes me an answer?', 'awaited'],
    ['Which mails have I not answered yet?', 'waiting'],
    ['Whom do I still owe a reply?', 'waiting'],
    ['Who is waiting for me to answer?', 'waiting'],
    ['Who still needs a reply from me?', 'waiting'],
    ['Am I keeping anyone waiting?', 'waiting'],
    ['Who has been waiting for an answer of mine?', 'waiting'],
    ['Who has heard nothing from me?', 'waiting'],
    ['Whose reply is still missing?', 'awaited'],
  ])('"%s" asks who waits for whom: %s', (text, part) => {
    const goal = understand(text);
    expect(goal.kind).toBe('summarise-mail');
    expect(value(goal, 'parts')).toEqual([part]);
  });

  test('where a goal does not say who waits for whom, both are told', () => {
    const goal = understand('Which questions are still unanswered?');
    expect(goal.kind).toBe('summarise-mail');
    expect(value(goal, 'parts')).toEqual(['waiting', 'awaited']);
  });

  test.each(['Which people are still expecting something from me?', 'What is still on my desk?'])(
    '"%s" asks what is wanted of the owner',
    (text) => {
      const goal = understand(text);
      expect(goal.kind).toBe('summarise-mail');
      expect(value(goal, 'parts')).toContain('asks');
    },
  );

  test.each([
    'Anything from Alice Moreau lately?',
    'What did Alice Moreau write to me?',
    'Show me everything Alice Moreau mailed',
    'Give me the gist of what Alice Moreau sent',
  ])('"%s" is about the mail with one person', (text) => {
    const goal = understand(text);
    expect(goal.kind).toBe('summarise-mail');
    expect(value(goal, 'people')).toEqual([{ name: 'Alice Moreau', address: 'alice.moreau@example.org' }]);
  });

  test('with a subject of its own is a question', () => {
    expect(understand('What did Alice Moreau say about the harbour permit?').kind).toBe('answer-question');
    expect(understand('Who wrote the fire regulations?').kind).toBe('answer-question');
  });
});

describe('people', () => {
  test('an organisation is named by its whole name, never by an article in it', () => {
    expect(value(understand('Summarise the mails in my inbox', {}, withPaper), 'people')).toEqual([]);
    expect(value(understand('Summarise the mails from The Puzzle Post', {}, withPaper), 'people')).toEqual([
      { name: 'The Puzzle Post', address: 'puzzle@example.org' },
    ]);
  });

  test.each(['When can I meet Mara next week?', 'Is Mara free next week?', 'Find 30 minutes with Mara next week'])(
    'somebody whom no file knows stays in "%s", and it is said that no calendar of theirs is known',
    (text) => {
      for (const inventory of [INVENTORY, EMPTY_INVENTORY]) {
        const goal = understand(text, {}, inventory);
        expect(goal.kind).toBe('find-free-time');
        expect(value(goal, 'people')).toEqual([{ name: 'Mara', address: '' }]);
        expect(goal.restated).toContain('No calendar of Mara is known');
      }
    },
  );
});
