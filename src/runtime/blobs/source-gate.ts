import type { SourceId } from '#core/base/ids.ts';
import { err } from '#core/base/result.ts';
import { mayBeUsedFor, type Purpose } from '#core/items/purposes.ts';
import type { Source } from '#core/items/source.ts';
import type { BlobError, BlobStore } from '#ports/blob-store.ts';

/** Who reads: for a purpose that the owner allows or not; or the owner, who looks at what is theirs. */
export type Reading = Purpose | 'owner';

/** What files hold, as far as it may be read for what it was asked for. */
export type SourceReader = Pick<BlobStore, 'read' | 'items' | 'size'>;

/** What the agent's part of the app knows of the blob store: everything but reading, which goes through `readFor`. */
export interface SourceGate extends Pick<BlobStore, 'has' | 'remove' | 'sweep' | 'list' | 'erase'> {
  /**
   * The only way to what a file holds. Whether it may be read is decided at each reading and not when the reader is made,
   * so that a choice of the owner's holds at once. Nothing is trained here yet: for that every file is refused.
   * @param sourceOf what is known of a file now; one that is not known may be read for nothing
   */
  readonly readFor: (
    reading: Reading,
    sourceOf: (id: SourceId) => Pick<Source, 'path' | 'purposes' | 'sample'> | null | undefined,
  ) => SourceReader;
}

export function sourceGate(blobs: BlobStore): SourceGate {
  return {
    has: (id) => blobs.has(id),
    remove: (id) => blobs.remove(id),
    sweep: (keep) => blobs.sweep(keep),
    list: () => blobs.list(),
    erase: () => blobs.erase(),
    readFor: (reading, sourceOf) => {
      const refused = (id: SourceId): BlobError | null => {
        const source = sourceOf(id);
        if (!source) return { code: 'missing', message: `There is no file ${id}.` };
        if (reading === 'owner' || (reading !== 'training' && mayBeUsedFor(reading, source))) return null;
        return { code: 'not-allowed', message: `You do not allow ${source.path} to be used for ${WORDS[reading]}.` };
      };
      return {
        size: async (id) => (refused(id) === null ? blobs.size(id) : null),
        read: async (id, start, end) => {
          const refusal = refused(id);
          return refusal === null ? blobs.read(id, start, end) : err(refusal);
        },
        items: async function* (id) {
          const refusal = refused(id);
          if (refusal !== null) throw new NotAllowed(refusal.message);
          yield* blobs.items(id);
        },
      };
    },
  };
}

/** The owner does not allow it. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

const WORDS: { readonly [P in Purpose]: string } = {
  inference: 'answers',
  training: 'training',
  sharing: 'sharing with others',
};
