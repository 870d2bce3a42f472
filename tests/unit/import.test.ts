import { describe, expect, test } from 'vitest';
import { memoryBytes } from '#adapters/files/file-bytes.ts';
import { loadArchive, loadParser } from '#adapters/files/parser-list.ts';
import { incrementalSha256 } from '#adapters/noble/sha256.ts';
import { SOURCE_BYTES_MAX } from '#core/base/limits.ts';
import type { Item, Message } from '#core/items/item.ts';
import type { Source } from '#core/items/source.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { ByteSource } from '#ports/parser.ts';
import { importFiles, type ImportOptions } from '#runtime/import/importer.ts';
import type { ImportProgress, ImportResult } from '#runtime/contract/views.ts';
import { makeBomb, makeDocx, makePdf, makeZip, patchZipEntry } from '#tests/fakes/broken-files.ts';
import { memoryBlobFiles, memoryBlobStore } from '#tests/fakes/memory-blob-store.ts';
import { latin1 } from '#tests/fakes/parse-file.ts';
import { realClock } from '#tests/fakes/real-clock.ts';

const encoder = new TextEncoder();

interface Imported {
  readonly done: Omit<ImportProgress, 'id'>;
  readonly sources: readonly Source[];
  readonly progress: readonly Omit<ImportProgress, 'id'>[];
  readonly blobs: BlobStore;
  /** Path and outcome, with the problem's code and place. */
  readonly short: readonly string[];
}

async function bringIn(
  files: Readonly<Record<string, string | Uint8Array>> | readonly ByteSource[],
  options: Partial<ImportOptions> = {},
): Promise<Imported> {
  const sources: Source[] = [];
  const progress: Omit<ImportProgress, 'id'>[] = [];
  const blobs = options.blobs ?? memoryBlobStore();
  const done = await importFiles({
    files: Array.isArray(files)
      ? (files as readonly ByteSource[])
      : Object.entries(files as Record<string, string | Uint8Array>).map(([path, content]) =>
          memoryBytes(path, typeof content === 'string' ? encoder.encode(content) : content, 7),
        ),
    blobs,
    parsers: loadParser,
    archives: loadArchive,
    known: () => null,
    sha256: incrementalSha256,
    clock: realClock(),
    signal: new AbortController().signal,
    added: (source) => Promise.resolve(void sources.push(source)),
    progress: (each) => progress.push(each),
    ...options,
  });
  return { done, sources, progress, blobs, short: done.results.map(brief) };
}

function brief(result: ImportResult): string {
  if (result.outcome === 'failed') return [result.path, result.problem.code, result.problem.where].join(' · ');
  return result.outcome === 'duplicate'
    ? `${result.path} · same as ${result.of}`
    : `${result.path} · ${String(result.items)}`;
}

async function itemsOf(blobs: BlobStore, source: Source | undefined): Promise<Item[]> {
  const items: Item[] = [];
  if (source) for await (const batch of blobs.items(source.id)) items.push(...(batch as Item[]));
  return items;
}

const EVENT =
  'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260302T090000Z\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';

describe('importing', () => {
  test('keeps bytes and items of every format under the hash of the bytes', async () => {
    const files = {
      'a/cal.ics': EVENT,
      'a/one.eml': 'From: a@example.org\nSubject: x\n\nHi',
      'a/box.mbox': 'From a 2026\nFrom: a@example.org\n\nHi\n\nFrom b 2026\nFrom: b@example.org\n\nHo\n',
      'a/t.csv': 'a,b\n1,2\n',
      'a/t.tsv': 'a\tb\n1\t3\n',
      'a/d.md': '# T\n\ntext',
      'a/d.txt': 'Some text here.',
      'a/d.html': '<p>Some text',
      'a/d.pdf': makePdf([[[12, 'Some text']]]),
      'a/d.docx': makeDocx([['', 'Some text']]),
      'a/d.json': '{"a": 1}',
      INBOX: 'From a 2026\nFrom: c@example.org\n\nHi\n',
    };
    const { done, sources, blobs, short, progress } = await bringIn(files);
    expect(short).toEqual([
      'a/cal.ics · 1',
      'a/one.eml · 1',
      'a/box.mbox · 2',
      'a/t.csv · 1',
      'a/t.tsv · 1',
      'a/d.md · 1',
      'a/d.txt · 1',
      'a/d.html · 1',
      'a/d.pdf · 1',
      'a/d.docx · 1',
      'a/d.json · 1',
      'INBOX · 1',
    ]);
    expect(done).toMatchObject({ state: 'done', files: 12, filesDone: 12, current: '' });
    expect(done.bytesDone).toBe(done.bytes);
    expect(progress.at(-1)).toEqual(done);
    expect(sources[2]).toMatchObject({
      path: 'a/box.mbox',
      kind: 'mailbox',
      counts: { messages: 2, events: 0, documents: 0, tables: 0 },
      modifiedAt: 7,
      sample: false,
    });
    for (const source of sources) {
      const bytes = await blobs.read(source.id, 0, source.bytes);
      const original = files[source.path as keyof typeof files];
      expect(bytes).toMatchObject({
        ok: true,
        value: typeof original === 'string' ? encoder.encode(original) : original,
      });
      expect(await itemsOf(blobs, source)).toHaveLength(Object.values(source.counts).reduce((a, b) => a + b, 0));
    }
    const [, second] = (await itemsOf(blobs, sources[2])) as Message[];
    const slice = await blobs.read(second!.span.source, second!.span.start, second!.span.end);
    expect(slice.ok && new TextDecoder().decode(slice.value)).toBe('From b 2026\nFrom: b@example.org\n\nHo\n');
  });

  test('the same bytes are held once, within an import and across imports', async () => {
    const first = await bringIn({ 'a.txt': 'The same text.', 'copy/b.txt': 'The same text.' });
    expect(first.short).toEqual(['a.txt · 1', 'copy/b.txt · same as a.txt']);
    const held = new Map(first.sources.map((source) => [source.id, source.path]));
    const second = await bringIn(
      { 'c.txt': 'The same text.', 'd.txt': 'Another text.' },
      { blobs: first.blobs, known: (id) => held.get(id) ?? null },
    );
    expect(second.short).toEqual(['c.txt · same as a.txt', 'd.txt · 1']);
    expect(await first.blobs.list()).toHaveLength(2);
  });

  test('every broken file says what and where, the others go in, nothing is half there', async () => {
    const box = 'From a 2026\nFrom: a@example.org\n\nHi\n';
    const big: ByteSource = {
      path: 'big.txt',
      size: SOURCE_BYTES_MAX + 1,
      modifiedAt: null,
      stream: () => never(),
      slice: () => Promise.reject(new Error('must not be read')),
    };
    const broken = {
      'empty.txt': '',
      'blank.md': ' \n',
      'noise.csv': Uint8Array.from({ length: 512 }, (_, i) => i & 31),
      'none.pdf': 'I am no PDF',
      'locked.pdf': makePdf([[[12, 'x']]], '', true),
      'none.docx': 'I am no Word file',
      'none.ics': 'hello',
      'none.eml': 'hello there',
      'none.mbox': 'hello there',
      'broken.json': '{"a": }',
      'sheet.xlsx': 'PK',
      noext: 'hello',
      'bomb.zip': makeBomb(),
      'cut.zip': makeZip({ 'a.txt': 'x' }).slice(0, -10),
      'paths.zip': makeZip({ '../up.txt': 'x', 'in.txt': 'A text inside.' }),
      'locked.zip': patchZipEntry(makeZip({ 'l.txt': 'x' }), 0, (view, entry) => view.setUint16(entry + 8, 1, true)),
      'nothing.zip': makeZip({ 'folder/': '' }),
    };
    const good = {
      'good.mbox': box,
      'bad-rule.ics': EVENT.replace('SUMMARY', 'RRULE:FREQ=NEVER\r\nSUMMARY'),
      'ragged.csv': 'a,b\n1\n2,3\n',
      'latin.txt': latin1('Gr\u00fc\u00dfe an alle.'),
    };
    const files = Object.entries({ ...broken, ...good }).map(([path, content]) =>
      memoryBytes(path, typeof content === 'string' ? encoder.encode(content) : content),
    );
    const storage = memoryBlobFiles();
    const blobs = memoryBlobStore(realClock(), storage);
    const { done, short, sources } = await bringIn([big, ...files], { blobs });
    expect(short).toEqual([
      'big.txt · too-large · ',
      'empty.txt · empty · ',
      'blank.md · empty · ',
      'noise.csv · malformed · ',
      'none.pdf · malformed · byte 0',
      'locked.pdf · encrypted · ',
      'none.docx · malformed · byte 0',
      'none.ics · malformed · line 1',
      'none.eml · malformed · byte 0',
      'none.mbox · malformed · byte 0',
      'broken.json · malformed · line 1',
      'sheet.xlsx · unsupported · ',
      'noext · unsupported · ',
      'bomb.zip · zip-bomb · ',
      'cut.zip · truncated · byte 101',
      'paths.zip/../up.txt · zip-path · member ../up.txt',
      'paths.zip/in.txt · 1',
      'locked.zip/l.txt · encrypted · member l.txt',
      'nothing.zip · empty · ',
      'good.mbox · 1',
      'bad-rule.ics · 1',
      'ragged.csv · 1',
      'latin.txt · 1',
    ]);
    for (const result of done.results) {
      if (result.outcome === 'failed') expect(result.problem.message).toMatch(/^.{20,}\.$/s);
    }
    const warned = done.results.flatMap((result) =>
      result.outcome === 'added' ? result.warnings.map(({ code, where }) => `${result.path} · ${code} · ${where}`) : [],
    );
    expect(warned).toEqual([
      'bad-rule.ics · bad-recurrence · event a, line 5',
      'ragged.csv · ragged-row · line 2',
      'latin.txt · encoding · byte 2',
    ]);
    expect([...(await blobs.list())].sort()).toEqual(sources.map((source) => source.id).sort());
    // A manifest, bytes and items for each source, and no rest of any other.
    expect(storage.kept.size).toBe(3 * sources.length);
  });

  test('zips in zips go in to a depth, with their own paths', async () => {
    const nest = (depth: number): Uint8Array =>
      makeZip(
        depth === 0
          ? { 'deep.txt': 'At the bottom.' }
          : { 'in.zip': nest(depth - 1), [`level${String(depth)}.txt`]: `A text at ${String(depth)}.` },
      );
    const { short } = await bringIn({ 'a.zip': nest(3) });
    expect(short).toEqual([
      'a.zip/in.zip/in.zip/in.zip · zip-bomb · ',
      'a.zip/in.zip/in.zip/level1.txt · 1',
      'a.zip/in.zip/level2.txt · 1',
      'a.zip/level3.txt · 1',
    ]);
  });

  test('a damaged member of a zip fails alone', async () => {
    const zip = makeZip({ 'a.txt': 'First text. '.repeat(500), 'b.txt': 'Second text. '.repeat(500) });
    zip.fill(0x55, 40, 60);
    expect((await bringIn({ 'z.zip': zip })).short).toEqual([
      'z.zip/a.txt · malformed · member a.txt',
      'z.zip/b.txt · 1',
    ]);
  });

  test('a file that changes or vanishes while it is read is not brought in', async () => {
    let reads = 0;
    const moving: ByteSource = {
      ...memoryBytes('m.txt', encoder.encode('0 text that changes.')),
      stream: () => memoryBytes('m.txt', encoder.encode(`${String(reads++)} text that changes.`)).stream(),
    };
    const gone: ByteSource = {
      ...memoryBytes('g.txt', encoder.encode('A text.')),
      slice: () => Promise.reject(new DOMException('gone', 'NotFoundError')),
    };
    const { short, blobs } = await bringIn([moving, gone]);
    expect(short).toEqual(['m.txt · malformed · ', 'g.txt · malformed · ']);
    expect(await blobs.list()).toEqual([]);
  });

  test('running out of room is said for that file, and a smaller one still goes in', async () => {
    const storage = memoryBlobFiles(() => 20_000);
    const { short, blobs, sources } = await bringIn(
      { 'large.txt': 'Words and words. '.repeat(4000), 'small.txt': 'A small text.' },
      { blobs: memoryBlobStore(realClock(), storage) },
    );
    expect(short).toEqual(['large.txt · quota · ', 'small.txt · 1']);
    expect(await blobs.list()).toEqual([sources[0]?.id]);
    expect(storage.kept.size).toBe(3);
  });

  test('cancelling keeps what is in, gives up what is staged, and names the rest', async () => {
    const controller = new AbortController();
    const storage = memoryBlobFiles();
    const message = 'From a@example.org Tue Mar  3 10:00:00 2026\nFrom: a@example.org\n\nHello there.\n\n';
    const { done, short } = await bringIn(
      { 'a.txt': 'The first text.', 'b.mbox': message.repeat(6000), 'c.txt': 'The last text.' },
      {
        blobs: memoryBlobStore(realClock(), storage),
        signal: controller.signal,
        progress: (progress) => {
          if (progress.current === 'b.mbox' && progress.bytesDone > progress.bytes * 0.6) controller.abort();
        },
      },
    );
    expect(short).toEqual(['a.txt · 1', 'b.mbox · cancelled · ', 'c.txt · cancelled · ']);
    expect(done.state).toBe('cancelled');
    expect(storage.kept.size).toBe(3);
  });

  test('progress only grows, in files and in bytes', async () => {
    const message = 'From a@example.org Tue Mar  3 10:00:00 2026\nFrom: a@example.org\n\nHello there.\n\n';
    const { progress } = await bringIn({
      'z.zip': makeZip({ 'a.txt': 'text '.repeat(100_000), 'b.mbox': message.repeat(500) }),
      'c.mbox': message.repeat(2000),
    });
    expect(progress.length).toBeGreaterThan(2);
    for (const [i, each] of progress.entries()) {
      const before = progress[i - 1];
      expect(each.bytesDone).toBeLessThanOrEqual(each.bytes);
      expect(each.bytesDone).toBeGreaterThanOrEqual(before?.bytesDone ?? 0);
      expect(each.filesDone).toBeGreaterThanOrEqual(before?.filesDone ?? 0);
    }
  });

  test('hundreds of warnings are counted, not lost and not all listed', async () => {
    const { sources } = await bringIn({
      'r.csv': `a,b\n${'1\n'.repeat(60)}${'1,2\n'.repeat(300)}${'1\n'.repeat(200)}`,
    });
    expect(sources[0]?.warnings).toHaveLength(101);
    expect(sources[0]?.warnings.at(-1)?.message).toContain('160 more');
  });
});

async function* never(): AsyncIterable<Uint8Array> {
  await Promise.reject(new Error('must not be read'));
  yield new Uint8Array(0);
}
