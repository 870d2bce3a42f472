import type { Result } from '#core/base/result.ts';
import type { BlobError } from './blob-store.ts';

/** Raw bytes under names, in one flat folder: what a blob store is made of. Knows nothing of keys or contents. */
export interface BlobFiles {
  readonly name: 'opfs' | 'indexeddb' | 'memory';
  /**
   * A new file of this name; its bytes count only after `close`.
   * @param anew refuses where there is one that holds bytes, instead of writing over it
   */
  readonly create: (name: string, anew?: boolean) => Promise<Result<BlobFileWriter, BlobError>>;
  /** The bytes [start, end) of a closed file; 'missing' where there is none or it is shorter. */
  readonly read: (name: string, start: number, end: number) => Promise<Result<Uint8Array, BlobError>>;
  /** Null when there is no such file. */
  readonly size: (name: string) => Promise<number | null>;
  readonly remove: (name: string) => Promise<void>;
  readonly list: () => Promise<readonly string[]>;
  readonly erase: () => Promise<void>;
}

export interface BlobFileWriter {
  readonly append: (bytes: Uint8Array) => Promise<Result<void, BlobError>>;
  /** Resolves when the bytes are durable. */
  readonly close: () => Promise<Result<void, BlobError>>;
  /** Gives up the file. */
  readonly abort: () => Promise<void>;
}
