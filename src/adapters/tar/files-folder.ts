import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import { readTar } from './tar-archive.ts';

/**
 * Files that the owner chose, archives among them, read as if they lay in one folder: of files of one name the newest
 * counts. Nothing can be written there.
 */
export async function filesFolder(files: readonly File[]): Promise<BackupFolder> {
  const bodies = new Map<string, Blob>();
  const times = new Map<string, number>();
  for (const file of files) {
    const members = file.name.endsWith('.tar')
      ? await readTar(file)
      : [{ name: file.name, body: file, at: file.lastModified }];
    if (members === null) throw new BackupError('damaged', `${file.name} is cut short or is no archive.`, file.name);
    for (const { name, body, at } of members) {
      if (at < (times.get(name) ?? -Infinity)) continue;
      bodies.set(name, body);
      times.set(name, at);
    }
  }
  const refuse = (): Promise<never> => Promise.reject(new BackupError('io', 'Nothing can be written to chosen files.'));
  return {
    name: files.length === 1 ? (files[0]?.name ?? '') : '',
    list: () => Promise.resolve([...bodies].map(([name, { size }]) => ({ name, bytes: size }))),
    read: (name) => piecesOf(name, bodies.get(name)),
    slice: async (name, start, end) => sliceOf(name, bodies.get(name), start, end),
    write: refuse,
    remove: refuse,
  };
}

const PIECE_BYTES = 1_048_576;

/** The bytes of a file, slice by slice. @throws BackupError 'incomplete' without a file, 'io' when it cannot be read */
export async function* piecesOf(name: string, body: Blob | undefined): AsyncIterable<Uint8Array> {
  const size = body?.size ?? 1;
  for (let at = 0; at < size; at += PIECE_BYTES) yield await sliceOf(name, body, at, at + PIECE_BYTES);
}

async function sliceOf(name: string, body: Blob | undefined, start: number, end: number): Promise<Uint8Array> {
  if (body === undefined) throw new BackupError('incomplete', `The file ${name} is missing.`, name);
  try {
    return new Uint8Array(await body.slice(start, end).arrayBuffer());
  } catch (error) {
    throw new BackupError('io', `The file ${name} cannot be read: ${String(error)}`, name);
  }
}
