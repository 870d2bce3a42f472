import { sha256 } from '@noble/hashes/sha2.js';
import { memoryBytes } from '#adapters/files/file-bytes.ts';
import { loadParser } from '#adapters/files/parser-list.ts';
import { hex } from '#core/base/bytes.ts';
import type { SourceId } from '#core/base/ids.ts';
import type { CalendarItem, Item, Message, Table, TextDocument } from '#core/items/item.ts';
import type { ImportProblem, Span } from '#core/items/source.ts';

export interface ParsedFile {
  readonly items: readonly Item[];
  readonly messages: readonly Message[];
  readonly events: readonly CalendarItem[];
  readonly documents: readonly TextDocument[];
  readonly tables: readonly Table[];
  readonly warnings: readonly ImportProblem[];
  readonly failed: ImportProblem | null;
  /** What stands at a span, decoded. */
  readonly at: (span: Span, charset?: string) => string;
}

/** Parses a file with the real parser for its name. */
export async function parseFile(
  path: string,
  content: string | Uint8Array,
  modifiedAt: number | null = null,
): Promise<ParsedFile> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const extension = path.slice(path.lastIndexOf('.')).toLowerCase();
  const parser = await loadParser(extension);
  if (!parser) throw new Error(`no parser for ${extension}`);
  const items: Item[] = [];
  const warnings: ImportProblem[] = [];
  let failed: ImportProblem | null = null;
  const source = hex(sha256(bytes)) as SourceId;
  for await (const parsed of parser.parse(memoryBytes(path, bytes, modifiedAt), source, new AbortController().signal)) {
    if (parsed.type === 'item') items.push(parsed.item);
    if (parsed.type === 'warning') warnings.push(parsed.problem);
    if (parsed.type === 'failed') failed = parsed.problem;
  }
  return {
    items,
    messages: items.filter((item) => item.kind === 'message'),
    events: items.filter((item) => item.kind === 'event'),
    documents: items.filter((item) => item.kind === 'document'),
    tables: items.filter((item) => item.kind === 'table'),
    warnings,
    failed,
    at: (span, charset = 'utf-8') =>
      new TextDecoder(charset, { ignoreBOM: true }).decode(bytes.subarray(span.start, span.end)),
  };
}

/** Latin-1 bytes of a text of such characters. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function utf16(text: string, order: 'le' | 'be' = 'le'): Uint8Array {
  const units = [0xfeff, ...Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))];
  return Uint8Array.from(units.flatMap((unit) => (order === 'le' ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])));
}
