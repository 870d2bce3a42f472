import { describe, expect, test } from 'vitest';
import { statedDate } from '#adapters/plain-text/stated-date.ts';
import { latin1, parseFile, utf16, type ParsedFile } from '#tests/fakes/parse-file.ts';

const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The bytes of each block, which must be its text up to white space. */
function slices(file: ParsedFile, charset?: string): string[] {
  return (file.documents[0]?.blocks ?? []).map((block) => squeezed(file.at(block.span, charset)));
}

describe('Markdown', () => {
  const text = [
    '# Project *Kestrel* &amp; friends',
    '',
    'Date: 3 March 2026',
    '',
    'The budget is **40 000 €**',
    'and was [agreed](https://example.org).',
    '',
    '- first',
    '  - inner point',
    '',
    '    with a second paragraph',
    '- [x] done',
    '',
    '> Quoted line one',
    '> goes on here.',
    '',
    '## Figures',
    '',
    '| Month | Cost |',
    '|---|---:|',
    '| Jan | 1,200 |',
    '| Feb | 1,350 |',
    '',
    '```js',
    'const a = 1;',
    '```',
    '',
  ].join('\n');

  test.each(['\n', '\r\n'])('gives blocks with exact bytes (line end %j)', async (end) => {
    const file = await parseFile('notes/plan.md', '\ufeff' + text.replaceAll('\n', end));
    const [document] = file.documents;
    expect(document?.title).toBe('Project Kestrel & friends');
    expect(document?.datedAt).toBe(Date.UTC(2026, 2, 3, 12));
    expect(document?.blocks.map((block) => [block.type, block.level, block.text])).toEqual([
      ['heading', 1, 'Project Kestrel & friends'],
      ['paragraph', 0, 'Date: 3 March 2026'],
      ['paragraph', 0, 'The budget is 40 000 € and was agreed.'],
      ['list-item', 1, 'first'],
      ['list-item', 2, 'inner point'],
      ['list-item', 2, 'with a second paragraph'],
      ['list-item', 1, '[x] done'],
      ['quote', 1, 'Quoted line one goes on here.'],
      ['heading', 2, 'Figures'],
      ['table-row', 0, 'Month | Cost'],
      ['table-row', 0, 'Jan | 1,200'],
      ['table-row', 0, 'Feb | 1,350'],
      ['code', 0, 'const a = 1;'],
    ]);
    expect(slices(file)).toEqual([
      '# Project *Kestrel* &amp; friends',
      'Date: 3 March 2026',
      'The budget is **40 000 €** and was [agreed](https://example.org).',
      'first',
      'inner point',
      'with a second paragraph',
      'done',
      'Quoted line one > goes on here.',
      '## Figures',
      '| Month | Cost |',
      '| Jan | 1,200 |',
      '| Feb | 1,350 |',
      '```js const a = 1; ```',
    ]);
    const [table] = file.tables;
    expect(table?.name).toBe('Figures');
    expect(table?.columns.map((column) => [column.name, column.type])).toEqual([
      ['Month', 'text'],
      ['Cost', 'number'],
    ]);
    expect(table?.rows.map((row) => squeezed(file.at(row.span)))).toEqual(['| Jan | 1,200 |', '| Feb | 1,350 |']);
  });

  test('reads front matter and not as text', async () => {
    const file = await parseFile(
      'x.md',
      '---\ntitle: "Status, week 9"\ndate: 2026-02-27T10:00:00+01:00\nauthors:\n  - Ana Ruiz\n  - Bo Lind\n---\n\nAll is well.\n',
    );
    const [document] = file.documents;
    expect(document).toMatchObject({
      title: 'Status, week 9',
      author: 'Ana Ruiz, Bo Lind',
      datedAt: Date.UTC(2026, 1, 27, 9),
    });
    expect(document?.blocks.map((block) => block.text)).toEqual(['All is well.']);
    expect(slices(file)).toEqual(['All is well.']);
  });
});

describe('HTML', () => {
  const page = [
    '<!doctype html><html><head><meta charset="utf-8"><title>Page</title><meta name="author" content="Ana Ruiz">',
    '<meta property="article:published_time" content="2026-03-01"><style>p{}</style></head><body>',
    '<h1>Caf&eacute; &amp; <em>bar</em></h1><script>var hidden = 1;</script>',
    '<p>The rent is <b>1&nbsp;200&nbsp;€</b>\n a month.<br>Paid monthly.</p><ul><li>one<ul><li>two</li></ul></li></ul>',
    '<blockquote>As agreed.</blockquote><div>Loose text <span>in spans</span></div><p style="display: none">secret</p>',
    '<table><caption>Costs</caption><tr><th>Item</th><th>Cost</th></tr><tr><td>Rent</td><td>1200</td></tr><tr><td>Power</td><td>80</td></tr></table>',
    '<table><tr><td><h2>Layout</h2></td><td>cell</td></tr><tr><td>a</td><td>b</td></tr></table></body></html>',
  ].join('\r\n');

  test('gives the readable blocks with exact bytes', async () => {
    const file = await parseFile('page.html', page);
    const [document] = file.documents;
    expect(document).toMatchObject({ title: 'Café & bar', author: 'Ana Ruiz', datedAt: Date.UTC(2026, 2, 1, 12) });
    expect(document?.blocks.map((block) => [block.type, block.level, block.text])).toEqual([
      ['heading', 1, 'Café & bar'],
      ['paragraph', 0, 'The rent is 1 200 € a month.\nPaid monthly.'],
      ['list-item', 1, 'one'],
      ['list-item', 2, 'two'],
      ['quote', 1, 'As agreed.'],
      ['paragraph', 0, 'Loose text in spans'],
      ['table-row', 0, 'Item | Cost'],
      ['table-row', 0, 'Rent | 1200'],
      ['table-row', 0, 'Power | 80'],
      ['heading', 2, 'Layout'],
      ['paragraph', 0, 'cell'],
      ['paragraph', 0, 'a'],
      ['paragraph', 0, 'b'],
    ]);
    expect(slices(file).slice(0, 8)).toEqual([
      'Caf&eacute; &amp; <em>bar',
      'The rent is <b>1&nbsp;200&nbsp;€</b> a month.<br>Paid monthly.',
      'one',
      'two',
      'As agreed.',
      'Loose text <span>in spans',
      '<tr><th>Item</th><th>Cost</th></tr>',
      '<tr><td>Rent</td><td>1200</td></tr>',
    ]);
    expect(file.tables).toHaveLength(1);
    expect(file.tables[0]).toMatchObject({
      name: 'Costs',
      columns: [{ name: 'Item' }, { name: 'Cost', type: 'number' }],
    });
    expect(file.tables[0]?.rows.map((row) => row.cells)).toEqual([
      ['Rent', '1200'],
      ['Power', '80'],
    ]);
  });

  test('takes the declared charset, one byte or two a character', async () => {
    const narrow = await parseFile('a.html', latin1('<meta charset=iso-8859-1><h1>Stra\u00dfe</h1><p>gr\u00fcn</p>'));
    expect(narrow.documents[0]?.blocks.map((block) => block.text)).toEqual(['Straße', 'grün']);
    expect(slices(narrow, 'windows-1252')).toEqual(['Straße', 'grün']);
    expect(narrow.warnings).toEqual([]);
    const head = new TextEncoder().encode('<meta charset="shift_jis"><p>');
    const japanese = Uint8Array.from([0x93, 0xfa, 0x96, 0x7b, 0x61]);
    const tail = new TextEncoder().encode('</p><p>end</p>');
    const wide = await parseFile('b.html', Uint8Array.from([...head, ...japanese, ...tail]));
    expect(wide.documents[0]?.blocks.map((block) => block.text)).toEqual(['日本a', 'end']);
    expect(slices(wide, 'shift_jis')).toEqual(['日本a', 'end']);
  });

  test('says so when a page holds nothing to read', async () => {
    expect((await parseFile('a.html', '<html><script>x()</script><div id=app></div></html>')).failed?.code).toBe(
      'empty',
    );
  });
});

describe('plain text', () => {
  const text =
    'Minutes of the board\n\nDate: 3 March 2026\nPresent: Ana Ruiz\n\nThe move to the new\noffice is on 1 June.\n\nDecisions\n---------\n- Rent\n  is 1 200 €\n- Keys on Monday\n\n> as written\n> before\n';

  test.each(['\n', '\r\n'])('gives blocks with exact bytes (line end %j)', async (end) => {
    const file = await parseFile('minutes.txt', text.replaceAll('\n', end), 5);
    const [document] = file.documents;
    expect(document).toMatchObject({ title: 'Minutes of the board', datedAt: Date.UTC(2026, 2, 3, 12) });
    const blocks = document?.blocks ?? [];
    expect(blocks.map((block) => [block.type, block.text])).toEqual([
      ['heading', 'Minutes of the board'],
      ['paragraph', 'Date: 3 March 2026'],
      ['paragraph', 'Present: Ana Ruiz'],
      ['paragraph', 'The move to the new office is on 1 June.'],
      ['heading', 'Decisions'],
      ['list-item', 'Rent is 1 200 €'],
      ['list-item', 'Keys on Monday'],
      ['quote', 'as written before'],
    ]);
    expect(slices(file)).toEqual([
      ...blocks.slice(0, 5).map((block) => block.text),
      '- Rent is 1 200 €',
      '- Keys on Monday',
      '> as written > before',
    ]);
  });

  test('parts a numbered or lone heading from the prose below it, with exact bytes', async () => {
    const file = await parseFile(
      'minutes-07.txt',
      'Site meeting\n3 March 2026\n\n1. Piling\nPaul Okafor reports that the piles stand.\n\nNext steps\n\nThe crane comes on Monday.\n\n2.1 Safety\n\n- Helmets\n\n3. Shopping\n\nWe need this:\n\n1. Buy wood\n2. Buy nails\n\n3. Buy glue\n\nThat is all.\n',
      5,
    );
    const [document] = file.documents;
    expect(document).toMatchObject({ title: 'Site meeting', datedAt: Date.UTC(2026, 2, 3, 12) });
    const blocks = document?.blocks ?? [];
    expect(blocks.map((block) => [block.type, block.text])).toEqual([
      ['heading', 'Site meeting'],
      ['paragraph', '3 March 2026'],
      ['heading', '1. Piling'],
      ['paragraph', 'Paul Okafor reports that the piles stand.'],
      ['heading', 'Next steps'],
      ['paragraph', 'The crane comes on Monday.'],
      ['heading', '2.1 Safety'],
      ['list-item', 'Helmets'],
      ['heading', '3. Shopping'],
      ['paragraph', 'We need this:'],
      ['list-item', 'Buy wood'],
      ['list-item', 'Buy nails'],
      ['list-item', 'Buy glue'],
      ['paragraph', 'That is all.'],
    ]);
    expect(slices(file).slice(2, 6)).toEqual(blocks.slice(2, 6).map((block) => block.text));
  });

  test('reads UTF-16 in both byte orders, and Windows-1252 with a warning', async () => {
    for (const order of ['le', 'be'] as const) {
      const file = await parseFile('a.txt', utf16('Grüße 😀 aus Köln.\r\n\r\nZweiter Absatz.', order));
      expect(slices(file, `utf-16${order}`)).toEqual(['Grüße 😀 aus Köln.', 'Zweiter Absatz.']);
    }
    const file = await parseFile('a.txt', latin1('Gr\u00fc\u00dfe aus K\u00f6ln.\n\nZwei.'));
    expect(slices(file, 'windows-1252')).toEqual(['Grüße aus Köln.', 'Zwei.']);
    expect(file.warnings).toMatchObject([{ code: 'encoding', where: 'byte 2' }]);
  });

  test('a character cut in half at the end is a truncation, not another encoding', async () => {
    const file = await parseFile('a.txt', new TextEncoder().encode('Der Preis ist 5 €').slice(0, -1));
    expect(file.warnings).toMatchObject([{ code: 'truncated', where: 'byte 16' }]);
    expect(file.documents[0]?.blocks[0]?.text).toContain('Der Preis ist 5');
  });

  test('falls back to the file name and its time', async () => {
    const file = await parseFile('a/status.txt', 'All systems are running as they should be today.', 77);
    expect(file.documents[0]).toMatchObject({ title: 'status', datedAt: 77 });
    const dated = await parseFile('a/status-2026-02-03.txt', 'All systems are running as they should be today.', 77);
    expect(dated.documents[0]?.datedAt).toBe(Date.UTC(2026, 1, 3, 12));
  });
});

describe('JSON', () => {
  test('a list of flat objects is a table with a span a row', async () => {
    const text = '[\n {"name": "Ana", "age": 41},\n {"name": "Bo \\u00e9", "city": "Köln"}\n]';
    const file = await parseFile('people.json', text);
    expect(file.tables[0]?.columns.map((column) => column.name)).toEqual(['name', 'age', 'city']);
    expect(file.tables[0]?.rows.map((row) => row.cells)).toEqual([
      ['Ana', '41', ''],
      ['Bo é', '', 'Köln'],
    ]);
    expect(file.tables[0]?.rows.map((row) => JSON.parse(file.at(row.span)) as unknown)).toEqual(JSON.parse(text));
    expect(file.documents).toEqual([]);
  });

  test('anything else is a document of key paths, with the tables in it beside', async () => {
    const file = await parseFile(
      'c.json',
      '{"title":"Setup","owner":{"name":"Ana"},"tags":["a","b"],"rows":[{"x":1},{"x":2}]}',
    );
    expect(file.documents[0]?.title).toBe('Setup');
    expect(file.documents[0]?.blocks.map((block) => [block.text, file.at(block.span)])).toEqual([
      ['title: Setup', '"title":"Setup"'],
      ['owner.name: Ana', '"name":"Ana"'],
      ['tags[0]: a', '"a"'],
      ['tags[1]: b', '"b"'],
    ]);
    expect(file.tables).toMatchObject([{ name: 'rows', columns: [{ name: 'x', type: 'number' }] }]);
  });

  test('names the line where it stops being JSON', async () => {
    expect((await parseFile('a.json', '{\n "a": 1,\n "b": oops\n}')).failed).toMatchObject({
      code: 'malformed',
      where: 'line 3',
    });
    expect((await parseFile('a.json', '[{"a": 1},\n {"a": 2}')).failed).toMatchObject({
      code: 'truncated',
      where: 'line 2',
    });
    expect((await parseFile('a.json', '['.repeat(5000))).failed?.code).toBe('malformed');
  });
});

describe('dates in documents', () => {
  test.each([
    ['2026-03-01', '2026-03-01T12:00:00.000Z'],
    ['on 2026-03-01T08:30:00+02:00', '2026-03-01T06:30:00.000Z'],
    ['3 March 2026', '2026-03-03T12:00:00.000Z'],
    ['3rd of March, 2026', '2026-03-03T12:00:00.000Z'],
    ['March 3, 2026 14:05', '2026-03-03T14:05:00.000Z'],
    ['Tue, 3 Mar 2026 10:00:00 +0100', '2026-03-03T09:00:00.000Z'],
    ['3. März 2026', '2026-03-03T12:00:00.000Z'],
    ['03.12.2026', '2026-12-03T12:00:00.000Z'],
    ['25/12/2026', '2026-12-25T12:00:00.000Z'],
    ['12/25/2026', '2026-12-25T12:00:00.000Z'],
    ['March 2026', '2026-03-01T12:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(new Date(statedDate(text) ?? 0).toISOString()).toBe(iso);
  });

  test.each(['03/04/2026', '31 February 2026', 'version 2.10.1', 'no date'])('%s is none', (text) => {
    expect(statedDate(text)).toBeNull();
  });
});
