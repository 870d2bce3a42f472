import { plainWord, stemOf } from '../../text/tokens.ts';
import { STOP_WORDS, wordsOf } from '../../text/words.ts';
import { bareQuestion } from './lead-in.ts';
import { MEASURES, measureAsked, type Measure } from './measures.ts';
import { verbsAmong } from './question-verbs.ts';
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
  | 'measure'
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
  /** A verb: the answer may say it in another way. */
  readonly verb: boolean;
}

export interface Question {
  /** Without what was said around it. */
  readonly text: string;
  readonly type: QuestionType;
  /** What "how high", "how cold" or "how long" asks for. */
  readonly measure: Measure | null;
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
  [
    'duration',
    /\bhow (?:long|often)\b(?! is the (?:wall|corridor|bridge|line|beam|cable|road))|\bwhat(?:'s| is| was| are)? (?:the|my|our|their) (?:\w+ ){0,3}(?:period|duration|notice)\b/i,
  ],
  [
    'money',
    /\b(?:how much(?! time)(?= (?:is|are|was|were|does|do|did|will|would|can|could|may|must|should|shall|has|have|had|money|of the (?:budget|money|sum)|per|to|it|for)\b|\s*[?]|$)|what (?:does|do|did|will|would|is|was|are|were)\b.*\b(?:cost|costs|price|fee|budget|rent|salary|amount|sum|charge|expense|value|deposit|total|bill|fare)|at what price|what price|which (?:amount|price|budget))\b/i,
  ],
  ['count', /\b(?:how (?:many|much)|what number of|(?:what is |what's )?the number of)\b/i],
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

/** Words that only shade what is asked: an answer to "the maximum load" may say "up to" or "no more than". */
const MODIFIER =
  /^(?:maximum|minimum|max|min|maximal|minimal|limit|limits|upper|lower|most|least|exact|precise|current|currently|next|last|lastly|latest|recently|usual|usually|normal|normally|general|generally|regular|regularly|overall|annual|annually|yearly|monthly|weekly|daily|full|right|proper|correct|respective|strong|strict|approximate|approximately|roughly|ever|already|really|originally|allowed|permitted|today|nowadays|together|altogether|available|official|officially|condition|conditions|circumstances)$/;

/** Words that name the kind of answer: "cost" where an amount answers, "scheduled" where a date does. */
const OPTIONAL: Partial<Readonly<Record<QuestionType, RegExp>>> = {
  when: /^(?:lessons?|appointments?|sessions?|class|classes|scheduled?|planned|plan|set|expected|due|held|fixed|supposed|exact|going|latest)$/,
  time: /^(?:scheduled?|planned|set|expected|held|starts?|begins?)$/,
  money:
    /^(?:costs?|price|prices|pay|paid|charged?|worth|spen[dt]|fees?|euros?|dollars?|money|most|maximum|altogether)$/,
  who: /^(?:responsible|leads?|charge|manages?|handles|owner|contact|person|named?|called|heads?|looks)$/,
  count: /^(?:exactly|altogether|there|total)$/,
  duration: /^(?:lasts?|takes?|take|last|need(?:ed|s)?|duration|period)$/,
  where: /^(?:located|placed|held|kept|stored|situated|stands?)$/,
  why: /^(?:reason|cause)s?$/,
  phone: /^(?:phone|telephone|mobile|cell|fax|number|call|reach)$/,
  email: /^(?:address|contact|reach)$/,
};

/** "How do I cancel …": what is to be done is what is asked about, and no other verb will do. */
const PROCEDURE = /^how (?:to|(?:do|can|could|should|would|may|must) (?:i|we|you|one|people|anyone|someone))\b/i;

/** What a question wants to know, and the words that its answer must be about. */
export function readQuestion(asked: string): Question {
  const text = bareQuestion(asked);
  const measure = measureAsked(text);
  const type = TYPES.find(([, pattern]) => pattern.test(text))?.[0] ?? (measure === null ? 'what' : 'measure');
  const quoted = [...text.matchAll(/["“]([^"”]{2,80})["”]/g)]
    .map((match) => match[1] ?? '')
    .join(' ')
    .toLowerCase();
  const words = wordsOf(text);
  const verbs = verbsAmong(words);
  const procedure = PROCEDURE.test(text);
  const all = words.map((word, i) => ({ ...word, first: i === 0, verb: verbs.has(i) }));
  const content = all.filter(({ lower }) => !STOP_WORDS.has(lower) && !STOP_WORDS.has(plainWord(lower)));
  const telling = content.filter(
    ({ lower, text: written, first }) => !ASKING.has(plainWord(lower)) || isName(written, first),
  );
  const chosen = telling.length > 0 ? telling : content.filter(({ lower }) => SOFT.has(stemOf(lower)));
  const terms = new Map<string, QuestionTerm>();
  for (const { text: written, lower, start, first, verb } of chosen) {
    const stem = stemOf(lower);
    const hard = isName(written, first) || /\d/.test(written) || (quoted !== '' && quoted.includes(lower));
    const known = terms.get(stem);
    terms.set(stem, {
      stem,
      word: written,
      hard: hard || known?.hard === true,
      optional:
        !hard &&
        (MODIFIER.test(lower) ||
          OPTIONAL[type]?.test(lower) === true ||
          asksMeasure(measure, lower) ||
          isOurs(text, start)),
      verb: !hard && verb && known?.verb !== false && !procedure,
    });
  }
  return { text, type, measure, terms: [...terms.values()] };
}

/** "leaving the club", "our company": whose files these are, which they need not say. */
function isOurs(text: string, start: number): boolean {
  return (
    /\b(?:the|our|my|this) $/i.test(text.slice(0, start)) &&
    /^(?:club|company|firm|organi[sz]ation|association|society|charity|cooperative|practice|household|family)\b(?! \w+ly\b)/i.test(
      text.slice(start),
    )
  );
}

/** "high", "height": told by the answer's unit. */
function asksMeasure(measure: Measure | null, lower: string): boolean {
  return measure !== null && MEASURES[measure].words.test(lower);
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
