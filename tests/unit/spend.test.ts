import { describe, expect, test } from 'vitest';
import type { Sequence, UnixMs } from '#core/base/ids.ts';
import { capsProblem, NO_MONEY, type Caps } from '#core/spend/caps.ts';
import {
  DAYS_KEPT,
  EMPTY_LEDGER,
  mayReserve,
  settled,
  usedOn,
  usedOnFor,
  withCaps,
  withoutRun,
  withReserved,
  type Ledger,
  type Reservation,
} from '#core/spend/ledger.ts';
import {
  amountText,
  bothSpent,
  isCurrency,
  isMicro,
  MICRO_MAX,
  moneyText,
  plus,
  readAmount,
} from '#core/spend/money.ts';
import { costOf, priceOf, priceProblem, type Price } from '#core/spend/price.ts';
import { planCost } from '#runtime/spend/plan-cost.ts';
import { NO_SPENDING, obeySpend, projectSpend, reserve, type StoredSpend } from '#runtime/spend/spend-facts.ts';
import { notReservedText } from '#runtime/spend/spend-words.ts';

const at = (time: number): UnixMs => time as UnixMs;
const CAPS: Caps = { currency: 'EUR', call: 30, run: 50, day: 100, agent: 150 };
const LEDGER: Ledger = { ...EMPTY_LEDGER, caps: CAPS };

const asked = (changes: Partial<Reservation> = {}): Reservation => ({
  ...{ id: 'a', of: 'channel:c', agent: 'main', run: 'r', day: '2026-11-22', micro: 10, currency: 'EUR' },
  ...{ ofPerDay: null, ...changes },
});
const taking = (ledger: Ledger, ...reservations: readonly Reservation[]): Ledger =>
  reservations.reduce((taken, each) => {
    expect(mayReserve(taken, each)).toEqual({ ok: true, value: undefined });
    return withReserved(taken, each);
  }, ledger);
const refusal = (ledger: Ledger, changes: Partial<Reservation> = {}): unknown => {
  const may = mayReserve(ledger, asked({ id: 'new', ...changes }));
  return may.ok ? null : may.error;
};

describe('amounts', () => {
  test('are read in whole millionths, with a point or a comma, and written as they were', () => {
    const cases: [string, number, string][] = [
      ['0.02', 20_000, '0.02'],
      ['1,50', 1_500_000, '1.50'],
      [' 3 ', 3_000_000, '3.00'],
      ['0.000003', 3, '0.000003'],
      ['0.1234500', 123_450, '0.12345'],
      ['0.100000000', 100_000, '0.10'],
      ['0', 0, '0.00'],
      ['1000000', MICRO_MAX, '1000000.00'],
    ];
    for (const [text, micro, written] of cases) {
      expect(readAmount(text), text).toEqual({ ok: true, value: micro });
      expect(amountText(micro)).toBe(written);
    }
    expect(moneyText(20_000, 'EUR')).toBe('0.02 EUR');
  });

  test('that are none, too fine or too large are refused and not rounded', () => {
    for (const text of ['', '-1', '1e3', '1.', '.5', '1.2.3', 'x', '1 000', '0x1', 'Infinity', '1.2e1', '5 EUR'])
      expect(readAmount(text), text).toEqual({ ok: false, error: 'not-an-amount' });
    expect(readAmount('0.0000001')).toEqual({ ok: false, error: 'too-fine' });
    for (const text of ['1000000.000001', '9999999', '999999999999999'])
      expect(readAmount(text), text).toEqual({ ok: false, error: 'too-much' });
    expect(readAmount('1234567890123456')).toEqual({ ok: false, error: 'not-an-amount' });
  });

  test('are whole, not negative and bounded; sums stay whole numbers', () => {
    expect([0, 1, MICRO_MAX].map(isMicro)).toEqual([true, true, true]);
    expect([-1, 0.5, MICRO_MAX + 1, NaN, Infinity].map(isMicro)).toEqual([false, false, false, false, false]);
    expect(plus(2, 3)).toBe(5);
    expect(plus(Number.MAX_SAFE_INTEGER, 1)).toBe(Number.MAX_SAFE_INTEGER);
    expect(['EUR', 'eur', 'EURO', 'XEUR', 'EU'].map(isCurrency)).toEqual([true, false, false, false, false]);
  });
});

test('what two calls came to is one sum, told by the host only where both were', () => {
  const one = { micro: 2, currency: 'EUR', told: true };
  expect(bothSpent(null, null)).toBeNull();
  expect(bothSpent(one, null)).toEqual(one);
  expect(bothSpent(null, one)).toEqual(one);
  expect(bothSpent(one, { ...one, micro: 3 })).toEqual({ micro: 5, currency: 'EUR', told: true });
  expect(bothSpent(one, { ...one, told: false })?.told).toBe(false);
  expect(bothSpent({ ...one, told: false }, one)?.told).toBe(false);
});

describe('the price list', () => {
  const line = (changes: Partial<Price> = {}): Price => ({
    ...{ of: 'model:m', unit: 'token-in', per: 1_000, micro: 15, currency: 'EUR' },
    ...{ from: at(100), until: null, source: 'price page', ...changes },
  });
  const list = [line(), line({ unit: 'token-out', micro: 60 }), line({ unit: 'call', per: 1, micro: 7 })];

  test('costs are rounded up to the next millionth, each unit by itself', () => {
    const cases: [Parameters<typeof costOf>[2], number][] = [
      [{ 'token-in': 1_000 }, 15],
      [{ 'token-in': 1_001 }, 16],
      [{ 'token-in': 1, 'token-out': 1 }, 2],
      [{ call: 2, 'token-in': 2_000 }, 44],
    ];
    for (const [uses, micro] of cases)
      expect(costOf(list, 'model:m', uses, at(100))).toMatchObject({ value: { micro } });
    const found = costOf(list, 'model:m', { call: 1, 'token-in': 1 }, at(100));
    expect(found.ok && found.value.prices).toEqual([list[2], list[0]]);
  });

  test('what the list does not say has no cost at all, and not none', () => {
    expect(costOf(list, 'model:x', { call: 1 }, at(100))).toEqual({ ok: false, error: 'no-price' });
    expect(costOf(list, 'model:m', { call: 1, byte: 1 }, at(100))).toEqual({ ok: false, error: 'no-price' });
    expect(costOf(list, 'model:m', {}, at(100))).toEqual({ ok: false, error: 'no-price' });
    expect(costOf(list, 'model:m', { call: 1 }, at(99))).toEqual({ ok: false, error: 'no-price' });
    expect(costOf([line({ until: at(150) })], 'model:m', { 'token-in': 1 }, at(150))).toEqual({
      ok: false,
      error: 'not-in-force',
    });
    for (const call of [-1, 0.5, 2 ** 53])
      expect(costOf(list, 'model:m', { call }, at(100))).toEqual({ ok: false, error: 'too-much' });
    expect(costOf(list, 'model:m', { call: MICRO_MAX }, at(100))).toEqual({ ok: false, error: 'too-much' });
    const most = [line({ unit: 'call', per: 1, micro: MICRO_MAX })];
    expect(costOf(most, 'model:m', { call: 1 }, at(100))).toMatchObject({ value: { micro: MICRO_MAX } });
    const dollars = [...list, line({ unit: 'byte', per: 1, micro: 1, currency: 'USD' })];
    expect(costOf(dollars, 'model:m', { call: 1, byte: 1 }, at(100))).toEqual({ ok: false, error: 'two-currencies' });
    expect(costOf(dollars, 'model:m', { byte: 3 }, at(100))).toMatchObject({ value: { micro: 3, currency: 'USD' } });
  });

  test('the line that began last is in force; one that has ended does not bring back the one before', () => {
    const lines = [
      line({ micro: 1 }),
      line({ micro: 2, from: at(200), until: at(300) }),
      line({ micro: 3, from: at(50) }),
    ];
    const found = (time: number): unknown => {
      const price = priceOf(lines, 'model:m', 'token-in', at(time));
      return price.ok ? price.value.micro : price.error;
    };
    expect([49, 50, 99, 100, 199, 200, 299, 300, 999].map(found)).toEqual([
      ...['no-price', 3, 3, 1, 1, 2, 2, 'not-in-force', 'not-in-force'],
    ]);
    expect(priceOf([line(), line({ micro: 9 })], 'model:m', 'token-in', at(100))).toMatchObject({
      value: { micro: 9 },
    });
  });

  test('a line that could not be reckoned with is not taken', () => {
    expect(priceProblem(line())).toBeNull();
    expect(priceProblem(line({ micro: 0, until: at(101) }))).toBeNull();
    expect(priceProblem(line({ per: 1 }))).toBeNull();
    const bad: [Partial<Price>, RegExp][] = [
      [{ micro: -1 }, /amount/],
      [{ currency: 'euro' }, /currency/],
      [{ per: 0 }, /whole number/],
      [{ per: 1.5 }, /whole number/],
      [{ until: at(100) }, /last day/],
    ];
    for (const [changes, words] of bad) expect(priceProblem(line(changes))).toMatch(words);
  });
});

describe('the ledger', () => {
  test('without the owner nothing may cost anything', () => {
    expect(NO_MONEY).toMatchObject({ call: 0, run: 0, day: 0, agent: 0 });
    expect(refusal(EMPTY_LEDGER, { micro: 1 })).toEqual({ why: 'cap', cap: 'call', limit: 0, left: 0 });
  });

  test('each cap holds to the last millionth, and the refusal says which and what is left', () => {
    expect(refusal(LEDGER, { micro: 30 })).toBeNull();
    expect(refusal(LEDGER, { micro: 31 })).toEqual({ why: 'cap', cap: 'call', limit: 30, left: 30 });
    const run = taking(LEDGER, asked({ micro: 25 }));
    expect(refusal(run, { micro: 25 })).toBeNull();
    expect(refusal(run, { micro: 26 })).toEqual({ why: 'cap', cap: 'run', limit: 50, left: 25 });
    expect(refusal(run, { micro: 26, run: null })).toBeNull();
    const day = taking(run, asked({ id: 'b', micro: 30, run: 's' }), asked({ id: 'c', micro: 30, run: null }));
    expect(refusal(day, { micro: 15, run: 't' })).toBeNull();
    expect(refusal(day, { micro: 16, run: 't' })).toEqual({ why: 'cap', cap: 'day', limit: 100, left: 15 });
    const later = { day: '2026-11-23', run: 't' };
    const agent = taking(day, asked({ id: 'd', micro: 30, ...later }), asked({ id: 'e', micro: 20, ...later }));
    expect(refusal(agent, { micro: 15, day: '2026-11-24', run: 'u' })).toBeNull();
    expect(refusal(agent, { micro: 16, day: '2026-11-24', run: 'u' })).toEqual({
      why: 'cap',
      cap: 'agent',
      limit: 150,
      left: 15,
    });
    expect(refusal(agent, { micro: 16, day: '2026-11-24', run: 'u', agent: 'other' })).toBeNull();
  });

  test('a way out may have a limit of its own for a day', () => {
    const taken = taking(LEDGER, asked({ micro: 12, ofPerDay: 20 }), asked({ id: 'b', of: 'channel:d', run: 's' }));
    expect(refusal(taken, { micro: 8, ofPerDay: 20 })).toBeNull();
    expect(refusal(taken, { micro: 9, ofPerDay: 20 })).toEqual({ why: 'cap', cap: 'of-day', limit: 20, left: 8 });
    expect(refusal(taken, { micro: 9, ofPerDay: 20, day: '2026-11-23' })).toBeNull();
    expect([usedOn(taken, '2026-11-22'), usedOnFor(taken, '2026-11-22', 'channel:c')]).toEqual([22, 12]);
    expect([usedOn(taken, '2026-11-23'), usedOnFor(taken, '2026-11-22', 'channel:x')]).toEqual([0, 0]);
  });

  test('a cap that was lowered below what is spent leaves nothing, and not less', () => {
    const lowered = { ...taking(LEDGER, asked({ micro: 25 })), caps: { ...CAPS, run: 20 } };
    expect(refusal(lowered, { micro: 1 })).toEqual({ why: 'cap', cap: 'run', limit: 20, left: 0 });
  });

  test('what is not needed is given back everywhere it counted; what nobody knows goes on counting', () => {
    const taken = taking(LEDGER, asked({ micro: 30 }), asked({ id: 'b', micro: 20 }));
    const after = settled(taken, 'a', 12);
    expect(after).toMatchObject({ back: 18, over: 0 });
    expect(after?.ledger).toMatchObject({ runs: { r: 32 }, agents: { main: 32 }, halted: [] });
    expect(usedOn(after!.ledger, '2026-11-22')).toBe(32);
    expect(Object.keys(after!.ledger.open)).toEqual(['b']);
    expect(settled(after!.ledger, 'a', 12), 'not twice').toBeNull();
    expect(settled(taken, 'x', 0)).toBeNull();
    expect(settled(taken, 'constructor', 0)).toBeNull();
    expect(settled(taken, 'a', 30)).toMatchObject({ back: 0, over: 0, ledger: { halted: [] } });
  });

  test('a run that spent more than was set aside spends no more, and others do', () => {
    const after = settled(taking(LEDGER, asked()), 'a', 11);
    expect(after).toMatchObject({ back: 0, over: 1, ledger: { halted: ['r'], runs: { r: 11 } } });
    expect(refusal(after!.ledger, { micro: 1 })).toEqual({ why: 'halted' });
    expect(refusal(after!.ledger, { micro: 1, run: 's' })).toBeNull();
    const again = settled(taking({ ...after!.ledger, halted: [] }, asked({ id: 'b' })), 'b', 12);
    expect(settled({ ...again!.ledger, open: { a: asked() } }, 'a', 99)?.ledger.halted).toEqual(['r']);
    expect(settled(taking(LEDGER, asked({ run: null })), 'a', 11)).toMatchObject({ over: 1, ledger: { halted: [] } });
    expect(withoutRun(after!.ledger, 'r')).toMatchObject({ runs: {}, halted: [], agents: { main: 11 } });
    expect(withoutRun(after!.ledger, 's')).toBe(after!.ledger);
    expect(withoutRun({ ...after!.ledger, runs: {} }, 'r').halted).toEqual([]);
    expect(withoutRun({ ...after!.ledger, halted: ['r', 's'] }, 'r').halted).toEqual(['s']);
  });

  test('what the owner does by hand counts for no run, and no limit of runs holds it', () => {
    const wide = { ...LEDGER, caps: { ...CAPS, call: 100, run: 50 } };
    const taken = taking(wide, asked({ run: null, micro: 60 }));
    expect(taken).toMatchObject({ runs: {}, agents: { main: 60 } });
    expect(Object.keys(taken.runs)).toEqual([]);
    expect(refusal(wide, { micro: 60 })).toMatchObject({ cap: 'run' });
  });

  test('days count in their own order, whatever order they were spent in', () => {
    expect(refusal(taking(LEDGER, asked()), { day: '2026-11-01' }), 'one before the first').toBeNull();
    let long: Ledger = { ...LEDGER, caps: { ...CAPS, day: 1e6, run: 1e6, agent: 1e6 } };
    const day = (at: number): string => `2${String(1_000 + at).slice(1)}-01-01`;
    for (let at = DAYS_KEPT + 5; at >= 1; at--)
      long = withReserved(long, asked({ id: `d${String(at)}`, day: day(at) }));
    expect(Object.keys(long.days)).toHaveLength(DAYS_KEPT);
    expect([5, 6, DAYS_KEPT + 5].map((at) => usedOn(long, day(at)))).toEqual([0, 10, 10]);
    expect(refusal(long, { day: day(5) })).toEqual({ why: 'day' });
    expect(refusal(long, { day: day(200) })).toBeNull();
  });

  test('nothing is set aside twice, in another currency, or for a day that is counted no more', () => {
    const taken = taking(LEDGER, asked());
    expect(refusal(taken, { id: 'a' })).toEqual({ why: 'known' });
    expect(refusal(taken, { id: 'toString' })).toBeNull();
    expect(refusal(taken, { currency: 'USD' })).toEqual({ why: 'currency' });
    let long: Ledger = { ...LEDGER, caps: { ...CAPS, day: 1e6, run: 1e6, agent: 1e6 } };
    const day = (at: number): string => `2${String(1_000 + at).slice(1)}-01-01`;
    for (let at = 1; at <= DAYS_KEPT + 5; at++)
      long = withReserved(long, asked({ id: `d${String(at)}`, day: day(at) }));
    expect(Object.keys(long.days)).toHaveLength(DAYS_KEPT);
    expect(usedOn(long, day(5))).toBe(0);
    expect(refusal(long, { day: day(5) })).toEqual({ why: 'day' });
    expect(refusal(long, { day: day(6) })).toBeNull();
    expect(refusal(long, { day: day(900) })).toBeNull();
  });

  test('what was spent in one currency is never counted as another: it counts again once the limits are of it again', () => {
    const dollars = { ...CAPS, currency: 'USD' };
    const spent = taking(LEDGER, asked({ micro: 30 }));
    const abroad = withCaps(spent, dollars);
    expect([usedOn(abroad, '2026-11-22'), abroad.runs, abroad.agents]).toEqual([0, {}, {}]);
    expect(refusal(abroad, { id: 'b' }), 'a price in EUR under limits in USD').toEqual({ why: 'currency' });
    const both = taking(abroad, asked({ id: 'b', micro: 20, currency: 'USD' }));
    expect([usedOn(both, '2026-11-22'), both.agents]).toEqual([20, { main: 20 }]);
    // What was set aside in EUR is settled in EUR.
    const paid = settled(both, 'a', 12)?.ledger ?? both;
    expect(usedOn(paid, '2026-11-22')).toBe(20);
    const home = withCaps(paid, CAPS);
    expect([usedOn(home, '2026-11-22'), home.runs, home.agents]).toEqual([12, { r: 12 }, { main: 12 }]);
    expect(usedOn(withCaps(home, dollars), '2026-11-22')).toBe(20);
    const ended = withoutRun(home, 'r');
    expect([ended.runs, withCaps(ended, dollars).runs]).toEqual([{}, {}]);
    expect(withCaps(withCaps(LEDGER, dollars), CAPS)).toEqual(LEDGER);
  });

  test('limits that are no amounts are not put in force', () => {
    expect(capsProblem(CAPS)).toBeNull();
    expect(capsProblem({ ...CAPS, currency: 'euro' })).toMatch(/currency/);
    for (const name of ['call', 'run', 'day', 'agent'] as const) {
      expect(capsProblem({ ...CAPS, [name]: -1 })).toMatch(/limit/);
      expect(capsProblem({ ...CAPS, [name]: 0.5 })).toMatch(/limit/);
    }
  });
});

describe('the journal of money', () => {
  const PRICE: Price = {
    of: 'channel:c',
    unit: 'call',
    per: 1,
    micro: 20,
    currency: 'EUR',
    from: at(0),
    until: null,
    source: '',
  };
  const stored = (prices: readonly Price[], caps = CAPS): StoredSpend => ({
    ...NO_SPENDING,
    prices,
    ledger: { ...EMPTY_LEDGER, caps },
  });
  const call = (freeIfUnlisted = true) => ({ of: 'channel:c', uses: { call: 1 }, freeIfUnlisted });
  const rest = { id: 'i', agent: 'main', run: null, day: '2026-11-22', ofPerDay: null };

  test('without a line a way out is free and anything else is unknown; a price that ended is unknown', () => {
    expect(planCost(stored([]), call(), at(5))).toBeNull();
    expect(planCost(stored([]), call(false), at(5))).toMatchObject({ micro: CAPS.call, known: false, prices: [] });
    expect(planCost(stored([{ ...PRICE, until: at(5) }]), call(), at(5))).toMatchObject({
      micro: CAPS.call,
      known: false,
    });
    expect(planCost(stored([PRICE]), call(), at(5))).toMatchObject({ micro: 20, known: true, prices: [PRICE] });
    expect(planCost(stored([{ ...PRICE, micro: 0 }]), call(), at(5))).toBeNull();
  });

  test('what has no price needs an own yes, and then all that one call may cost is set aside', () => {
    const unpriced = stored([]);
    const cost = planCost(unpriced, call(false), at(5))!;
    expect(reserve(unpriced, { ...rest, cost, approved: false }, at(5))).toMatchObject({ ok: false, error: /own yes/ });
    const yes = reserve(unpriced, { ...rest, cost, approved: true }, at(5));
    expect(yes).toMatchObject({ value: { type: 'spend.reserved', prices: [], reservation: { micro: CAPS.call } } });
  });

  test('a price that changed since it was looked at sets nothing aside', () => {
    const cost = planCost(stored([PRICE]), call(), at(5))!;
    for (const prices of [[{ ...PRICE, micro: 21 }], [{ ...PRICE, currency: 'USD' }], [{ ...PRICE, until: at(4) }], []])
      expect(reserve(stored(prices), { ...rest, cost, approved: true }, at(5))).toMatchObject({
        ok: false,
        error: /changed meanwhile/,
      });
    expect(reserve(stored([PRICE]), { ...rest, cost, approved: false }, at(5)).ok).toBe(true);
  });

  test('orders that make no sense are refused', () => {
    expect(obeySpend(NO_SPENDING, { type: 'change-caps', caps: NO_MONEY })).toMatchObject({ refused: /already/ });
    expect(obeySpend(NO_SPENDING, { type: 'change-caps', caps: { ...CAPS, run: -1 } })).toMatchObject({
      refused: /limit/,
    });
    expect(obeySpend(NO_SPENDING, { type: 'adopt-prices', prices: [] })).toMatchObject({ refused: /no price/ });
    expect(obeySpend(NO_SPENDING, { type: 'adopt-prices', prices: [{ ...PRICE, per: 0 }] })).toMatchObject({
      refused: /whole/,
    });
    expect(obeySpend(NO_SPENDING, { type: 'settle-spending', reservation: 'x', actual: 1 })).toMatchObject({
      refused: /known/,
    });
    expect(obeySpend(NO_SPENDING, { type: 'settle-spending', reservation: 'x', actual: -1 })).toMatchObject({
      refused: /amount/,
    });
  });

  test('facts about what is not there change nothing', () => {
    const fact = { type: 'spend.given-back', reservation: 'toString', micro: 1, at: at(1) } as const;
    expect(projectSpend(NO_SPENDING, fact, 1 as Sequence)).toEqual({ spend: NO_SPENDING, rows: [] });
  });

  test('a refusal names the limit, what is left, and where it is raised', () => {
    const words = (cap: 'call' | 'run' | 'day' | 'agent' | 'of-day'): string =>
      notReservedText({ why: 'cap', cap, limit: 1_000_000, left: 10_000 }, asked({ micro: 20_000 }), CAPS);
    expect(words('day')).toBe(
      'This may cost 0.02 EUR, and the limit for a day is 1.00 EUR, of which 0.01 EUR are left, so nothing was sent. Raise it under “Money” on the page Ways out, or wait until tomorrow.',
    );
    expect(words('of-day')).toContain('“Change” at that way out');
    expect(words('run')).toMatch(/limit for one run.*Ways out\.$/);
  });
});
