/** Bytes with the place in the raw item that each came from. */
export interface MappedBytes {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Text with the raw bytes each UTF-16 unit came from; what markup added or took away is already undone. */
export interface MappedText {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** The bytes [from, to) as they stand. */
export function mapBytes(raw: Uint8Array, from: number, to: number): MappedBytes {
  const length = Math.max(0, to - from);
  const starts = new Uint32Array(length);
  const ends = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    starts[i] = from + i;
    ends[i] = from + i + 1;
  }
  return { bytes: raw.subarray(from, from + length), starts, ends };
}

/** Decodes while keeping track, in any encoding of the Encoding Standard. Bytes that do not decode become U+FFFD. */
export function mapText(mapped: MappedBytes, charset: string): MappedText {
  const { bytes } = mapped;
  const text = new TextDecoder(charset, { ignoreBOM: true }).decode(bytes);
  const widths = text.length === bytes.length ? null : unitWidths(text, bytes, charset);
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const width = widths ? (widths[i] ?? 0) : 1;
    const last = Math.max(0, Math.min(at + Math.max(1, width), bytes.length) - 1);
    starts[i] = mapped.starts[Math.min(at, bytes.length - 1)] ?? 0;
    ends[i] = mapped.ends[last] ?? 0;
    // The second half of a pair stands where the first does.
    if (width === 0 && i > 0) {
      starts[i] = starts[i - 1] ?? 0;
      ends[i] = ends[i - 1] ?? 0;
    }
    at += width;
  }
  return { text, starts, ends };
}

/** The text without what a pattern matches; `replace` may put other units in its place, each standing for all of it. */
export function rewrite(
  mapped: MappedText,
  pattern: RegExp,
  replace: (match: RegExpExecArray) => string | Keep,
): MappedText {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of mapped.text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    pieces.push({ from: at, to: match.index, put: null });
    const put = replace(match);
    if (typeof put === 'string') pieces.push({ from: match.index, to: end, put });
    else pieces.push({ from: match.index + put.from, to: match.index + put.to, put: null });
    at = end;
  }
  if (at === 0) return mapped;
  pieces.push({ from: at, to: mapped.text.length, put: null });
  return assemble(mapped, pieces);
}

/** The text without these ranges, which are in order and do not overlap. */
export function dropRanges(mapped: MappedText, ranges: readonly Keep[]): MappedText {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { from, to } of ranges) {
    pieces.push({ from: at, to: from, put: null });
    at = to;
  }
  pieces.push({ from: at, to: mapped.text.length, put: null });
  return assemble(mapped, pieces);
}

/** A range that stays as it stands, or what stands for it. */
interface Piece extends Keep {
  readonly put: string | null;
}

function assemble(mapped: MappedText, pieces: readonly Piece[]): MappedText {
  const length = pieces.reduce((sum, { from, to, put }) => sum + (put?.length ?? to - from), 0);
  const starts = new Uint32Array(length);
  const ends = new Uint32Array(length);
  let at = 0;
  for (const { from, to, put } of pieces) {
    const size = put?.length ?? to - from;
    if (put === null) {
      starts.set(mapped.starts.subarray(from, to), at);
      ends.set(mapped.ends.subarray(from, to), at);
    } else {
      starts.fill(mapped.starts[from] ?? 0, at, at + size);
      ends.fill(mapped.ends[to - 1] ?? 0, at, at + size);
    }
    at += size;
  }
  return { text: pieces.map(({ from, to, put }) => put ?? mapped.text.slice(from, to)).join(''), starts, ends };
}

/** A range; in a match, by offsets inside it. */
export interface Keep {
  readonly from: number;
  readonly to: number;
}

/** How many bytes each UTF-16 unit took: the decoder is fed one byte at a time, and tells when a character is whole. */
function unitWidths(text: string, bytes: Uint8Array, charset: string): number[] {
  if (charset === 'utf-8' && !text.includes('\ufffd')) return utf8Widths(text);
  const decoder = new TextDecoder(charset, { ignoreBOM: true });
  const widths: number[] = [];
  let pending = 0;
  const take = (out: string): void => {
    for (let i = 0; i < out.length; i++) {
      widths.push(pending);
      pending = 0;
    }
  };
  for (let i = 0; i < bytes.length; i++) {
    pending++;
    take(decoder.decode(bytes.subarray(i, i + 1), { stream: true }));
  }
  take(decoder.decode());
  return widths;
}

function utf8Widths(text: string): number[] {
  const widths: number[] = new Array<number>(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) widths[i] = 1;
    else if (unit < 0x800) widths[i] = 2;
    else if (unit >= 0xd800 && unit < 0xdc00) widths[i] = 4;
    else widths[i] = unit >= 0xdc00 && unit < 0xe000 ? 0 : 3;
  }
  return widths;
}
