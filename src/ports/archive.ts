import type { ImportProblem } from '#core/items/source.ts';
import type { ByteSource } from './parser.ts';

/** What an archive and the archives inside it may still expand to, together. Reading counts it down. */
export interface ExpansionBudget {
  members: number;
  bytes: number;
}

export type ArchiveEntry =
  /** Its path inside the archive is safe to join to the archive's own. */
  | { readonly type: 'member'; readonly name: string; readonly file: ByteSource }
  /** One member cannot be used; the others can. */
  | { readonly type: 'refused'; readonly name: string; readonly problem: ImportProblem }
  /** Nothing of the archive can be used. Always alone. */
  | { readonly type: 'failed'; readonly problem: ImportProblem };

/** A file of files. Members are expanded as they are read, never to disk. */
export interface Archive {
  /** Lowercase, with dot. */
  readonly extensions: readonly string[];
  readonly entries: (file: ByteSource, budget: ExpansionBudget, signal: AbortSignal) => AsyncIterable<ArchiveEntry>;
}

/** Thrown while a file's bytes are read, when they turn out not to be what was promised. */
export class UnreadableBytes extends Error {
  override readonly name = 'UnreadableBytes';
  constructor(readonly problem: ImportProblem) {
    super(problem.message);
  }
}
