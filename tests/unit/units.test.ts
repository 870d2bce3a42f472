import { describe, expect, test } from 'vitest';
import { convertAmount, findAmounts } from '#core/text/amounts.ts';
import { withConversions } from '#core/tools/conversions.ts';
import type { Answer, AnswerDraft, Claim, Evidence } from '#core/tools/answer.ts';
import { claimsOf } from '#core/tools/answer.ts';
import { verifyAnswer } from '#core/verifier/verify.ts';
import { openVault } from '#evals/pursue.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { OWNER } from '../fakes/tool-context.ts';

/** The owner's units: amounts in the others are said in these too, computed and verified. */
const found = (text: string): string[] =>
  findAmounts(text).map((amount) => `${amount.text} = ${convertAmount(amount)}`);

describe('measured amounts', () => {
  test.each([
    ['The path is 12 km long.', '12 km = about 7.46 miles'],
    ['a run of 26.2 miles', '26.2 miles = about 42.2 km'],
    ['It weighs 1,240 kg.', '1,240 kg = about 2,730 lb'],
    ['a field of 100 yards', '100 yards = about 91.4 m'],
    ['Keep it at 2–8 °C.', '2–8 °C = about 36 to 46 °F'],
    ['frozen at -40 °C', '-40 °C = -40 °F'],
    ['at 98.6 degrees Fahrenheit', '98.6 degrees Fahrenheit = 37 °C'],
    ['limited to 50 km/h here', '50 km/h = about 31.1 mph'],
    ['a hall of 300 m²', '300 m² = about 3,230 square feet'],
    ['160 acres of wood', '160 acres = about 64.7 ha'],
    ['a 5-mile walk', '5-mile = about 8.05 km'],
    ['8 oz of flour', '8 oz = about 227 g'],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual([expected]);
  });

  test.each([
    'It costs €5 m.',
    'EUR 12 m of funding',
    '20 pounds',
    '5 gallons',
    'rents 80 km per day',
    '5 kg/m²',
    'a wall 6 ft 2 tall',
    '1.234 km',
    '5G coverage and 4 mice',
    'room A12 m',
    'the 3 in the list',
  ])('left alone: %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});

const files = {
  'tower.md': '# Tower\n\nThe old tower is 62 m high. The lift carries 500 kg.\n',
  'walks.csv': 'Walk,Distance (km)\nRidge,12.5\nShore,8.3\nMill,4\n',
};

async function asked(goal: string, units: 'metric' | 'imperial') {
  const vault = await openVault({
    files: Object.entries(files).map(([path, text]) => ({ path, bytes: new TextEncoder().encode(text), text: null })),
    owner: { ...OWNER, units },
    now: Date.parse('2026-11-21T09:00:00Z') as UnixMs,
  });
  const { answer, verdict, failure } = await vault.pursue(goal);
  expect(failure).toBeNull();
  expect(verdict?.result).toBe('PASS');
  return { said: claimsOf(answer!).map(({ text }) => text), answer: answer!, verdict: verdict! };
}

test('an owner of imperial units reads a quoted height in feet too, right after it; one of metric units does not', async () => {
  const { said } = await asked('How high is the tower?', 'imperial');
  const at = said.findIndex((text) => text.includes('62 m'));
  expect(said[at + 1]).toBe('62 m is about 203 feet.');
  expect((await asked('How high is the tower?', 'metric')).said.join(' ')).not.toContain('feet');
});

test('the sum of a column in kilometres is said in miles too, with the computation it comes from', async () => {
  const { said, answer, verdict } = await asked('What is the total distance in walks.csv?', 'imperial');
  expect(said.join(' ')).toContain('24.8 km is about 15.4 miles.');
  const conversion = claimsOf(answer).find(({ computation }) => computation?.kind === 'conversion');
  expect(conversion?.computation).toMatchObject({ of: { operation: 'sum', result: 24.8 } });
  expect(verdict.checks.filter(({ claim }) => claim === conversion?.id).map(({ kind }) => kind)).toContain(
    'computation',
  );
});

describe('a conversion that is wrong', () => {
  const evidence: Evidence = {
    ...{ id: 'e1', source: 's', file: 'tower.md', start: 0, end: 27, digest: 'a'.repeat(64), exact: true, locator: '' },
    quote: 'The old tower is 62 m high.',
  } as unknown as Evidence;
  const claim = (text: string, words = '62 m'): Claim =>
    ({
      id: 'c1',
      text,
      basis: 'computed',
      evidence: ['e1'],
      computation: { kind: 'conversion', words, of: null },
    }) as unknown as Claim;
  const answer = (...claims: Claim[]): Answer => ({
    ...{ outcome: 'answered', sections: [{ title: '', claims }], evidence: [evidence], notes: [] },
    ...{ chart: null, table: null, workings: [], suggestions: [] },
  });
  test.each([
    ['has another result', claim('62 m is about 230 feet.')],
    ['has an amount that no evidence gives', claim('63 m is about 207 feet.', '63 m')],
    ['says more than the conversion', claim('62 m is about 203 feet, the highest in town.')],
    ['converts what is no amount', claim('The old tower is about 203 feet.', 'The old tower')],
  ])('is removed: it %s', (_, wrong) => {
    const { answer: verified, verdict } = verifyAnswer(answer(wrong));
    expect(claimsOf(verified)).toEqual([]);
    expect(verdict.repairs).toMatchObject([{ action: 'removed' }]);
  });

  test('stands when it is right', () => {
    expect(verifyAnswer(answer(claim('62 m is about 203 feet.'))).verdict.result).toBe('PASS');
  });
});

test('an answer converts so many amounts and no more, and says so', () => {
  const texts = Array.from({ length: 20 }, (_, index) => `Leg ${String(index)} is ${String(index + 1)} km long.`);
  const draft = {
    ...{ outcome: 'answered', notes: [], chart: null, table: null, workings: [], suggestions: [] },
    sections: [
      {
        title: '',
        claims: texts.map((text, index) => ({
          id: `c${String(index)}`,
          text,
          basis: 'extract',
          evidence: [`e${String(index)}`],
          computation: null,
        })),
      },
    ],
    evidence: texts.map((quote, index) => ({ id: `e${String(index)}`, quote })),
  } as unknown as AnswerDraft;
  const converted = withConversions(draft, 'imperial');
  expect(claimsOf(converted).filter(({ computation }) => computation?.kind === 'conversion')).toHaveLength(12);
  expect(converted.notes).toEqual(['Only the first 12 amounts are converted to imperial units.']);
  expect(withConversions(draft, 'metric')).toEqual(draft);
});
