import { editDistance } from '../text/edit-distance.ts';
import { stem } from '../text/stem.ts';
import { fold, STOP_WORDS, wordsOf, type Word } from '../text/words.ts';
import type { FoundDate, GoalContext } from './goal.ts';
import { VOCABULARY } from './vocabulary.ts';

/** A goal's text prepared for recognition: what every method looks at. */
export interface Reading {
  /** Without closing words of thanks; offsets are those of the goal as given. */
  readonly text: string;
  readonly words: readonly Word[];
  /** Folded words with contractions opened and misspelt cue words mended; found dates stand as DATE. */
  readonly plain: string;
  /** As `plain`, but dates that name a time of day stay as words, and a dash between numbers reads "to". */
  readonly spoken: string;
  /** `plain` without the polite opening ("could you please"). */
  readonly head: string;
  readonly question: boolean;
  /** Found dates that name a day or longer. */
  readonly dates: readonly FoundDate[];
}

export function readGoal(said: string, context: GoalContext): Reading {
  const text = said.replace(CLOSING, '');
  const words = wordsOf(text);
  const dates = context.language.dates.filter(
    ({ certain }) => certain.day || certain.month || certain.year || certain.weekday,
  );
  const known = knownWords(context);
  const plain: string[] = [];
  const spoken: string[] = [];
  let lastDate: FoundDate | null = null;
  let end = 0;
  for (const word of words) {
    const mended = opened(mend(word.lower, known));
    const gap = text.slice(end, word.start);
    const pause = /[,;:.!?()\n]/.test(gap) && end > 0 ? ',' : '';
    end = word.end;
    const date = dates.find((found) => found.start < word.end && word.start < found.end) ?? null;
    if (pause !== '' && (date === null || date !== lastDate)) plain.push(pause);
    if (pause !== '') spoken.push(pause);
    if (/^\s*[-–—]\s*$/.test(gap) && /\d/.test(text[word.start - gap.length - 1] ?? '') && /^\d/.test(word.lower))
      spoken.push('to');
    if (date === null || namesTime(date)) spoken.push(mended);
    else if (date !== lastDate) spoken.push('DATE');
    if (date === null) plain.push(mended);
    else if (date !== lastDate) plain.push('DATE');
    lastDate = date;
  }
  const joined = plain.join(' ');
  const head = joined.replace(OPENING, '').replace(OPENING, '').trim();
  return {
    text,
    words,
    plain: joined,
    spoken: spoken.join(' '),
    head,
    question: /\?\s*$/.test(text) || QUESTION.test(head),
    dates,
  };
}

function namesTime(date: FoundDate): boolean {
  return date.certain.hour || /morning|noon|evening|night|lunch/i.test(date.text);
}

const CLOSING =
  /(?:[\s,.!]+(?:please|pls|thanks?|thank you|many thanks|cheers|thx)(?: (?:very much|a lot|so much|in advance|you))?[\s.!]*)+$/i;

const OPENING =
  /^(?:(?:hi|hello|hey|dear|ok|okay|so|well|um|windhover|assistant|please|kindly|just|now|quickly|actually|then|and|,|(?:could|can|would|will) you|i (?:would like|want|need|wish) (?:you )?to(?! know)|i (?:would|will) (?:love|like) (?:you )?to(?! know)|help me(?: to)?|(?:are you )?able to|go ahead and|let us|try to|would you mind|is it possible to|do me a favou?r and|i am looking (?:for|to)|be so (?:kind|good)(?: as)?(?: to)?)\b\s*|, )+/;

const QUESTION =
  /^(?:(?:tell|show) me |do you know |i (?:need|want|would like) to know |(?:can|could) you tell me |find out |look up )?(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|am|in which|at what|by when|on which|for how|since when|until when|to whom)\b/;

const CONTRACTIONS: Readonly<Record<string, string>> = {
  whats: 'what is',
  whos: 'who is',
  wheres: 'where is',
  whens: 'when is',
  hows: 'how is',
  im: 'i am',
  ive: 'i have',
  dont: 'do not',
  doesnt: 'does not',
  didnt: 'did not',
  havent: 'have not',
  hasnt: 'has not',
  cant: 'can not',
  "can't": 'can not',
  cannot: 'can not',
  "won't": 'will not',
  wont: 'will not',
  "let's": 'let us',
  lets: 'let us',
  "i'd": 'i would',
  pls: 'please',
  plz: 'please',
  u: 'you',
  ur: 'your',
  thx: 'thanks',
  gimme: 'give me',
  wanna: 'want to',
  gotta: 'have to',
  summarize: 'summarise',
};

const ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/n't$/, ' not'],
  [/'ll$/, ' will'],
  [/'ve$/, ' have'],
  [/'re$/, ' are'],
  [/'m$/, ' am'],
  [/'d$/, ' would'],
];

function opened(word: string): string {
  const whole = CONTRACTIONS[word];
  if (whole !== undefined) return whole;
  if (/^(?:what|who|where|when|how|that|there|it|he|she)'s$/.test(word)) return `${word.slice(0, -2)} is`;
  for (const [ending, meant] of ENDINGS) if (ending.test(word)) return word.replace(ending, meant);
  return word.replace(/'s?$/, '');
}

/** Words that may not be taken for a misspelling: names, titles, columns and values of the owner's files. */
function knownWords(context: GoalContext): ReadonlySet<string> {
  const { people, documents, tables, sources, calendars } = context.inventory;
  const texts = [
    ...people.map((person) => person.name),
    ...documents.map((document) => document.title),
    ...sources.map((source) => source.path),
    ...calendars.map((calendar) => calendar.name),
    ...tables.flatMap((table) => [
      table.name,
      ...table.columns.map((column) => column.name),
      ...Object.values(table.values).flat(),
    ]),
    ...context.language.people,
    ...context.language.places,
    ...context.language.organisations,
  ];
  return new Set(texts.flatMap((text) => fold(text).match(/[\p{L}\p{N}]+/gu) ?? []));
}

const VOCABULARY_STEMS: ReadonlySet<string> = new Set([...VOCABULARY].map(stem));

/** The cue word meant by a misspelt one; a word that is known anywhere stays. */
function mend(word: string, known: ReadonlySet<string>): string {
  if (word.length < 3 || VOCABULARY.has(word) || STOP_WORDS.has(word) || known.has(word) || !/^[a-z]+$/.test(word))
    return word;
  if (VOCABULARY_STEMS.has(stem(word))) return word;
  const swapsOnly = word.length < 5;
  const allowed = word.length >= 9 ? 2 : 1;
  let meant = word;
  let best = allowed + 1;
  for (const candidate of VOCABULARY) {
    if (Math.abs(candidate.length - word.length) > allowed || (candidate[0] !== word[0] && !swapped(candidate, word)))
      continue;
    if (swapsOnly && !swapped(candidate, word)) continue;
    if (!swapsOnly && candidate.length < 5) continue;
    const distance = editDistance(candidate, word);
    if (distance < best) [best, meant] = [distance, candidate];
  }
  return meant;
}

/** Same letters, two neighbours in the other order. */
function swapped(a: string, b: string): boolean {
  return a.length === b.length && sorted(a) === sorted(b) && editDistance(a, b) === 1;
}

function sorted(word: string): string {
  return Array.from(word).sort().join('');
}
