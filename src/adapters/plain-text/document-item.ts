import type { SourceId, UnixMs } from '#core/base/ids.ts';
import type { TextDocument } from '#core/items/item.ts';
import type { ByteSource } from '#ports/parser.ts';
import { baseName, documentFacts } from './document-facts.ts';
import { itemId } from './item-id.ts';
import type { TextBlock } from './plain-text-blocks.ts';

/** What the format itself says, before what is read from the first lines. */
export interface StatedFacts {
  readonly title?: string | undefined;
  /** Stands above a date in the text. */
  readonly datedAt?: UnixMs | null | undefined;
  /** Written by the program that made the file: counts when the text gives no date. */
  readonly metadataAt?: UnixMs | null | undefined;
  readonly author?: string | undefined;
}

/** A document from its blocks, each with the bytes it stands in. */
export function documentItem(
  file: ByteSource,
  source: SourceId,
  { byteAt }: { readonly byteAt: (index: number) => number },
  blocks: readonly (TextBlock & { readonly page?: number })[],
  stated: StatedFacts = {},
): TextDocument {
  const facts = documentFacts(
    file,
    blocks.slice(0, 20).flatMap((block) => block.text.split('\n')),
    stated.metadataAt ?? null,
  );
  const title = [stated.title, blocks.find((block) => block.type === 'heading')?.text].find((text) => text?.trim());
  return {
    kind: 'document',
    id: itemId('document', source, 0),
    span: { source, start: 0, end: file.size },
    title: title?.trim() ?? baseName(file.path),
    datedAt: stated.datedAt ?? facts.datedAt,
    author: stated.author?.trim() || facts.author,
    blocks: blocks.map(({ type, level, text, start, end, page }) => ({
      type,
      level,
      text,
      span: { source, start: byteAt(start), end: byteAt(end) },
      page: page ?? null,
    })),
  };
}

/** For formats whose bytes are compressed: every block stands in the whole file. */
export function wholeFile(file: ByteSource): {
  readonly start: number;
  readonly end: number;
  readonly byteAt: (index: number) => number;
} {
  return { start: 0, end: file.size, byteAt: (index) => index };
}
