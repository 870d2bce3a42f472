import { stem } from './stem.ts';

/** A word of a text, with its place. */
export interface Word {
  /** As written. */
  readonly text: string;
  /** Lowercase, without diacritics, straight apostrophes. */
  readonly lower: string;
  readonly stem: string;
  /** UTF-16 offsets into the text. */
  readonly start: number;
  readonly end: number;
}

/**
 * Addresses, ISO dates, numbers with separators and file names stay whole; a hyphen parts two words, an apostrophe
 * does not.
 */
const WORD = new RegExp(
  [
    String.raw`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`,
    String.raw`\d{4}-\d{2}-\d{2}`,
    String.raw`\d+(?:[.,:]\d+)+`,
    String.raw`[\p{L}\p{N}_]+(?:[.][\p{L}\p{N}_]+)+`,
    String.raw`[\p{L}\p{N}\p{M}_]+(?:['’][\p{L}\p{M}]+)*`,
  ].join('|'),
  'gu',
);

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    const lower = fold(match[0]);
    words.push({ text: match[0], lower, stem: stem(lower), start: match.index, end: match.index + match[0].length });
  }
  return words;
}

/** Lowercase, diacritics off, straight apostrophes: "Zoë’s" becomes "zoe's". */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[’‘ʼ]/g, "'")
    .toLowerCase();
}

/** Words that carry no topic of their own; in `fold` form. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again all also am an and any are as at be because been before being below between both but by
  can cannot could did do does doing done down during each few for from further get give go got had has have having he
  her here hers him his how i if in into is it its just let like made make many me might more most much must my need no
  nor not of off on once only or other our ours out over own please same shall she should so some such tell than that
  the their theirs them then there these they this those through to too under until up upon us very was we were what
  when where which while who whom whose why will with would you your yours i'm i've i'd i'll it's that's what's who's
  where's when's how's don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't haven't hasn't let's we're
  we've you're they're there's`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Words that carry a topic. */
export function contentWords(text: string): Word[] {
  return wordsOf(text).filter((word) => !STOP_WORDS.has(word.lower));
}
