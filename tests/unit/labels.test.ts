import { expect, test } from 'vitest';
import { bitsOf, budgetAfter, endorse, FULL_BUDGET, type Choice, type FiniteType } from '#core/labels/finite.ts';
import {
  answeredBy,
  atMost,
  fileLabel,
  isEndorsed,
  join,
  joinAll,
  labelOf,
  modelLabel,
  NEUTRAL,
  OWNER_TYPED,
  WORST,
} from '#core/labels/label.ts';

test('what the owner typed is trusted and private, and any channel may be allowed to read it', () => {
  expect(OWNER_TYPED).toEqual({
    sources: ['owner'],
    integrity: 'trusted',
    confidentiality: 'private',
    readers: 'all',
  });
});

test('an imported file is untrusted and private; of a sealed one nobody may read', () => {
  expect(fileLabel('a1', false)).toEqual({
    sources: ['file:a1'],
    integrity: 'untrusted',
    confidentiality: 'private',
    readers: 'all',
  });
  expect(fileLabel('a1', true)).toMatchObject({ confidentiality: 'sealed', readers: [] });
});

test('what a tool answers is untrusted, and as confidential as what it was asked with', () => {
  expect(answeredBy('get-page', NEUTRAL)).toEqual({
    sources: ['tool:get-page'],
    integrity: 'untrusted',
    confidentiality: 'public',
    readers: 'all',
  });
  const asked = { ...OWNER_TYPED, readers: ['mail'] };
  expect(answeredBy('get-page', asked)).toEqual({
    sources: ['owner', 'tool:get-page'],
    integrity: 'untrusted',
    confidentiality: 'private',
    readers: ['mail'],
  });
});

test('a value without a label counts as untrusted, sealed and for nobody', () => {
  for (const missing of [null, undefined]) {
    expect(labelOf(missing)).toEqual({
      sources: [],
      integrity: 'untrusted',
      confidentiality: 'sealed',
      readers: [],
    });
  }
  expect(labelOf(OWNER_TYPED)).toBe(OWNER_TYPED);
});

test('a join has all sources, the lowest integrity, the highest confidentiality and the readers that both allow', () => {
  const mail = { ...fileLabel('m', false), readers: ['b', 'a', 'c'] };
  const endorsed = { ...OWNER_TYPED, integrity: 'endorsed' as const, readers: ['c', 'd', 'b'] };
  expect(join(mail, endorsed)).toEqual({
    sources: ['file:m', 'owner'],
    integrity: 'untrusted',
    confidentiality: 'private',
    readers: ['b', 'c'],
  });
  expect(join(endorsed, OWNER_TYPED).integrity).toBe('endorsed');
  expect(join(NEUTRAL, NEUTRAL).readers).toBe('all');
  expect(join(NEUTRAL, { ...NEUTRAL, readers: ['z', 'a'] }).readers).toEqual(['a', 'z']);
  expect(join({ ...NEUTRAL, readers: ['z', 'a'] }, NEUTRAL).readers).toEqual(['a', 'z']);
  expect(joinAll([])).toEqual(NEUTRAL);
  expect(joinAll([OWNER_TYPED, mail, WORST])).toMatchObject({
    integrity: 'untrusted',
    confidentiality: 'sealed',
    readers: [],
  });
});

test('a label is at most another only where no part of it is worse', () => {
  expect(atMost(NEUTRAL, OWNER_TYPED)).toBe(true);
  expect(atMost(OWNER_TYPED, NEUTRAL)).toBe(false);
  expect(atMost({ ...NEUTRAL, integrity: 'endorsed' }, NEUTRAL)).toBe(false);
  expect(atMost({ ...NEUTRAL, confidentiality: 'private' }, NEUTRAL)).toBe(false);
  expect(atMost({ ...NEUTRAL, readers: ['a'] }, NEUTRAL)).toBe(false);
  expect(atMost(NEUTRAL, { ...NEUTRAL, readers: ['a'] })).toBe(true);
  expect(atMost({ ...NEUTRAL, readers: ['a', 'b'] }, { ...NEUTRAL, readers: ['a'] })).toBe(true);
  expect(atMost({ ...NEUTRAL, readers: ['b'] }, { ...NEUTRAL, readers: ['a'] })).toBe(false);
  expect(atMost({ ...NEUTRAL, readers: ['a'] }, { ...NEUTRAL, readers: ['a', 'b'] }), 'b may read it too').toBe(false);
  for (const same of [NEUTRAL, OWNER_TYPED, WORST, fileLabel('a', true)]) expect(atMost(same, same)).toBe(true);
  expect(atMost(OWNER_TYPED, { ...OWNER_TYPED, sources: ['app'] }), 'of another source').toBe(false);
  expect(isEndorsed(fileLabel('a', false))).toBe(false);
  expect(isEndorsed({ ...OWNER_TYPED, integrity: 'endorsed' })).toBe(true);
});

const read = fileLabel('mail', false);
const letters = (count: number): string[] => Array.from({ length: count }, (_, i) => `letter ${i}`);

test.each<[string, FiniteType, number | null]>([
  ['a yes or no', { kind: 'boolean' }, 1],
  ['one of one', { kind: 'enum', members: ['a'] }, 0],
  ['one of three', { kind: 'enum', members: ['a', 'b', 'c'] }, 2],
  ['one of three, one said twice', { kind: 'enum', members: ['a', 'b', 'c', 'c'] }, 2],
  ['one of sixteen', { kind: 'enum', members: letters(16) }, 4],
  ['one of seventeen', { kind: 'enum', members: letters(17) }, null],
  ['one of none', { kind: 'enum', members: [] }, null],
  ['a byte', { kind: 'number', min: 0, max: 255, per: 1 }, 8],
  ['cents below 13.11', { kind: 'number', min: 0, max: 13.1, per: 100 }, 11],
  ['32 bits', { kind: 'number', min: 0, max: 2 ** 32 - 1, per: 1 }, 32],
  ['33 bits', { kind: 'number', min: 0, max: 2 ** 32, per: 1 }, null],
  ['no bound', { kind: 'number', min: 0, max: Infinity, per: 1 }, null],
  ['bounds the wrong way round', { kind: 'number', min: 2, max: 1, per: 1 }, null],
  ['steps larger than one', { kind: 'number', min: 0, max: 10, per: 0.5 }, null],
  ['a day of a leap year', { kind: 'date', from: '2028-01-01', to: '2028-12-31' }, 9],
  ['a single day', { kind: 'date', from: '2026-11-21', to: '2026-11-21' }, 0],
  ['a day before the first', { kind: 'date', from: '2026-11-21', to: '2026-11-19' }, null],
  ['dates that are none', { kind: 'date', from: 'May', to: '2026-02-30' }, null],
])('%s carries as many bits as its values need, or is too large', (_, type, bits) => {
  expect(bitsOf(type)).toBe(bits);
});

test.each<[FiniteType, readonly (string | number | boolean | null)[], readonly (string | number | boolean | null)[]]>([
  [{ kind: 'boolean' }, [true, false], ['true', 1, null]],
  [{ kind: 'enum', members: ['Bo', 'Al'] }, ['Al', 'Bo'], ['al', 'Cy', '', 0]],
  [{ kind: 'number', min: 1, max: 9, per: 1 }, [1, 5, 9], [0, 10, 1.5, '5', Number.NaN]],
  [{ kind: 'number', min: 0, max: 20, per: 100 }, [0, 0.29, 1.1, 20], [0.005, 20.01, -0.01]],
  [
    { kind: 'date', from: '2026-01-01', to: '2026-06-30' },
    ['2026-01-01', '2026-06-30'],
    ['2025-12-31', '2026-07-01', '2026-02-30', '2026-1-1', 3],
  ],
])('only a value of the type %j is endorsed', (type, good, bad) => {
  for (const value of good) expect(endorse(value, type, read, FULL_BUDGET).kind).toBe('endorsed');
  for (const value of bad)
    expect(endorse(value, type, read, FULL_BUDGET)).toEqual({ kind: 'refused', reason: 'not-of-its-type' });
});

test('endorsing raises integrity alone, and takes its bits from the budget until nothing is left', () => {
  const byte: FiniteType = { kind: 'number', min: 0, max: 255, per: 1 };
  let budget = FULL_BUDGET;
  for (const left of [24, 16, 8, 0]) {
    const endorsed = endorse(7, byte, read, budget);
    expect(endorsed).toEqual({
      kind: 'endorsed',
      label: { ...read, integrity: 'endorsed' },
      bits: 8,
      budget: { bitsLeft: left },
    });
    if (endorsed.kind === 'endorsed') budget = endorsed.budget;
  }
  expect(endorse(7, byte, read, budget)).toEqual({ kind: 'refused', reason: 'budget-spent' });
  expect(endorse('a', { kind: 'enum', members: ['a'] }, read, budget).kind).toBe('endorsed');
});

test('what is trusted already costs nothing and stays trusted; a type that is not small endorses nothing', () => {
  const type: FiniteType = { kind: 'boolean' };
  expect(endorse(true, type, OWNER_TYPED, { bitsLeft: 0 })).toEqual({
    kind: 'endorsed',
    label: OWNER_TYPED,
    bits: 0,
    budget: { bitsLeft: 0 },
  });
  expect(endorse(5, { kind: 'number', min: 0, max: 1e12, per: 1 }, read, FULL_BUDGET)).toEqual({
    kind: 'refused',
    reason: 'type-too-large',
  });
});

test('each choice that stands in a journal is taken from the bits that a run has', () => {
  const choice = (bits: number): Choice => ({ name: 'x', type: { kind: 'boolean' }, value: true, bits });
  expect(budgetAfter([])).toEqual({ bitsLeft: 32 });
  expect(budgetAfter([choice(1), choice(8)])).toEqual({ bitsLeft: 23 });
  expect(budgetAfter([choice(30), choice(4)])).toEqual({ bitsLeft: -2 });
});

test('what a model wrote is labelled with all of its window, and one asked over a channel is not to be trusted', () => {
  const mail = fileLabel('m', false);
  expect(modelLabel('m1', 'device', [])).toEqual({ ...NEUTRAL, sources: ['model:m1'] });
  expect(modelLabel('m1', 'device', [OWNER_TYPED])).toEqual({ ...OWNER_TYPED, sources: ['model:m1', 'owner'] });
  expect(modelLabel('m1', 'device', [mail])).toEqual({ ...mail, sources: ['file:m', 'model:m1'] });
  const asked = { ...OWNER_TYPED, integrity: 'untrusted', sources: ['model:m1', 'owner'] };
  expect(modelLabel('m1', 'channel', [OWNER_TYPED])).toEqual(asked);
});
