import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sequence, UnixMs } from '#core/base/ids.ts';
import type { Caps } from '#core/spend/caps.ts';
import type { Price } from '#core/spend/price.ts';
import { planCost } from '#runtime/spend/plan-cost.ts';
import {
  ending,
  NO_SPENDING,
  obeySpend,
  projectRunEnd,
  projectSpend,
  reserve,
  type SpendFact,
  type Spending,
  type StoredSpend,
} from '#runtime/spend/spend-facts.ts';

/**
 * Money under any interleaving: tabs that look at prices and are overtaken, ends that come late or never, crashes after
 * which only the journal is left, days that go on and back, caps and prices that change.
 */
const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22'];
const RUNS: readonly (string | null)[] = ['r1', 'r2', null];
const AGENTS = ['main', 'a1'];
const WAYS = ['channel:c1', 'channel:c2'];

type Act =
  | { kind: 'look'; of: number }
  | { kind: 'reserve'; of: number; run: number; agent: number; day: number; approved: boolean; perDay: number | null }
  | { kind: 'end'; which: number; sent: 'yes' | 'no' | 'unknown'; less: number }
  | { kind: 'owner'; which: number; less: number }
  | { kind: 'price'; of: number; micro: number; until: boolean }
  | { kind: 'caps'; caps: Caps }
  | { kind: 'crash' }
  | { kind: 'run-ends'; run: number };

const caps = fc.record({
  currency: fc.constant('EUR'),
  call: fc.integer({ min: 8, max: 60 }),
  run: fc.integer({ min: 20, max: 150 }),
  day: fc.integer({ min: 40, max: 250 }),
  agent: fc.integer({ min: 60, max: 500 }),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('look' as const), of: fc.nat(1) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      ...{ of: fc.nat(1), run: fc.nat(2), agent: fc.nat(1), day: fc.nat(2), approved: fc.boolean() },
      perDay: fc.option(fc.nat(120)),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(30),
      sent: fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const),
      less: fc.nat(40),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('owner' as const), which: fc.nat(30), less: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('price' as const),
      of: fc.nat(1),
      micro: fc.nat(50),
      until: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('caps' as const), caps }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('run-ends' as const), run: fc.nat(1) }) },
);

type Noted = SpendFact | { readonly type: 'run-ended'; readonly run: string };

/** The leader: orders become facts, facts are folded, and a crash leaves the facts. */
class Leader {
  readonly facts: Noted[] = [];
  readonly rows = new Map<string, Spending>();
  spend: StoredSpend = NO_SPENDING;

  note(fact: Noted): void {
    this.facts.push(fact);
    this.#fold(fact, this.facts.length as Sequence);
  }

  crash(): void {
    const before = { spend: this.spend, rows: [...this.rows] };
    this.spend = NO_SPENDING;
    this.rows.clear();
    this.facts.forEach((fact, at) => this.#fold(fact, (at + 1) as Sequence));
    expect({ spend: this.spend, rows: [...this.rows] }).toEqual(before);
  }

  #fold(fact: Noted, sequence: Sequence): void {
    const next =
      fact.type === 'run-ended'
        ? projectRunEnd(this.spend, fact.run)
        : projectSpend(this.spend, { ...fact, at: sequence as unknown as UnixMs }, sequence);
    this.spend = next.spend;
    for (const { kind, id, value } of next.rows) if (kind === 'spending') this.rows.set(id, value as Spending);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
/** What a spending counts: what it came to, or all of it while nobody knows. */
const counts = ({ reservation, end }: Spending): number => end?.actual ?? reservation.micro;

/** Plays acts; the caps are checked against what was reserved, by hand and not by the ledger's own sums. */
function play(acts: readonly Act[], never: 'over' | null): Leader {
  const leader = new Leader();
  const looked = new Map<string, ReturnType<typeof planCost>>();
  const ended = new Set<string>();
  let ids = 0;
  acts.forEach((each, index) => {
    const now = index as UnixMs;
    const openIds = Object.keys(leader.spend.ledger.open);
    switch (each.kind) {
      case 'look': {
        const of = WAYS[each.of]!;
        looked.set(of, planCost(leader.spend, { of, uses: { call: 1 }, freeIfUnlisted: false }, now));
        return;
      }
      case 'reserve': {
        const [of, run, agent, day] = [WAYS[each.of]!, RUNS[each.run] ?? null, AGENTS[each.agent]!, DAYS[each.day]!];
        const cost = looked.get(of) ?? null;
        // The leader lets no run that has ended begin anything.
        if (cost === null || ended.has(run ?? '')) return;
        const { perDay: ofPerDay, approved } = each;
        const asked = { id: `i${String(ids++)}`, cost, run, agent, day, ofPerDay, approved };
        const made = reserve(leader.spend, asked, now);
        if (!made.ok) return;
        leader.note(made.value);
        const { caps: limit } = leader.spend.ledger;
        const all = [...leader.rows.values()];
        const used = (fits: (spending: Spending) => boolean): number => sum(all.filter(fits).map(counts));
        expect(cost.micro).toBeLessThanOrEqual(limit.call);
        expect(used(({ reservation }) => reservation.day === day)).toBeLessThanOrEqual(limit.day);
        expect(used(({ reservation }) => reservation.agent === agent)).toBeLessThanOrEqual(limit.agent);
        if (run !== null) expect(used(({ reservation }) => reservation.run === run)).toBeLessThanOrEqual(limit.run);
        if (ofPerDay !== null)
          expect(used(({ reservation }) => reservation.day === day && reservation.of === of)).toBeLessThanOrEqual(
            ofPerDay,
          );
        if (!cost.known) expect(approved).toBe(true);
        const over = all.some(
          ({ reservation, end }) => reservation.run === run && run !== null && (end?.over ?? 0) > 0,
        );
        expect(over, 'a run that overspent spends no more').toBe(false);
        return;
      }
      case 'end': {
        const id = openIds[each.which % Math.max(1, openIds.length)];
        if (id === undefined) return;
        const { micro } = leader.spend.ledger.open[id]!;
        const actual = never === 'over' ? Math.max(0, micro - each.less) : Math.abs(micro + 10 - each.less);
        const fact = ending(leader.spend, id, each.sent, { micro: actual });
        expect(fact === null).toBe(each.sent === 'unknown');
        if (fact !== null) leader.note(fact);
        return;
      }
      case 'owner': {
        const id = openIds[each.which % Math.max(1, openIds.length)];
        if (id === undefined) return;
        const actual = Math.max(0, leader.spend.ledger.open[id]!.micro - each.less);
        const fact = obeySpend(leader.spend, { type: 'settle-spending', reservation: id, actual });
        if (!('refused' in fact)) leader.note(fact);
        return;
      }
      case 'price': {
        const price: Price = {
          ...{ of: WAYS[each.of]!, unit: 'call', per: 1, micro: each.micro, currency: 'EUR', source: '' },
          ...{ from: now, until: each.until ? ((index + 5) as UnixMs) : null },
        };
        const fact = obeySpend(leader.spend, { type: 'adopt-prices', prices: [price] });
        if (!('refused' in fact)) leader.note(fact);
        return;
      }
      case 'caps': {
        const fact = obeySpend(leader.spend, { type: 'change-caps', caps: each.caps });
        if (!('refused' in fact)) leader.note(fact);
        return;
      }
      case 'crash':
        return leader.crash();
      case 'run-ends': {
        const run = String(RUNS[each.run]);
        ended.add(run);
        return leader.note({ type: 'run-ended', run });
      }
    }
  });
  return leader;
}

const acts = fc
  .tuple(caps, fc.array(act, { minLength: 20, maxLength: 50 }))
  .map(([first, rest]): Act[] => [
    { kind: 'caps', caps: first },
    ...WAYS.map((_, of): Act => ({ kind: 'price', of, micro: 7 + of, until: false })),
    ...WAYS.map((_, of): Act => ({ kind: 'look', of })),
    ...rest,
  ]);

test('no cap is ever exceeded by what is set aside, whatever comes in between, and a crash changes nothing', () => {
  let reserved = 0;
  fc.assert(
    fc.property(acts, (played) => {
      reserved += play(played, null).rows.size;
    }),
    { numRuns: 500 },
  );
  // Else nothing was tried.
  expect(reserved).toBeGreaterThan(500);
});

test('what was set aside is spent, given back or still open, to the last millionth', () => {
  fc.assert(
    fc.property(acts, fc.boolean(), (played, over) => {
      const leader = play(played, over ? null : 'over');
      const all = [...leader.rows.values()];
      const set = sum(all.map(({ reservation }) => reservation.micro));
      const open = sum(Object.values(leader.spend.ledger.open).map(({ micro }) => micro));
      const ends = all.flatMap(({ end }) => end ?? []);
      expect(
        sum(ends.map(({ actual }) => actual)) -
          sum(ends.map((end) => end.over)) +
          sum(ends.map(({ back }) => back)) +
          open,
      ).toBe(set);
      const { days, agents } = leader.spend.ledger;
      const total = sum(all.map(counts));
      expect(sum(Object.values(days).map(({ micro }) => micro))).toBe(total);
      expect(sum(Object.values(agents))).toBe(total);
      expect(sum(Object.values(days).flatMap(({ of }) => Object.values(of)))).toBe(total);
      if (!over) expect(leader.spend.ledger.halted).toEqual([]);
    }),
    { numRuns: 400 },
  );
});
