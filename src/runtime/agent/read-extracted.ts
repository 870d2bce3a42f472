import type { Item } from '#core/items/item.ts';
import type { Source, Span } from '#core/items/source.ts';
import type { SourceReader } from '../blobs/source-gate.ts';
import type { ExtractedQuote, SourceExcerpt } from '../contract/agent-api.ts';

const AROUND_CHARS = 600;

/**
 * A quote in the text that was extracted from its source, for files whose bytes do not show it: PDF, Word, encoded mail.
 * Null when the text holds it nowhere.
 */
export async function readExtracted(
  blobs: Pick<SourceReader, 'items'>,
  source: Pick<Source, 'id'>,
  span: Pick<Span, 'start' | 'end'>,
  { quote, locator }: ExtractedQuote,
): Promise<SourceExcerpt | null> {
  const page = Number(/\bpage (\d+)$/.exec(locator)?.[1] ?? NaN);
  for await (const batch of blobs.items(source.id)) {
    for (const item of batch as readonly Item[]) {
      if (item.span.start > span.start || item.span.end < span.end) continue;
      const { text, from } = textOf(item, page);
      const found = find(text, quote, from) ?? find(text, quote, 0);
      if (found) return around(text, found);
    }
  }
  return null;
}

/** The text of an item as it reads, and where in it the page begins that is asked for. */
function textOf(item: Item, page: number): { text: string; from: number } {
  switch (item.kind) {
    case 'message':
      return { text: item.text, from: 0 };
    case 'event':
      return { text: item.description, from: 0 };
    case 'table':
      return { text: item.rows.map(({ cells }) => cells.join(', ')).join('\n'), from: 0 };
    case 'document': {
      let text = '';
      let from = 0;
      let last: string | null = null;
      for (const block of item.blocks) {
        const together = last === block.type && (block.type === 'list-item' || block.type === 'table-row');
        if (last !== null) text += together ? '\n' : '\n\n';
        if (from === 0 && block.page === page) from = text.length;
        text += block.text;
        last = block.type;
      }
      return { text, from };
    }
  }
}

/** Where words stand in a text, however its lines are broken. */
function find(text: string, quote: string, from: number): { start: number; end: number } | null {
  const words = quote.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return null;
  const pattern = new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('\\s+'), 'g');
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match && { start: match.index, end: match.index + match[0].length };
}

/** With whole lines on both sides. */
function around(text: string, { start, end }: { readonly start: number; readonly end: number }): SourceExcerpt {
  const from = Math.max(0, start - AROUND_CHARS);
  const to = Math.min(text.length, end + AROUND_CHARS);
  const before = text.slice(from, start);
  const after = text.slice(end, to);
  const firstLine = before.indexOf('\n') + 1;
  const lastLine = after.lastIndexOf('\n');
  return {
    before: from === 0 || firstLine === 0 ? before : before.slice(firstLine).trimStart(),
    quote: text.slice(start, end),
    after: to === text.length || lastLine < 0 ? after : after.slice(0, lastLine).trimEnd(),
    line: null,
  };
}
