import type { ImportProblem } from '#core/items/source.ts';
import { problem } from './problem.ts';

/** A file's text, and for each place in it the byte it came from. */
export interface DecodedText {
  /** Without a byte order mark; line ends as in the file. */
  readonly text: string;
  /** Label of the Encoding Standard. */
  readonly charset: string;
  /** Set when the bytes were not what they should have been. */
  readonly problem: ImportProblem | null;
  /** Offset in the file of the character that starts at this UTF-16 index; the end of the text for its length. */
  readonly byteAt: (index: number) => number;
}

/**
 * Finds the encoding by byte order mark, then by what the file declares, then by whether it is valid UTF-8, and reads
 * it as windows-1252 with a problem when all of these fail.
 * @param declared charset label from inside the file (a meta tag, a header), when it has one
 */
export function decodeText(bytes: Uint8Array, declared: string | null = null): DecodedText {
  const mark = byteOrderMark(bytes);
  if (mark) return decoded(bytes, mark.charset, mark.length, null);
  const wide = wideWithoutMark(bytes);
  if (wide) return decoded(bytes, wide, 0, null);
  const label = known(declared);
  if (label && label !== 'utf-8') return decoded(bytes, label, 0, null);
  if (validUtf8(bytes)) return decoded(bytes, 'utf-8', 0, null);
  const lenient = decoded(bytes, 'utf-8', 0, null);
  const bad = lenient.byteAt(lenient.text.indexOf('\ufffd'));
  if (bad >= bytes.length - 3) {
    const message = 'The file ends in the middle of a character; the text before it went in. Get the whole file again.';
    return { ...lenient, problem: problem('truncated', `byte ${String(bad)}`, message) };
  }
  const message =
    'The file is not valid UTF-8, so it was read as Western European (windows-1252). Check accented letters, or save it as UTF-8 and add it again.';
  return decoded(bytes, 'windows-1252', 0, problem('encoding', `byte ${String(bad)}`, message));
}

/** Text has no control characters but white space; what has many is some other kind of file. */
export function looksBinary(text: string): boolean {
  const sample = text.slice(0, 65_536);

  const controls = sample.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return controls > 2 && controls > sample.length / 100;
}

function decoded(bytes: Uint8Array, charset: string, skip: number, trouble: ImportProblem | null): DecodedText {
  const body = bytes.subarray(skip);
  const text = new TextDecoder(charset, { ignoreBOM: true }).decode(body);
  return { text, charset, problem: trouble, byteAt: offsets(text, body, charset, skip) };
}

function offsets(text: string, body: Uint8Array, charset: string, skip: number): (index: number) => number {
  if (text.length === body.length) return (index) => skip + index;
  if (charset.startsWith('utf-16')) return (index) => skip + Math.min(2 * index, body.length);
  const widths = charset === 'utf-8' ? utf8Width : legacyWidths(body, charset);
  const checkpoints = new Uint32Array(Math.floor(text.length / CHECKPOINT) + 1);
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    if (i % CHECKPOINT === 0) checkpoints[i / CHECKPOINT] = sum;
    sum += widths(text, i);
  }
  return (index) => {
    if (index >= text.length) return skip + body.length;
    const base = Math.floor(index / CHECKPOINT);
    let at = checkpoints[base] ?? 0;
    for (let i = base * CHECKPOINT; i < index; i++) at += widths(text, i);
    return skip + Math.min(at, body.length);
  };
}

const CHECKPOINT = 512;

/** Bytes that the UTF-16 unit at `i` takes in UTF-8; a pair is counted at its first unit. */
function utf8Width(text: string, i: number): number {
  const unit = text.charCodeAt(i);
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  if (unit >= 0xd800 && unit < 0xdc00) return 4;
  return unit >= 0xdc00 && unit < 0xe000 ? 0 : 3;
}

/** Encodings of the Encoding Standard with several bytes a character: fed byte by byte, they tell where each one ends. */
function legacyWidths(body: Uint8Array, charset: string): (text: string, i: number) => number {
  const decoder = new TextDecoder(charset, { ignoreBOM: true });
  const widths: number[] = [];
  let pending = 0;
  for (let i = 0; i < body.length; i++) {
    pending++;
    const out = decoder.decode(body.subarray(i, i + 1), { stream: true });
    for (let j = 0; j < out.length; j++) {
      widths.push(pending);
      pending = 0;
    }
  }
  return (_, i) => widths[i] ?? 0;
}

function byteOrderMark(bytes: Uint8Array): { charset: string; length: number } | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { charset: 'utf-8', length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { charset: 'utf-16le', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { charset: 'utf-16be', length: 2 };
  return null;
}

/** UTF-16 without a mark: in text of the Latin scripts every other byte is zero. */
function wideWithoutMark(bytes: Uint8Array): string | null {
  const length = Math.min(bytes.length & ~1, 4096);
  if (length < 8) return null;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const half = length / 2;
  if (odd > half * 0.7 && even < half * 0.1) return 'utf-16le';
  return even > half * 0.7 && odd < half * 0.1 ? 'utf-16be' : null;
}

function known(label: string | null): string | null {
  if (!label) return null;
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return null;
  }
}

function validUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
