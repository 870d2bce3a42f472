import { hex } from '#core/base/bytes.ts';
import type { Sequence, UnixMs } from '#core/base/ids.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { SourceView } from '../contract/views.ts';
import { writeSegment } from './format.ts';
import { type BackupEnd, type FilesSeen, liveSegment, noFiles, segmentHeader } from './live-segment.ts';
import { openSeries } from './open-series.ts';
import type { BackupTools, LiveContent } from './parts.ts';
import {
  encodeIndex,
  findSeries,
  type FoundSeries,
  indexName,
  segmentName,
  segmentNumber,
  type SegmentFile,
  type SeriesFile,
} from './series.ts';

/** What a series is written with. */
export interface SeriesToWrite {
  readonly series: string;
  readonly key: string;
  readonly lockedKey: Uint8Array;
  readonly keyFile: SeriesFile;
}

export interface WriteOptions {
  readonly agent: string;
  readonly now: UnixMs;
  readonly signal: AbortSignal;
  /** From 0 to 1, as far as it can be told beforehand. */
  readonly progress: (fraction: number) => void;
}

export interface Written {
  readonly to: number;
  /** The segment that was added; null when there was nothing new. */
  readonly segment: SegmentFile | null;
  /** Bytes of the whole series. */
  readonly bytes: number;
  /** What became of the files that were to be added. */
  readonly files: FilesSeen;
}

/** After this many segments the next backup is a new base, and the old segments go once it is whole. */
export const SEGMENTS_MAX = 24;

/**
 * Brings a series in a folder up to what is kept here. What is new goes into one more segment, or all into a new base
 * when there is none that fits or the segments have become many. In this order, so that whatever stops it leaves the
 * last good series as it was:
 *   1. the segment, read back and compared;
 *   2. the index, which names it;
 *   3. whatever the index no longer names is removed.
 * @throws BackupError; 'differs' when the series in the folder is of another history: it is left alone, begin another
 */
export async function writeSeries(
  tools: BackupTools,
  live: LiveContent,
  folder: BackupFolder,
  target: SeriesToWrite,
  options: WriteOptions,
): Promise<Written> {
  const head = await live.journal.store.head();
  if (head === null || head.size === 0) return { to: 0, segment: null, bytes: 0, files: noFiles() };
  const end: BackupEnd = { size: head.size, epoch: head.epoch, checkpoint: head.checkpoint };
  const found = (await findSeries(folder)).find(({ series }) => series === target.series) ?? null;
  const standing = found === null ? null : await standingSegments(tools, live, folder, found, target);
  const { name: keyFile, bytes: keyBytes, sha256: keyDigest } = target.keyFile;
  const keyThere =
    found?.index?.key.sha256 === keyDigest &&
    found.files.some(({ name, bytes }) => name === keyFile && bytes === keyBytes);
  if (!keyThere) await writeWhole(folder, keyFile, target.lockedKey);

  const last = standing?.at(-1)?.to ?? 0;
  if (standing !== null && last === end.size) {
    if (!keyThere) await writeIndex(folder, target, standing);
    return { to: last, segment: null, bytes: sizeOf(standing), files: noFiles() };
  }
  const numbers = found?.files.map(({ name }) => segmentNumber(target.series, name) ?? 0) ?? [];
  let number = Math.max(0, ...numbers);
  const write = async (from: number): Promise<{ readonly file: SegmentFile; readonly files: FilesSeen }> => {
    const files = noFiles();
    const name = segmentName(target.series, ++number);
    const file = await writeSegmentFile(tools, live, folder, target, { name, from, end, files }, options);
    return { file, files };
  };
  const asBase = standing === null || standing.length % SEGMENTS_MAX === 0;
  let written = await write(asBase ? 0 : last);
  let segments = asBase ? [written.file] : [...standing, written.file];
  // A file that is damaged here may be whole in the segments that stand: then these stay, and are followed by one more.
  if (asBase && standing !== null && written.files.lost.size > 0) {
    written = await write(last);
    segments = [...standing, written.file];
  }
  await writeIndex(folder, target, segments);
  await removeOthers(folder, target.series, segments);
  return { to: end.size, segment: written.file, bytes: sizeOf(segments), files: written.files };
}

/** One segment as an age file, for a download: from entry `from` up to all that is kept. */
export async function* sealedSegment(
  tools: BackupTools,
  live: LiveContent,
  key: string,
  facts: { readonly series: string; readonly agent: string; readonly from: number; readonly createdAt: UnixMs },
  end: BackupEnd,
  files: FilesSeen,
): AsyncIterable<Uint8Array> {
  const header = await segmentHeader(live, facts, end);
  yield* tools.cipher.seal(key, writeSegment(tools.hash, liveSegment(live, header, files)));
}

/**
 * The segments that a further one can follow; null when a new base is due: there is no index, a file is missing or has
 * another length, or the first cannot be read.
 */
async function standingSegments(
  tools: BackupTools,
  live: LiveContent,
  folder: BackupFolder,
  found: FoundSeries,
  target: SeriesToWrite,
): Promise<readonly SegmentFile[] | null> {
  if (found.problem?.code === 'newer-version') throw found.problem;
  const segments = found.index?.segments ?? [];
  const present = segments.every((segment) =>
    found.files.some(({ name, bytes }) => name === segment.name && bytes === segment.bytes),
  );
  const last = segments.at(-1);
  if (found.index === null || last === undefined || !present) return null;
  const newest: FoundSeries = { ...found, index: { ...found.index, segments: [last] } };
  let opened;
  try {
    opened = await openSeries(tools, folder, newest, target.key);
  } catch (error) {
    if (error instanceof BackupError && error.code === 'damaged') return null;
    throw error;
  }
  const checkpoint = opened.segments[0]?.header.checkpoint ?? '';
  if (await wasHeadHere(live, { size: last.to, checkpoint })) return segments;
  throw new BackupError('differs', 'The backup in this folder is of another history than what is kept here.');
}

/** Whether the journal kept here once had exactly this signed head. */
export async function wasHeadHere(live: LiveContent, end: Pick<BackupEnd, 'size' | 'checkpoint'>): Promise<boolean> {
  for (const leg of live.journal.legs) {
    const { groups } = await leg.read((end.size - 1) as Sequence, 1);
    const group = groups.find(({ firstSequence, count }) => firstSequence + count === end.size);
    if (group !== undefined) return group.checkpoint === end.checkpoint;
  }
  return false;
}

async function writeSegmentFile(
  tools: BackupTools,
  live: LiveContent,
  folder: BackupFolder,
  target: SeriesToWrite,
  {
    name,
    from,
    end,
    files,
  }: { readonly name: string; readonly from: number; readonly end: BackupEnd; readonly files: FilesSeen },
  options: WriteOptions,
): Promise<SegmentFile> {
  const hash = tools.hash();
  const expected = await bytesExpected(live, from, end);
  let bytes = 0;
  const facts = { series: target.series, agent: options.agent, from, createdAt: options.now };
  const sealed = sealedSegment(tools, live, target.key, facts, end, files);
  await folder.write(
    name,
    watched(sealed, options.signal, (piece) => {
      hash.update(piece);
      bytes += piece.length;
      options.progress(Math.min(0.95, bytes / expected));
    }),
  );
  const sha256 = hex(hash.digest());
  const again = tools.hash();
  for await (const piece of watched(folder.read(name), options.signal, () => undefined)) again.update(piece);
  if (hex(again.digest()) !== sha256)
    throw new BackupError(
      'io',
      `${name} was written, but reads back as something else. The disk or the folder's sync may be at fault.`,
      name,
    );
  return { name, bytes, sha256, from, to: end.size };
}

/** A rough size beforehand: the new files twice (their bytes, and what was read from them) and a kilobyte an entry. */
async function bytesExpected(live: LiveContent, from: number, end: BackupEnd): Promise<number> {
  const sources = await live.store.rows('source');
  const fresh = sources.filter(({ sequence }) => sequence >= from).map(({ value }) => (value as SourceView).bytes);
  return 1_024 * (1 + end.size - from) + 2 * fresh.reduce((sum, bytes) => sum + bytes, 0);
}

async function writeIndex(
  folder: BackupFolder,
  { series, keyFile }: SeriesToWrite,
  segments: readonly SegmentFile[],
): Promise<void> {
  await writeWhole(folder, indexName(series), encodeIndex({ series, key: keyFile, segments }));
}

/** Files of this series that the index does not name: replaced by a new base, or cut short by a crash. */
async function removeOthers(folder: BackupFolder, series: string, segments: readonly SegmentFile[]): Promise<void> {
  for (const { name } of await folder.list()) {
    const other = segmentNumber(series, name) !== null && !segments.some((segment) => segment.name === name);
    // One that cannot be removed takes up room and does no harm.
    if (other) await folder.remove(name).catch(() => undefined);
  }
}

function writeWhole(folder: BackupFolder, name: string, bytes: Uint8Array): Promise<void> {
  return folder.write(name, once(bytes));
}

export async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function* watched(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  see: (piece: Uint8Array) => void,
): AsyncIterable<Uint8Array> {
  for await (const piece of bytes) {
    if (signal.aborted) throw new BackupError('cancelled', 'The backup was stopped. The last one is as it was.');
    see(piece);
    yield piece;
  }
}

export function sizeOf(segments: readonly SegmentFile[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}
