import type { SourceId } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';

export type BlobError = {
  readonly code: 'quota' | 'missing' | 'corrupt' | 'io' | 'cancelled' | 'not-allowed';
  readonly message: string;
};

/** Why items could not be read; null for what was thrown for another reason. */
export function blobErrorOf(thrown: unknown): BlobError | null {
  return thrown instanceof Error && thrown.cause !== undefined ? (thrown.cause as BlobError) : null;
}

/**
 * Sources' bytes and their parsed items, sealed in chunks at rest, addressed by content. Writing is staged: nothing is
 * visible under its id until `commit`, and an abandoned stage is swept.
 */
export interface BlobStore {
  readonly stage: () => Promise<BlobStage>;
  readonly has: (id: SourceId) => Promise<boolean>;
  readonly size: (id: SourceId) => Promise<number | null>;
  /** The plain bytes [start, end), as far as the blob goes. */
  readonly read: (id: SourceId, start: number, end: number) => Promise<Result<Uint8Array, BlobError>>;
  /**
   * The parsed items of a source, in the batches they were written in.
   * @throws Error with a BlobError as its cause when there are none to read
   */
  readonly items: (id: SourceId) => AsyncIterable<readonly unknown[]>;
  readonly remove: (id: SourceId) => Promise<void>;
  /** Removes blobs that are not in `keep` and stages that were abandoned, once both are old enough to be nobody's. */
  readonly sweep: (keep: ReadonlySet<SourceId>) => Promise<number>;
  readonly list: () => Promise<readonly SourceId[]>;
  readonly erase: () => Promise<void>;
}

export interface BlobStage {
  readonly write: (bytes: Uint8Array) => Promise<Result<void, BlobError>>;
  readonly writeItems: (items: readonly unknown[]) => Promise<Result<void, BlobError>>;
  /** Makes bytes and items visible together under the SHA-256 of the bytes. */
  readonly commit: () => Promise<
    Result<{ readonly id: SourceId; readonly size: number; readonly existed: boolean }, BlobError>
  >;
  readonly discard: () => Promise<void>;
}
