import type { MappedBytes } from './mapped.ts';

/** Quoted-printable (RFC 2045 section 6.7): `=XX` is one byte, `=` at a line's end is nothing. */
export function fromQuotedPrintable(mapped: MappedBytes): MappedBytes {
  const out = new Collector(mapped);
  const { bytes } = mapped;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== EQUALS) {
      out.take(bytes[i] ?? 0, i, i + 1);
      continue;
    }
    const byte = hexByte(bytes[i + 1], bytes[i + 2]);
    if (byte !== null) {
      out.take(byte, i, i + 3);
      i += 2;
      continue;
    }
    let end = i + 1;
    while (bytes[end] === SPACE || bytes[end] === TAB) end++;
    while (bytes[end] === CR) end++;
    if (bytes[end] === LF) i = end;
    else out.take(EQUALS, i, i + 1);
  }
  return out.done();
}

/** Base64 (RFC 2045 section 6.8). Each byte stands for the whole lines that its four letters lie on. */
export function fromBase64Lines(mapped: MappedBytes): MappedBytes {
  const out = new Collector(mapped);
  const { bytes } = mapped;
  const lines = lineBounds(bytes);
  let group: { value: number; at: number }[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const value = SEXTETS[bytes[i] ?? 0] ?? -1;
    if (value >= 0) group.push({ value, at: i });
    if (group.length === 4) {
      decodeGroup(group, lines, out);
      group = [];
    }
  }
  if (group.length > 1) decodeGroup(group, lines, out);
  return out.done();
}

/** The `Q` encoding of header words (RFC 2047 section 4.2): quoted-printable in which `_` is a space. */
export function fromWordQ(text: string): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const byte = text[i] === '=' ? hexByte(text.charCodeAt(i + 1), text.charCodeAt(i + 2)) : null;
    out.push(byte ?? (text[i] === '_' ? SPACE : text.charCodeAt(i) & 255));
    if (byte !== null) i += 2;
  }
  return Uint8Array.from(out);
}

/** Plain base64 of a header word. */
export function fromWordB(text: string): Uint8Array {
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 255);
  const length = bytes.length;
  return fromBase64Lines({ bytes, starts: new Uint32Array(length), ends: new Uint32Array(length) }).bytes;
}

const EQUALS = 0x3d;
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;
const SEXTETS = Int8Array.from({ length: 256 }, (_, byte) =>
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(String.fromCharCode(byte)),
);

class Collector {
  private readonly bytes: Uint8Array;
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;
  private length = 0;

  constructor(private readonly from: MappedBytes) {
    this.bytes = new Uint8Array(from.bytes.length);
    this.starts = new Uint32Array(from.bytes.length);
    this.ends = new Uint32Array(from.bytes.length);
  }

  /** One decoded byte that stands for the encoded bytes [start, end). */
  take(byte: number, start: number, end: number): void {
    this.bytes[this.length] = byte;
    this.starts[this.length] = this.from.starts[start] ?? 0;
    this.ends[this.length] = this.from.ends[end - 1] ?? 0;
    this.length++;
  }

  done(): MappedBytes {
    return {
      bytes: this.bytes.subarray(0, this.length),
      starts: this.starts.subarray(0, this.length),
      ends: this.ends.subarray(0, this.length),
    };
  }
}

function decodeGroup(group: readonly { value: number; at: number }[], lines: LineBounds, out: Collector): void {
  const bits = group.reduce((sum, { value }, i) => sum | (value << (18 - 6 * i)), 0);
  const start = lines.start(group[0]?.at ?? 0);
  const end = lines.end(group.at(-1)?.at ?? 0);
  for (let i = 0; i < group.length - 1; i++) out.take((bits >> (16 - 8 * i)) & 255, start, end);
}

interface LineBounds {
  readonly start: (at: number) => number;
  readonly end: (at: number) => number;
}

function lineBounds(bytes: Uint8Array): LineBounds {
  const isEnd = (at: number): boolean => bytes[at] === LF || bytes[at] === CR || at >= bytes.length;
  const starts = new Uint32Array(bytes.length);
  const ends = new Uint32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) starts[i] = i === 0 || isEnd(i - 1) ? i : (starts[i - 1] ?? 0);
  for (let i = bytes.length - 1; i >= 0; i--) ends[i] = isEnd(i + 1) ? i + 1 : (ends[i + 1] ?? 0);
  return { start: (at) => starts[at] ?? at, end: (at) => ends[at] ?? at + 1 };
}

function hexByte(high: number | undefined, low: number | undefined): number | null {
  const digits = String.fromCharCode(high ?? 0, low ?? 0);
  return /^[0-9a-fA-F]{2}$/.test(digits) ? Number.parseInt(digits, 16) : null;
}
