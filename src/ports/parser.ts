import type { SourceId } from '#core/base/ids.ts';
import type { Item } from '#core/items/item.ts';
import type { ImportProblem, SourceKind } from '#core/items/source.ts';

/** A file's bytes, read as a stream or by range; never all at once unless the format needs it. */
export interface ByteSource {
  readonly path: string;
  readonly size: number;
  readonly modifiedAt: number | null;
  readonly stream: () => AsyncIterable<Uint8Array>;
  readonly slice: (start: number, end: number) => Promise<Uint8Array>;
}

export type Parsed =
  | { readonly type: 'item'; readonly item: Item }
  /** Part of the file could not be used; the rest goes on. */
  | { readonly type: 'warning'; readonly problem: ImportProblem }
  /** Bytes of the file consumed so far. */
  | { readonly type: 'progress'; readonly bytes: number }
  /** Nothing of the file can be used: the import of this file is undone. Always the last. */
  | { readonly type: 'failed'; readonly problem: ImportProblem };

/** One file format. `source` is the SHA-256 of the file, known before parsing, for spans and ids. */
export interface Parser {
  readonly kind: SourceKind;
  /** Lowercase, with dot. */
  readonly extensions: readonly string[];
  readonly parse: (file: ByteSource, source: SourceId, signal: AbortSignal) => AsyncIterable<Parsed>;
}
