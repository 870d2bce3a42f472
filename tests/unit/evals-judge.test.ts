import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Digest, EvidenceId, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Answer, Claim, Evidence } from '#core/tools/answer.ts';
import { judge } from '#evals/judge.ts';
import { unsupported } from '#evals/support.ts';
import { nothing, type Expectation, type WorldFile } from '#evals/world.ts';

const text = 'The boiler holds 140 litres.\nThe rent is EUR 2,400 a month.\nIn May it was EUR 2,300.\n';
const file: WorldFile = { path: 'notes/house.txt', bytes: new TextEncoder().encode(text), text: null };
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function cite(id: string, quote: string): Evidence {
  const start = text.indexOf(quote);
  const end = start + quote.length;
  const digest = sha(file.bytes.subarray(start, end)) as Digest;
  return {
    id: id as EvidenceId,
    source: sha(file.bytes) as SourceId,
    file: file.path,
    start,
    end,
    digest,
    quote,
    exact: true,
    locator: 'line',
  };
}

const boiler = cite('e1', 'The boiler holds 140 litres.');
const rent = cite('e2', 'The rent is EUR 2,400 a month.');
const may = cite('e3', 'In May it was EUR 2,300.');

function claim(words: string, rest: Partial<Claim> = {}): Claim {
  return { id: 'c', text: words, basis: 'extract', evidence: [boiler.id], computation: null, ...rest };
}

function answer(claims: readonly Claim[], evidence: readonly Evidence[] = [boiler, rent, may]): Answer {
  return {
    outcome: 'answered',
    sections: [{ title: '', claims }],
    evidence,
    notes: [],
    chart: null,
    table: null,
    workings: [],
    suggestions: [],
  };
}

const sum: Claim = claim('The rents come to 4,700.', {
  basis: 'computed',
  evidence: [rent.id, may.id],
  computation: {
    kind: 'aggregate',
    operation: 'sum',
    values: [
      { evidence: rent.id, value: 2400 },
      { evidence: may.id, value: 2300 },
    ],
    result: 4700,
    shown: '2,400 + 2,300 = 4,700',
  },
});

describe('the check of support', () => {
  test('passes an extract and a sum that their sources bear out', () => {
    expect(unsupported(answer([claim('The boiler holds 140 litres.'), sum]), [file])).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['a number that no evidence has', answer([claim('The boiler holds 150 litres.')])],
    ['words that are not the evidence', answer([claim('The kitchen ceiling collapsed yesterday, 140.')])],
    ['a claim that cites nothing', answer([claim('The boiler holds 140 litres.', { evidence: [] })])],
    ['evidence that is not there', answer([claim('The boiler holds 140 litres.')], [rent])],
    [
      'bytes that do not hash to the digest',
      answer([claim('The boiler holds 140 litres.')], [{ ...boiler, digest: rent.digest }]),
    ],
    [
      'a quote that the bytes do not hold',
      answer([claim('The boiler holds 140 litres.')], [{ ...boiler, quote: 'The boiler holds 140 litres of tea' }]),
    ],
    [
      'a source that is not among the files',
      answer([claim('The boiler holds 140 litres.')], [{ ...boiler, source: 'no' as SourceId }]),
    ],
    [
      'a sum that does not add up',
      answer([{ ...sum, computation: { ...sum.computation, result: 4800 } as Claim['computation'] }]),
    ],
    [
      'an operand that its row does not have',
      answer([
        {
          ...sum,
          evidence: [boiler.id, may.id],
          computation: {
            ...sum.computation,
            values: [
              { evidence: boiler.id, value: 2400 },
              { evidence: may.id, value: 2300 },
            ],
          } as Claim['computation'],
        },
      ]),
    ],
    ['an absence without a search', answer([claim('Nothing is said of tea.', { basis: 'absent' })])],
    [
      'a slot over a busy time',
      answer([
        claim('Free.', {
          basis: 'computed',
          computation: {
            kind: 'free-slot',
            start: 10 as UnixMs,
            end: 20 as UnixMs,
            busy: [{ start: 15 as UnixMs, end: 30 as UnixMs, evidence: boiler.id }],
            windows: [{ start: 0 as UnixMs, end: 50 as UnixMs }],
            shown: '',
          },
        }),
      ]),
    ],
  ])('refuses %s', (_, given) => {
    expect(unsupported(given, [file])).toHaveLength(1);
  });
});

describe('the judge', () => {
  const expectation: Expectation = {
    ...nothing,
    kinds: ['answer-question'],
    outcomes: ['answered'],
    facts: [{ name: 'rent', in: 'statement', all: [{ text: ['rent'] }, { number: 2400 }] }],
    forbidden: [{ name: 'old rent', in: 'statement', all: [{ number: 2300 }], unless: [{ text: ['was'] }] }],
  };

  test('counts a fact only where one statement has all of it', () => {
    expect(judge(answer([claim('The rent is EUR 2400.')]), expectation, 'UTC')).toMatchObject({
      expected: 2,
      found: 2,
      missing: [],
      wrong: [],
    });
    expect(judge(answer([claim('The rent is due.'), claim('It is 2400.')]), expectation, 'UTC').missing).toEqual([
      'rent',
    ]);
  });

  test('reports what must not be said, unless it is said to be over', () => {
    expect(judge(answer([claim('It is EUR 2,300.')]), expectation, 'UTC').wrong).toEqual(['old rent']);
    expect(judge(answer([claim('It was EUR 2,300.')]), expectation, 'UTC').wrong).toEqual([]);
  });

  test('reports another outcome than the expected ones', () => {
    expect(
      judge({ ...answer([claim('The rent is EUR 2400.')]), outcome: 'not-found' }, expectation, 'UTC').missing,
    ).toEqual(['outcome answered, not not-found']);
  });

  test('refuses slots outside the free time and misses gaps that are not offered', () => {
    const minute = 60_000;
    const slots = {
      minutes: 30,
      required: [{ start: 0, end: 60 * minute }],
      allowed: [{ start: 0, end: 60 * minute }],
    };
    const slot = (start: number, end: number) =>
      claim('Free.', {
        computation: {
          kind: 'free-slot',
          start: (start * minute) as UnixMs,
          end: (end * minute) as UnixMs,
          busy: [],
          windows: [],
          shown: '',
        },
      });
    const judged = (offered: Claim[]) => judge(answer(offered), { ...expectation, facts: [], slots }, 'UTC');
    expect(judged([slot(10, 40)])).toMatchObject({ expected: 2, found: 2, wrong: [] });
    expect(judged([slot(70, 100)]).wrong).toHaveLength(1);
    expect(judged([slot(0, 20)]).wrong).toHaveLength(1);
    expect(judged([]).missing).toHaveLength(1);
  });
});
