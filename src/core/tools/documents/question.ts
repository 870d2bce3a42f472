import { findWrittenDates, findWrittenTimes } from '../../text/dates.ts';
import { findNumbers } from '../../text/numbers.ts';
import { plainWord, stemOf } from '../../text/tokens.ts';
import { STOP_WORDS, wordsOf } from '../../text/words.ts';
import { synonymsOf } from './synonyms.ts';

export type QuestionType =
  | 'who'
  | 'when'
  | 'time'
  | 'where'
  | 'money'
  | 'count'
  | 'percent'
  | 'duration'
  | 'email'
  | 'phone'
  | 'code'
  | 'why'
  | 'yes-no'
  | 'what';

export interface QuestionTerm {
  readonly stem: string;
  readonly word: string;
  /** A name, a code or a quoted phrase: an answer about something else is no answer. */
  readonly hard: boolean;
  /** Says which kind of answer is wanted: an answer of that kind need not repeat it. */
  readonly optional: boolean;
}

export interface Question {
  readonly text: string;
  readonly type: QuestionType;
  readonly terms: readonly QuestionTerm[];
}

const TYPES: readonly (readonly [QuestionType, RegExp])[] = [
  ['email', /\be-?mail(?: address)?\b(?=.*\b(?:of|for|is|address)\b)|\bwhat(?:'s| is).*\be-?mail\b/i],
  ['phone', /\b(?:phone|telephone|mobile|cell|fax)(?: number)?\b/i],
  ['percent', /\b(?:what percent(?:age)?|percentage|how many percent|what share|what (?:interest |tax |vat )?rate)\b/i],
  ['time', /\b(?:what time|at what (?:time|hour)|which hour)\b/i],
  [
    'when',
    /\b(?:when|what (?:date|day|month|year)|which (?:date|day|month|year|week)|by when|until when|since when|what is the (?:\w+ ){0,3}(?:date|deadline)|what's the (?:\w+ ){0,3}(?:date|deadline)|the deadline (?:for|of))\b/i,
  ],
  ['duration', /\bhow (?:long|often)\b(?! is the (?:wall|corridor|bridge|line|beam|cable|road))/i],
  ['count', /\b(?:how many|what number of|(?:what is |what's )?the number of)\b/i],
  [
    'money',
    /\b(?:how much(?! time)|what (?:does|do|did|will|would|is|was|are|were)\b.*\b(?:cost|costs|price|fee|budget|rent|salary|amount|sum|charge|expense|value|deposit|total|bill|fare)|at what price|what price|which (?:amount|price|budget))\b/i,
  ],
  ['code', /\b(?:what|which)\b.*\b(?:number|no\.|code|id|reference|version|model|password|pin|iban|serial)\b/i],
  [
    'who',
    /\b(?:who|whom|whose|(?:which|what) (?:person|people|colleague|company|firm|supplier|contractor|architect|engineer|doctor|lawyer|team|agency|vendor|client)|name of the (?:person|people|contact|architect|engineer|supplier|company))\b/i,
  ],
  [
    'where',
    /\b(?:where|(?:what|which) (?:place|room|city|town|address|location|venue|building|office|street|country|hotel|station|airport|platform|floor|hall))\b/i,
  ],
  ['why', /\b(?:why|for what reason|what (?:is|was|are|were) the (?:reason|cause)s?|how come)\b/i],
  [
    'yes-no',
    /^(?:(?:please )?(?:tell me|do you know|can you tell me) (?:if|whether)|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|must|am)\b/i,
  ],
];

/** Words of asking that no answer repeats. */
const ASKING = new Set(
  `tell show find look search know remind want like question answer according file files document documents note notes say says
  said state states stated mention mentions mentioned write written information info detail details exactly currently
  please give number many much long often time date day month year person people place name take place happen happens happened
  kind type sort thing things there mail mails email emails message messages calendar calendars deadline percentage percent
  days weeks months years employee employees staff people someone somebody everybody mean means error per may still actually happening concerning regarding total amount`.split(
    /\s+/,
  ),
);
/** Words of asking that are the topic too when little else is asked for. */
const SOFT = new Set([
  'deadlin',
  'date',
  'number',
  'name',
  'total',
  'amount',
  'email',
  'mail',
  'answer',
  'place',
  'calendar',
  'note',
  'document',
  'person',
]);

/** Words that name the kind of answer: "cost" where an amount answers, "scheduled" where a date does. */
const OPTIONAL: Partial<Readonly<Record<QuestionType, RegExp>>> = {
  when: /^(?:scheduled?|planned|plan|set|expected|due|held|fixed|supposed|exact|going|latest)$/,
  time: /^(?:scheduled?|planned|set|expected|held|starts?|begins?)$/,
  money:
    /^(?:costs?|price|prices|pay|paid|charged?|worth|spen[dt]|fees?|euros?|dollars?|money|most|maximum|altogether)$/,
  who: /^(?:responsible|leads?|charge|manages?|handles|owner|contact|person|named?|called|heads?|looks)$/,
  count: /^(?:exactly|altogether|there|total)$/,
  duration: /^(?:lasts?|takes?|take|last|need(?:ed|s)?|duration)$/,
  where: /^(?:located|placed|held|kept|stored|situated|stands?)$/,
  why: /^(?:reason|cause)s?$/,
};

/** What a question wants to know, and the words that its answer must be about. */
export function readQuestion(text: string): Question {
  const type = TYPES.find(([, pattern]) => pattern.test(text.trim()))?.[0] ?? 'what';
  const quoted = [...text.matchAll(/["“]([^"”]{2,80})["”]/g)]
    .map((match) => match[1] ?? '')
    .join(' ')
    .toLowerCase();
  const all = wordsOf(text).map((word, i) => ({ ...word, first: i === 0 }));
  const content = all.filter(({ lower }) => !STOP_WORDS.has(lower) && !STOP_WORDS.has(plainWord(lower)));
  const asked = content.filter(({ lower, text: written }) => !ASKING.has(plainWord(lower)) || isName(written, false));
  const chosen = asked.length > 0 ? asked : content.filter(({ lower }) => SOFT.has(stemOf(lower)));
  const terms = new Map<string, QuestionTerm>();
  for (const { text: written, lower, first } of chosen) {
    const stem = stemOf(lower);
    const hard = isName(written, first) || /\d/.test(written) || (quoted !== '' && quoted.includes(lower));
    terms.set(stem, {
      stem,
      word: written,
      hard: hard || terms.get(stem)?.hard === true,
      optional: !hard && OPTIONAL[type]?.test(lower) === true,
    });
  }
  return { text, type, terms: [...terms.values()] };
}

function isName(word: string, first: boolean): boolean {
  return /^\p{Lu}[\p{L}\p{M}'’.-]*$/u.test(word) && !first && !/^(?:I|When|What|Who|Where|Why|How|Which)$/.test(word);
}

/** How well a set of stems holds a term: 1 the word, less for a word of the same meaning or family. */
export function termMatch(term: QuestionTerm, stems: ReadonlySet<string>): number {
  if (stems.has(term.stem)) return 1;
  if (term.hard) return hardFamily(term.stem, stems) ? 0.8 : 0;
  for (const synonym of synonymsOf(term.stem)) if (stems.has(synonym)) return 0.8;
  for (const other of stems) if (sameFamily(term.stem, other)) return 0.8;
  return 0;
}

const FAMILY_LETTERS_MIN = 5;
const ENDING_LETTERS_MAX = 4;

/** deliveri and deliv, architect and architectur, acoust and acoustician: the longer the root, the longer the ending. */
function sameFamily(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const ending = long.length - short.length;
  return (
    short.length >= FAMILY_LETTERS_MIN && ending <= Math.max(ENDING_LETTERS_MAX, short.length) && long.startsWith(short)
  );
}

/** Names bend only by a possessive or a plural. */
function hardFamily(stem: string, stems: ReadonlySet<string>): boolean {
  return stems.has(`${stem}s`) || stems.has(stem.replace(/s$/, ''));
}

/** Words beside which a bare number is an amount of money. */
const PRICED =
  /\b(?:costs?|price[ds]?|budget|pay|paid|fees?|rent|salary|charge[ds]?|amounts?|sum|offer(?:ed)?|quote[ds]?|invoice[ds]?|deposit|reserve|income|expenses?|spent|per (?:month|year|hour|night|day)|each)\b/i;
const WEEKDAY = /\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b/i;

/** Whether a text can hold an answer of the type that is asked for. */
export function holdsType(type: QuestionType, text: string, question: Question): boolean {
  switch (type) {
    case 'when':
      return (
        findWrittenDates(text).length > 0 ||
        WEEKDAY.test(text) ||
        findWrittenTimes(text).length > 0 ||
        /\b(?:today|tomorrow|yesterday|(?:next|last|this) (?:week|month|year|spring|summer|autumn|winter)|in (?:january|february|march|april|may|june|july|august|september|october|november|december)|(?:early|mid|late|end of)[ -]\w+|(?:19|20)\d{2}|q[1-4]\b|daily|weekly|monthly|every \w+|week \d+)\b/i.test(
          text,
        )
      );
    case 'time':
      return (
        findWrittenTimes(text).length > 0 ||
        /\b(?:at|from|until|till|by) (?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight)\b/i.test(
          text,
        )
      );
    case 'money':
      return (
        findNumbers(text).some(({ kind }) => kind === 'money') ||
        (findNumbers(text).length > 0 && PRICED.test(text)) ||
        /\b(?:free of charge|for free|costs? nothing|no charge)\b/i.test(text)
      );
    case 'count':
      return findNumbers(text).length > 0;
    case 'percent':
      return findNumbers(text).some(({ kind }) => kind === 'percent');
    case 'duration':
      return /\b(?:minutes?|hours?|days?|nights?|weeks?|months?|years?|quarters?|daily|weekly|monthly|yearly|annually|twice|once|every|until|from)\b/i.test(
        text,
      );
    case 'email':
      return /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}/u.test(text);
    case 'phone':
      return /(?:\+|\b0)\d[\d ()/.-]{5,}\d|\b\d{3}[ -]\d{3,4}(?:[ -]\d{2,4})?\b|\b(?:extension|ext\.?) \d+/i.test(text);
    case 'code':
      return /\b[\p{L}]*\d[\p{L}\d./-]*/u.test(text) || /\b(?:password|pin|code) (?:is|:)/i.test(text);
    case 'who':
      return holdsPerson(text, question);
    case 'where':
      return /\b(?:in|at|on|near|to|from|behind|beside|next to|opposite|room|floor|street|road|avenue|square|hall|building|office)\s+(?:the\s+|our\s+)?[\p{L}\d]/iu.test(
        text,
      );
    case 'why':
      return /\b(?:because|since|due to|owing to|as a result|reason|so that|in order to|caused?|therefore|thanks to|on account of|for (?:the|lack|want|fear)|otherwise|would (?:not|have)|needs?)\b/i.test(
        text,
      );
    case 'yes-no':
    case 'what':
      return true;
  }
}

const NO_PERSON = new Set(
  `january february march april may june july august september october november december monday tuesday wednesday thursday
  friday saturday sunday eur usd gbp chf next the this that these it there other correction note please open date`.split(
    /\s+/,
  ),
);
/** "Mara leads …": one name at the beginning, and what its bearer does. */
const NAME_AND_VERB = /^\p{Lu}\p{Ll}+ (?:\p{Ll}+s|is|was|will|has|had|can|took)\b/u;

/** A name that the question does not give already, or a speaker's "I" and "we". */
function holdsPerson(text: string, question: Question): boolean {
  const asked = new Set(question.terms.map(({ stem }) => stem));
  const strange = ({ lower }: { readonly lower: string }): boolean =>
    !asked.has(stemOf(lower)) && !STOP_WORDS.has(lower) && !NO_PERSON.has(lower);
  const names = wordsOf(text).filter((word) => /^\p{Lu}\p{Ll}/u.test(word.text) && strange(word));
  if (names.some((word) => word.start > 0)) return true;
  if (names.length > 0 && NAME_AND_VERB.test(text)) return true;
  return /\b(?:gmbh|ltd|inc|department|i|i'll|we|my|our)\b/i.test(text);
}

/** The names that a text gives beyond those of the question, for telling one answer from another. */
export function namesIn(text: string, question: Question): string[] {
  const asked = new Set(question.terms.map(({ stem }) => stem));
  return wordsOf(text)
    .filter(
      (word) =>
        /^\p{Lu}\p{Ll}/u.test(word.text) &&
        word.start > 0 &&
        !asked.has(stemOf(word.lower)) &&
        !STOP_WORDS.has(word.lower) &&
        !NO_PERSON.has(word.lower),
    )
    .map(({ lower }) => plainWord(lower));
}
