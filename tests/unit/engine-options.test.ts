import { expect, test } from 'vitest';
import type { EngineChoice } from '#core/models/jobs.ts';
import { choiceOf, choicesOf, engineGroups, goneOf, keyOf, type EngineOffers } from '#lib/format/engine-options.ts';

const offers: EngineOffers = {
  device: [{ id: 'tiny', name: 'Tiny one' }],
  providers: [
    { id: 'a', name: 'Asked', models: ['one', 'two'] },
    { id: 'b', name: 'Never asked', models: null },
  ],
};
const behind = (provider: string, model: string): EngineChoice => ({ at: 'provider', provider, model });
const namesFor = (made: EngineChoice | null): unknown =>
  engineGroups(offers, made, 'Here').map(({ name, options }) => [name, options.map((option) => option.name)]);

test('what can be chosen is what is here and what was listed, and what was chosen of a provider that was not asked', () => {
  const listed = [
    ['Here', ['Tiny one']],
    ['Asked', ['one', 'two']],
  ];
  expect(namesFor(null)).toEqual(listed);
  expect(namesFor(behind('b', 'three'))).toEqual([...listed, ['Never asked', ['three']]]);
  expect(namesFor(behind('gone', 'three'))).toEqual(listed);
});

test('a choice is gone with its model, its provider, or its place on the list; what nobody looked for is not', () => {
  expect(goneOf(offers, { at: 'device', model: 'tiny' })).toBeNull();
  expect(goneOf(offers, { at: 'device', model: 'other' })).toBe('device');
  expect(goneOf({ ...offers, device: null }, { at: 'device', model: 'other' })).toBeNull();
  expect(goneOf(offers, behind('gone', 'one'))).toBe('provider');
  expect(goneOf(offers, behind('a', 'one'))).toBeNull();
  expect(goneOf(offers, behind('a', 'three'))).toBe('listed');
  expect(goneOf(offers, behind('b', 'three'))).toBeNull();
});

test('a choice comes back from its key, whatever the names hold, and settings hold only those that are made', () => {
  for (const choice of [behind('a', 'x","y'), { at: 'device', model: '["q"]' } as const, null])
    expect(choiceOf(keyOf(choice))).toEqual(choice);
  expect(choicesOf({ answering: '', wording: keyOf(behind('a', 'one')), planning: '' })).toEqual({
    wording: behind('a', 'one'),
  });
});
