import { describe, expect, test } from 'vitest';
import { understand } from './vault.ts';

const topicOf = (text: string): unknown => {
  const goal = understand(text);
  expect(goal.kind).toBe('write-report');
  return goal.parameters.find(({ name }) => name === 'topic')?.value;
};

describe('what a report is about', () => {
  test.each([
    'Could you tell me where Kestrel stands?',
    'Search my files: what is the state of Kestrel?',
    'Tell me how Kestrel is coming along',
    'Sum up the state of play on Kestrel',
    'Compile the Kestrel documents into one overview',
    "What's the latest on Kestrel?",
    'Kestrel - where are we?',
    'A management summary of Kestrel would help me',
    "Write today's status report on Kestrel",
  ])('is told by what the files are named after, without the lead-in, in "%s"', (text) => {
    expect(topicOf(text)).toBe('Kestrel');
  });

  test('may be narrowed by what stands right after the name', () => {
    expect(topicOf('Write a status report on the Kestrel budget')).toBe('Kestrel budget');
  });

  test('a day to come says when the report is needed, not when its documents were written', () => {
    const goal = understand('Prepare a status report on Kestrel for tomorrow');
    expect(goal.parameters.find(({ name }) => name === 'between')?.value).toBeNull();
  });

  test('a question about one thing of it stays a question', () => {
    expect(understand('Who leads Kestrel?').kind).toBe('answer-question');
    expect(understand('How much is the Kestrel budget?').kind).toBe('answer-question');
  });
});

describe('what no file can tell', () => {
  test.each(['Who won the football match yesterday?', 'Find me a good restaurant nearby', 'Boil the ocean'])(
    '"%s" is not understood',
    (text) => {
      expect(understand(text).kind).toBe('not-understood');
    },
  );
});

describe('a table', () => {
  const values = (text: string): Record<string, unknown> =>
    Object.fromEntries(understand(text).parameters.map(({ name, value }) => [name, value]));

  test('gives as many of the first as a goal counts before what they are ranked by', () => {
    expect(values('What are the three region values with the highest total revenue?')).toMatchObject({
      operation: 'sum',
      column: 'revenue',
      groupBy: 'region',
      top: 3,
    });
  });

  test('adds up the column that "most" stands before', () => {
    expect(values('Which customer bought the most units?')).toMatchObject({
      operation: 'sum',
      column: 'units',
      groupBy: 'customer',
      top: 1,
    });
  });
});
