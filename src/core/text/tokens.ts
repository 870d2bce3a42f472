import { stem } from './stem.ts';
import { STOP_WORDS, wordsOf } from './words.ts';

/** Stems of all words that carry meaning, in order, repeats kept. */
export function contentStems(text: string): string[] {
  return wordsOf(text)
    .filter(({ lower }) => !STOP_WORDS.has(lower))
    .map((word) => word.stem);
}

/** A word as it is compared: folded, without the possessive. */
export function plainWord(lower: string): string {
  return lower.replace(/'s$|s'$/, '').replace(/'/g, '');
}

/** Stem of a word already in `fold` form. */
export function stemOf(lower: string): string {
  return stem(plainWord(lower));
}

/** Text as it is compared when quotes are looked up: one kind of quote, dash and space. */
export function normaliseForMatch(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[“”„«»]/g, '"')
    .replace(/[‘’‚]/g, "'")
    .replace(/[–—−‐‑]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

/** On one line, as shown in a claim. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
