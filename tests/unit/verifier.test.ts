import { describe, expect, test } from 'vitest';
import type { Digest, EvidenceId, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Answer, Claim, Computation, Evidence } from '#core/tools/answer.ts';
import { claimsOf } from '#core/tools/answer.ts';
import { checkNamedDate } from '#core/verifier/check-date.ts';
import { verifyAnswer } from '#core/verifier/verify.ts';

const SOURCE = 'b'.repeat(64) as SourceId;
const SENT = Date.parse('2026-11-23T09:00:00Z') as UnixMs; // a Monday

const evidence = (id: string, quote: string, file = 'notes/status-04.md'): Evidence => ({
  id: id as EvidenceId,
  source: SOURCE,
  file,
  start: 10,
  end: 10 + quote.length,
  digest: 'a'.repeat(64) as Digest,
  quote,
  exact: true,
  locator: 'Status, 19 March 2031',
});

const claim = (text: string, ids: readonly string[], rest: Partial<Claim> = {}): Claim => ({
  id: 'c1',
  text,
  basis: 'extract',
  evidence: ids as readonly EvidenceId[],
  computation: null,
  ...rest,
});

const answer = (claims: readonly Claim[], pieces: readonly Evidence[], rest: Partial<Answer> = {}): Answer => ({
  outcome: 'answered',
  sections: [{ title: 'Status', claims }],
  evidence: pieces,
  notes: [],
  chart: null,
  table: null,
  workings: [],
  suggestions: [],
  ...rest,
});

const BUDGET = evidence('e1', 'Ada Lindholm approved a budget of EUR 48,250 on 12 March 2026.');
const FROM = evidence('e2', 'From: Ada Lindholm <ada@example.org>', 'inbox.mbox');
const ASK = evidence('e3', 'Could you send the revised drawings to Tom by Friday?', 'inbox.mbox');
const DUE: Computation = {
  kind: 'date',
  words: 'Friday',
  value: '2026-11-27',
  evidence: 'e3' as EvidenceId,
  reference: SENT,
  zone: 'Europe/Berlin',
};
const ASKED = 'Ada Lindholm asks: “Could you send the revised drawings to Tom by Friday?” — due by Fri 27 Nov 2026';

const judged = (text: string, ids: readonly string[], rest: Partial<Claim> = {}) =>
  verifyAnswer(answer([claim(text, ids, rest)], [BUDGET, FROM, ASK]));

describe('what the evidence says', () => {
  test('a sentence that stands in the evidence passes', () => {
    const { verdict, answer: kept } = judged('Ada Lindholm approved a budget of EUR 48,250 on 12 March 2026.', ['e1']);
    expect(verdict).toMatchObject({ result: 'PASS', confidence: 1, repairs: [] });
    expect(kept.evidence.map(({ id }) => id)).toEqual(['e1']);
  });

  test('numbers and dates may be written in another form', () => {
    const { verdict } = judged('Approved: a budget of 48.250,00 € on 2026-03-12', ['e1']);
    expect(verdict).toMatchObject({ result: 'PASS', repairs: [] });
  });

  test('a quote with its sender and the date that its words mean passes', () => {
    const { verdict } = judged(ASKED, ['e3', 'e2'], { basis: 'computed', computation: DUE });
    expect(verdict).toMatchObject({ result: 'PASS', repairs: [] });
  });
});

describe('what it does not say is caught', () => {
  const TRUE = 'Ada Lindholm approved a budget of EUR 48,250 on 12 March 2026.';
  test.each([
    ['an altered number', 'Ada Lindholm approved a budget of EUR 48,350 on 12 March 2026.', 'number'],
    ['an altered date', 'Ada Lindholm approved a budget of EUR 48,250 on 13 March 2026.', 'date'],
    ['an altered year', 'Ada Lindholm approved a budget of EUR 48,250 on 12 March 2027.', 'date'],
    ['another name', 'Eva Lindholm approved a budget of EUR 48,250 on 12 March 2026.', 'name'],
    ['a negation put in', 'Ada Lindholm has not approved a budget of EUR 48,250 on 12 March 2026.', 'evidence'],
    ['a wrong file', 'status-05.md: “a budget of EUR 48,250”', 'file'],
    ['a quote with a changed word', 'Ada Lindholm: “approved a loan of EUR 48,250 on 12 March 2026”', 'quote'],
    ['a weekday that the date does not have', 'Approved: a budget of EUR 48,250 on Friday 12 March 2026', 'date'],
    ['a number used twice', 'EUR 48,250 and EUR 48,250 approved', 'number'],
    ['a locator taken for evidence', 'Ada Lindholm approved a budget of EUR 48,250 on 19 March 2031.', 'date'],
  ])('%s', (_, text, kind) => {
    const { answer: kept, verdict } = judged(text, ['e1']);
    expect(claimsOf(kept).map((left) => left.text)).not.toContain(text);
    expect(verdict.repairs).toHaveLength(1);
    expect(verdict.confidence).toBeLessThan(1);
    // What is left is the evidence's own sentence, or nothing.
    for (const left of claimsOf(kept)) expect(TRUE).toContain(left.text.replace(/^.*“|”$/g, ''));
    const failed = verdict.repairs[0]?.reason ?? '';
    expect(failed).not.toBe('');
    expect(['number', 'date', 'name', 'evidence', 'file', 'quote']).toContain(kind);
  });

  test('a fabricated sentence is removed, and an answer of nothing else does not pass', () => {
    const { answer: kept, verdict } = judged('The harbour wall will be painted green by volunteers.', ['e1']);
    expect(claimsOf(kept)).toEqual([]);
    expect(verdict).toMatchObject({ result: 'FAIL', repairs: [{ action: 'removed' }] });
  });

  test('a claim without evidence, or with evidence that is not there, is removed', () => {
    expect(judged('Ada Lindholm approved it.', []).verdict.result).toBe('FAIL');
    expect(judged('Ada Lindholm approved it.', ['e9']).verdict.result).toBe('FAIL');
  });

  test('words put into the mouth of another sender are caught', () => {
    const text = 'Tom asks: “Could you send the revised drawings to Tom by Friday?”';
    const { answer: kept, verdict } = judged(text, ['e3', 'e2']);
    expect(verdict.repairs[0]?.reason).toContain('Tom is not the sender');
    expect(claimsOf(kept).map((left) => left.text)).toEqual(['Could you send the revised drawings to Tom by Friday?']);
  });

  test('a wrong due date is dropped, the quote stays', () => {
    const wrong = ASKED.replace('27 Nov', '28 Nov').replace('Fri 28', 'Sat 28');
    const { answer: kept, verdict } = judged(wrong, ['e3', 'e2'], {
      basis: 'computed',
      computation: { ...DUE, value: '2026-11-28' },
    });
    expect(verdict).toMatchObject({ result: 'PASS', repairs: [{ action: 'repaired' }] });
    expect(claimsOf(kept)[0]?.text).toBe('Ada Lindholm asks: “Could you send the revised drawings to Tom by Friday?”');
  });

  test('a repair is taken from the evidence, never made up', () => {
    const { answer: kept } = judged('Ada Lindholm: “Could you send the final drawings to Tom by Friday?”', [
      'e3',
      'e2',
    ]);
    expect(claimsOf(kept)[0]?.text).toBe('Ada Lindholm: “Could you send the revised drawings to Tom by Friday?”');
  });
});

describe('computations are done again', () => {
  const rows = [evidence('r1', 'North,1200.50', 'sales.csv'), evidence('r2', 'North,40', 'sales.csv')];
  const sum = (result: number, values = [1200.5, 40]): Computation => ({
    kind: 'aggregate',
    operation: 'sum',
    values: values.map((value, i) => ({ evidence: `r${String(i + 1)}` as EvidenceId, value })),
    result,
    shown: `sum(Amount) where Region = North = ${String(result)}`,
  });
  const total = (text: string, computation: Computation) =>
    verifyAnswer(answer([claim(text, ['r1', 'r2'], { basis: 'computed', computation })], rows)).verdict;

  test('a right sum passes', () => {
    expect(total('The total Amount for North is 1,240.50', sum(1240.5))).toMatchObject({ result: 'PASS', repairs: [] });
  });

  test('a wrong sum is removed, with the chart that shows it', () => {
    const draft = answer(
      [claim('The total Amount for North is 1,250.50', ['r1', 'r2'], { basis: 'computed', computation: sum(1250.5) })],
      rows,
      {
        chart: { kind: 'bar', title: '', xLabel: '', yLabel: '', points: [] },
        workings: ['sum'],
      },
    );
    const { answer: kept, verdict } = verifyAnswer(draft);
    expect(verdict.result).toBe('FAIL');
    expect(kept).toMatchObject({ chart: null, workings: [] });
  });

  test('an operand that its row does not hold is caught', () => {
    expect(total('The total Amount for North is 1,241.50', sum(1241.5, [1200.5, 41])).result).toBe('FAIL');
  });

  test('a sentence that says another result than its computation is caught', () => {
    expect(total('The total Amount for North is 1,340.50', sum(1240.5)).result).toBe('FAIL');
  });

  const hour = 3_600_000;
  const nine = Date.parse('2026-11-24T08:00:00Z');
  const slot = (busyFrom: number, windowTo = nine + 8 * hour): Computation => ({
    kind: 'free-slot',
    start: nine as UnixMs,
    end: (nine + hour) as UnixMs,
    busy: [{ start: busyFrom as UnixMs, end: (busyFrom + hour) as UnixMs, evidence: 'b1' as EvidenceId }],
    windows: [{ start: nine as UnixMs, end: windowTo as UnixMs }],
    shown: 'Tuesday 24 November 2026, 09:00–10:00',
  });
  const free = (computation: Computation, text = 'Tuesday 24 November 2026, 09:00–10:00 is free for you.') =>
    verifyAnswer(
      answer(
        [claim(text, ['b1'], { basis: 'computed', computation })],
        [evidence('b1', 'SUMMARY:Dentist\nDTSTART:20261124T090000Z', 'me.ics')],
      ),
    ).verdict;

  test('a free slot beside a meeting passes', () => {
    expect(free(slot(nine + hour))).toMatchObject({ result: 'PASS', repairs: [] });
  });

  test('a slot that overlaps a meeting, leaves the working hours or is shown wrongly is caught', () => {
    expect(free(slot(nine + hour / 2)).result).toBe('FAIL');
    expect(free(slot(nine + hour, nine + hour / 2)).result).toBe('FAIL');
    expect(free(slot(nine + hour), 'Tuesday 24 November 2026, 09:00–11:00 is free for you.').result).toBe('FAIL');
  });

  test('“not found” needs a search without hits', () => {
    const absent = (hits: number) =>
      verifyAnswer(
        answer(
          [
            claim('Not found in your files', [], {
              basis: 'absent',
              computation: { kind: 'search', terms: ['x'], searched: [SOURCE], hits },
            }),
          ],
          [],
          {
            outcome: 'not-found',
          },
        ),
      ).verdict.result;
    expect(absent(0)).toBe('PASS');
    expect(absent(2)).toBe('FAIL');
  });
});

describe('outcomes', () => {
  test('an answer without claims fails, saying honestly what cannot be done passes', () => {
    expect(verifyAnswer(answer([], [])).verdict.result).toBe('FAIL');
    expect(verifyAnswer(answer([], [], { outcome: 'not-understood' })).verdict.result).toBe('PASS');
    expect(verifyAnswer(answer([], [], { outcome: 'language-not-understood' })).verdict.result).toBe('PASS');
  });
});

describe('dates that words can mean', () => {
  test.each([
    ['Friday', '2026-11-27', true],
    ['Friday', '2026-11-26', false],
    ['Friday', '2027-01-08', false],
    ['tomorrow', '2026-11-24', true],
    ['tomorrow', '2026-11-27', false],
    ['27 November', '2026-11-27', true],
    ['27 November', '2026-11-28', false],
    ['the 25th', '2026-11-25', true],
    ['the 25th', '2026-11-26', false],
    ['5 pm on Friday', '2026-11-27T17:00', true],
    ['5 pm on Friday', '2026-11-27T16:00', false],
    ['in two weeks', '2026-12-07', true],
    ['in two weeks', '2026-12-20', false],
    ['end of next week', '2026-12-04', true],
    ['DTSTART;TZID=Europe/Berlin:20261124T100000', '2026-11-24T10:00', true],
    ['DTSTART;TZID=Europe/Berlin:20261124T100000', '2026-11-25', false],
  ])('%s as %s: %s', (words, value, holds) => {
    expect(checkNamedDate(words, value, SENT)).toBe(holds);
  });
});
