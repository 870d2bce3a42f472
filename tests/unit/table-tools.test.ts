import { describe, expect, test } from 'vitest';
import type { Table } from '#core/items/item.ts';
import type { AnswerDraft } from '#core/tools/answer.ts';
import type { TableQuestion } from '#core/tools/tables/computation.ts';
import { computeTable as compute } from '#core/tools/tables/compute-table.ts';
import { isoDate } from '#core/base/civil-date.ts';
import { readCellDate } from '#core/tools/tables/cell-date.ts';
import { readCellNumber } from '#core/tools/tables/cell-number.ts';
import { plain } from '#core/tools/tables/decimal.ts';
import type { RowFilter } from '#core/tools/tables/row-filter.ts';
import { computeTable } from '#runtime/tools/compute-table.ts';
import { readTable } from '#runtime/tools/read-table.ts';
import type { CalendarExpander, Zones } from '#ports/calendar.ts';
import { tableOf } from '#tests/fakes/tables.ts';
import { toolContext } from '#tests/fakes/tool-context.ts';
import { verifiedTexts } from '#tests/fakes/verified.ts';

const SALES = tableOf('sales', 'Date:date|Region|Product|Amount:number:EUR|Units:number', [
  '2026-01-05|North|Falcon|1,240.50|3',
  '2026-01-17|South|Kite|800.10|1',
  '2026-02-03|north|Kite|99.40|2',
  '2026-02-20|East|Falcon|n/a|5',
  '2026-03-01|East|Falcon|see note|5',
  '2026-04-02|East|Falcon|800.10|',
  '2026-04-12|West|Kite|15.00|4',
]);

const USUAL: TableQuestion = {
  ...{ operation: 'sum', column: null, groupBy: null, dateColumn: null, period: 'none', top: null, order: 'desc' },
};

function ask(question: Partial<TableQuestion>, filters: readonly RowFilter[] = [], table: Table = SALES): AnswerDraft {
  const answer = compute(table, `tables/${table.name}.csv`, filters, { ...USUAL, ...question });
  if (!answer.ok) throw new Error(answer.error);
  return answer.value;
}

describe('aggregates', () => {
  test('a sum is exact to the cent and says over how many rows', () => {
    const answer = ask({ column: 'amount' }, [{ column: 'Region', op: 'is', value: 'NORTH' }]);
    expect(verifiedTexts(answer)).toEqual(['The sum of Amount where Region = North is 1,339.90 EUR over 2 rows.']);
    expect(answer.workings).toEqual(['sum(Amount) where Region = North = 1,339.90 EUR (2 rows)']);
    expect(answer.evidence.map(({ locator }) => locator)).toEqual(['sales, row 1', 'sales, row 3']);
  });

  test('empty and unreadable cells are counted and said, never taken for zero', () => {
    const answer = ask({ operation: 'mean', column: 'Amount' });
    expect(verifiedTexts(answer)).toEqual(['The mean of Amount is 591.02 EUR over 5 rows.']);
    expect(answer.notes).toEqual([
      '1 row with an empty Amount left out.',
      '1 row left out: Amount is not a number there (row 5).',
    ]);
  });

  test('groups are told best first, with a bar chart and a table', () => {
    const answer = ask({ column: 'Amount', groupBy: 'region' });
    expect(verifiedTexts(answer)).toEqual([
      'North: 1,339.90 EUR over 2 rows.',
      'East: 800.10 EUR over 1 row.',
      'South: 800.10 EUR over 1 row.',
      'West: 15.00 EUR over 1 row.',
    ]);
    expect(answer.chart).toMatchObject({ kind: 'bar', yLabel: 'sum of Amount (EUR)' });
    expect(answer.chart?.points[0]).toEqual({ label: 'North', value: 1339.9 });
    expect(answer.table?.rows[0]).toEqual(['North', '1,339.90 EUR', '2']);
  });

  test('a tie at the cut of a top n is kept whole and said', () => {
    const answer = ask({ column: 'Amount', groupBy: 'Region', top: 2 });
    expect(verifiedTexts(answer)).toHaveLength(3);
    expect(answer.notes).toContain('Place 2 is shared by East and South.');
  });

  test('the highest and lowest are told with the row they stand in', () => {
    expect(verifiedTexts(ask({ operation: 'max', column: 'Amount' }))).toEqual([
      'The highest Amount is 1,240.50 EUR: row 1 (North, Falcon, 2026-01-05).',
    ]);
    expect(verifiedTexts(ask({ operation: 'min', column: 'Units' }))).toEqual([
      'The lowest Units is 1: row 2 (South, Kite, 2026-01-17).',
    ]);
  });

  test('a median of an even number of values is the mean of the middle two', () => {
    const table = tableOf('m', 'Value:number', ['1', '10', '2', '4']);
    expect(verifiedTexts(ask({ operation: 'median', column: 'Value' }, [], table))).toEqual([
      'The median of Value is 3 over 4 rows.',
    ]);
  });

  test('rows are counted by group and with a filter', () => {
    expect(verifiedTexts(ask({ operation: 'count' }, [{ column: 'Product', op: 'is', value: 'falcon' }]))).toEqual([
      '4 rows of sales have Product = Falcon.',
    ]);
    expect(verifiedTexts(ask({ operation: 'count', groupBy: 'Product' }))).toEqual([
      'Falcon: 4 rows.',
      'Kite: 3 rows.',
    ]);
  });

  test('shares are of the whole in the same unit', () => {
    expect(verifiedTexts(ask({ operation: 'share', column: 'Units', groupBy: 'Product' }))).toEqual([
      'Falcon: 65.0 % (13 of 20).',
      'Kite: 35.0 % (7 of 20).',
    ]);
    expect(verifiedTexts(ask({ operation: 'share' }, [{ column: 'Region', op: 'is', value: 'East' }]))).toEqual([
      'Rows with Region = East: 42.9 % (3 rows of 7 rows).',
    ]);
  });

  test('negative amounts in brackets are summed and still verified', () => {
    const table = tableOf('ledger', 'Amount:number', ['(120.25)', '100', '-5.75', '30-']);
    expect(verifiedTexts(ask({ column: 'Amount' }, [], table))).toEqual(['The sum of Amount is -56.00 over 4 rows.']);
  });
});

describe('units and styles', () => {
  test('amounts in different currencies are never added together', () => {
    const table = tableOf('mixed', 'What|Amount', ['Inn|€12.50', 'Taxi|$20.00', 'Train|7,50 €', 'Flight|CHF 99']);
    const answer = ask({ column: 'Amount' }, [], table);
    expect(verifiedTexts(answer)).toEqual([
      'The sum of Amount is 20.00 EUR over 2 rows.',
      'The sum of Amount is $20.00 over 1 row.',
      'The sum of Amount is 99 CHF over 1 row.',
    ]);
    expect(answer.notes.join(' ')).toContain('not added together');
  });

  test('a currency column gives each amount its currency', () => {
    const table = tableOf('expenses', 'Amount:number|Currency|Nights:number', ['100|EUR|2', '50|GBP|1', '25|EUR|1']);
    expect(verifiedTexts(ask({ column: 'Amount' }, [], table))).toEqual([
      'The sum of Amount is 125 EUR over 2 rows.',
      'The sum of Amount is 50 GBP over 1 row.',
    ]);
    expect(verifiedTexts(ask({ column: 'Nights' }, [], table))).toEqual(['The sum of Nights is 4 over 3 rows.']);
  });

  test('a column written with comma fractions is read so throughout', () => {
    const table = tableOf('umsatz', 'Region|Umsatz:number:EUR', ['Nord|1.234,50', 'Süd|2.000', 'Ost|99,90']);
    expect(verifiedTexts(ask({ column: 'umsatz' }, [], table))).toEqual([
      'The sum of Umsatz is 3,334.40 EUR over 3 rows.',
    ]);
  });

  test('thousands grouped by points are told from fractions by the short numbers beside them', () => {
    const grouped = tableOf('grouped', 'Value:number', ['1.250', '950', '12.400']);
    const fractions = tableOf('fractions', 'Value:number', ['1.250', '0.950', '12.400']);
    expect(verifiedTexts(ask({ column: 'Value' }, [], grouped))).toEqual(['The sum of Value is 14,600 over 3 rows.']);
    expect(verifiedTexts(ask({ column: 'Value' }, [], fractions))).toEqual(['The sum of Value is 14.600 over 3 rows.']);
  });

  test('percentages keep their sign and their mean is said to be unweighted', () => {
    const table = tableOf('rates', 'Team|Rate:number:%', ['A|12 %', 'B|13.5 %']);
    const answer = ask({ operation: 'mean', column: 'Rate' }, [], table);
    expect(verifiedTexts(answer)).toEqual(['The mean of Rate is 12.75 % over 2 rows.']);
    expect(answer.notes).toContain('The mean of percentages is not weighted by what they are percentages of.');
  });
});

describe('cells', () => {
  test.each([
    ['−1’200.50', '-1200.50', ''],
    ['(€1,000.00)', '-1000.00', 'EUR'],
    ['US$ 1,200.5', '1200.5', 'USD'],
    ['12,34,567', '1234567', ''],
    ['1.5e-3', '0.0015', ''],
    ['2e3', '2000', ''],
    ['12 kWh', '12', 'kWh'],
    ['.5', '0.5', ''],
  ])('%s is %s', (cell, value, unit) => {
    const number = readCellNumber(cell, 'point');
    expect(number && [plain(number.value), number.unit]).toEqual([value, unit]);
  });

  test.each(['2026-01-01', '3:45', '1/2', '12-13', 'A-214', '1,2,3'])('%s is no number', (cell) => {
    expect(readCellNumber(cell, 'point')).toBeNull();
  });

  test.each([
    ['24.11.2026', '2026-11-24 2026-11-24'],
    ['Nov 24, 2026', '2026-11-24 2026-11-24'],
    ['Tue, 24 Nov 2026 10:30', '2026-11-24 2026-11-24'],
    ['2026-11', '2026-11-01 2026-11-30'],
    ['Q1 2026', '2026-01-01 2026-03-31'],
  ])('%s is the days %s', (cell, expected) => {
    const days = readCellDate(cell, 'day-first');
    expect(days && `${isoDate(days.from)} ${isoDate(days.to)}`).toBe(expected);
  });
});

describe('filters', () => {
  const count = (filter: RowFilter): number => {
    const answer = ask({ operation: 'count' }, [filter]);
    return answer.outcome === 'not-found' ? 0 : Number(/^(\d+) row/.exec(verifiedTexts(answer)[0] ?? '')?.[1]);
  };

  test('compare numbers, dates and words by what they mean', () => {
    expect(count({ column: 'Amount', op: 'gt', value: 800 })).toBe(3);
    expect(count({ column: 'Amount', op: 'gte', value: '800.10' })).toBe(3);
    expect(count({ column: 'Amount', op: 'is', value: 15 })).toBe(1);
    expect(count({ column: 'Units', op: 'between', value: 2, value2: 4 })).toBe(3);
    expect(count({ column: 'Date', op: 'on', value: '2026-02' })).toBe(2);
    expect(count({ column: 'Date', op: 'before', value: '2026-Q2' })).toBe(5);
    expect(count({ column: 'Date', op: 'after', value: '2026-03-01' })).toBe(2);
    expect(count({ column: 'Date', op: 'between', value: '2026-01-17', value2: '2026-02-03' })).toBe(2);
    expect(count({ column: 'Product', op: 'contains', value: 'ALC' })).toBe(4);
    expect(count({ column: 'Product', op: 'is-not', value: 'Kite' })).toBe(4);
    expect(count({ column: 'Region', op: 'one-of', value: ['West', 'South'] })).toBe(2);
    expect(count({ column: 'Units', op: 'empty' })).toBe(1);
  });

  test('rows that cannot be compared are counted', () => {
    const answer = ask({ operation: 'count' }, [{ column: 'Amount', op: 'lt', value: 100 }]);
    expect(answer.notes).toContain('2 rows of sales left out: Amount is empty or cannot be compared there.');
  });

  test('no match is an honest answer that says what was searched', () => {
    const answer = ask({ column: 'Amount' }, [{ column: 'Region', op: 'is', value: 'Atlantis' }]);
    expect(answer.outcome).toBe('not-found');
    expect(verifiedTexts(answer)).toEqual(['No row of sales matches Region = Atlantis; all 7 rows were looked at.']);
  });

  test('a column that is not there is an error naming those that are', () => {
    const answer = compute(SALES, 'sales.csv', [], { ...USUAL, column: 'Colour' });
    expect(answer).toEqual({
      ok: false,
      error: 'sales has no column "Colour"; it has Date, Region, Product, Amount, Units.',
    });
  });
});

describe('trend', () => {
  test('tells the totals of each month, the change and the slope', () => {
    const answer = ask({ operation: 'trend', column: 'Amount', period: 'month' });
    expect(verifiedTexts(answer)).toEqual([
      'Amount fell from 2,040.60 EUR in January 2026 to 815.10 EUR in April 2026 (-1,225.50 EUR, -60.1 %).',
      'January 2026: 2,040.60 EUR over 2 rows.',
      'February 2026: 99.40 EUR over 1 row.',
      'April 2026: 815.10 EUR over 2 rows.',
    ]);
    expect(answer.notes).toContain('No rows in 1 month (March 2026), counted as zero.');
    // By hand: weights -3 -1 1 3 over 20, doubled: (-3·2040.60 - 99.40 + 0 + 3·815.10) / 10.
    expect(answer.workings.at(-1)).toBe('slope by least squares over 4 months = -377.59 EUR per month');
    expect(answer.chart).toMatchObject({ kind: 'line', points: [{}, {}, { value: 0 }, {}] });
  });

  test('what is measured at a time is averaged, not added up', () => {
    const table = tableOf('weather', 'Day:date|Temperature:number:°C', [
      '2026-01-01|2', '2026-01-02|4', '2026-02-01|7', '2026-03-01|11',
    ]); // prettier-ignore
    const answer = ask({ operation: 'trend', column: 'Temperature', period: 'month' }, [], table);
    expect(verifiedTexts(answer)[0]).toBe(
      'Temperature rose from 3 °C in January 2026 to 11 °C in March 2026 (+8 °C, +266.7 %).',
    );
    expect(answer.notes).toContain('Temperature was averaged in each month, not added up.');
  });

  test('without a column the rows are counted, and the period fits the range', () => {
    const answer = ask({ operation: 'trend' });
    expect(verifiedTexts(answer)[0]).toBe(
      'The number of rows stayed the same from 2 in January 2026 to 2 in April 2026 (0, 0.0 %).',
    );
  });

  test('weeks and quarters have their own names', () => {
    expect(verifiedTexts(ask({ operation: 'trend', column: 'Units', period: 'quarter' }))).toEqual([
      'Units fell from 16 in Q1 2026 to 4 in Q2 2026 (-12, -75.0 %).',
      'Q1 2026: 16 over 5 rows.',
      'Q2 2026: 4 over 1 row.',
    ]);
    expect(verifiedTexts(ask({ operation: 'sum', column: 'Units', groupBy: 'Date', period: 'week' }))[0]).toBe(
      '2026-W02: 3 over 1 row.',
    );
  });
});

describe('rows and values', () => {
  test('the top rows by a column are told in order, ties with them', () => {
    const answer = ask({ operation: 'list', column: 'Units', top: 1 });
    expect(verifiedTexts(answer)).toEqual(
      ['2026-02-20, East, Falcon', '2026-03-01, East, Falcon, see note'].map((row) => `${row}, 5`),
    );
    expect(answer.notes).toContain('Place 1 is shared by more than one row.');
  });

  test('a long list says how many more there are', () => {
    const lines = Array.from({ length: 130 }, (_, index) => `Item ${String(index)}|${String(index)}`);
    const answer = ask({ operation: 'list' }, [], tableOf('long', 'Name|Value:number', lines));
    expect(verifiedTexts(answer)).toHaveLength(20);
    expect(answer.notes).toContain('130 rows match; 20 are told here.');
    expect(answer.table?.rows).toHaveLength(130);
  });

  test('different values are counted and named', () => {
    expect(verifiedTexts(ask({ operation: 'distinct', column: 'Region' }))).toEqual([
      'Region has 4 different values: East, North, South, West.',
    ]);
  });
});

describe('many rows', () => {
  const lines = Array.from({ length: 21_000 }, (_, index) => `${index % 2 === 0 ? 'even' : 'odd'}|${String(index)}.10`);
  const table = tableOf('big', 'Parity|Value:number', lines);

  test('all enter the result, the first and last are cited, and both are said', { timeout: 30_000 }, () => {
    const answer = ask({ column: 'Value' }, [], table);
    expect(verifiedTexts(answer)).toEqual(['The sum of Value is 220,491,600.00 over 21,000 rows.']);
    expect(answer.evidence.length).toBeLessThanOrEqual(60);
    expect(answer.notes.join(' ')).toContain('20,940 rows in between entered too');
  });

  test('every aggregate of them still verifies', { timeout: 30_000 }, () => {
    for (const operation of ['mean', 'median', 'min', 'max', 'count'] as const) {
      expect(verifiedTexts(ask({ operation, column: 'Value' }, [], table))).toHaveLength(1);
    }
  });
});

describe('as tools', () => {
  const world = { now: '2026-11-21T10:00:00Z', tables: [SALES], paths: ['sales'] };
  const context = (inputs: Parameters<typeof toolContext>[0]['inputs'] = {}): ReturnType<typeof toolContext> =>
    toolContext({ ...world, inputs }, {} as CalendarExpander, {} as Zones);

  test('a table is found by name whatever its case, and computed with in full', async () => {
    const filters = [{ column: 'Region', op: 'is', value: 'East' }];
    const read = await readTable.run({ table: 'SALES', filters }, context());
    expect(read).toMatchObject({ ok: true, value: { kind: 'table-rows', matched: 3, total: 7 } });
    const rows = read.ok ? read.value : null;
    const answer = await computeTable.run({ operation: 'sum', column: 'Units' }, context({ rows }));
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'answered' } });
    expect(answer.ok && verifiedTexts(answer.value as unknown as AnswerDraft)).toEqual([
      'The sum of Units where Region = East is 10 over 2 rows.',
    ]);
  });

  test('a table that is not there and a step without rows are errors in words', async () => {
    expect(await readTable.run({ table: 'costs' }, context())).toMatchObject({ ok: false, error: { code: 'no-data' } });
    expect(await computeTable.run({}, context())).toMatchObject({ ok: false, error: { code: 'no-data' } });
  });
});
