import { ZIP_MEMBERS_MAX } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { ImportProblem } from '#core/items/source.ts';
import { problem } from '#adapters/plain-text/problem.ts';
import type { ByteSource } from '#ports/parser.ts';

/** A line of a zip's central directory (APPNOTE.TXT 4.3.12). */
export interface ZipMember {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly link: boolean;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly headerAt: number;
  readonly modifiedAt: number | null;
}

/** Reads the directory at a zip's end, which alone says what the zip holds. */
export async function readDirectory(file: ByteSource): Promise<Result<readonly ZipMember[], ImportProblem>> {
  const tailAt = Math.max(0, file.size - TAIL_BYTES);
  const tail = await file.slice(tailAt, file.size);
  const end = findEnd(tail);
  if (end < 0) return err(await noDirectory(file));
  let view = viewOf(tail);
  let count = view.getUint16(end + 10, true);
  let length = view.getUint32(end + 12, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || length === LARGE || at === LARGE) {
    const wide = await wideEnd(file, tail, end);
    if (!wide) return err(broken('its directory cannot be found'));
    ({ count, length, at } = wide);
  }
  if (count > ZIP_MEMBERS_MAX) {
    const message = `The zip holds ${String(count)} files; at most ${String(ZIP_MEMBERS_MAX)} are unpacked. Split it and add the parts.`;
    return err(problem('zip-bomb', '', message));
  }
  if (at + length > file.size) return err(broken('its directory points outside the file'));
  const bytes = await file.slice(at, at + length);
  view = viewOf(bytes);
  const members: ZipMember[] = [];
  let entry = 0;
  for (let i = 0; i < count; i++) {
    if (entry + 46 > bytes.length || view.getUint32(entry, true) !== ENTRY)
      return err(broken(`entry ${String(i + 1)} of its directory is damaged`));
    const nameLength = view.getUint16(entry + 28, true);
    const extraLength = view.getUint16(entry + 30, true);
    const next = entry + 46 + nameLength + extraLength + view.getUint16(entry + 32, true);
    if (next > bytes.length) return err(broken(`entry ${String(i + 1)} of its directory is cut off`));
    members.push(
      member(view, entry, bytes.subarray(entry + 46, entry + 46 + nameLength), entry + 46 + nameLength, extraLength),
    );
    entry = next;
  }
  return ok(members);
}

const TAIL_BYTES = 22 + 0xffff;
const END = 0x06054b50;
const WIDE_LOCATOR = 0x07064b50;
const WIDE_END = 0x06064b50;
const ENTRY = 0x02014b50;
const LARGE = 0xffffffff;

function findEnd(tail: Uint8Array): number {
  const view = viewOf(tail);
  for (let at = tail.length - 22; at >= 0; at--) if (view.getUint32(at, true) === END) return at;
  return -1;
}

async function wideEnd(
  file: ByteSource,
  tail: Uint8Array,
  end: number,
): Promise<{ count: number; length: number; at: number } | null> {
  const view = viewOf(tail);
  if (end < 20 || view.getUint32(end - 20, true) !== WIDE_LOCATOR) return null;
  const recordAt = Number(view.getBigUint64(end - 12, true));
  if (recordAt + 56 > file.size) return null;
  const record = viewOf(await file.slice(recordAt, recordAt + 56));
  if (record.getUint32(0, true) !== WIDE_END) return null;
  const number = (offset: number): number => Number(record.getBigUint64(offset, true));
  return { count: number(32), length: number(40), at: number(48) };
}

function member(view: DataView, at: number, rawName: Uint8Array, extraAt: number, extraLength: number): ZipMember {
  const flags = view.getUint16(at + 8, true);
  let compressed = view.getUint32(at + 20, true);
  let size = view.getUint32(at + 24, true);
  let headerAt = view.getUint32(at + 42, true);
  let field = wideField(view, extraAt, extraLength);
  const wide = (value: number): number => {
    if (value !== LARGE || field === null) return value;
    field += 8;
    return Number(view.getBigUint64(field - 8, true));
  };
  size = wide(size);
  compressed = wide(compressed);
  headerAt = wide(headerAt);
  const unix = view.getUint8(at + 5) === 3;
  return {
    name: decodeName(rawName),
    method: view.getUint16(at + 10, true),
    encrypted: (flags & 1) !== 0,
    link: unix && view.getUint32(at + 38, true) >>> 28 === 0xa,
    crc: view.getUint32(at + 16, true),
    compressed,
    size,
    headerAt,
    modifiedAt: dosTime(view.getUint16(at + 14, true), view.getUint16(at + 12, true)),
  };
}

/** Where the sizes above 4 GiB stand (APPNOTE.TXT 4.5.3). */
function wideField(view: DataView, from: number, length: number): number | null {
  for (let at = from; at + 4 <= from + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === 1) return at + 4;
  }
  return null;
}

function decodeName(raw: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return new TextDecoder('windows-1252').decode(raw);
  }
}

/** MS-DOS date and time, which carry no zone: taken as UTC. */
function dosTime(date: number, time: number): number | null {
  if (date === 0) return null;
  return Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2);
}

async function noDirectory(file: ByteSource): Promise<ImportProblem> {
  const head = await file.slice(0, 4);
  if (head[0] === 0x50 && head[1] === 0x4b) {
    const message = 'The zip ends early: the directory at its end is missing. Get the whole file again.';
    return problem('truncated', `byte ${String(file.size)}`, message);
  }
  return problem('malformed', 'byte 0', 'This is no zip file. Check what it is and rename it.');
}

function broken(what: string): ImportProblem {
  return problem('malformed', '', `The zip is damaged: ${what}. Make it again and add that file.`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
