import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import type { SourceView } from '../contract/views.ts';
import type { Fact } from '../agent/facts.ts';
import { readGroups } from '../journal/reader.ts';
import { SEGMENT_FORMAT, SEGMENT_VERSION, type SegmentHeader, type SegmentPart } from './format.ts';
import type { LiveContent } from './parts.ts';

/** How far a backup goes: up to a signed head. */
export interface BackupEnd {
  readonly size: number;
  readonly epoch: number;
  readonly checkpoint: string;
}

export async function segmentHeader(
  live: LiveContent,
  facts: { readonly series: string; readonly agent: string; readonly from: number; readonly createdAt: UnixMs },
  end: BackupEnd,
): Promise<SegmentHeader> {
  const { series, agent, from, createdAt } = facts;
  const [sources, runs] = await Promise.all([live.store.rows('source'), live.store.rows('summary')]);
  const present = sources.map((row) => row.value as SourceView).filter(({ removedAt }) => removedAt === null);
  return {
    format: SEGMENT_FORMAT,
    version: SEGMENT_VERSION,
    series,
    agent,
    from,
    to: end.size,
    epoch: end.epoch,
    checkpoint: end.checkpoint,
    createdAt,
    holds: {
      files: present.length,
      bytes: present.reduce((sum, { bytes }) => sum + bytes, 0),
      runs: runs.length,
    },
  };
}

/**
 * What happened in the entries [header.from, header.to), and the bytes of the files that they brought in, as far as these
 * are still kept.
 */
export async function* liveSegment(live: LiveContent, header: SegmentHeader): AsyncIterable<SegmentPart> {
  yield { kind: 'header', header };
  const { root, vouching } = await live.secrets();
  if (root !== null) yield { kind: 'root', text: root };
  if (vouching !== null) yield { kind: 'vouching', text: vouching };
  const imported = new Set<SourceId>();
  for await (const group of readGroups(live.journal, header.from)) {
    if (group.size > header.to) break;
    for (const { text, payload } of group.entries) {
      const fact = (payload?.value ?? null) as Fact | null;
      if (fact?.type === 'source.imported') imported.add(fact.source.id);
      yield { kind: 'entry', text, payload };
    }
    yield { kind: 'checkpoint', note: group.checkpoint };
  }
  for (const id of imported) yield* blobParts(live, id);
}

async function* blobParts(live: LiveContent, id: SourceId): AsyncIterable<SegmentPart> {
  const size = await live.blobs.size(id);
  if (size === null) return;
  yield { kind: 'blob', id, size };
  for (let at = 0; at < size; at += BLOB_CHUNK_BYTES) {
    const read = await live.blobs.read(id, at, Math.min(size, at + BLOB_CHUNK_BYTES));
    if (!read.ok) {
      yield { kind: 'lost', why: read.error.message };
      return;
    }
    yield { kind: 'bytes', bytes: read.value };
  }
  try {
    for await (const items of live.blobs.items(id)) yield { kind: 'items', items };
  } catch (error) {
    yield { kind: 'lost', why: error instanceof Error ? error.message : String(error) };
  }
}
