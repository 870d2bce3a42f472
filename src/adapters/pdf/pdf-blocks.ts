/** A run of text on a page, as pdf.js gives it. */
export interface TextRun {
  readonly str: string;
  /** [a, b, c, d, x, y], y upwards. */
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly hasEOL: boolean;
}

export interface PageBlock {
  readonly type: 'heading' | 'paragraph' | 'list-item';
  readonly level: number;
  readonly text: string;
  readonly page: number;
}

/** Lines, then paragraphs by their spacing, then headings by their size against the body's. */
export function pageBlocks(pages: readonly (readonly TextRun[])[]): PageBlock[] {
  const paged = pages.map((runs) => withoutPageNumbers(linesOf(runs)));
  const body = usualSize(paged.flat());
  const sizes = [...new Set(paged.flat().map((line) => Math.round(line.size)))]
    .filter((size) => size > body * 1.15)
    .sort((a, b) => b - a);
  return paged.flatMap((lines, i) => paragraphs(lines).map((paragraph) => block(paragraph, i + 1, body, sizes)));
}

interface Line {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** Runs of one baseline, joined from left to right; a jump up or back to the left begins a new line. */
function linesOf(runs: readonly TextRun[]): Line[] {
  const lines: (Line & { right: number })[] = [];
  let broken = true;
  for (const run of runs) {
    const [, b = 0, , d = 0, x = 0, y = 0] = run.transform;
    const size = Math.abs(d) || Math.abs(b) || run.height || 1;
    const right = x + run.width;
    const last = lines.at(-1);
    if (run.str.trim() === '') {
      if (last && !broken && run.str !== '') lines[lines.length - 1] = { ...last, text: `${last.text} ` };
    } else if (!last || broken || Math.abs(last.y - y) > size * 0.5 || x < last.x - size) {
      lines.push({ text: run.str, x, y, size, right });
      broken = false;
    } else {
      const gap = x - last.right > size * 0.15 ? ' ' : '';
      lines[lines.length - 1] = { ...last, text: last.text + gap + run.str, size: Math.max(last.size, size), right };
    }
    broken ||= run.hasEOL;
  }
  return lines.map(({ text, x, y, size }) => ({ text: text.replace(/\s+/g, ' ').trim(), x, y, size }));
}

/** "3", "Page 3 of 9" in the first or last line of a page is no text of the document. */
function withoutPageNumbers(lines: readonly Line[]): Line[] {
  const edge = (i: number): boolean => i === 0 || i === lines.length - 1;
  return lines.filter(
    (line, i) =>
      lines.length === 1 ||
      !edge(i) ||
      !/^(?:page|seite)?\s*[-–]?\s*\d{1,4}\s*(?:(?:of|von|\/)\s*\d{1,4})?\s*[-–]?$/i.test(line.text),
  );
}

const BULLET = /^(?:[•‣▪◦·*–-]|\d{1,2}[.)])\s+/;

function paragraphs(lines: readonly Line[]): Line[][] {
  const steps = lines.map((line, i) => (lines[i - 1]?.y ?? line.y) - line.y).filter((step) => step > 0);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 4)] ?? 0;
  const out: Line[][] = [];
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1];
    const step = before ? before.y - line.y : 0;
    const apart =
      !before ||
      step <= 0 ||
      step > Math.max(usual * 1.35, line.size * 1.65) ||
      Math.abs(before.size - line.size) > 0.12 * line.size;
    if (apart || BULLET.test(line.text)) out.push([line]);
    else out.at(-1)?.push(line);
  }
  return out;
}

function block(lines: readonly Line[], page: number, body: number, sizes: readonly number[]): PageBlock {
  const text = lines.reduce((joined, line) => {
    if (joined === '') return line.text;
    // A word divided at the line's end is one word.
    return /\p{Ll}-$/u.test(joined) && /^\p{Ll}/u.test(line.text)
      ? joined.slice(0, -1) + line.text
      : `${joined} ${line.text}`;
  }, '');
  const size = lines[0]?.size ?? body;
  if (size > body * 1.15 && text.length <= 200)
    return { type: 'heading', level: Math.min(6, sizes.indexOf(Math.round(size)) + 1) || 1, text, page };
  if (BULLET.test(text)) return { type: 'list-item', level: 1, text: text.replace(BULLET, ''), page };
  return { type: 'paragraph', level: 0, text, page };
}

/** The size most letters have. */
function usualSize(lines: readonly Line[]): number {
  const letters = new Map<number, number>();
  for (const line of lines) {
    const size = Math.round(line.size * 2) / 2;
    letters.set(size, (letters.get(size) ?? 0) + line.text.length);
  }
  return [...letters].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}
