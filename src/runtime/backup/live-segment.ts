import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import { BackupError } from '#ports/backup-error.ts';
import { blobErrorOf } from '#ports/blob-store.ts';
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

/** What became of the files that a segment was to hold. */
export interface FilesSeen {
  readonly held: Set<SourceId>;
  /** Those that are damaged here or gone, with their paths: another reading would not bring them back. */
  readonly lost: Map<SourceId, string>;
}

export function noFiles(): FilesSeen {
  return { held: new Set(), lost: new Map() };
}

/**
 * What happened in the entries [header.from, header.to), and the bytes of the files that they brought in, as far as these
 * are still kept.
 * @param seen is told of each file
 * @throws BackupError 'incomplete' that names a file which cannot be read just now: nothing is given up for that
 */
export async function* liveSegment(
  live: LiveContent,
  header: SegmentHeader,
  seen: FilesSeen,
): AsyncIterable<SegmentPart> {
  yield { kind: 'header', header };
  const { root, vouching, providers = null } = await live.secrets();
  if (root !== null) yield { kind: 'root', text: root };
  if (vouching !== null) yield { kind: 'vouching', text: vouching };
  if (providers !== null) yield { kind: 'providers', text: providers };
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
  for (const id of imported) yield* fileParts(live, id, seen);
}

async function* fileParts(live: LiveContent, id: SourceId, seen: FilesSeen): AsyncIterable<SegmentPart> {
  const path = await wantedPath(live, id);
  const size = await live.blobs.size(id).catch((error: unknown) => {
    throw notNow(path ?? id, messageOf(error));
  });
  if (size === null) {
    if (path !== null) seen.lost.set(id, path);
    return;
  }
  yield { kind: 'blob', id, size };
  try {
    yield* contents(live, id, size);
    seen.held.add(id);
  } catch (error) {
    const code = blobErrorOf(error)?.code;
    if (code !== 'corrupt' && code !== 'missing') throw notNow(path ?? id, messageOf(error));
    if (path !== null) seen.lost.set(id, path);
    yield { kind: 'lost', why: messageOf(error) };
  }
}

async function* contents(live: LiveContent, id: SourceId, size: number): AsyncIterable<SegmentPart> {
  for (let at = 0; at < size; at += BLOB_CHUNK_BYTES) {
    const read = await live.blobs.read(id, at, Math.min(size, at + BLOB_CHUNK_BYTES));
    if (!read.ok) throw new Error(read.error.message, { cause: read.error });
    yield { kind: 'bytes', bytes: read.value };
  }
  for await (const items of live.blobs.items(id)) yield { kind: 'items', items };
}

/** The path of a file that the owner has not taken away; null where nobody misses it. */
export async function wantedPath(live: Pick<LiveContent, 'store'>, id: SourceId): Promise<string | null> {
  const row = (await live.store.rows('source')).find((source) => source.id === id)?.value as SourceView | undefined;
  return row?.removedAt === null ? row.path : null;
}

function notNow(path: string, why: string): BackupError {
  return new BackupError('incomplete', `The backup is not complete: ${path} cannot be read just now (${why}).`, path);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
