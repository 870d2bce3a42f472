import { hex } from '#core/base/bytes.ts';
import type { SourceId } from '#core/base/ids.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { SourceView } from '../contract/views.ts';
import { checkedSeries } from './checked-series.ts';
import { ContentDigest, type ContentSum, type FileDigest, liveDigest } from './content-digest.ts';
import { openSeries, type OpenSeries } from './open-series.ts';
import type { BackupTools, LiveContent } from './parts.ts';
import { type FoundSeries, readWhole, type SeriesFile } from './series.ts';

export interface DrillResult {
  readonly entries: number;
  readonly files: number;
}

export interface DrillOptions {
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/** Reading the backup, of the whole; the rest is reading what is kept here. */
const READING_SHARE = 0.7;
const KEY_FILE_BYTES_MAX = 65_536;

/**
 * Does all of a restore but the writing: opens every file of the series, checks everything in it, and compares it with
 * what is kept here.
 * @throws BackupError that names what is wrong: 'differs' when the backup is whole but is not of what is kept here
 */
export async function drillSeries(
  tools: BackupTools,
  live: LiveContent,
  folder: BackupFolder,
  found: FoundSeries,
  secrets: { readonly key: string; readonly keyFile: SeriesFile },
  { signal, progress }: DrillOptions,
): Promise<DrillResult> {
  const opened = await openSeries(tools, folder, found, secrets.key);
  if (opened.problem !== null) throw opened.problem;
  await checkKeyFile(tools, folder, secrets.keyFile);
  const { content, lost } = await readAll(tools, folder, opened, signal, (fraction) =>
    progress(READING_SHARE * fraction),
  );
  const sources = (await live.store.rows('source')).map(({ value, sequence }) => ({
    ...(value as SourceView),
    sequence,
  }));
  const nameOf = (id: SourceId): string => sources.find((source) => source.id === id)?.path ?? `${id.slice(0, 12)}…`;
  const first = lost.find((id) => sources.some((source) => source.id === id && source.removedAt === null));
  if (first !== undefined)
    throw new BackupError('differs', `The file ${nameOf(first)} could not be read when it was to be backed up.`);
  // A file that was deleted here since may still be in the backup; one that is here must be in it.
  const kept: SourceId[] = [];
  for (const id of content.files.keys()) if ((await live.blobs.size(id)) !== null) kept.push(id);
  const here = await liveDigest(live, tools.hash, content.entries.count, kept);
  if (here.entries.digest !== content.entries.digest)
    throw new BackupError('differs', 'The entries in the backup are not those that are kept here.');
  for (const id of kept)
    if (here.files.get(id) !== content.files.get(id))
      throw new BackupError('differs', `The file ${nameOf(id)} is another in the backup than here.`);
  for (const { id, path, sequence, removedAt } of sources) {
    const due = removedAt === null && sequence < content.entries.count;
    if (due && !content.files.has(id)) throw new BackupError('differs', `The file ${path} is not in the backup.`);
  }
  progress(1);
  return { entries: content.entries.count, files: content.files.size };
}

async function readAll(
  tools: BackupTools,
  folder: BackupFolder,
  opened: OpenSeries,
  signal: AbortSignal,
  progress: (fraction: number) => void,
): Promise<{ readonly content: ContentSum; readonly lost: readonly SourceId[] }> {
  const total = opened.segments.reduce((sum, { bytes }) => sum + bytes, 1);
  const content = new ContentDigest(tools.hash);
  const lost = new Set<SourceId>();
  let file: FileDigest | null = null;
  const read = (bytes: number): void => {
    if (signal.aborted) throw new BackupError('cancelled', 'The test was stopped.');
    progress(bytes / total);
  };
  for await (const part of checkedSeries(tools, folder, opened, read)) {
    if (part.kind === 'group') for (const { text, payload } of part.entries) content.entry(text, payload);
    else if (part.kind === 'file') file = content.file(part.id, part.size);
    else if (part.kind === 'items') file?.items(part.items);
    else if (part.kind === 'stored') file?.done();
    else if (part.kind === 'lost') lost.add(part.id);
  }
  const sum = content.sum();
  return { content: sum, lost: [...lost].filter((id) => !sum.files.has(id)) };
}

/** The passphrase is not at hand, but the file that it opens must be the one that was written. */
async function checkKeyFile(tools: BackupTools, folder: BackupFolder, { name, sha256 }: SeriesFile): Promise<void> {
  const hash = tools.hash();
  hash.update(await readWhole(folder, name, KEY_FILE_BYTES_MAX));
  if (hex(hash.digest()) !== sha256)
    throw new BackupError('damaged', `The file ${name} was changed: the passphrase would not open the backup.`, name);
}
