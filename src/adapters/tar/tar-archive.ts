/** POSIX ustar (IEEE Std 1003.1, pax), as far as a few plain files need it: `tar xf` opens what is written here. */
const BLOCK_BYTES = 512;
/** Eleven octal digits. */
const MEMBER_BYTES_MAX = 8 ** 11 - 1;
/** Pieces are handed to the browser's own storage in lots of this size, so that memory stays bounded. */
const LOT_BYTES = 8 * 1_048_576;

export interface TarMember {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Each member is read to its end before the next is asked for.
 * @param at Unix milliseconds, kept in whole seconds as the time of every member
 */
export async function writeTar(members: AsyncIterable<TarMember>, at = 0): Promise<Blob> {
  const parts: Blob[] = [];
  for await (const { name, bytes } of members) {
    const body = await collected(bytes);
    if (body.size > MEMBER_BYTES_MAX) throw new Error(`${name} is too large for one archive.`);
    parts.push(new Blob([headerOf(name, body.size, at)]), body, new Blob([new Uint8Array(padding(body.size))]));
  }
  parts.push(new Blob([new Uint8Array(2 * BLOCK_BYTES)]));
  return new Blob(parts, { type: 'application/x-tar' });
}

/** The plain files in an archive, as slices of it. @returns null when it is no such archive */
export async function readTar(
  archive: Blob,
): Promise<readonly { readonly name: string; readonly body: Blob; readonly at: number }[] | null> {
  const found: { name: string; body: Blob; at: number }[] = [];
  for (let at = 0; at + BLOCK_BYTES <= archive.size;) {
    const header = new Uint8Array(await archive.slice(at, at + BLOCK_BYTES).arrayBuffer());
    if (header.every((byte) => byte === 0)) return found;
    const size = Number.parseInt(textAt(header, 124, 12), 8);
    if (textAt(header, 257, 5) !== 'ustar' || !Number.isSafeInteger(size) || checksum(header) !== sumIn(header))
      return null;
    const start = at + BLOCK_BYTES;
    if (start + size > archive.size) return null;
    if (header[156] === 0x30 || header[156] === 0)
      found.push({
        name: textAt(header, 0, 100),
        body: archive.slice(start, start + size),
        at: 1_000 * Number.parseInt(textAt(header, 136, 12), 8),
      });
    at = start + size + padding(size);
  }
  return null;
}

async function collected(bytes: AsyncIterable<Uint8Array>): Promise<Blob> {
  const lots: Blob[] = [];
  let lot: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of bytes) {
    lot.push(new Uint8Array(piece));
    length += piece.length;
    if (length < LOT_BYTES) continue;
    lots.push(new Blob(lot));
    lot = [];
    length = 0;
  }
  return new Blob([...lots, ...lot]);
}

function headerOf(name: string, size: number, at: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(BLOCK_BYTES);
  const put = (offset: number, text: string): void => header.set(new TextEncoder().encode(text), offset);
  put(0, name);
  put(100, '0000600\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(
    136,
    `${Math.floor(at / 1_000)
      .toString(8)
      .padStart(11, '0')}\0`,
  );
  put(156, '0');
  put(257, 'ustar\x0000');
  put(148, `${checksum(header).toString(8).padStart(6, '0')}\0 `);
  return header;
}

/** The sum of the header's bytes, its own field taken for spaces. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function sumIn(header: Uint8Array): number {
  return Number.parseInt(textAt(header, 148, 8), 8);
}

function textAt(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function padding(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}
