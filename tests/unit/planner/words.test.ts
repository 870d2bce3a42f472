import { expect, test } from 'vitest';
import { contentWords, fold, wordsOf } from '#core/text/words.ts';
import { stem } from '#core/text/stem.ts';

test('words keep their place, and addresses, dates, numbers and file names stay whole', () => {
  const text = 'Zoë’s follow-up: zoe@example.org, 2026-11-23, 1,240.50 in plan.v2.md';
  const words = wordsOf(text);
  expect(words.map((word) => word.lower)).toEqual([
    "zoe's",
    'follow',
    'up',
    'zoe@example.org',
    '2026-11-23',
    '1,240.50',
    'in',
    'plan.v2.md',
  ]);
  for (const word of words) expect(text.slice(word.start, word.end)).toBe(word.text);
});

test('folding takes case, accents and curly apostrophes off', () => {
  expect(fold('ÉCOLE d’Été')).toBe("ecole d'ete");
});

test('content words leave out what carries no topic', () => {
  expect(contentWords('What is the budget of the harbour project?').map((word) => word.lower)).toEqual([
    'budget',
    'harbour',
    'project',
  ]);
});

test("the stems are those of Porter's paper", () => {
  const pairs = {
    caresses: 'caress',
    ponies: 'poni',
    agreed: 'agre',
    plastered: 'plaster',
    conflated: 'conflat',
    hopping: 'hop',
    falling: 'fall',
    happy: 'happi',
    relational: 'relat',
    vietnamization: 'vietnam',
    decisiveness: 'decis',
    triplicate: 'triplic',
    goodness: 'good',
    revival: 'reviv',
    adjustment: 'adjust',
    adoption: 'adopt',
    communism: 'commun',
    probate: 'probat',
    rate: 'rate',
    roll: 'roll',
  };
  for (const [word, expected] of Object.entries(pairs)) expect(`${word} ${stem(word)}`).toBe(`${word} ${expected}`);
});
