import { SLOTS, type GoalForm, type GoalSlot } from '#core/planner/forms.ts';
import { wordsOf } from '#core/text/words.ts';
import type { KnownWords } from '#core/planner/marked-words.ts';
import { columnWords } from '#core/planner/table-words.ts';
import type { Dice } from '../write/dice.ts';
import { throwPhrase, type Run } from './grammar.ts';
import { CLOSINGS, OPENINGS, PHRASES } from './phrases.ts';
import { ABROAD, THINGS_ABROAD, WHEN_ABROAD } from './phrases-abroad.ts';
import {
  ACTS,
  ASIDES,
  ATTRIBUTES,
  BOOKED,
  CONSENT,
  DID,
  DONE,
  FRAMES,
  MAY,
  NOUNS,
  PLACES,
  QUESTIONS,
  ROLES,
  THINGS,
} from './questions.ts';
import { withSlips } from './slips.ts';
import { coined, type TrainingWorld } from './worlds.ts';

export interface ThrownGoal {
  readonly form: GoalForm;
  readonly text: string;
  readonly slots: readonly { readonly slot: GoalSlot; readonly start: number; readonly end: number }[];
}

/** How often each form is thrown: where more is to be told apart, more. */
const SHARES: readonly (readonly [GoalForm, number])[] = [
  ['none', 14],
  ['mail-summary', 9],
  ['mail-asks', 9],
  ['mail-waiting', 6],
  ['mail-awaited', 6],
  ['free-time', 16],
  ['agenda', 8],
  ['report', 10],
  ['question', 15],
  ['table-sum', 12],
  ['table-mean', 5],
  ['table-count', 6],
  ['table-most', 6],
  ['table-least', 4],
  ['table-top', 5],
  ['table-largest', 4],
  ['table-smallest', 3],
  ['table-trend', 5],
  ['table-list', 4],
  ['table-other', 5],
];
const SHARES_SUM = SHARES.reduce((sum, [, share]) => sum + share, 0);

/** Ways to say goals, in English and by language. */
export interface Phrases {
  readonly english: Readonly<Record<GoalForm, readonly string[]>>;
  readonly abroad: Readonly<Record<string, Readonly<Partial<Record<GoalForm, readonly string[]>>>>>;
}
const LEARNED: Phrases = { english: PHRASES, abroad: ABROAD };

/** A goal over a world's files in words of a grammar; null when the world lacks what it would be about. */
export function throwGoal(
  d: Dice,
  world: TrainingWorld,
  known: KnownWords,
  { english, abroad }: Phrases = LEARNED,
): ThrownGoal | null {
  let at = d.whole(1, SHARES_SUM);
  const form = SHARES.find(([, share]) => (at -= share) <= 0)?.[0] ?? 'none';
  if (form.startsWith('table-') && world.inventory.tables.length === 0) return null;
  const language = d.chance(0.2) ? d.pick(Object.keys(abroad)) : 'en';
  const phrases = language === 'en' ? english[form] : abroad[language]?.[form];
  if (phrases === undefined) return null;
  const fill = language === 'en' ? filler(d, world, form) : abroadFiller(d, world, language);
  const runs = throwPhrase(d, d.pick(phrases), fill);
  // What a number column is called is asked of the table, not of the texts.
  if (
    form === 'question' &&
    runs.some(({ text }) => wordsOf(text).some(({ lower }) => known.get(lower)?.has('number-column')))
  )
    return null;
  const polite = language === 'en' && d.chance(0.25) ? [{ text: d.pick(OPENINGS), slot: null }, ...runs] : runs;
  const closed = language === 'en' && d.chance(0.12) ? [...polite, { text: d.pick(CLOSINGS), slot: null }] : polite;
  return written(d, form, closed);
}

function written(d: Dice, form: GoalForm, runs: readonly Run[]): ThrownGoal {
  const rate = d.pick([0, 0, 0, 0, 0.05, 0.1, 0.2]);
  const small = d.chance(0.45);
  const loud = !small && d.chance(0.02);
  let text = '';
  const slots: { slot: GoalSlot; start: number; end: number }[] = [];
  for (const run of runs) {
    const slipped = withSlips(d, run.text, rate);
    let said = text === '' || /\s$/.test(text) ? slipped.trimStart() : slipped;
    said = said.replace(/\s+/g, ' ');
    if (said === '') continue;
    const start = text.length + (/^\s/.test(said) ? 1 : 0);
    text += small ? said.toLowerCase() : loud ? said.toUpperCase() : said;
    if (run.slot !== null && isSlot(run.slot)) slots.push({ slot: run.slot, start, end: text.length });
  }
  if (!small && text !== '') text = text.charAt(0).toUpperCase() + text.slice(1);
  const asks =
    /^(?:who|what|when|where|which|how|why|is|are|do|does|did|has|have|can|could|may|am|wann|wer|was|wie|quand|qui|que|qué|quién)/i.test(
      text,
    );
  return { form, text: text.trimEnd() + d.pick(asks ? ['?', '?', '?', '', '??'] : ['', '', '.', '.', '!']), slots };
}

function isSlot(name: string): name is GoalSlot {
  return (SLOTS as readonly string[]).includes(name);
}

type Fill = (name: string) => readonly Run[] | null;

function filler(d: Dice, world: TrainingWorld, form: GoalForm): Fill {
  const table = world.inventory.tables.length === 0 ? null : d.pick(world.inventory.tables);
  const columns = (type: string): string[] =>
    (table?.columns ?? []).filter((column) => column.type === type).map(({ name }) => columnWords(name).join(' '));
  const plain = (text: string): Run[] => [{ text, slot: null }];
  const slot = (name: GoalSlot, text: string): Run[] => [{ text, slot: name }];
  const say = (phrase: string): Run[] => throwPhrase(d, phrase, fill);
  const joined = (name: GoalSlot, texts: readonly string[]): Run[] =>
    texts.flatMap((text, i) => [
      ...(i === 0 ? [] : plain(i === texts.length - 1 ? d.pick([' and ', ' and ', ' & ', ' or ']) : ', ')),
      ...slot(name, text),
    ]);
  const some = (parts: readonly string[], most: number): Run[] =>
    d.some(parts, d.whole(0, Math.min(most, parts.length))).flatMap((part) => say(part));
  const fill: Fill = (name) => {
    switch (name) {
      case 'person':
        return joined('person', personNames(form === 'free-time' && d.chance(0.25) ? d.whole(2, 3) : 1));
      case "person's":
      case 'person’s':
        return [...slot('person', personNames(1)[0] ?? ''), ...plain(d.chance(0.8) ? name.slice(6) : 's')];
      case 'past':
        return slot('date', text(say(d.pick(PAST))));
      case 'future':
        return slot('date', text(say(d.pick(FUTURE))));
      case 'due':
        return slot('date', text(say(d.pick(DUE))));
      case 'hours':
        return slot('hours', text(say(d.pick(HOURS))));
      case 'long':
        return slot('long', text(say(d.pick(LONG))));
      case 'except':
        return say(d.pick(EXCEPT));
      case 'not':
        return joined(
          'not',
          d.some(DAYS, d.chance(0.8) ? 1 : 2).map((day) => (d.chance(0.3) ? `${day}s` : day)),
        );
      case 'count':
        return slot('count', d.pick(COUNTS));
      case 'topic':
        return topic();
      case 'file':
        return slot(
          'file',
          `${d.chance(0.5) ? d.pick(NOUNS) : coined(d).toLowerCase()}${d.pick(['', '-report', '_status', '-2026'])}${d.pick(['.md', '.md', '.txt'])}`,
        );
      case 'measure':
        return slot('measure', measure());
      case 'group':
        return slot('group', d.chance(0.06) ? d.pick(['month', 'week', 'year', 'quarter']) : d.pick(columns('text')));
      case 'column':
        return plain(d.pick(columns('text')));
      case 'value':
        return joined('value', Array.from({ length: d.chance(0.9) ? 1 : 2 }, value));
      case 'table':
        return slot('table', columnWords(table?.name ?? 'table').join(' '));
      case 'tablenoun':
        return slot(
          'table',
          d.chance(0.8)
            ? columnWords(table?.name ?? 'rows').join(' ')
            : d.pick(['orders', 'bills', 'trips', 'members']),
        );
      case 'limit':
        return slot('limit', text(say(d.pick(LIMITS))));
      case 'mailish':
        return some(
          [
            ' from {person}',
            ' (about|on|regarding|concerning|around|to do with) [the ]{topic}',
            ' {past}',
            ' (with|between me and) {person}',
          ],
          d.whole(0, 2),
        );
      case 'asking':
        return d.chance(0.5)
          ? []
          : some(
              [
                ' (from|by) {person}',
                ' {due}',
                ' {past}',
                ' (about|on|regarding) {topic}',
                '(, with deadlines|, by whom and by when| and when|, and by when)',
              ],
              1,
            );
      case 'since':
        return d.chance(0.6)
          ? []
          : some([' {past}', ' (about|on|regarding) {topic}', ' in my (mail|inbox|mailbox|emails)'], 1);
      case 'free':
        return some(
          [
            ' (with|together with|for me and|for {person} and me and) {person}',
            ' (of|for|lasting|of at least|that last) {long}',
            ' {future}',
            ' {future}',
            '[,] {hours}',
            '{except}',
          ],
          4,
        );
      case 'freely':
        return some(
          [' (with|together with|alongside) {person}', ' {future}', ' {future}', '[,] {hours}', '{except}'],
          3,
        );
      case 'when':
        return d.chance(0.85) ? say(' {future}') : [];
      case 'reportly':
        return d.chance(0.5)
          ? []
          : some(
              [
                ' (from|using|based on|out of) (my|the|these) (files|documents|notes|papers)',
                ' for (the board|my boss|the team|the client|the committee|management)',
                '(,| and) (save|store|keep|write|put|export) it (as|to|in|under) {file}',
                ' (with|including) (dates|risks|budget|decisions)(| and next steps)',
                ' (from|of|since) {past}',
              ],
              2,
            );
      case 'rows':
        return d.chance(0.25)
          ? []
          : some(
              [
                ' (for|of|in|at|with|on|from|by|only for) [the ]{value}',
                ' {past}',
                ' {past}',
                ' (in|of|from|over all of|over all rows of) [the ]{table}[ table| list| file]',
                ' (where|with|if) {column} (is|equals|=|being) {value}',
                ' (with|where|for those) [a ]{limit}',
              ],
              2,
            );
      case 'spending':
        return some([' (on|for|at|with|in|by|to) {value}', ' {past}', ' (according to|in|by) [the ]{table}'], 2);
      case 'counting':
        return d.chance(0.5) ? [] : some([' {past}', ' (for|of|with) {value}'], 1);
      case 'question':
        return say(d.pick(QUESTIONS));
      case 'frame':
        return plain(d.pick(FRAMES));
      case 'noun':
        return plain(
          d.chance(0.06)
            ? coined(d).toLowerCase()
            : d.chance(0.25)
              ? `${d.pick(NOUNS)} ${d.pick(NOUNS)}`
              : d.chance(0.12)
                ? text(topic())
                : d.pick(NOUNS),
        );
      case 'attribute':
        return plain(d.pick(ATTRIBUTES));
      case 'role':
        return plain(d.pick(ROLES));
      case 'did':
        return plain(d.pick(DID));
      case 'act':
        return plain(d.pick(ACTS));
      case 'done':
        return plain(d.pick(DONE));
      case 'consent':
        return plain(d.pick(CONSENT));
      case 'booked':
        return plain(d.pick(BOOKED));
      case 'may':
        return plain(d.pick(MAY));
      case 'aside':
        return plain(d.pick(ASIDES));
      case 'thing':
        return plain(d.chance(0.7) ? d.pick(THINGS) : d.pick(NOUNS));
      case 'do':
        return plain(
          d.pick([
            'water the plants',
            'feed the cat',
            'call home',
            'buy milk',
            'pay the rent',
            'take the pills',
            'sort a list',
            'scrape a page',
            'send emails',
          ]),
        );
      case 'place':
        return plain(d.pick(PLACES));
      case 'someone':
        return plain(coined(d));
      case 'nonsense':
        return plain(
          Array.from({ length: d.whole(1, 4) }, () => (d.chance(0.6) ? letters() : coined(d).toLowerCase())).join(' '),
        );
      default:
        throw new Error(`Nothing fills {${name}}`);
    }
  };
  return (name) =>
    form === 'none' || form === 'question' || form === 'table-other' ? withoutSlots(fill(name)) : fill(name);

  function personNames(count: number): string[] {
    return d
      .some(world.people, count)
      .map((name) => (d.chance(0.08) ? coined(d) : d.chance(0.6) ? (name.split(' ')[0] ?? name) : name));
  }
  function topic(): Run[] {
    const chosen = d.chance(0.7)
      ? d.pick(world.topics)
      : d.chance(0.3)
        ? coined(d)
        : `${d.chance(0.4) ? `${d.pick(NOUNS)} ` : ''}${d.pick(NOUNS)}`;
    return [...plain(d.chance(0.35) ? 'the ' : ''), ...slot('topic', chosen)];
  }
  function measure(): string {
    if (d.chance(0.07))
      return d.pick(['money', 'spending', 'costs', 'sales', 'turnover', 'units', 'pieces', 'expenses', 'earnings']);
    const name = d.pick(columns('number'));
    return d.chance(0.12) ? (name.endsWith('s') ? name.slice(0, -1) : `${name}s`) : name;
  }
  function value(): string {
    const all = Object.values(table?.values ?? {}).flat();
    const chosen = d.pick(all);
    return d.chance(0.12) ? (chosen.split(' ')[0] ?? chosen) : chosen;
  }
  function letters(): string {
    return Array.from({ length: d.whole(3, 8) }, () => 'qwertyuiopasdfghjklzxcvbnm'.charAt(d.whole(0, 25))).join('');
  }
}

function text(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join('');
}

function withoutSlots(runs: readonly Run[] | null): Run[] | null {
  return runs?.map((run) => ({ text: run.text, slot: null })) ?? null;
}

function abroadFiller(d: Dice, world: TrainingWorld, language: string): Fill {
  const english = filler(d, world, 'mail-summary');
  const words = WHEN_ABROAD[language];
  return (name) => {
    if (name === 'person')
      return [{ text: d.pick(world.people).split(' ').slice(0, d.whole(1, 2)).join(' '), slot: 'person' }];
    if (words !== undefined) {
      if (name === 'past') return [{ text: d.pick(words.past), slot: 'date' }];
      if (name === 'when' || name === 'due') return [{ text: d.pick(words.when), slot: 'date' }];
      if (name === 'hours') return [{ text: d.pick(words.hours), slot: 'hours' }];
      if (name === 'long') return [{ text: d.pick(words.long), slot: 'long' }];
      if (name === 'not') return [{ text: d.pick(words.days), slot: 'not' }];
    }
    const things = THINGS_ABROAD[name];
    return things === undefined ? english(name) : [{ text: d.pick(things), slot: null }];
  };
}

const MONTHS =
  '(January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Aug|Sep|Sept|Oct|Nov|Dec)';
const DAY = '(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Mon|Tue|Wed|Thu|Fri|monday|friday)';
const NUMBER =
  '(1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|1st|2nd|3rd|4th|5th|12th|21st|23rd|30th)';
const YEAR = '[ (2024|2025|2026|2027)]';
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];
const PAST = [
  'last week',
  'this week',
  'yesterday',
  'today',
  'last month',
  'this month',
  'last year',
  'this year',
  'this morning',
  'the other day',
  `(since|after|from) ${DAY}`,
  'since (yesterday|last week|last month|last Monday|the weekend|last Friday|this morning)',
  `since [the ]${NUMBER} [of ]${MONTHS}`,
  `since ${MONTHS}`,
  `in ${MONTHS}${YEAR}`,
  `in ${MONTHS}${YEAR}`,
  `during ${MONTHS}${YEAR}`,
  `for ${MONTHS}${YEAR}`,
  `in the month of ${MONTHS}${YEAR}`,
  `of ${MONTHS}${YEAR}`,
  `${MONTHS} (2024|2025|2026)`,
  `before [the ]${NUMBER} ${MONTHS}`,
  `until ${MONTHS}`,
  `up to ${DAY}`,
  `from ${MONTHS} to ${MONTHS}`,
  `between ${MONTHS} and ${MONTHS}`,
  `between ${NUMBER} and ${NUMBER} ${MONTHS}`,
  `between [the ]${NUMBER} ${MONTHS} and [the ]${NUMBER} ${MONTHS}`,
  'in the (last|past) (week|month|year|two weeks|three months|few days|7 days|30 days|quarter|ten days|fortnight)',
  '(over|during|within) the (last|past) (week|month|year|three weeks|six months)',
  'in (2024|2025|2026)',
  'in the (first|second|third|fourth|last) quarter[ of 2026]',
  'in Q(1|2|3|4)',
  `on ${DAY}`,
  `on [the ]${NUMBER} [of ]${MONTHS}${YEAR}`,
  'so far this year',
  'last (Monday|Tuesday|Friday)',
  'last weekend',
  'last quarter',
  'during the last month',
  'on 2026-0(1|3|5)-1(0|2|7)',
];
const FUTURE = [
  'next week',
  'next week',
  'this week',
  'tomorrow',
  'today',
  'the day after tomorrow',
  'next month',
  'this month',
  'tonight',
  'this weekend',
  'next weekend',
  'in the next few days',
  'over the weekend',
  'the week after next',
  `on ${DAY}`,
  `on ${DAY}`,
  `next ${DAY}`,
  `this ${DAY}`,
  DAY,
  `on ${DAY} next week`,
  `${DAY} next week`,
  `on ${DAY} or ${DAY}`,
  `on [the ]${NUMBER} [of ]${MONTHS}${YEAR}`,
  `on ${MONTHS} ${NUMBER}`,
  `on the ${NUMBER}`,
  `on ${DAY}, ${NUMBER} ${MONTHS}`,
  `${NUMBER} ${MONTHS}`,
  `between ${DAY} and ${DAY}[ next week]`,
  `between [the ]${NUMBER} and [the ]${NUMBER}[ ${MONTHS}]`,
  `between [the ]${NUMBER} ${MONTHS} and [the ]${NUMBER} ${MONTHS}`,
  `from ${DAY} to ${DAY}[ next week]`,
  `from [the ]${NUMBER} ${MONTHS} to [the ]${NUMBER} ${MONTHS}`,
  `from ${NUMBER} to ${NUMBER} ${MONTHS}`,
  `in ${MONTHS}`,
  `in (two|three|2) (days|weeks)`,
  'in the next (two|three) weeks',
  'within the next (week|two weeks|10 days)',
  'in the coming (days|week|weeks)',
  `(before|by|until) ${DAY}`,
  `(before|by|until) [the ]${NUMBER} ${MONTHS}`,
  'in the week of [the ](23|30|7|14) (November|March|June)',
  'early next week',
  'at the end of next week',
  'later this week',
  'by the end of (the|next) (week|month)',
  'on 2026-0(1|3|5)-1(0|2|7)',
  'any day next week',
  'sometime next week',
  'the coming week',
  'first half of next week',
];
const DUE = [
  '(by|until|before|for|on) (Monday|Tuesday|Wednesday|Thursday|Friday|tomorrow|next week|Mon|Fri)',
  'this week',
  'next week',
  'today',
  'tomorrow',
  'by the end of (the|next) (week|month)',
  'this month',
  `(by|until|before) [the ]${NUMBER} ${MONTHS}`,
  'in the next (few days|two weeks|week)',
  'next month',
  'by the weekend',
  'for next week',
];
const HOURS = [
  'in the (morning|afternoon|evening|mornings|afternoons)',
  'after lunch',
  'before lunch',
  'at lunch',
  'over lunch',
  'around noon',
  'before noon',
  'after (2|3|4|10|11|5)[ ](pm|am|)',
  'before (10|11|12|3|4|5)[ ](am|pm|)',
  'not before (9|10|10:30|11|noon|9:30)',
  'not after (3|4|5|16:00|17:00)',
  'no later than (3|4|5) pm',
  'between (9|10|1|2) and (11|12|4|5)',
  'between (9|10) am and (noon|3 pm)',
  'from (9|10|13|14) to (12|16|17)',
  'mornings[ only]',
  'afternoons[ only]',
  'late in the (morning|afternoon)',
  'early in the (morning|afternoon)',
  'first thing in the morning',
  'late afternoon',
  'early morning',
  'after (14|15|16|10):(00|30)',
  'before (12|11|16):00',
  'at (2|3|10) (pm|am|oclock)',
  'after work',
  'at the end of the day',
  'preferably in the (morning|afternoon)',
  'morning',
  'afternoon',
  'evening',
];
const LONG = [
  '(15|20|25|30|40|45|50|60|75|90|120)[ ](minutes|min|mins|minute|m)',
  '(15|30|45|60|90)-minute',
  'an hour',
  'one hour',
  'half an hour',
  'a half hour',
  'half-hour',
  'two hours',
  'three hours',
  '(1|2|3)[ ](h|hours|hour|hrs)',
  '1.5 hours',
  '1h30',
  '2.5 hours',
  'an hour and a half',
  'a quarter of an hour',
  'three quarters of an hour',
  'a couple of hours',
  'half a day',
  'ninety minutes',
  'forty-five minutes',
  'thirty minutes',
  'twenty minutes',
  'an hour or so',
  '2 full hours',
  'one-hour',
  'two-hour',
  'a full hour',
  'fifteen minutes',
];
const EXCEPT = [
  '[,| but] (not on|but not on|except|except on|excluding|apart from|other than|without|never on|avoiding|just not on|anything but|any day but|any day except|not) {not}',
  ', {not} (is out|is no good|does not work|excluded|is impossible|not possible|is off|does not suit me)',
  ' (but|,) {not} (is out|does not work|is no good)',
];
const COUNTS = ['two', 'three', 'four', 'five', 'six', 'ten', '2', '3', '4', '5', '6', '10', '7', '8', 'seven', '20'];
const LIMITS = [
  '(over|above|more than|exceeding|greater than|higher than|larger than|beyond) (100|1000|1,000|50|500|20|2500|10,000|3k|75)[ (euros|EUR|dollars|kg)]',
  '(under|below|less than|lower than|smaller than) (100|1000|50|500|20|10|5)[ (euros|EUR|dollars)]',
  'at least (5|10|100|1000|50)',
  'at most (5|10|100|1000)',
  'between (10|100|5) and (20|500|1000)',
  '(> |< )(100|50|1000)',
  'up to (50|100|1000)',
  'no more than (50|100)',
];
