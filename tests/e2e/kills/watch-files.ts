import type { WatchOptions } from './kill-watch.ts';

/**
 * Where the window is in writing a file into the owner's folder:
 *   create   no file has been made
 *   created  it is there, empty
 *   opened   a stream to it is open
 *   written  the stream has taken every byte, the file is still empty
 *   saved    the file is whole, and nobody has been told
 */
export const FILE_POINTS = ['create', 'created', 'opened', 'written', 'saved'] as const;
export type FilePoint = (typeof FILE_POINTS)[number];

/** Runs in the window, so it may use nothing from outside itself. */
export function watchFiles({ label, hold }: WatchOptions): void {
  let counted = 0;
  const pass = async (point: FilePoint): Promise<void> => {
    if (hold?.points.includes(point)) counted += 1;
    const held = hold !== null && hold.points.includes(point) && counted === hold.at;
    console.debug(label + JSON.stringify({ point, head: null, held }));
    if (held) await new Promise((resolve) => setTimeout(resolve, hold.ms));
  };
  const folders = FileSystemDirectoryHandle.prototype;
  const files = FileSystemFileHandle.prototype;
  const streams = FileSystemWritableFileStream.prototype;
  const { getFileHandle } = folders;
  const { createWritable } = files;
  const { write, close } = streams;
  folders.getFileHandle = async function (this: FileSystemDirectoryHandle, name, options) {
    if (options?.create !== true) return getFileHandle.call(this, name, options);
    await pass('create');
    const file = await getFileHandle.call(this, name, options);
    await pass('created');
    return file;
  };
  files.createWritable = async function (this: FileSystemFileHandle, options) {
    const stream = await createWritable.call(this, options);
    await pass('opened');
    return stream;
  };
  streams.write = async function (this: FileSystemWritableFileStream, data) {
    await write.call(this, data);
    await pass('written');
  };
  streams.close = async function (this: FileSystemWritableFileStream) {
    await close.call(this);
    await pass('saved');
  };
}
