import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnKind } from '#adapters/csv/column-types.ts';
import { latin1, parseFile, utf16 } from '#tests/fakes/parse-file.ts';

describe('CSV', () => {
  test('gives each row the bytes it stands in, with a byte order mark and Windows line ends', async () => {
    const file = await parseFile('sales.csv', '\ufeffregion,amount\r\nNorth,10\r\n"Süd, West",20\r\n');
    const [table] = file.tables;
    expect(table?.columns).toEqual([
      { name: 'region', type: 'text', unit: '' },
      { name: 'amount', type: 'number', unit: '' },
    ]);
    expect(table?.rows.map((row) => row.cells)).toEqual([
      ['North', '10'],
      ['Süd, West', '20'],
    ]);
    expect(table?.rows.map((row) => file.at(row.span))).toEqual(['North,10', '"Süd, West",20']);
    expect(table?.name).toBe('sales');
    expect(file.warnings).toEqual([]);
  });

  test('keeps line breaks inside quotes and counts lines after them', async () => {
    const file = await parseFile('a.csv', 'name,note\nA,"one\ntwo ""x"""\nB\n');
    expect(file.tables[0]?.rows[0]?.cells).toEqual(['A', 'one\ntwo "x"']);
    expect(file.warnings).toMatchObject([{ code: 'ragged-row', where: 'line 4' }]);
    expect(file.tables[0]?.rows[1]?.cells).toEqual(['B', '']);
  });

  test.each([
    ['a;b;c\n1,5;2,5;x\n3,5;4,5;y\n', ['1,5', '2,5', 'x']],
    ['sep=|\na|b|c\n1|2|3\n', ['1', '2', '3']],
    ['a\tb\tc\n1\t2\t3\n', ['1', '2', '3']],
    ['a,b,c\n1,2,3', ['1', '2', '3']],
    ['a,b,c\r1,2,3\r4,5,6', ['1', '2', '3']],
    ['a,b,c\r\n1,2,"3"\n4,5,6\r\n', ['1', '2', '3']],
  ])('finds delimiter and line end of %j', async (text, cells) => {
    const file = await parseFile('a.csv', text);
    expect(file.tables[0]?.columns).toHaveLength(3);
    expect(file.tables[0]?.rows[0]?.cells).toEqual(cells);
  });

  test('says what a surplus cell held and keeps the row', async () => {
    const file = await parseFile('a.csv', 'a,b\n1,2\n3,4,five\n6,7\n');
    expect(file.warnings).toMatchObject([{ code: 'ragged-row', where: 'line 3' }]);
    expect(file.warnings[0]?.message).toContain('five');
    expect(file.tables[0]?.rows.map((row) => row.cells)).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['6', '7'],
    ]);
  });

  test('an unclosed quote costs one line, not the rest of the file', async () => {
    const file = await parseFile('a.csv', 'a,b\n"x,2\n3,4\n5,6\n');
    expect(file.tables[0]?.rows.map((row) => row.cells)).toEqual([
      ['x', '2'],
      ['3', '4'],
      ['5', '6'],
    ]);
    expect(file.warnings).toMatchObject([{ code: 'malformed', where: 'line 2' }]);
  });

  test('a quote that runs into the next quoted cell costs one line too', async () => {
    const file = await parseFile('a.csv', 'a,b\n"x,2\n"y",3\n"z",4\n');
    expect(file.tables[0]?.rows.map((row) => row.cells)).toEqual([
      ['x', '2'],
      ['y', '3'],
      ['z', '4'],
    ]);
    expect(file.warnings).toMatchObject([{ code: 'malformed', where: 'line 2' }]);
    expect(file.tables[0]?.rows.map((row) => file.at(row.span))).toEqual(['"x,2', '"y",3', '"z",4']);
  });

  test('leaves a title above the table out and says so', async () => {
    const file = await parseFile('a.csv', 'Quarterly report,,\n\nregion,q1,q2\nNorth,1,2\nSouth,3,4\n');
    expect(file.tables[0]?.columns.map((column) => column.name)).toEqual(['region', 'q1', 'q2']);
    expect(file.warnings).toMatchObject([{ code: 'ragged-row', where: 'line 1' }]);
  });

  test('names the columns itself when the first row is data', async () => {
    const file = await parseFile('a.csv', '2026-01-01,5\n2026-01-02,6\n');
    expect(file.tables[0]?.columns).toEqual([
      { name: 'Column 1', type: 'date', unit: '' },
      { name: 'Column 2', type: 'number', unit: '' },
    ]);
    expect(file.tables[0]?.rows).toHaveLength(2);
  });

  test('reads UTF-16 and Windows-1252 with spans in bytes', async () => {
    const wide = await parseFile('a.csv', utf16('Stadt,Zahl\r\nKöln,1\r\nMünchen,2\r\n'));
    expect(wide.tables[0]?.rows.map((row) => wide.at(row.span, 'utf-16le'))).toEqual(['Köln,1', 'München,2']);
    const narrow = await parseFile('a.csv', latin1('Stadt;Zahl\nK\u00f6ln;1\nM\u00fcnchen;2\n'));
    expect(narrow.tables[0]?.rows.map((row) => narrow.at(row.span, 'windows-1252'))).toEqual(['Köln;1', 'München;2']);
    expect(narrow.warnings).toMatchObject([{ code: 'encoding', where: 'byte 12' }]);
  });

  test('refuses what is no table', async () => {
    expect((await parseFile('a.csv', '\n \n')).failed?.code).toBe('empty');
    expect(
      (
        await parseFile(
          'a.csv',
          Uint8Array.from({ length: 600 }, (_, i) => (i * 7) % 32),
        )
      ).failed?.code,
    ).toBe('malformed');
  });

  test('every row span, parsed alone, gives the same cells', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', ' ', ',', '"', '\n', ';', '7'), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 }),
        fc.constantFrom('\n', '\r\n'),
        async (rows, end) => {
          const filled = rows.filter((row) => row.some((text) => text.trim() !== ''));
          const quoted = filled.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
          const file = await parseFile('p.csv', `h1,h2,h3${end}${quoted.join(end)}${end}`);
          const table = file.tables[0];
          if (filled.length === 0) return;
          expect(table?.rows.map((row) => row.cells)).toEqual(filled);
          expect(table?.rows.map((row) => file.at(row.span))).toEqual(quoted);
          for (const row of table?.rows ?? []) {
            const again = await parseFile('p.csv', `h1,h2,h3\n${file.at(row.span)}`);
            expect(again.tables[0]?.rows[0]?.cells).toEqual(row.cells);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('column types', () => {
  test.each([
    [['1.234,50', '12,00'], 'number', ''],
    [['1,234.50', '12.00'], 'number', ''],
    [['1 234,5', '7'], 'number', ''],
    [['€ 12', '€ 1.000'], 'number', '€'],
    [['12 EUR', '1.000 EUR'], 'number', 'EUR'],
    [['$1,000', '-$5'], 'number', '$'],
    [['12 %', '3.5%'], 'number', '%'],
    [['(120)', '50'], 'number', ''],
    [['5', 'n/a', '7', ''], 'number', ''],
    [['2026-03-01', '2026-04-01'], 'date', ''],
    [['01.03.2026', '2.4.2026'], 'date', ''],
    [['3 March 2026', '4 Apr 2026'], 'date', ''],
    [['Mar 3, 2026 10:00', 'May 4, 2026 11:30'], 'date', ''],
    [['yes', 'no', 'Yes'], 'boolean', ''],
    [['0171', '0049'], 'text', ''],
    [['12 apples', 'five'], 'text', ''],
    [['1.2.3', '4.5.6'], 'text', ''],
    [['12 kWh', '9 kWh'], 'number', 'kWh'],
  ])('%j is %s %s', (cells, type, unit) => {
    expect(columnKind('x', cells)).toEqual({ type, unit });
  });

  test('takes the unit from the column name when the cells have none', () => {
    expect(columnKind('Amount (EUR)', ['1', '2'])).toEqual({ type: 'number', unit: 'EUR' });
    expect(columnKind('weight [kg]', ['1', '2'])).toEqual({ type: 'number', unit: 'kg' });
    expect(columnKind('growth_pct', ['1', '2'])).toEqual({ type: 'number', unit: '%' });
  });
});
