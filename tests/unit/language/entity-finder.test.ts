import { expect, test } from 'vitest';
import { loadEntityFinder } from '#adapters/compromise/entity-finder.ts';

const finder = await loadEntityFinder();

test('people, places and organisations are found without their punctuation', () => {
  expect(finder.find("Mail from Yuki Tanaka, please, and Sara's notes about Oslo.")).toMatchObject({
    people: ['Yuki Tanaka', 'Sara'],
    places: ['Oslo'],
  });
  expect(finder.find('Ask Nordwind Ltd. and Acme Corp about Berlin').organisations).toEqual([
    'Nordwind Ltd',
    'Acme Corp',
  ]);
});

test('a text without names gives none', () => {
  expect(finder.find('')).toEqual({ people: [], places: [], organisations: [] });
});
