import type { UnixMs } from '#core/base/ids.ts';
import { tableItem } from '#adapters/csv/table-item.ts';
import { documentItem } from '#adapters/plain-text/document-item.ts';
import { openText } from '#adapters/plain-text/open-text.ts';
import { failed } from '#adapters/plain-text/problem.ts';
import { statedDate } from '#adapters/plain-text/stated-date.ts';
import type { Parser } from '#ports/parser.ts';
import { readHtml, type HtmlContent } from './html-blocks.ts';

/** A web page: one document, and a table for each data table on it. */
export const htmlParser: Parser = {
  kind: 'document',
  extensions: ['.html', '.htm'],
  async *parse(file, source, signal) {
    const opened = await openText(file, signal, undefined, declaredCharset);
    if (!opened.ok) {
      yield { type: 'failed', problem: opened.error };
      return;
    }
    const decoded = opened.value;
    if (decoded.problem) yield { type: 'warning', problem: decoded.problem };
    const content = readHtml(decoded.text);
    if (content.blocks.length === 0) {
      yield failed(
        'empty',
        '',
        'There is no text to read on this page. It may build itself with scripts: print it to PDF instead.',
      );
      return;
    }
    const item = documentItem(file, source, decoded, content.blocks, stated(content));
    yield { type: 'item', item };
    for (const table of content.tables) {
      const rows = table.rows.map((row) => ({
        ...row,
        start: decoded.byteAt(row.start),
        end: decoded.byteAt(row.end),
      }));
      const span = { start: decoded.byteAt(table.start), end: decoded.byteAt(table.end) };
      if (rows.length > 0)
        yield { type: 'item', item: tableItem(source, table.caption || item.title, span, table.header, rows) };
    }
  },
};

function declaredCharset(head: string): string | null {
  return /<meta[^>]+charset\s*=\s*["']?([\w:-]+)/i.exec(head)?.[1] ?? null;
}

const DATES = [
  'article:modified_time',
  'last-modified',
  'dcterms.modified',
  'article:published_time',
  'dcterms.date',
  'dc.date',
  'date',
];

function stated({ title, meta, blocks }: HtmlContent): {
  title?: string;
  metadataAt: UnixMs | null;
  author?: string;
} {
  const date = DATES.map((name) => statedDate(meta.get(name) ?? '')).find((at) => at !== null);
  const heading = blocks.find((block) => block.type === 'heading')?.text;
  return {
    title: heading ?? title,
    metadataAt: date ?? null,
    author: meta.get('author') ?? meta.get('dc.creator') ?? '',
  };
}
