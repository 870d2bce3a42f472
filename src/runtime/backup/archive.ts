import { hex } from '#core/base/bytes.ts';
import { keyName, encodeIndex, indexName, segmentName } from './series.ts';
import type { BackupTools, LiveContent } from './parts.ts';
import type { BackupEnd } from './live-segment.ts';
import { once, sealedSegment, type SeriesToWrite, type WriteOptions } from './write-series.ts';
import { BackupError } from '#ports/backup-error.ts';

export interface ArchiveMember {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** A whole series of one segment, file by file, for an archive: each is to be read to its end before the next. */
export async function* archiveMembers(
  tools: BackupTools,
  live: LiveContent,
  target: SeriesToWrite,
  end: BackupEnd,
  { agent, now, signal }: WriteOptions,
): AsyncIterable<ArchiveMember> {
  const { series, key, keyFile, lockedKey } = target;
  yield await Promise.resolve({ name: keyName(series), bytes: once(lockedKey) });
  const hash = tools.hash();
  let bytes = 0;
  const name = segmentName(series, 1);
  const sealed = sealedSegment(tools, live, key, { series, agent, from: 0, createdAt: now }, end);
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
  const segment = { name, bytes, sha256: hex(hash.digest()), from: 0, to: end.size };
  yield { name: indexName(series), bytes: once(encodeIndex({ series, key: keyFile, segments: [segment] })) };
}
