import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { SourceId } from '#core/base/ids.ts';
import type { Block, Item, TextDocument } from '#core/items/item.ts';
import { readExtracted } from '#runtime/agent/read-extracted.ts';
import { parseFile } from '../fakes/parse-file.ts';

/** A quote in its surroundings, where the bytes of the file do not show them. */
const SOURCE = 's' as SourceId;
const over = (items: readonly Item[]) => ({
  items: async function* () {
    yield await Promise.resolve(items);
  },
});

test('a sentence of a PDF is shown with the sentences before and after it', async () => {
  const bytes = Uint8Array.from(readFileSync('static/sample/documents/office/travel-policy.pdf'));
  const pdf = await parseFile('travel-policy.pdf', bytes);
  const [document] = pdf.documents;
  const blocks = document?.blocks.filter((block) => block.text.length > 20) ?? [];
  const [before, block, after] = blocks.slice(2, 5);
  const extracted = { quote: block!.text, locator: `Travel policy, page ${String(block!.page)}` };
  const excerpt = await readExtracted(over(pdf.items), { id: SOURCE }, document!.span, extracted);
  expect(excerpt?.quote).toBe(block!.text);
  expect(excerpt?.before).toContain(before!.text);
  expect(excerpt?.after).toContain(after!.text);
});

const SPAN = { source: SOURCE, start: 0, end: 1_000 };
const block = (text: string, page: number, type: Block['type'] = 'paragraph'): Block => ({
  ...{ type, level: 0, text, span: SPAN, page },
});
const report: TextDocument = {
  ...{ kind: 'document', id: 'd' as TextDocument['id'], span: SPAN, title: 'Report', datedAt: null, author: '' },
  blocks: [
    block('First things first.', 1),
    block('The doors open\nat nine.', 1),
    block('On to the second page.', 2),
    block('Milk', 2, 'list-item'),
    block('Bread', 2, 'list-item'),
    block('The doors open at nine.', 2),
    block('Last things last.', 2),
  ],
};
const find = (quote: string, locator: string) =>
  readExtracted(over([report]), { id: SOURCE }, SPAN, { quote, locator });

test('words that stand on two pages are shown on the page that the evidence names, however their lines break', async () => {
  expect((await find('The doors open at nine.', 'Report, page 1'))?.before).toBe('First things first.\n\n');
  const second = await find('The doors open at nine.', 'Report, page 2');
  expect(second?.before).toMatch(/On to the second page\.\n\nMilk\nBread\n\n$/);
  expect(second?.after).toBe('\n\nLast things last.');
});

test('what the text does not hold is not shown as if it did', async () => {
  expect(await find('The doors open at ten.', 'Report, page 1')).toBeNull();
});

test('a sentence of an encoded message is shown in the decoded message, not in one beside it', async () => {
  const mail = (id: string, text: string): string =>
    `From a@example.org Mon Jan 05 09:00:00 2026\nFrom: a@example.org\nSubject: ${id}\nMessage-ID: <${id}@x>\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from(text).toString('base64')}\n\n`;
  const parsed = await parseFile(
    'inbox.mbox',
    mail('one', 'Dear all,\n\nsee you at nine.\n\nAnn') + mail('two', 'Dear Bo,\n\nsee you at nine.\n\nCid'),
  );
  const extracted = { quote: 'see you at nine.', locator: '' };
  const excerpt = await readExtracted(over(parsed.items), { id: SOURCE }, parsed.messages[1]!.span, extracted);
  expect(excerpt).toMatchObject({ before: 'Dear Bo,\n\n', quote: 'see you at nine.' });
  expect(excerpt?.after).toContain('Cid');
});

test('long surroundings are cut at whole lines', async () => {
  const lines = Array.from({ length: 200 }, (_, index) => block(`Line number ${String(index)} of the document.`, 1));
  const document = { ...report, blocks: lines };
  const extracted = { quote: 'Line number 100 of the document.', locator: '' };
  const excerpt = await readExtracted(over([document]), { id: SOURCE }, SPAN, extracted);
  expect(excerpt?.before).toMatch(/^Line number \d+ of/);
  expect(excerpt?.after).toMatch(/of the document\.$/);
  expect(excerpt!.before.length + excerpt!.after.length).toBeLessThan(1_300);
});
