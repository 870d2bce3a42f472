import { tableItem } from '#adapters/csv/table-item.ts';
import { documentItem } from '#adapters/plain-text/document-item.ts';
import { baseName } from '#adapters/plain-text/document-facts.ts';
import { openText } from '#adapters/plain-text/open-text.ts';
import { failed } from '#adapters/plain-text/problem.ts';
import { statedDate } from '#adapters/plain-text/stated-date.ts';
import type { Parser } from '#ports/parser.ts';
import { frontMatter, type FrontMatter } from './front-matter.ts';
import { markdownBlocks } from './markdown-blocks.ts';

/** Markdown: one document, and a table for each table in it. */
export const markdownParser: Parser = {
  kind: 'document',
  extensions: ['.md'],
  async *parse(file, source, signal) {
    const opened = await openText(file, signal);
    if (!opened.ok) {
      yield { type: 'failed', problem: opened.error };
      return;
    }
    const decoded = opened.value;
    if (decoded.problem) yield { type: 'warning', problem: decoded.problem };
    // The same length with \n alone, so that every offset stays where it is.
    const text = decoded.text.replaceAll('\r\n', ' \n').replaceAll('\r', '\n');
    const front = frontMatter(text);
    const { blocks, tables } = markdownBlocks(text, front.end);
    if (blocks.length === 0) {
      yield failed('empty', '', 'There is no text in this file.');
      return;
    }
    yield { type: 'item', item: documentItem(file, source, decoded, blocks, stated(front)) };
    for (const table of tables) {
      const rows = table.rows.map((row) => ({
        ...row,
        start: decoded.byteAt(row.start),
        end: decoded.byteAt(row.end),
      }));
      const span = { start: decoded.byteAt(table.start), end: decoded.byteAt(table.end) };
      const above = blocks.findLast((block) => block.type === 'heading' && block.end <= table.start);
      if (rows.length > 0)
        yield { type: 'item', item: tableItem(source, above?.text ?? baseName(file.path), span, table.header, rows) };
    }
  },
};

function stated({ fields }: FrontMatter): Parameters<typeof documentItem>[4] {
  const date = ['updated', 'modified', 'lastmod', 'last_modified', 'date', 'created']
    .map((key) => statedDate(fields.get(key) ?? ''))
    .find((at) => at !== null);
  return { title: fields.get('title'), datedAt: date, author: fields.get('author') ?? fields.get('authors') };
}
