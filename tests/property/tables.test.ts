import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimsOf } from '#core/tools/answer.ts';
import type { TableOperation, TableQuestion } from '#core/tools/tables/computation.ts';
import { computeTable } from '#core/tools/tables/compute-table.ts';
import { readCellNumber, styleOf } from '#core/tools/tables/cell-number.ts';
import { parseDecimal, plain } from '#core/tools/tables/decimal.ts';
import { slopeOf } from '#core/tools/tables/aggregate.ts';
import { tableOf } from '#tests/fakes/tables.ts';
import { verifiedTexts } from '#tests/fakes/verified.ts';

const cents = fc.integer({ min: -9_999_999, max: 9_999_999 });

/** "-12345.60" of cents, by whole numbers only. */
function written(value: number, style: 'plain' | 'point' | 'comma' | 'space'): string {
  const digits = String(Math.abs(value)).padStart(3, '0');
  const [whole, fraction] = [digits.slice(0, -2), digits.slice(-2)];
  const group = { plain: '', point: ',', comma: '.', space: '\u202f' }[style];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return `${value < 0 ? '-' : ''}${grouped}${style === 'comma' || style === 'space' ? ',' : '.'}${fraction}`;
}

test('a number is read back from every style it is written in', () => {
  fc.assert(
    fc.property(
      fc.array(cents, { minLength: 1 }),
      fc.constantFrom('plain', 'point', 'comma', 'space'),
      (values, style) => {
        const cells = values.map((value) => written(value, style));
        const found = styleOf(cells) ?? 'point';
        expect(
          cells.map((cell) => readCellNumber(cell, found)).map((cell) => (cell ? plain(cell.value) : cell)),
        ).toEqual(values.map((value) => written(value, 'plain')));
      },
    ),
  );
});

const rows = fc.array(
  fc.record({
    group: fc.constantFrom('North', 'South', 'East'),
    value: fc.option(cents),
    day: fc.integer({ min: 1, max: 28 }),
    month: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 1, maxLength: 90 },
);

const two = (value: number): string => String(value).padStart(2, '0');

test('totals by group are exact to the cent, and every sentence is verified', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(rows, (list) => {
      const table = tableOf(
        't',
        'Group|Value:number:EUR|Day:date',
        list.map(
          ({ group, value, day, month }) =>
            `${group}|${value === null ? '' : written(value, 'point')}|2026-${two(month)}-${two(day)}`,
        ),
      );
      const question: TableQuestion = {
        ...{
          operation: 'sum',
          column: 'Value',
          groupBy: 'Group',
          dateColumn: null,
          period: 'none',
          top: null,
          order: 'desc',
        },
      };
      const answer = computeTable(table, 't.csv', [], question);
      if (!answer.ok) throw new Error(answer.error);
      verifiedTexts(answer.value);
      const totals = new Map<string, bigint>();
      for (const { group, value } of list) {
        if (value !== null) totals.set(group, (totals.get(group) ?? 0n) + BigInt(value));
      }
      const found = new Map((answer.value.table?.rows ?? []).map(([group, total]) => [group, total]));
      expect(found.size).toBe(totals.size);
      for (const [group, total] of totals) {
        expect(
          found
            .get(group)
            ?.replace(/[,.]| EUR/g, '')
            .replace(/^(-?)0+(?=\d)/, '$1'),
        ).toBe(String(total));
      }
    }),
    { numRuns: 150 },
  );
});

test('whatever is asked of a table, no sentence fails its check', { timeout: 60_000 }, () => {
  const question = fc.record({
    operation: fc.constantFrom<TableOperation>(
      'sum',
      'mean',
      'median',
      'min',
      'max',
      'count',
      'list',
      'trend',
      'share',
      'distinct',
    ),
    column: fc.constantFrom('Value', 'Group'),
    groupBy: fc.option(fc.constantFrom('Group', 'Day')),
    dateColumn: fc.constant(null),
    period: fc.constantFrom('none', 'day', 'week', 'month', 'quarter', 'year'),
    top: fc.option(fc.integer({ min: 1, max: 4 })),
    order: fc.constantFrom('asc', 'desc'),
  });
  fc.assert(
    fc.property(rows, question, (list, asked) => {
      const lines = list.map(
        ({ group, value, day, month }) =>
          `${group}|${value === null ? 'n/a' : written(value, 'comma')}|${two(day)}.${two(month)}.2026`,
      );
      const table = tableOf('t', 'Group|Value:number:EUR|Day:date', lines);
      const answer = computeTable(table, 't.csv', [], asked);
      if (!answer.ok) return;
      verifiedTexts(answer.value);
      expect(claimsOf(answer.value).length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

test('the slope is that of the least-squares line', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 24 }), (values) => {
      const n = values.length;
      const meanX = (n - 1) / 2;
      const meanY = values.reduce((sum, value) => sum + value, 0) / n;
      const top = values.reduce((sum, value, x) => sum + (x - meanX) * (value - meanY), 0);
      const bottom = values.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0);
      const slope = slopeOf(values.map((value) => parseDecimal(String(value))).filter((value) => value !== null));
      expect(Math.abs(Number(slope && plain(slope)) - top / bottom)).toBeLessThanOrEqual(0.005000001);
    }),
  );
});
