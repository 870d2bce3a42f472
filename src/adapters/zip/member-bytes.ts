import { Inflate } from 'fflate';
import { concat } from '#core/base/bytes.ts';
import type { ImportProblemCode } from '#core/items/source.ts';
import { problem } from '#adapters/plain-text/problem.ts';
import { UnreadableBytes } from '#ports/archive.ts';
import type { ByteSource } from '#ports/parser.ts';
import type { ZipMember } from './directory.ts';

/**
 * A member as a file of its own, expanded while it is read and never further than its directory entry promised.
 * @param path how it is to be known
 */
export function memberBytes(zip: ByteSource, member: ZipMember, path: string): ByteSource {
  const stream = (): AsyncIterable<Uint8Array> => expand(zip, member);
  return {
    path,
    size: member.size,
    modifiedAt: member.modifiedAt,
    stream,
    slice: async (start, end) => {
      const parts: Uint8Array[] = [];
      let at = 0;
      if (end <= start) return new Uint8Array(0);
      for await (const chunk of stream()) {
        if (at + chunk.length > start) parts.push(chunk.subarray(Math.max(0, start - at), end - at));
        at += chunk.length;
        if (at >= end) break;
      }
      return concat(...parts);
    },
  };
}

/** Small, because a chunk can grow a thousandfold. */
const COMPRESSED_CHUNK_BYTES = 16 * 1024;
const STORED_CHUNK_BYTES = 256 * 1024;

async function* expand(zip: ByteSource, member: ZipMember): AsyncIterable<Uint8Array> {
  const from = await dataStart(zip, member);
  const end = from + member.compressed;
  const step = member.method === 0 ? STORED_CHUNK_BYTES : COMPRESSED_CHUNK_BYTES;
  let out: Uint8Array[] = [];
  const inflate = new Inflate((chunk) => out.push(chunk));
  let size = 0;
  let crc = CRC_START;
  for (let at = from; at < end; at += step) {
    const piece = await zip.slice(at, Math.min(end, at + step));
    if (member.method === 0) out.push(piece);
    else push(inflate, piece, at + step >= end, member);
    for (const chunk of out) {
      size += chunk.length;
      if (size > member.size) {
        throw unreadable(
          member,
          'zip-bomb',
          'It unpacks to more than the zip says, as a zip bomb does, so it was left out.',
        );
      }
      crc = crc32(crc, chunk);
      if (chunk.length > 0) yield chunk;
    }
    out = [];
  }
  if (size !== member.size || (crc ^ CRC_START) >>> 0 !== member.crc) {
    throw unreadable(member, 'malformed', 'It is damaged inside the zip (its checksum differs). Make the zip again.');
  }
}

function push(inflate: Inflate, piece: Uint8Array, final: boolean, member: ZipMember): void {
  try {
    inflate.push(piece, final);
  } catch {
    throw unreadable(member, 'malformed', 'It is damaged inside the zip and cannot be unpacked. Make the zip again.');
  }
}

/** The local header repeats the name, with extra fields of its own length (APPNOTE.TXT 4.3.7). */
async function dataStart(zip: ByteSource, member: ZipMember): Promise<number> {
  const head = await zip.slice(member.headerAt, member.headerAt + 30);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 30 || view.getUint32(0, true) !== 0x04034b50) {
    throw unreadable(member, 'malformed', 'The zip does not hold it where it says. Make the zip again.');
  }
  return member.headerAt + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

function unreadable(member: ZipMember, code: ImportProblemCode, message: string): UnreadableBytes {
  return new UnreadableBytes(problem(code, `member ${member.name}`, message));
}

const CRC_START = 0xffffffff;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(crc: number, bytes: Uint8Array): number {
  let value = crc;
  for (const byte of bytes) value = (value >>> 8) ^ (CRC_TABLE[(value ^ byte) & 255] ?? 0);
  return value;
}
