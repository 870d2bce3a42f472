import { canonicalJson } from '#core/base/json.ts';
import { utf8 } from '#core/base/bytes.ts';
import { MIB } from '#core/base/limits.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFile, BackupFolder } from '#ports/backup-folder.ts';
import { checkVersion, isCount, isSeriesName } from './format.ts';

/**
 * The files of one series in a folder:
 *
 *     windhover-<series>-<n>.age      the segments, from 1
 *     windhover-<series>.key.age      their key, under the owner's passphrase
 *     windhover-<series>.index.json   which of these belong together; written last
 *
 * The index tells names, sizes, digests of the sealed bytes and ranges, and nothing else. What it does not name does not
 * count: a file cut short by a crash is one of those. Without an index the segments can be put in order by their headers.
 */
export interface SeriesIndex {
  readonly series: string;
  readonly key: SeriesFile;
  readonly segments: readonly SegmentFile[];
}

export interface SeriesFile {
  readonly name: string;
  readonly bytes: number;
  /** Of the sealed bytes, hex. */
  readonly sha256: string;
}

export interface SegmentFile extends SeriesFile {
  readonly from: number;
  readonly to: number;
}

/** A series as it was found in a folder. */
export interface FoundSeries {
  readonly series: string;
  /** Null when the index is missing or cannot be read. */
  readonly index: SeriesIndex | null;
  /** Why there is none. */
  readonly problem: BackupError | null;
  readonly files: readonly BackupFile[];
}

const INDEX_FORMAT = 'windhover-backup-index';
const INDEX_VERSION = 1;
const INDEX_BYTES_MAX = 1 * MIB;
const FILE_NAME = /^windhover-([0-9a-f]{16})(?:-[1-9][0-9]*\.age|\.key\.age|\.index\.json)$/;

export const segmentName = (series: string, number: number): string => `windhover-${series}-${String(number)}.age`;
export const keyName = (series: string): string => `windhover-${series}.key.age`;
export const indexName = (series: string): string => `windhover-${series}.index.json`;

/** The n of a segment's name; null for any other file. */
export function segmentNumber(series: string, name: string): number | null {
  const number = new RegExp(`^windhover-${series}-([1-9][0-9]*)\\.age$`).exec(name)?.[1];
  return number === undefined ? null : Number(number);
}

export function encodeIndex({ series, key, segments }: SeriesIndex): Uint8Array {
  return utf8(`${canonicalJson({ format: INDEX_FORMAT, version: INDEX_VERSION, series, key, segments })}\n`);
}

/** @throws BackupError 'damaged' or 'newer-version' */
export function parseIndex(bytes: Uint8Array, name: string): SeriesIndex {
  const damaged = new BackupError('damaged', `The list of the backup's files, ${name}, cannot be read.`, name);
  let value: Partial<SeriesIndex & { format: string; version: number }> | null;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes)) as typeof value;
  } catch {
    throw damaged;
  }
  if (value?.format !== INDEX_FORMAT) throw damaged;
  checkVersion(value.version, INDEX_VERSION);
  const { series, key, segments } = value;
  if (!isSeriesName(series) || !isSeriesFile(key) || !Array.isArray(segments)) throw damaged;
  let end = 0;
  for (const segment of segments as readonly SegmentFile[]) {
    const fits = isSeriesFile(segment) && segment.from === end && isCount(segment.to) && segment.to >= end;
    if (!fits || segmentNumber(series, segment.name) === null) throw damaged;
    end = segment.to;
  }
  return { series, key, segments };
}

/** Every series in a folder, whole or not. */
export async function findSeries(folder: BackupFolder): Promise<readonly FoundSeries[]> {
  const bySeries = new Map<string, BackupFile[]>();
  for (const file of await folder.list()) {
    const series = FILE_NAME.exec(file.name)?.[1];
    if (series !== undefined) bySeries.set(series, [...(bySeries.get(series) ?? []), file]);
  }
  return Promise.all([...bySeries].map(([series, files]) => foundSeries(folder, series, files)));
}

async function foundSeries(folder: BackupFolder, series: string, files: readonly BackupFile[]): Promise<FoundSeries> {
  const name = indexName(series);
  if (!files.some((file) => file.name === name)) {
    const problem = new BackupError('incomplete', `The list of the backup's files, ${name}, is missing.`, name);
    return { series, index: null, problem, files };
  }
  try {
    return { series, index: parseIndex(await readWhole(folder, name, INDEX_BYTES_MAX), name), problem: null, files };
  } catch (problem) {
    if (problem instanceof BackupError) return { series, index: null, problem, files };
    throw problem;
  }
}

/** A small file. @throws BackupError 'damaged' when it is larger than it can be */
export async function readWhole(folder: BackupFolder, name: string, bytesMax: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of folder.read(name)) {
    pieces.push(piece);
    length += piece.length;
    if (length > bytesMax) throw new BackupError('damaged', `${name} is too large for what it should be.`, name);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function isSeriesFile(file: unknown): file is SeriesFile {
  if (typeof file !== 'object' || file === null) return false;
  const { name, bytes, sha256 } = file as Partial<SeriesFile>;
  return typeof name === 'string' && isCount(bytes) && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
}
