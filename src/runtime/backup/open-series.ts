import { KIB } from '#core/base/limits.ts';
import { BackupError, type BackupErrorCode } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import { readSegmentHeader, type SegmentHeader } from './format.ts';
import type { BackupTools } from './parts.ts';
import { type FoundSeries, keyName, readWhole, segmentNumber } from './series.ts';

/** A series whose segments can be opened and follow one another. */
export interface OpenSeries {
  readonly series: string;
  readonly key: string;
  readonly segments: readonly OpenSegment[];
  /** Why it goes no further than that, where there is more that cannot be read. */
  readonly problem: BackupError | null;
}

export interface OpenSegment {
  readonly name: string;
  readonly bytes: number;
  /** Of the sealed bytes, as the index tells it; null without an index. */
  readonly sha256: string | null;
  readonly header: SegmentHeader;
}

const KEY_FILE_BYTES_MAX = 64 * KIB;

/** The key of a series from what its owner has: the passphrase or the key itself. @throws BackupError */
export async function unlockSeries(
  tools: Pick<BackupTools, 'cipher'>,
  folder: BackupFolder,
  found: FoundSeries,
  secret: string,
): Promise<string> {
  const written = tools.cipher.readKey(secret);
  if (written !== null) return written;
  const name = found.index?.key.name ?? keyName(found.series);
  if (!found.files.some((file) => file.name === name)) {
    const message = `The file ${name} is missing, so the passphrase cannot be used. The key itself (AGE-SECRET-KEY-1…) can.`;
    throw new BackupError('incomplete', message, name);
  }
  const unlocked = await tools.cipher.unlockKey(await readWhole(folder, name, KEY_FILE_BYTES_MAX), secret);
  if (unlocked.ok) return unlocked.value;
  throw unlocked.error === 'wrong-passphrase'
    ? new BackupError('wrong-passphrase', 'This is not the passphrase of this backup.')
    : new BackupError(
        'damaged',
        `The file ${name} is damaged. The key itself (AGE-SECRET-KEY-1…) still opens the backup.`,
        name,
      );
}

/**
 * Reads what each segment says of itself, up to the first that cannot be read.
 * @throws BackupError when not even the first can be, or when the key is another
 */
export async function openSeries(
  tools: Pick<BackupTools, 'cipher'>,
  folder: BackupFolder,
  found: FoundSeries,
  key: string,
): Promise<OpenSeries> {
  if (found.problem?.code === 'newer-version') throw found.problem;
  const { series, index } = found;
  if (index === null) return openWithoutIndex(tools, folder, found, key);
  const segments: OpenSegment[] = [];
  for (const file of index.segments) {
    try {
      const there = found.files.find(({ name }) => name === file.name);
      if (there === undefined) throw new BackupError('incomplete', `The file ${file.name} is missing.`, file.name);
      const header = await headerOf(tools, folder, key, file.name);
      if (header.series !== series || header.from !== file.from || header.to !== file.to)
        throw new BackupError('damaged', `The file ${file.name} is another than the backup's list says.`, file.name);
      segments.push({ ...file, bytes: there.bytes, header });
    } catch (problem) {
      if (!(problem instanceof BackupError) || segments.length === 0 || problem.code === 'newer-version') throw problem;
      return { series, key, segments, problem };
    }
  }
  if (segments.length === 0) throw new BackupError('nothing', 'This backup holds nothing yet.');
  return { series, key, segments, problem: null };
}

/** The newest whole history that the segments give by themselves: from the last base on. */
async function openWithoutIndex(
  tools: Pick<BackupTools, 'cipher'>,
  folder: BackupFolder,
  { series, files, problem }: FoundSeries,
  key: string,
): Promise<OpenSeries> {
  const numbered = files
    .map((file) => ({ ...file, number: segmentNumber(series, file.name) ?? 0 }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => a.number - b.number);
  let segments: OpenSegment[] = [];
  let refused: unknown = null;
  for (const { name, bytes } of numbered) {
    const header = await headerOf(tools, folder, key, name).catch((error: unknown) => {
      refused ??= error;
      return null;
    });
    if (header?.series !== series) continue;
    const segment = { name, bytes, sha256: null, header };
    if (header.from === 0) segments = [segment];
    else if (header.from === segments.at(-1)?.header.to) segments.push(segment);
  }
  if (segments.length > 0) return { series, key, segments, problem };
  throw refused instanceof BackupError ? refused : (problem ?? new BackupError('nothing', 'There is no backup here.'));
}

async function headerOf(
  { cipher }: Pick<BackupTools, 'cipher'>,
  folder: BackupFolder,
  key: string,
  name: string,
): Promise<SegmentHeader> {
  try {
    return await readSegmentHeader(cipher.open(key, folder.read(name)));
  } catch (error) {
    throw inFile(error, name);
  }
}

const ABOUT_A_FILE: readonly BackupErrorCode[] = ['damaged', 'wrong-key', 'newer-version'];

/** The same failure with the file that it is about. */
export function inFile(error: unknown, name: string): unknown {
  const about = error instanceof BackupError && error.file === null && ABOUT_A_FILE.includes(error.code);
  return about ? new BackupError(error.code, `${name}: ${error.message}`, name) : error;
}
