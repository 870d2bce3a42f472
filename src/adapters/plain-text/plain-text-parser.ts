import type { Parser } from '#ports/parser.ts';
import { documentItem } from './document-item.ts';
import { openText } from './open-text.ts';
import { plainTextBlocks } from './plain-text-blocks.ts';

/** Plain text: one document of paragraphs, headings, lists and quotes. */
export const plainTextParser: Parser = {
  kind: 'document',
  extensions: ['.txt'],
  async *parse(file, source, signal) {
    const opened = await openText(file, signal);
    if (!opened.ok) {
      yield { type: 'failed', problem: opened.error };
      return;
    }
    if (opened.value.problem) yield { type: 'warning', problem: opened.value.problem };
    yield { type: 'item', item: documentItem(file, source, opened.value, plainTextBlocks(opened.value.text)) };
  },
};
