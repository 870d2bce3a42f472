import { encodeCut } from '#core/audit/group-frame.ts';
import { equalBytes } from '#core/base/bytes.ts';
import type { Place } from './epoch-log.ts';
import { type LogFile, packFile, toPack } from './log-files.ts';
import type { LogReader } from './log-reader.ts';
import { isNamed, openSyncHandle, type SyncHandle } from './sync-handle.ts';

/**
 * Packs what earlier leaders left into fewer files, in two turns: this one copies, compares and seals; the files a pack
 * stands for are kept until a later turn, when the log was read and proved through the pack. Broken off anywhere, either
 * the old files count or the whole pack does.
 * @param before the epoch that leads: its own file is not touched
 */
export async function packLogs(
  folder: FileSystemDirectoryHandle,
  reader: LogReader,
  before: number,
  filesMin: number,
): Promise<void> {
  const files = await reader.files();
  await removeReplaced(folder, await reader.all(), files);
  const sized: { readonly file: LogFile; readonly size: number }[] = [];
  const earlier = files.filter(({ to }) => to < before);
  for (const file of earlier) sized.push({ file, size: (await reader.bytesOf(file)).size });
  const chosen = new Set(toPack(sized, filesMin).map(({ file }) => file.name));
  const { places, damage } = await reader.placesIn(earlier);
  const kept = places.filter(({ file }) => chosen.has(file.name));
  const [first, last] = [earlier.find(({ name }) => chosen.has(name)), earlier.at(-1)];
  if (kept.length === 0 || damage !== null || first === undefined || last === undefined) return;
  const { name } = packFile(first.from, last.to);
  if (name === first.name) return;
  const handle = await openSyncHandle(await folder.getFileHandle(name, { create: true }));
  if (handle === null) return;
  try {
    await writePack(handle, reader, kept);
  } catch (error) {
    // What was begun takes up room that may be what is lacking.
    handle.truncate(0);
    throw error;
  } finally {
    handle.close();
  }
}

async function writePack(handle: SyncHandle, reader: LogReader, kept: readonly Place[]): Promise<void> {
  handle.truncate(0);
  let end = 0;
  const write = (bytes: Uint8Array): void => {
    if (handle.write(bytes, { at: end }) !== bytes.length)
      throw new DOMException('The disk took only a part of a pack.', 'QuotaExceededError');
    end += bytes.length;
  };
  write(encodeCut(kept[0]?.place.first ?? 0));
  const body = end;
  for await (const bytes of reader.bytesAt(kept)) write(bytes);
  handle.flush();
  let at = body;
  for await (const bytes of reader.bytesAt(kept)) {
    const copied = new Uint8Array(bytes.length);
    handle.read(copied, { at });
    if (!equalBytes(copied, bytes)) throw new DOMException('A pack is not what it was made of.', 'DataError');
    at += bytes.length;
  }
  const { first = 0, count = 0 } = kept.at(-1)?.place ?? {};
  write(encodeCut(first + count));
  handle.flush();
}

/** Files that a sealed pack stands for, and packs that were never finished. */
async function removeReplaced(
  folder: FileSystemDirectoryHandle,
  all: readonly LogFile[],
  inForce: readonly LogFile[],
): Promise<void> {
  const counting = new Set(inForce.map(({ name }) => name));
  for (const { name } of all.filter((file) => !counting.has(file.name)))
    try {
      await folder.removeEntry(name);
    } catch (error) {
      // A leader that was stopped may hold its file for ever.
      if (!isNamed(error, 'NoModificationAllowedError') && !isNamed(error, 'NotFoundError')) throw error;
    }
}
