import { hex } from '#core/base/bytes.ts';
import { keyName, encodeIndex, indexName, segmentName, segmentNumber, type SegmentFile } from './series.ts';
import type { BackupTools, LiveContent } from './parts.ts';
import type { BackupEnd, FilesSeen } from './live-segment.ts';
import { once, sealedSegment, type SeriesToWrite, type WriteOptions } from './write-series.ts';
import { BackupError } from '#ports/backup-error.ts';

export interface ArchivePart {
  readonly standing: readonly SegmentFile[];
  readonly number: number;
  readonly end: BackupEnd;
  /** Is told what became of the files that go into it. */
  readonly files: FilesSeen;
  readonly made: (segment: SegmentFile) => void;
}

export interface ArchiveMember {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What is in archives that were saved before, and what of it a further one goes on from. */
export interface Saved {
  /** Of all archives that are still needed, the first a base. */
  readonly segments: readonly SegmentFile[];
  /** The signed head at the end of the last. */
  readonly checkpoint: string;
}

/**
 * One more segment of a series and the index that names all, file by file, for an archive: each is to be read to its end
 * before the next. Without segments before it, it is the whole.
 * @param standing the segments that this one follows
 * @param number of this segment, used for no other
 * @param made called with the segment when it is written
 */
export async function* archiveMembers(
  tools: BackupTools,
  live: LiveContent,
  target: SeriesToWrite,
  { standing, number, end, files, made }: ArchivePart,
  { agent, now, signal }: WriteOptions,
): AsyncIterable<ArchiveMember> {
  const { series, key, keyFile, lockedKey } = target;
  yield await Promise.resolve({ name: keyName(series), bytes: once(lockedKey) });
  const hash = tools.hash();
  let bytes = 0;
  const from = standing.at(-1)?.to ?? 0;
  const name = segmentName(series, number);
  const sealed = sealedSegment(tools, live, key, { series, agent, from, createdAt: now }, end, files);
  yield {
    name,
    bytes: (async function* () {
      for await (const piece of sealed) {
        if (signal.aborted) throw new BackupError('cancelled', 'The backup was stopped.');
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    })(),
  };
  const segment: SegmentFile = { name, bytes, sha256: hex(hash.digest()), from, to: end.size };
  made(segment);
  yield {
    name: indexName(series),
    bytes: once(encodeIndex({ series, key: keyFile, segments: [...standing, segment] })),
  };
}

/** The number of the segment after these. */
export function numberAfter(series: string, segments: readonly SegmentFile[]): number {
  return 1 + Math.max(0, ...segments.map(({ name }) => segmentNumber(series, name) ?? 0));
}
