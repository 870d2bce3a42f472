import { normaliseForMatch } from '../text/tokens.ts';

/** A claim taken apart: what it quotes, and what it says in its own words. */
export interface ClaimParts {
  /** Between quotation marks, as written. */
  readonly quotes: readonly string[];
  /** The claim with blanks in place of the quotes, same length. */
  readonly rest: string;
}

/** Quotation marks “ ” may be nested: the outermost count. */
export function partsOf(text: string): ClaimParts {
  const quotes: string[] = [];
  let rest = '';
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '“') {
      if (depth === 0) from = i + 1;
      depth++;
    }
    rest += depth > 0 ? ' ' : character;
    if (character === '”' && depth > 0) {
      depth--;
      if (depth === 0) quotes.push(text.slice(from, i));
    }
  }
  // A mark that never closes quotes to the end.
  if (depth > 0) quotes.push(text.slice(from).replace(/”[^”]*$/, ''));
  return { quotes: quotes.filter((quote) => quote.trim() !== ''), rest };
}

/** Whether a passage stands in a text word for word: whole words, whole numbers; kinds of quotes, dashes, spaces aside. */
export function occursIn(passage: string, text: string): boolean {
  const wanted = normaliseForMatch(passage).replace(/[.…]$/, '');
  const inside = normaliseForMatch(text);
  if (wanted === '') return false;
  for (let at = inside.indexOf(wanted); at >= 0; at = inside.indexOf(wanted, at + 1)) {
    const before = inside.slice(Math.max(0, at - 2), at);
    const after = inside.slice(at + wanted.length, at + wanted.length + 2);
    const cutsBefore = /[\p{L}\p{N}]$/u.test(before) && /^[\p{L}\p{N}]/u.test(wanted);
    const cutsAfter = /^[\p{L}\p{N}]/u.test(after) && /[\p{L}\p{N}]$/u.test(wanted);
    const cutsNumber =
      (/\d[.,:]$/.test(before) && /^\d/.test(wanted)) || (/^[.,:]\d/.test(after) && /\d$/.test(wanted));
    if (!cutsBefore && !cutsAfter && !cutsNumber) return true;
  }
  return isCell(wanted, inside);
}

/** Whether a passage is one whole cell of a comma-separated row; "11,400" in a sentence has no cells. */
function isCell(wanted: string, row: string): boolean {
  if (!/[^\d\s],\S|\S,[^\d\s]/.test(row)) return false;
  const cells = [...row.matchAll(/"((?:[^"]|"")*)"|[^,]+/g)].map((match) =>
    (match[1] ?? match[0]).replaceAll('""', '"').trim(),
  );
  return cells.includes(wanted);
}
