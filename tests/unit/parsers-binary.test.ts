import { describe, expect, test } from 'vitest';
import { memoryBytes } from '#adapters/files/file-bytes.ts';
import { zipArchive } from '#adapters/zip/zip-archive.ts';
import { ZIP_EXPANDED_BYTES_MAX, ZIP_MEMBERS_MAX } from '#core/base/limits.ts';
import { seededRandom } from '#core/base/random.ts';
import type { ArchiveEntry } from '#ports/archive.ts';
import { makeBomb, makeDocx, makePdf, makeZip, patchZipEntry } from '#tests/fakes/broken-files.ts';
import { parseFile } from '#tests/fakes/parse-file.ts';

describe('PDF', () => {
  const pages = [
    [
      [24, 'Yearly report'],
      [11, ''],
      [11, 'The turnover grew to 12 million euros'],
      [11, 'and the num-'],
      [11, 'ber of staff to 40.'],
      [11, ''],
      [11, 'Costs stayed \u0091flat\u0092.'],
    ],
    [
      [16, 'Outlook'],
      [11, ''],
      [11, '- hire two people'],
      [11, '- move in June'],
      [11, ''],
      [9, '2'],
    ],
  ] as const;

  test('gives headings, paragraphs and lists with their pages', async () => {
    const file = await parseFile(
      'report.pdf',
      makePdf(pages, "/Title (Microsoft Word - x) /Author (Ana Ruiz) /CreationDate (D:20260303101500+01'00')"),
    );
    expect(file.failed).toBeNull();
    expect(file.warnings).toEqual([]);
    expect(file.documents[0]).toMatchObject({
      title: 'Yearly report',
      author: 'Ana Ruiz',
      datedAt: Date.UTC(2026, 2, 3, 9, 15),
    });
    expect(file.documents[0]?.blocks.map((block) => [block.type, block.level, block.text, block.page])).toEqual([
      ['heading', 1, 'Yearly report', 1],
      ['paragraph', 0, 'The turnover grew to 12 million euros and the number of staff to 40.', 1],
      ['paragraph', 0, 'Costs stayed ‘flat’.', 1],
      ['heading', 2, 'Outlook', 2],
      ['list-item', 1, 'hire two people', 2],
      ['list-item', 1, 'move in June', 2],
    ]);
    expect(
      file.documents[0]?.blocks.every(
        (block) => block.span.start === 0 && block.span.end === file.documents[0]?.span.end,
      ),
    ).toBe(true);
  });

  test('names a page without text, and refuses a PDF without any', async () => {
    const some = await parseFile('a.pdf', makePdf([pages[0], []]));
    expect(some.warnings).toMatchObject([{ code: 'unsupported', where: 'page 2' }]);
    expect(some.documents).toHaveLength(1);
    expect((await parseFile('a.pdf', makePdf([[]]))).failed?.code).toBe('unsupported');
  });

  test('that is none, that is locked, that is damaged: each says which', async () => {
    expect((await parseFile('a.pdf', 'hello, I am a text')).failed).toMatchObject({
      code: 'malformed',
      where: 'byte 0',
    });
    expect((await parseFile('a.pdf', makePdf(pages, '', true))).failed?.code).toBe('encrypted');
    expect((await parseFile('a.pdf', '%PDF-1.4\nnothing more\n%%EOF')).failed?.code).toBe('malformed');
  });

  test('cut off is said, and what can be recovered goes in', async () => {
    const whole = makePdf(pages);
    const file = await parseFile('a.pdf', whole.slice(0, whole.length - 12));
    expect(file.warnings[0]?.code).toBe('truncated');
    expect(file.documents[0]?.title).toBe('Yearly report');
    expect((await parseFile('a.pdf', whole.slice(0, whole.length - 300))).failed?.code).toBe('truncated');
  });
});

describe('docx', () => {
  const core =
    '<dc:title>Some &amp; title</dc:title><dc:creator>Ana Ruiz</dc:creator><dcterms:modified>2026-03-03T09:00:00Z</dcterms:modified>';
  const whole = makeDocx(
    [
      ['Heading1', 'Status'],
      ['', 'The bridge opens in May.'],
      ['Heading2', 'Costs'],
    ],
    [
      ['Item', 'Euro'],
      ['Steel', '1200'],
      ['Paint', '90'],
    ],
    core,
  );

  test('gives headings, paragraphs and tables', async () => {
    const file = await parseFile('a.docx', whole);
    expect(file.failed).toBeNull();
    expect(file.documents[0]).toMatchObject({ title: 'Status', author: 'Ana Ruiz', datedAt: Date.UTC(2026, 2, 3, 9) });
    expect(file.documents[0]?.blocks.slice(0, 3).map((block) => [block.type, block.level, block.text])).toEqual([
      ['heading', 1, 'Status'],
      ['paragraph', 0, 'The bridge opens in May.'],
      ['heading', 2, 'Costs'],
    ]);
    expect(file.tables[0]?.rows.map((row) => row.cells)).toEqual([
      ['Steel', '1200'],
      ['Paint', '90'],
    ]);
    expect(file.tables[0]?.rows[0]?.span).toMatchObject({ start: 0, end: whole.length });
  });

  test('that is none, that is locked, that is cut, that is damaged: each says which', async () => {
    expect((await parseFile('a.docx', 'hello')).failed?.code).toBe('malformed');
    expect((await parseFile('a.docx', makeZip({ 'a.txt': 'x' }))).failed?.message).toContain('no Word document');
    expect((await parseFile('a.docx', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0, 0))).failed?.code).toBe('encrypted');
    expect((await parseFile('a.docx', whole.slice(0, whole.length - 100))).failed?.code).toBe('truncated');
    const damaged = whole.slice();
    damaged.fill(0x55, whole.length / 2, whole.length / 2 + 40);
    expect((await parseFile('a.docx', damaged)).failed?.code).toBe('malformed');
    expect((await parseFile('a.docx', makeDocx([]))).failed?.code).toBe('empty');
  });

  test('whose text part unpacks far beyond its bounds is refused before it is unpacked', async () => {
    const bomb = patchZipEntry(makeZip({ 'word/document.xml': new Uint8Array(1000) }), 0, (view, entry) =>
      view.setUint32(entry + 24, 100 * 1024 * 1024, true),
    );
    expect((await parseFile('a.docx', bomb)).failed?.code).toBe('too-large');
  });
});

describe('zip', () => {
  async function entries(
    zip: Uint8Array,
    budget = { members: ZIP_MEMBERS_MAX, bytes: ZIP_EXPANDED_BYTES_MAX },
  ): Promise<ArchiveEntry[]> {
    const found: ArchiveEntry[] = [];
    for await (const entry of zipArchive.entries(memoryBytes('a.zip', zip), budget, new AbortController().signal))
      found.push(entry);
    return found;
  }
  const short = (entry: ArchiveEntry): string[] =>
    entry.type === 'member'
      ? ['member', entry.name]
      : entry.type === 'refused'
        ? ['refused', entry.name, entry.problem.code]
        : ['failed', entry.problem.code];

  test.each([0, 6] as const)('gives members as files that can be read in part (level %d)', async (level) => {
    const text = 'The quick brown fox jumps. '.repeat(4000);
    const found = await entries(
      makeZip({ 'docs/a.txt': text, '__MACOSX/docs/._a.txt': 'x', '.DS_Store': 'x', 'docs/leer.txt': '' }, level),
    );
    expect(found.map(short)).toEqual([
      ['member', 'docs/a.txt'],
      ['member', 'docs/leer.txt'],
    ]);
    const [member] = found;
    if (member?.type !== 'member') throw new Error('a member');
    expect(member.file.size).toBe(text.length);
    expect(new TextDecoder().decode(await member.file.slice(100, 160))).toBe(text.slice(100, 160));
    expect(new TextDecoder().decode(await member.file.slice(0, text.length))).toBe(text);
  });

  test('refuses paths that lead out, links, locked members and unknown methods, and gives the others', async () => {
    let zip = makeZip({
      '../../etc/passwd': 'x',
      '/root.txt': 'x',
      'C:\\x.txt': 'x',
      'a/../../b.txt': 'x',
      'link.txt': 'x',
      'locked.txt': 'x',
      'odd.txt': 'x',
      'good.txt': 'fine',
    });
    zip = patchZipEntry(zip, 4, (view, entry) => {
      view.setUint8(entry + 5, 3);
      view.setUint32(entry + 38, 0xa1ff0000, true);
    });
    zip = patchZipEntry(zip, 5, (view, entry) => view.setUint16(entry + 8, 1, true));
    zip = patchZipEntry(zip, 6, (view, entry) => view.setUint16(entry + 10, 14, true));
    expect((await entries(zip)).map(short)).toEqual([
      ['refused', '../../etc/passwd', 'zip-path'],
      ['refused', '/root.txt', 'zip-path'],
      ['refused', 'C:/x.txt', 'zip-path'],
      ['refused', 'a/../../b.txt', 'zip-path'],
      ['refused', 'link.txt', 'zip-path'],
      ['refused', 'locked.txt', 'encrypted'],
      ['refused', 'odd.txt', 'unsupported'],
      ['member', 'good.txt'],
    ]);
  });

  test('a bomb is refused before a byte of it is unpacked', async () => {
    expect((await entries(makeBomb())).map(short)).toEqual([['failed', 'zip-bomb']]);
    const padded = makeZip({ 'zeros.txt': new Uint8Array(20 * 1024 * 1024), 'noise.txt': noise(400_000) });
    expect((await entries(padded)).map(short)[0]).toEqual(['refused', 'zeros.txt', 'zip-bomb']);
    const lying = patchZipEntry(makeZip({ 'a.txt': new Uint8Array(1024 * 1024) }), 0, (view, entry) =>
      view.setUint32(entry + 24, 1000, true),
    );
    const [member] = await entries(lying);
    if (member?.type !== 'member') throw new Error('a member');
    await expect(member.file.slice(0, 1000).then(() => drain(member.file.stream()))).rejects.toMatchObject({
      problem: { code: 'zip-bomb', where: 'member a.txt' },
    });
  });

  test('members that share their bytes are a bomb', async () => {
    const zip = patchZipEntry(makeZip({ 'a.txt': 'x'.repeat(5000), 'b.txt': 'y'.repeat(5000) }), 1, (view, entry) =>
      view.setUint32(entry + 42, 0, true),
    );
    expect((await entries(zip)).map(short)).toEqual([['failed', 'zip-bomb']]);
  });

  test('the budget for members and bytes holds', async () => {
    const zip = makeZip({ 'a.txt': 'aaaa', 'b.txt': 'bbbb', 'c.txt': 'cccc' });
    expect((await entries(zip, { members: 2, bytes: 100 })).map(short).at(-1)).toEqual([
      'refused',
      'c.txt',
      'zip-bomb',
    ]);
    expect((await entries(zip, { members: 9, bytes: 9 })).map(short)).toEqual([
      ['member', 'a.txt'],
      ['member', 'b.txt'],
      ['refused', 'c.txt', 'zip-bomb'],
    ]);
  });

  test('cut off, damaged, or none: each says which', async () => {
    const zip = makeZip({ 'a.txt': 'text '.repeat(1000) });
    expect((await entries(zip.slice(0, -30))).map(short)).toEqual([['failed', 'truncated']]);
    expect((await entries(new TextEncoder().encode('no zip at all'))).map(short)).toEqual([['failed', 'malformed']]);
    const damaged = zip.slice();
    damaged.fill(0x55, 45, 60);
    const [member] = await entries(damaged);
    if (member?.type !== 'member') throw new Error('a member');
    await expect(drain(member.file.stream())).rejects.toMatchObject({
      problem: { code: 'malformed', where: 'member a.txt' },
    });
  });
});

function noise(length: number): Uint8Array {
  const random = seededRandom(1);
  return Uint8Array.from({ length }, () => random.below(256));
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of stream) length += chunk.length;
  return length;
}
