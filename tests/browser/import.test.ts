import * as Comlink from 'comlink';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { makeBomb, makeDocx, makePdf, makeZip } from '#tests/fakes/broken-files.ts';
import type { ImportBench } from './import.worker.ts';
import BenchWorker from './import.worker.ts?worker';

const worker = new BenchWorker();
const bench = Comlink.wrap<ImportBench>(worker);

beforeEach(() => bench.erase());
afterAll(async () => {
  await bench.erase();
  worker.terminate();
});

function files(contents: Readonly<Record<string, string | Uint8Array>>): { path: string; file: File }[] {
  return Object.entries(contents).map(([path, content]) => ({
    path,
    file: new File([content as BlobPart], path.split('/').at(-1) ?? path, { lastModified: 1000 }),
  }));
}

const EVENT =
  'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260302T090000Z\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';

test('every format goes in through the real worker, and each item points at its bytes', async () => {
  const { done, sources } = await bench.run(
    files({
      'a/cal.ics': EVENT,
      'a/one.eml': 'From: a@example.org\nSubject: x\n\nHi',
      'a/box.mbox': 'From a 2026\nFrom: a@example.org\n\nHi\n\nFrom b 2026\nFrom: b@example.org\n\nHo\n',
      'a/t.csv': 'a,b\n1,2\n',
      'a/d.md': '# T\n\ntext',
      'a/d.txt': 'Some text here.',
      'a/d.html': '<p>Some text',
      'a/d.pdf': makePdf([[[12, 'Some text on a page']]]),
      'a/d.docx': makeDocx([['', 'Some text in Word']]),
      'a/d.json': '{"a": 1}',
      'a/z.zip': makeZip({ 'in/e.txt': 'Text in a zip.' }),
      'a/bomb.zip': makeBomb(),
      'a/none.pdf': 'no PDF',
      'a/locked.pdf': makePdf([[[12, 'x']]], '', true),
    }),
    [],
  );
  expect(
    done.results.map((result) => [result.path, result.outcome, result.outcome === 'failed' ? result.problem.code : '']),
  ).toEqual([
    ...[
      'cal.ics',
      'one.eml',
      'box.mbox',
      't.csv',
      'd.md',
      'd.txt',
      'd.html',
      'd.pdf',
      'd.docx',
      'd.json',
      'z.zip/in/e.txt',
    ].map((name) => [`a/${name}`, 'added', '']),
    ['a/bomb.zip', 'failed', 'zip-bomb'],
    ['a/none.pdf', 'failed', 'malformed'],
    ['a/locked.pdf', 'failed', 'encrypted'],
  ]);
  expect(await bench.list()).toHaveLength(sources.length);
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const [pdf] = await bench.items(byPath.get('a/d.pdf')!.id);
  expect(pdf).toMatchObject({ kind: 'document', blocks: [{ text: 'Some text on a page', page: 1 }] });
  const [docx] = await bench.items(byPath.get('a/d.docx')!.id);
  expect(docx).toMatchObject({ kind: 'document', blocks: [{ text: 'Some text in Word' }] });
  const [, second] = await bench.items(byPath.get('a/box.mbox')!.id);
  expect(await bench.slice(second!.span.source, second!.span.start, second!.span.end)).toBe(
    'From b 2026\nFrom: b@example.org\n\nHo\n',
  );

  const known = sources.map(({ id, path }) => ({ id, path }));
  const again = await bench.run(files({ 'copy.ics': EVENT }), known);
  expect(again.done.results).toMatchObject([{ outcome: 'duplicate', of: 'a/cal.ics' }]);
}, 90_000);

test('cancelling leaves nothing of the file that was under way', async () => {
  const message = 'From a@example.org Tue Mar  3 10:00:00 2026\nFrom: a@example.org\n\nHello there.\n\n';
  const { done } = await bench.run(files({ 'a.txt': 'The first text.', 'b.mbox': message.repeat(100_000) }), [], 0.4);
  expect(done.state).toBe('cancelled');
  expect(done.results.map((result) => result.outcome)).toEqual(['added', 'failed']);
  expect(await bench.list()).toHaveLength(1);
}, 90_000);
