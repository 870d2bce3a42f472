import { editDistance } from '../text/edit-distance.ts';
import { fold, STOP_WORDS, wordsOf } from '../text/words.ts';
import type { GoalForm, GoalSlot } from './forms.ts';
import type { Inventory } from './goal.ts';
import { columnWords } from './table-words.ts';

/** A word of a goal with what the owner's files know of it: all that the built-in model sees. */
export interface MarkedWord {
  readonly lower: string;
  /** UTF-16 offsets into the goal. */
  readonly start: number;
  readonly end: number;
  /** Indices into MARKS. */
  readonly marks: readonly number[];
}

/** What a word can be: of the files, then how it is written. */
export const MARKS = [
  'person',
  'number-column',
  'text-column',
  'value',
  'table',
  'document',
  'calendar-owner',
  'like-a-person',
  'like-a-column',
  'like-a-value',
  'capital',
  'number',
  'after-a-pause',
  'asked',
] as const;
type Mark = (typeof MARKS)[number];

/** What a goal's words are to a model: which form of goal, and which words fill its slots. */
export interface ReadWords {
  readonly form: GoalForm;
  /** 0 to 1: of goals read this surely, about so many are of this form. */
  readonly confidence: number;
  /** Runs of words as indices [start, end), in order. */
  readonly slots: readonly { readonly slot: GoalSlot; readonly start: number; readonly end: number }[];
}

/** More words than these are not read. */
export const MODEL_WORDS_MAX = 48;

/** What the owner's files call things, folded: looked up word by word. */
export type KnownWords = ReadonlyMap<string, ReadonlySet<Mark>>;

export function knownWordsOf({ people, tables, documents, calendars }: Inventory): KnownWords {
  const known = new Map<string, Set<Mark>>();
  const add = (mark: Mark, words: readonly string[]): void => {
    for (const word of words) {
      if (word.length < 2 || STOP_WORDS.has(word)) continue;
      const marks = known.get(word) ?? new Set<Mark>();
      known.set(word, marks.add(mark));
    }
  };
  const of = (text: string): string[] => wordsOf(text).map(({ lower }) => lower);
  for (const { name, address } of people) add('person', [...of(name), fold(address)]);
  for (const { name, owner } of calendars) add('calendar-owner', [...of(name), ...of(owner ?? '')]);
  for (const { title } of documents) add('document', of(title));
  for (const table of tables) {
    add('table', columnWords(table.name));
    for (const { name, type } of table.columns)
      add(type === 'number' ? 'number-column' : 'text-column', columnWords(name));
    for (const values of Object.values(table.values)) for (const value of values) add('value', of(value));
  }
  return known;
}

export function markedWords(goal: string, known: KnownWords): MarkedWord[] {
  const words = wordsOf(goal).slice(0, MODEL_WORDS_MAX);
  return words.map(({ text, lower, start, end }, at) => {
    const marks = new Set<Mark>(marksOf(lower.replace(/'s?$/, ''), known));
    if (/^\p{Lu}/u.test(text)) marks.add('capital');
    if (/^\d/.test(text)) marks.add('number');
    const gap = goal.slice(words[at - 1]?.end ?? 0, start);
    if (at > 0 && /[,;:.!?()\n-]/.test(gap)) marks.add('after-a-pause');
    if (/^\s*[?？]/.test(goal.slice(end))) marks.add('asked');
    return { lower, start, end, marks: [...marks].map((mark) => MARKS.indexOf(mark)) };
  });
}

function marksOf(word: string, known: KnownWords): readonly Mark[] {
  const exact = known.get(word) ?? known.get(singular(word));
  if (exact !== undefined) return [...exact];
  if (word.length < 4 || STOP_WORDS.has(word) || /\d/.test(word)) return [];
  const near = new Set<Mark>();
  for (const [candidate, marks] of known) {
    if (candidate.length < 4 || Math.abs(candidate.length - word.length) > 1) continue;
    if (candidate[0] !== word[0] && candidate[1] !== word[1] && candidate[0] !== word[1]) continue;
    if (editDistance(candidate, word) > 1) continue;
    if (marks.has('person')) near.add('like-a-person');
    if (marks.has('number-column') || marks.has('text-column')) near.add('like-a-column');
    if (marks.has('value')) near.add('like-a-value');
  }
  return [...near];
}

function singular(word: string): string {
  return word.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
}
