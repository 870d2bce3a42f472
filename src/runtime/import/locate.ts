import { utf8 } from '#core/base/bytes.ts';
import { isMail, knownCharset, mailReadings } from './mail-readings.ts';
import { mapBytes, mapText, rewrite, type MappedText } from './mapped.ts';
import { MARKS, unescaped, unfolded, withoutMarks, withoutQuotes, withoutTags } from './markup-readings.ts';

export interface Located {
  /** Offsets into the raw bytes given, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** These bytes, decoded as UTF-8 or in the charset, are the text up to white space. */
  readonly exact: boolean;
}

/**
 * Finds a sentence of an item's decoded text in the item's raw bytes, so that a citation can point at just those.
 * Goes from the strictest reading of the bytes to the most lenient: as they stand; up to white space; through the
 * transfer encodings, charsets and header words of mail; without line folds, quote marks, HTML tags, Markdown marks.
 * In a base64 part the result is the smallest range of lines that covers the text. Null when no reading has it.
 * @param charset what the source was read in where it is known, for example 'windows-1252'; null for UTF-8
 */
export function locate(raw: Uint8Array, charset: string | null, text: string): Located | null {
  const wanted = squeeze(text);
  if (wanted === '' || raw.length === 0) return null;
  const verbatim = indexOfBytes(raw, utf8(text.trim()));
  if (verbatim >= 0) return { start: verbatim, end: verbatim + utf8(text.trim()).length, exact: true };
  for (const label of charsets(raw, charset)) {
    for (const { mapped, needle } of readings(raw, label, text)) {
      const found = find(mapped, needle);
      if (found) return { ...found, exact: isExact(raw.subarray(found.start, found.end), label, wanted) };
    }
  }
  return null;
}

/** What the bytes may be written in when nobody said: part of a UTF-16 file has no byte order mark. */
function charsets(raw: Uint8Array, charset: string | null): string[] {
  if (charset !== null) return [knownCharset(charset)];
  if (raw.includes(0)) return ['utf-8', 'utf-16le', 'utf-16be'];
  return new TextDecoder().decode(raw).includes('\ufffd') ? ['utf-8', 'windows-1252'] : ['utf-8'];
}

interface Reading {
  readonly mapped: MappedText;
  readonly needle: string;
}

/** What the bytes can be read as, strictest first; each is made only when those before it did not have the text. */
function* readings(raw: Uint8Array, charset: string, text: string): Iterable<Reading> {
  const unquoted = text.replace(/^[ \t]*(?:>[ \t]?)+/gm, '');
  const asIs = mapText(mapBytes(raw, 0, raw.length), charset);
  yield { mapped: asIs, needle: text };
  if (isMail(raw)) {
    const parts = mailReadings(raw);
    const order = { plain: 0, header: 1, html: 2 } as const;
    const sorted = [...parts].sort((a, b) => order[a.kind] - order[b.kind]);
    for (const part of sorted)
      yield { mapped: part.kind === 'html' ? withoutTags(part.text) : part.text, needle: text };
    for (const part of sorted) {
      const bare = part.kind === 'html' ? withoutTags(part.text) : withoutQuotes(part.text);
      yield { mapped: bare, needle: unquoted };
    }
  }
  yield { mapped: unfolded(asIs), needle: text };
  yield { mapped: withoutQuotes(asIs), needle: unquoted };
  yield { mapped: unescaped(asIs), needle: text };
  yield { mapped: withoutTags(asIs), needle: text };
  const unmarked = text.replace(MARKS, '');
  yield { mapped: withoutTags(withoutMarks(asIs)), needle: unmarked };
  // Where a list's own dash or number is part of what was quoted.
  yield { mapped: rewrite(withoutTags(asIs), MARKS, () => ''), needle: unmarked };
}

function find(mapped: MappedText, needle: string): { start: number; end: number } | null {
  const bare = squeeze(needle);
  if (bare === '') return null;
  const { text, starts, ends } = rewrite(mapped, IGNORED, () => '');
  const at = text.indexOf(bare);
  if (at < 0) return null;
  let start = Infinity;
  let end = 0;
  for (let i = at; i < at + bare.length; i++) {
    start = Math.min(start, starts[i] ?? Infinity);
    end = Math.max(end, ends[i] ?? 0);
  }
  return { start, end };
}

/** White space and what nobody sees: how lines are wrapped is no part of what is said. */
const IGNORED = /[\s\u00ad\u200b-\u200d\u2060\ufeff]+/g;

function squeeze(text: string): string {
  return text.replace(IGNORED, '');
}

function isExact(bytes: Uint8Array, charset: string, wanted: string): boolean {
  return ['utf-8', charset].some((name) => squeeze(new TextDecoder(name).decode(bytes)) === wanted);
}

function indexOfBytes(raw: Uint8Array, wanted: Uint8Array): number {
  const [first] = wanted;
  if (first === undefined) return -1;
  for (let at = raw.indexOf(first); at >= 0; at = raw.indexOf(first, at + 1)) {
    let i = 1;
    while (i < wanted.length && raw[at + i] === wanted[i]) i++;
    if (i === wanted.length) return at;
  }
  return -1;
}
