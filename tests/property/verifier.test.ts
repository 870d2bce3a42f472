import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Digest, EvidenceId, SourceId } from '#core/base/ids.ts';
import type { Answer, Claim, Evidence } from '#core/tools/answer.ts';
import { claimsOf } from '#core/tools/answer.ts';
import { verifyAnswer } from '#core/verifier/verify.ts';

const word = fc.constantFrom(
  'kiln',
  'budget',
  'window',
  'crane',
  'moved',
  'costs',
  'roof',
  'north',
  'order',
  'arrives',
);
const fact = fc.oneof(
  fc.integer({ min: 0, max: 9_999_999 }).map(String),
  fc
    .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 999 }))
    .map(([a, b]) => `EUR ${String(a)},${String(b).padStart(3, '0')}`),
  fc
    .tuple(
      fc.integer({ min: 1, max: 28 }),
      fc.constantFrom('March', 'June', 'December'),
      fc.integer({ min: 2020, max: 2032 }),
    )
    .map(([d, m, y]) => `${String(d)} ${m} ${String(y)}`),
  fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 10, max: 59 }))
    .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m)}`),
  fc.integer({ min: 1, max: 99 }).map((share) => `${String(share)} %`),
  fc.integer({ min: 1, max: 999 }).map((sheet) => `A-${String(sheet)}`),
);
/** A sentence with facts in it, as a report or a mail would have it. */
const sentence = fc
  .array(fc.oneof({ weight: 3, arbitrary: word }, { weight: 2, arbitrary: fact }), { minLength: 4, maxLength: 12 })
  .map((words) => `The ${words.join(' ')}.`);

const evidence = (quote: string): Evidence => ({
  id: 'e1' as EvidenceId,
  source: 'b'.repeat(64) as SourceId,
  file: 'status.md',
  start: 0,
  end: 10,
  digest: 'a'.repeat(64) as Digest,
  quote,
  exact: true,
  locator: '',
});

const answerOf = (text: string, quote: string): Answer => {
  const claim: Claim = { id: 'c1', text, basis: 'extract', evidence: ['e1' as EvidenceId], computation: null };
  const rest = { outcome: 'answered', notes: [], chart: null, table: null, workings: [], suggestions: [] } as const;
  return { ...rest, sections: [{ title: '', claims: [claim] }], evidence: [evidence(quote)] };
};

test('a sentence of the evidence passes, alone and quoted', () => {
  fc.assert(
    fc.property(sentence, fc.boolean(), (text, quoted) => {
      const { verdict } = verifyAnswer(answerOf(quoted ? `status.md: “${text}”` : text, `Before. ${text} After.`));
      expect(verdict.repairs).toEqual([]);
      expect(verdict.result).toBe('PASS');
    }),
  );
});

test('any changed digit in a sentence or a quote is caught', () => {
  fc.assert(
    fc.property(sentence, fc.nat(), fc.integer({ min: 1, max: 9 }), fc.boolean(), (text, place, step, quoted) => {
      const digits = [...text.matchAll(/\d/g)].map((match) => match.index);
      fc.pre(digits.length > 0);
      const at = digits[place % digits.length] ?? 0;
      const changed = text.slice(0, at) + String((Number(text.charAt(at)) + step) % 10) + text.slice(at + 1);
      const claimed = quoted ? `status.md: “${changed}”` : changed;
      const { answer, verdict } = verifyAnswer(answerOf(claimed, text));
      expect(verdict.repairs.length + Number(verdict.result === 'FAIL')).toBeGreaterThan(0);
      for (const left of claimsOf(answer)) expect(left.text).not.toContain(changed);
    }),
  );
});

test('a number is not borrowed from a date or a time', () => {
  for (const [said, stands] of [
    ['The roof costs 6 % from 6 March 2020.', 'The roof costs 5 % from 6 March 2020.'],
    ['The crane takes 10 days from 08:10.', 'The crane takes 12 days from 08:10.'],
  ] as const)
    expect(verifyAnswer(answerOf(said, stands)).verdict.repairs).not.toEqual([]);
});

test('verifying a verified answer changes nothing', () => {
  fc.assert(
    fc.property(sentence, sentence, (text, quote) => {
      const once = verifyAnswer(answerOf(text, quote)).answer;
      const twice = verifyAnswer(once);
      expect(twice.answer).toEqual(once);
      expect(twice.verdict.repairs).toEqual([]);
    }),
  );
});
