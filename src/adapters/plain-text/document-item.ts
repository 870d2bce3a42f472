import type { SourceId, UnixMs } from '#core/base/ids.ts';
import type { TextDocument } from '#core/items/item.ts';
import type { ByteSource } from '#ports/parser.ts';
import type { DecodedText } from './decoded-text.ts';
import { baseName, documentFacts } from './document-facts.ts';
import { itemId } from './item-id.ts';
import type { TextBlock } from './plain-text-blocks.ts';

/** What the format itself says, before what is read from the first lines. */
export interface StatedFacts {
  readonly title?: string | undefined;
  readonly datedAt?: UnixMs | null | undefined;
  readonly author?: string | undefined;
}

/** A document from its blocks, each with the bytes it stands in. */
export function documentItem(
  file: ByteSource,
  source: SourceId,
  decoded: DecodedText,
  blocks: readonly TextBlock[],
  stated: StatedFacts = {},
): TextDocument {
  const facts = documentFacts(
    file,
    blocks.slice(0, 20).flatMap((block) => block.text.split('\n')),
  );
  const title = [stated.title, blocks.find((block) => block.type === 'heading')?.text].find((text) => text?.trim());
  return {
    kind: 'document',
    id: itemId('document', source, 0),
    span: { source, start: 0, end: file.size },
    title: title?.trim() ?? baseName(file.path),
    datedAt: stated.datedAt ?? facts.datedAt,
    author: stated.author?.trim() || facts.author,
    blocks: blocks.map(({ type, level, text, start, end }) => ({
      type,
      level,
      text,
      span: { source, start: decoded.byteAt(start), end: decoded.byteAt(end) },
      page: null,
    })),
  };
}
