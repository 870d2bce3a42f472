import { concat } from '#core/base/bytes.ts';
import type { ActorBook, EntryRecord } from './actor-book.ts';
import { decodeFrames, encodeFrame } from './actor-frames.ts';
import { openShared } from './fence-file.ts';
import { fileNames, isNamed, type SyncHandle } from './sync-handle.ts';

/** Entries in one file: reading a page of a log opens two of them at most. */
const FILE_ENTRIES = 256;
const ENDING = '.entries';

/**
 * Moves old entries to files of their own. An entry never changes, so it does no harm when two do this, or one twice.
 * @returns what was damaged there; null when nothing was
 */
export async function archive(folder: FileSystemDirectoryHandle, book: ActorBook): Promise<string | null> {
  let damage: string | null = null;
  for (const [actor, entries] of book.old()) {
    const files = new Set(entries.map(([sequence]) => fileOf(sequence)));
    for (const file of files) {
      const of = entries.filter(([sequence]) => fileOf(sequence) === file);
      if (await append(folder, nameOf(actor, file), of)) damage = 'Old entries of an agent’s log are damaged.';
    }
  }
  return damage;
}

/** Entries of an actor's log that were moved to files, from one on, in order. Those that cannot be read are missing. */
export async function archived(
  folder: FileSystemDirectoryHandle,
  actor: string,
  from: number,
  to: number,
): Promise<EntryRecord[]> {
  const found: EntryRecord[] = [];
  for (let file = fileOf(from); file <= fileOf(to); file++)
    try {
      const bytes = await (await (await folder.getFileHandle(nameOf(actor, file))).getFile()).arrayBuffer();
      const { records } = decodeFrames(new Uint8Array(bytes));
      found.push(...(records as EntryRecord[]).filter(([sequence]) => sequence >= from && sequence <= to));
    } catch (error) {
      if (!isNamed(error, 'NotFoundError')) throw error;
    }
  return found;
}

/** Puts other entries in the place of those in the files, and leaves nothing of what was there. */
export async function rewriteArchived(
  folder: FileSystemDirectoryHandle,
  change: (actor: string, entry: EntryRecord) => Promise<EntryRecord>,
): Promise<void> {
  for (const name of (await fileNames(folder)).filter((other) => other.endsWith(ENDING))) {
    const actor = name.slice(0, name.lastIndexOf('-'));
    const handle = await openShared(await folder.getFileHandle(name));
    if (handle === null) throw new DOMException('Files cannot be shared between tabs here.', 'NotSupportedError');
    try {
      const records = decodeFrames(wholeOf(handle)).records as EntryRecord[];
      const changed = await Promise.all(records.map((record) => change(actor, record)));
      if (changed.every((record, index) => record === records[index])) continue;
      const bytes = concat(...changed.map(encodeFrame));
      if (handle.write(bytes, { at: 0 }) !== bytes.length)
        throw new DOMException('There is no room to write entries anew.', 'QuotaExceededError');
      handle.truncate(bytes.length);
      handle.flush();
    } finally {
      handle.close();
    }
  }
}

function wholeOf(handle: SyncHandle): Uint8Array {
  const bytes = new Uint8Array(handle.getSize());
  handle.read(bytes, { at: 0 });
  return bytes;
}

/** @returns whether what was there is damaged */
async function append(
  folder: FileSystemDirectoryHandle,
  name: string,
  entries: readonly EntryRecord[],
): Promise<boolean> {
  const handle = await openShared(await folder.getFileHandle(name, { create: true }));
  if (handle === null) throw new DOMException('Files cannot be shared between tabs here.', 'NotSupportedError');
  try {
    const { records, end, rest } = decodeFrames(wholeOf(handle));
    const last = (records as EntryRecord[]).at(-1)?.[0] ?? 0;
    let at = end;
    for (const frame of entries.filter(([sequence]) => sequence > last).map(encodeFrame)) {
      if (handle.write(frame, { at }) !== frame.length)
        throw new DOMException('There is no room for old entries.', 'QuotaExceededError');
      at += frame.length;
    }
    if (at > end || rest !== 'none') handle.truncate(at);
    handle.flush();
    return rest === 'damaged';
  } finally {
    handle.close();
  }
}

function fileOf(sequence: number): number {
  return Math.floor((sequence - 1) / FILE_ENTRIES);
}

function nameOf(actor: string, file: number): string {
  return `${actor}-${String(file).padStart(6, '0')}${ENDING}`;
}
