import { unzipSync } from 'fflate';

/** What an export bundle may unpack to: its reader holds it whole. */
const UNPACKED_BYTES_MAX = 1024 * 1024 * 1024;

/** The files of a zip, by path; null when it is damaged or unpacks to more than a bundle can be. */
export function readZip(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | null {
  let unpacked = 0;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        unpacked += originalSize;
        if (unpacked > UNPACKED_BYTES_MAX) throw new RangeError('too large');
        return !name.endsWith('/');
      },
    });
    return new Map(Object.entries(files));
  } catch {
    return null;
  }
}
