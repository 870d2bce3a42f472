import { expect, test } from 'vitest';
import type { Json } from '#core/base/json.ts';
import { isFreeBusy } from '#core/policy/rule-request.ts';
import type { Answer } from '#core/tools/answer.ts';
import { freeTimesJson, freeTimesOf } from '#core/tools/free-busy.ts';

/** An answer of one claim that follows so. */
function answerBy(computation: object): Pick<Answer, 'sections'> {
  return { sections: [{ title: 'Free times', claims: [{ text: 'With Dentist Dr Moreau', computation }] }] } as never;
}

test('of an answer, the free times that it offers and not a word more', () => {
  const [start, end] = [Date.parse('2026-11-23T09:05:00Z'), Date.parse('2026-11-24T00:00:59Z')];
  const times = freeTimesOf(answerBy({ kind: 'free-slot', start, end, shown: 'Dentist' }));
  expect(times).toEqual([{ start: '2026-11-23T09:05:00Z', end: '2026-11-24T00:00:00Z', status: 'free' }]);
  expect(isFreeBusy(JSON.parse(freeTimesJson(times)) as Json)).toBe(true);
  expect(freeTimesOf(answerBy({ kind: 'search', terms: ['Dentist'], searched: [], hits: 0 }))).toEqual([]);
});
