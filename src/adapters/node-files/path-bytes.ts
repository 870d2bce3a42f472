import { open, readdir, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join, sep } from 'node:path';
import type { ByteSource } from '#ports/parser.ts';

/**
 * A file on disk, for terminal commands.
 * @param path the path to show, with forward slashes
 */
export async function pathBytes(file: string, path: string): Promise<ByteSource> {
  const { size, mtimeMs } = await stat(file);
  return {
    path,
    size,
    modifiedAt: Math.trunc(mtimeMs),
    stream: () => createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>,
    slice: async (start, end) => {
      const handle = await open(file);
      try {
        const bytes = new Uint8Array(Math.max(0, end - start));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
        return bytes.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
  };
}

/** Every file under a folder, hidden ones left out, by relative path in a stable order. */
export async function folderBytes(folder: string): Promise<ByteSource[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      file,
      path: file
        .slice(folder.replace(/[/\\]+$/, '').length + 1)
        .split(sep)
        .join('/'),
    }))
    .filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return Promise.all(paths.map(({ file, path }) => pathBytes(file, path)));
}
