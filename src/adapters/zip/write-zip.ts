import { Zip, ZipDeflate } from 'fflate';
import { concat } from '#core/base/bytes.ts';

export interface ZipMember {
  readonly path: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** One zip of many files, deflated as they come. */
export async function writeZip(members: AsyncIterable<ZipMember> | Iterable<ZipMember>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const failures: Error[] = [];
  const zip = new Zip((error, piece) => {
    if (error) failures.push(error);
    else pieces.push(piece);
  });
  for await (const { path, bytes } of members) {
    const file = new ZipDeflate(path, { level: 6 });
    zip.add(file);
    for await (const piece of bytes) file.push(piece);
    file.push(new Uint8Array(), true);
  }
  zip.end();
  if (failures[0]) throw failures[0];
  return concat(...pieces);
}

/** The same of files that are whole in memory. */
export function writeZipOf(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Promise<Uint8Array> {
  return writeZip(files.map(({ path, bytes }) => ({ path, bytes: whole(bytes) })));
}

async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}
