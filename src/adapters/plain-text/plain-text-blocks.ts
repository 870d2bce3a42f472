/** A block of a text, by UTF-16 offsets; the adapters turn these into byte spans. */
export interface TextBlock {
  readonly type: 'heading' | 'paragraph' | 'list-item' | 'quote' | 'code' | 'table-row';
  readonly level: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the structure that people give plain text: blank lines between paragraphs, underlined, numbered or lone short
 * lines as headings, dashes and numbers as lists, `>` as quotes, and "Label: value" lines that stand for themselves.
 */
export function plainTextBlocks(text: string): TextBlock[] {
  const lines = splitLines(text);
  const blocks: TextBlock[] = [];
  let open: Line[] = [];
  const close = (): void => {
    if (open.length > 0) blocks.push(paragraph(open));
    open = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as Line;
    const next = lines[i + 1];
    if (line.text === '') close();
    else if (
      next &&
      open.length === 0 &&
      UNDERLINE.test(next.text) &&
      next.text.length >= Math.min(3, line.text.length)
    ) {
      blocks.push({
        type: 'heading',
        level: next.text.startsWith('=') ? 1 : 2,
        text: line.text,
        start: line.start,
        end: line.end,
      });
      i++;
    } else if (blocks.length === 0 && open.length === 0 && isTitle(line, next)) {
      blocks.push({ type: 'heading', level: 1, text: line.text, start: line.start, end: line.end });
    } else if (
      open.length === 0 &&
      !continuesList(line, blocks.at(-1), text) &&
      isHeading(line, lines[i - 1], lines.slice(i + 1, i + 3))
    ) {
      blocks.push({ type: 'heading', level: 2, text: line.text, start: line.start, end: line.end });
    } else if (RULE.test(line.text)) close();
    else {
      if (open[0] && startsAnew(line, open[0], open.at(-1))) close();
      open.push(line);
    }
  }
  close();
  return blocks;
}

interface Line {
  /** Trimmed. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly indent: number;
}

const UNDERLINE = /^(?:={3,}|-{3,})$/;
const RULE = /^[-=_*~#]{3,}$/;
const BULLET = /^(?:[-*+•–]|\d{1,3}[.)])\s+/;
const LABEL = /^[\p{Lu}][\p{L}\d /'-]{1,28}:\s+\S/u;

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const match of text.matchAll(/[^\r\n\f]*(?:\r\n|\r|\n|\f|$)/g)) {
    const raw = match[0].replace(/[\r\n\f]+$/, '');
    const trimmed = raw.trim();
    const indent = raw.length - raw.trimStart().length;
    const start = match.index + (trimmed === '' ? 0 : indent);
    lines.push({ text: trimmed, start, end: start + trimmed.length, indent });
  }
  return lines;
}

/** A short first line that stands alone and is no sentence. */
function isTitle(line: Line, next: Line | undefined): boolean {
  if (next !== undefined && next.text !== '' && !LABEL.test(next.text) && !ONLY_DATE.test(next.text)) return false;
  return (
    next !== undefined &&
    line.text.length <= 80 &&
    !/[.!?:,;]$/.test(line.text) &&
    !LABEL.test(line.text) &&
    !BULLET.test(line.text)
  );
}

/**
 * After a blank line, "1. Piling" over the prose of its section, or a few words alone over a paragraph. A number or a
 * mark makes it something that is said, unless the number counts the section.
 */
function isHeading(line: Line, before: Line | undefined, [next, second]: readonly Line[]): boolean {
  if (before !== undefined && before.text !== '' && !UNDERLINE.test(before.text)) return false;
  const text = line.text.replace(NUMBERED, '');
  const numbered = text !== line.text;
  if (!SHORT_WORDS.test(text) || LABEL.test(line.text) || text.length > HEADING_CHARS_MAX) return false;
  const under = next?.text === '' ? second : next;
  if (under === undefined || under.text === '') return false;
  if (BULLET.test(under.text)) return !(numbered && NUMBERED.test(under.text));
  return next?.text === '' || (numbered && under.text.length > text.length);
}

/** "2. Buy nails" after the item "1. Buy wood". */
function continuesList(line: Line, last: TextBlock | undefined, text: string): boolean {
  return last?.type === 'list-item' && NUMBERED.test(line.text) && NUMBERED.test(text.slice(last.start, last.end));
}

const HEADING_CHARS_MAX = 60;
const NUMBERED = /^\d{1,2}(?:\.\d{1,2})*[.)]?\s+/;
/** One to seven words, the first with a capital, no figures, no sentence's end. */
const SHORT_WORDS = /^\p{Lu}[\p{L}\p{M}'’&/-]*(?:[ ,]+[\p{L}\p{M}'’&()/-]+){0,6}$/u;
const ONLY_DATE = /^(?:\p{L}+,?\s+)?(?:\d|\p{L}{3,9}\.?\s+\d)[\p{L}\d\s.,/-]{3,28}\d{2}$/u;

function startsAnew(line: Line, first: Line, last: Line | undefined): boolean {
  if (line.text.startsWith('>') !== first.text.startsWith('>')) return true;
  return BULLET.test(line.text) || LABEL.test(line.text) || LABEL.test(last?.text ?? '');
}

function paragraph(lines: readonly Line[]): TextBlock {
  const first = lines[0] as Line;
  const last = lines.at(-1) as Line;
  const span = { start: first.start, end: last.end };
  if (first.text.startsWith('>')) {
    const text = lines.map((line) => line.text.replace(/^(?:>\s*)+/, '')).join(' ');
    return { type: 'quote', level: 0, text: text.trim(), ...span };
  }
  const text = lines.map((line) => line.text).join(' ');
  if (BULLET.test(first.text)) {
    return { type: 'list-item', level: 1 + Math.floor(first.indent / 2), text: text.replace(BULLET, ''), ...span };
  }
  return { type: 'paragraph', level: 0, text, ...span };
}
