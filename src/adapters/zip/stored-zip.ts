import { zipSync } from 'fflate';

/** A small zip without compression, for a library that takes nothing else. */
export function storedZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  return zipSync(files, { level: 0 });
}
