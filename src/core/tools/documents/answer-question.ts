import type { SourceId } from '../../base/ids.ts';
import { formatShortDate } from '../format.ts';
import { findWrittenDates, isoOf } from '../../text/dates.ts';
import { findNumbers } from '../../text/numbers.ts';
import { overlap } from '../../text/rank-sentences.ts';
import { contentStems, oneLine, stemOf } from '../../text/tokens.ts';
import type { AnswerDraft, Claim } from '../answer.ts';
import { correctionOf } from './corrections.ts';
import { factOfPassage } from './facts.ts';
import { EvidenceBook } from '../evidence-book.ts';
import { searchedText, type Passage, type PassagesObservation } from './passage.ts';
import { holdsType, namesIn } from './answer-kind.ts';
import { readQuestion, termMatch, type Question, type QuestionTerm } from './question.ts';
import { CONTEXT_SHARE } from './retrieve.ts';

/** A question about few things is answered only by a passage that has them all; of more, by one that has nearly all. */
const ALL_THINGS_MAX = 2;
const COVERAGE_MIN = 0.6;
/** A word found around the sentence only still counts as found. */
const FOUND_MIN = 0.5;
/** What is done counts less than what it is done to: answers use other verbs. */
const VERB_SHARE = 0.5;
const LIGHT_VERB_SHARE = 0.2;
/** A name in the title or subject counts nearly as in the sentence. */
const NAME_AROUND = 0.9;
/** Share of a heading's question that must be in the question asked. */
const HEADING_SHARE_MIN = 0.5;
/** Rows and entries answer only when no sentence does nearly as well. */
const ROW_PENALTY = 0.25;
/** Others are shown beside the best answer when they are nearly as good. */
const NEAR_BEST = 0.86;
const FURTHER_MAX = 2;
const EARLIER_MAX = 3;
/** One that corrects another says at least this much of what was asked itself, compared with the best. */
const SAME_INSIDE = 0.65;
/** Two sentences about one thing share this much of their words. */
const SAME_SUBJECT_MIN = 0.5;

interface Scored {
  readonly passage: Passage;
  readonly coverage: number;
  /** Share of the question in the sentence itself. */
  readonly inside: number;
  readonly score: number;
  /** The answer needs the sentence after it too. */
  readonly withNext: boolean;
}

/** The best sentences for a question, the latest word on it first; or honestly that there is none. */
export function answerQuestion(observation: PassagesObservation, zone: string): AnswerDraft {
  const question = readQuestion(observation.question);
  const book = new EvidenceBook();
  const scored = observation.passages
    .flatMap(({ passage }) => score(passage, question, observation.weights) ?? [])
    .sort((a, b) => b.score - a.score);
  const [best] = scored;
  if (best === undefined) return notFound(book, question, observation);
  const near = scored.filter((other) => other.score >= NEAR_BEST * best.score && other.coverage >= 0.9 * best.coverage);
  const settled = upToDate(settle(near, best, question), scored, question);
  const { answer, earlier, further } = corrected(settled, question, observation);
  const claims = [answer, ...further].map((one) => claimFor(book, one, question, zone));
  const superseded = earlier.map((other) => earlierClaim(book, other));
  const notes =
    superseded.length === 0
      ? []
      : ['Your files disagree; the latest one is taken, the earlier ones are shown below it.'];
  return book.draft(
    'answered',
    [
      { title: 'Answer', claims: unique(claims) },
      { title: 'Said earlier', claims: unique(superseded) },
    ],
    { notes },
  );
}

/** @returns null when the passage does not answer: words missing, or nothing of the kind asked for */
function score(passage: Passage, question: Question, weights: PassagesObservation['weights']): Scored | null {
  if (/\?["”’')\]]*$/.test(passage.text.trim()) || question.terms.length === 0) return null;
  const faq = scoreFaq(passage, question, weights);
  if (faq !== null) return faq;
  const own = new Set(contentStems(searchedText(passage)));
  const around = new Set(contentStems(`${passage.context.join(' ')} ${passage.file.replace(/[/._-]+/g, ' ')}`));
  const matches = question.terms.map((term) => ({
    term,
    hard: term.hard,
    optional: term.optional && mayBeLeftOut(question, passage),
    weight: (weights[term.stem] ?? 1) * verbShare(term),
    here: termMatch(term, own),
    there: (term.hard ? NAME_AROUND : CONTEXT_SHARE) * termMatch(term, around),
  }));
  const names = matches.filter(({ hard }) => hard);
  const needed = matches.filter(({ hard, optional }) => !hard && !optional);
  // "The phone number of Mikkel": the kind of answer and a name are all there is to look for.
  const byKind = needed.length === 0 && names.length > 0 && KINDS_THAT_TELL.has(question.type);
  const topic = needed.length > 0 ? needed : byKind ? [] : matches.filter(({ hard }) => !hard);
  if (names.some(({ here, there }) => Math.max(here, there) === 0)) return null;
  if (passage.row !== null && askedColumns(passage.row, question).length === 0) return null;
  // A sentence that only shares its heading or a name with the question does not speak about it.
  const telling =
    topic.length > 0 && passage.row === null
      ? matches.filter(({ hard, term }) => !hard || /\d/.test(term.word))
      : matches;
  if (!telling.some(({ here }) => here > 0)) return null;
  const covered = share(topic.length > 0 ? topic : names);
  const inside = share(matches.map((match) => ({ ...match, there: 0 })));
  const occurs = passage.occurrence !== null && (question.type === 'when' || question.type === 'time');
  const said =
    passage.row === null
      ? passage.text
      : askedColumns(passage.row, question)
          .map((i) => `${passage.row?.columns[i] ?? ''} ${passage.row?.cells[i] ?? ''}`)
          .join(', ');
  const typed = occurs || holdsType(question.type, said, question);
  const withNext = !typed && continues(passage.next) && holdsType(question.type, passage.next, question);
  if ((!typed && !withNext) || !(byKind || enough(topic, covered, names))) return null;
  const focus = own.size === 0 ? 0 : question.terms.filter((term) => termMatch(term, own) > 0).length / own.size;
  const row = passage.kind === 'table' || (passage.kind === 'event' && !occurs) ? ROW_PENALTY : 0;
  const total =
    0.7 * covered + 0.3 * share(matches) + 0.5 * inside + 0.25 * focus + 0.15 * typeBonus(question, passage);
  return { passage, coverage: covered, inside, withNext, score: total - (withNext ? 0.1 : 0) - row };
}

const KINDS_THAT_TELL: ReadonlySet<Question['type']> = new Set(['phone', 'email']);

/** The first sentence under a heading that asks the same question answers it, whatever its words. */
function scoreFaq(passage: Passage, question: Question, weights: PassagesObservation['weights']): Scored | null {
  const { under } = passage;
  if (under?.first !== true || !/\?\s*$/.test(under.text)) return null;
  const heading = readQuestion(under.text);
  const stems = new Set(contentStems(under.text));
  const matches = question.terms.map((term) => ({
    term,
    weight: weights[term.stem] ?? 1,
    here: termMatch(term, stems),
    there: 0,
  }));
  const asked = new Set(contentStems(question.text));
  const back = heading.terms.filter((term) => termMatch(term, asked) > 0).length / Math.max(1, heading.terms.length);
  const covered = share(matches);
  if (!enough(matches, covered) || back < HEADING_SHARE_MIN) return null;
  const typed = holdsType(question.type, `${passage.text} ${passage.next}`, question);
  return {
    passage,
    coverage: covered,
    inside: covered,
    withNext: passage.next !== '',
    score: covered + 0.5 * back + (typed ? 0.2 : 0),
  };
}

/** Indexes of the columns that the question names: a row answers only for those. */
function askedColumns(row: NonNullable<Passage['row']>, question: Question): number[] {
  const asked = new Set(contentStems(question.text));
  return row.columns.flatMap((column, i) => {
    const named =
      COLUMNS_OF[question.type]?.test(column) === true ||
      contentStems(column).some(
        (stem) => termMatch({ stem, word: stem, hard: false, optional: false, verb: false }, asked) > 0,
      );
    return named && (row.cells[i] ?? '') !== '' ? [i] : [];
  });
}

/** Columns that answer a question by their kind: "Where is the plotter?" by the room. */
const COLUMNS_OF: Partial<Readonly<Record<Question['type'], RegExp>>> = {
  where: /\b(?:room|place|location|where|address|city|town|building|floor|venue|shelf|site)\b/i,
  when: /\b(?:date|day|when|due|deadline|time)\b/i,
  time: /\b(?:time|hours?|opens?|starts?)\b/i,
  who: /\b(?:who|name|person|contact|owner|responsible)\b/i,
  phone: /\b(?:phone|telephone|mobile|tel)\b/i,
  email: /\be-?mail\b/i,
  money: /\b(?:price|cost|fee|amount|rate)\b/i,
};

interface Match {
  readonly term: QuestionTerm;
  readonly here: number;
  readonly there: number;
}

/**
 * Whether a passage is about what is asked: the things asked about must be there, nearly all when they are many. Its
 * verb may be another when that verb says little, or when much else is there.
 */
function enough(topic: readonly Match[], covered: number, names: readonly Match[] = []): boolean {
  const found = ({ here, there }: Match): boolean => Math.max(here, there) >= FOUND_MIN;
  const things = topic.filter(({ term }) => !term.verb);
  const verbs = topic.filter(({ term }) => term.verb);
  const missing = things.filter((match) => !found(match)).length;
  const figures = names.filter(({ term, here }) => here > 0 && /\d/.test(term.word));
  const inside = things.filter(({ here }) => here > 0).length + figures.length;
  const verbsLacking = verbs.filter((match) => !found(match) && !isLight(match.term)).length;
  const spare = things.length <= ALL_THINGS_MAX ? 0 : Math.floor((things.length + 1) / 4);
  if (missing > spare || covered < COVERAGE_MIN) return false;
  if (things.length === 0) return verbsLacking === 0 && verbs.some(found);
  return verbsLacking === 0 || (missing === 0 && inside >= ALL_THINGS_MAX);
}

function isLight({ verb, stem }: QuestionTerm): boolean {
  return verb && LIGHT_VERBS.has(stem);
}

function verbShare(term: QuestionTerm): number {
  return isLight(term) ? LIGHT_VERB_SHARE : term.verb ? VERB_SHARE : 1;
}

/** Verbs that go with nearly anything: where they stand in a question, an answer may have any other. */
const LIGHT_VERBS = new Set(
  `go goes going gone run runs ran take taken keep kept call use used get put stay work stand stands stood hold held lie
  lies belong find found reach come came happen occur cost costs pay paid last lasts amount contain have need needed
  require required apply count set give given want see know become turn deal handle involve concern do done add up
  provide offer include allowed permitted supposed expected meant located situated placed stored called named
  bring brought sit exist fit change help helps turn tell ask put store happen receive bear carry serve stick look wait mean`
    .split(/\s+/)
    .map((word) => stemOf(word)),
);

/** "Acoustics: Lucía Ferrer" answers who is responsible; a sentence with another verb does not. */
function mayBeLeftOut({ type }: Question, { text }: Passage): boolean {
  return type !== 'who' || /^[^:.]{2,40}:\s*\p{Lu}/u.test(text);
}

/** Weighted share of terms found, in the sentence or around it. */
function share(matches: readonly { readonly weight: number; readonly here: number; readonly there: number }[]): number {
  const total = matches.reduce((sum, { weight }) => sum + weight, 0);
  return total === 0
    ? 0
    : matches.reduce((sum, { weight, here, there }) => sum + weight * Math.max(here, there), 0) / total;
}

/** "It takes place on …", "They have …": a sentence that goes on about the one before. */
function continues(next: string): boolean {
  return /^(?:it|this|that|they|these|those|he|she|there|the|we|then|from|until|on|at)\b/i.test(next.trim());
}

/** Answers that are outright of the kind asked for come before those that may be. */
function typeBonus(question: Question, { text, kind }: Passage): number {
  switch (question.type) {
    case 'when':
      return findWrittenDates(text).length > 0 ? 1 : kind === 'event' ? 1 : 0;
    case 'money':
      return findNumbers(text).some((number) => number.kind === 'money') ? 1 : 0;
    case 'count':
      return findNumbers(text).some((number) => number.kind === 'plain') ? 0.5 : 0;
    default:
      return 0;
  }
}

/** The latest of those that speak about the same thing answers; those before it that say otherwise are told. */
function settle(
  near: readonly Scored[],
  best: Scored,
  question: Question,
): { answer: Scored; earlier: Scored[]; further: Scored[] } {
  const value = (scored: Scored): string => valueOf(scored, question);
  const same = near.filter(
    (other) =>
      other === best ||
      (other.inside >= SAME_INSIDE * best.inside && aboutTheSame(other.passage, best.passage)) ||
      tellsWhatWas(best, other, value),
  );
  const conflicting = new Set(same.map(value)).size > 1 && value(best) !== '';
  if (!conflicting) {
    const further = near.filter(
      (other) =>
        other !== best &&
        other.inside >= best.inside &&
        other.coverage >= best.coverage &&
        !repeats(other.passage, best.passage) &&
        value(other) !== value(best),
    );
    return { answer: best, earlier: [], further: further.slice(0, FURTHER_MAX) };
  }
  const byTime = same.filter((other) => value(other) !== '').sort((a, b) => time(b) - time(a) || b.score - a.score);
  const answer = byTime[0] ?? best;
  const earlier = byTime.filter((other) => time(other) < time(answer) && value(answer) !== value(other));
  return { answer, earlier: firstOfEach(earlier, value).slice(0, EARLIER_MAX), further: [] };
}

/** What goes on being decided or done: asked about it, one wants the latest word too. */
const GOING_ON =
  /\b(?:decide[ds]?|decisions?|agreed?|happen(?:s|ed|ing)?|status|going on|stands?|latest|news|current(?:ly)?|now|plans?|planned)\b/i;
/** What a later passage must have of the question, compared with the best. */
const LATER_COVERAGE = 0.75;

/** Of something that goes on, what later documents say of it comes first. */
function upToDate(
  settled: ReturnType<typeof settle>,
  scored: readonly Scored[],
  question: Question,
): ReturnType<typeof settle> {
  const { answer, earlier, further } = settled;
  if (!GOING_ON.test(question.text) || question.type !== 'what' || answer.passage.writtenAt === null) return settled;
  const [latest] = scored
    .filter(
      (other) =>
        other.passage.kind === answer.passage.kind &&
        time(other) > time(answer) &&
        other.coverage >= LATER_COVERAGE * answer.coverage &&
        !repeats(other.passage, answer.passage),
    )
    .sort((a, b) => time(b) - time(a) || b.score - a.score);
  if (latest === undefined || further.includes(latest)) return settled;
  return { answer: latest, earlier, further: [answer, ...further].slice(0, FURTHER_MAX) };
}

/** A later sentence that changes what the answer says is the answer, whatever words of the question it leaves out. */
function corrected(
  settled: ReturnType<typeof settle>,
  question: Question,
  observation: PassagesObservation,
): ReturnType<typeof settle> {
  const { answer, earlier } = settled;
  const said = answer.passage.kind === 'document' ? factOfPassage(answer.passage, 0) : null;
  if (said === null) return settled;
  const others = new Map(
    observation.passages.flatMap(({ passage }, i) => {
      const fact = passage.kind === 'document' && passage !== answer.passage ? factOfPassage(passage, i + 1) : null;
      return fact === null ? [] : [[fact, passage]];
    }),
  );
  const now = correctionOf(said, [...others.keys()]);
  const passage = now === null ? undefined : others.get(now);
  if (passage === undefined || !holdsType(question.type, passage.text, question)) return settled;
  return { answer: { ...answer, passage, withNext: false }, earlier: [answer, ...earlier], further: [] };
}

function time({ passage }: Scored): number {
  return passage.occurrence?.startsAt ?? passage.writtenAt ?? 0;
}

/** What a passage gives as the answer, normalised; '' when its kind cannot be compared. */
function valueOf({ passage, withNext }: Scored, question: Question): string {
  const text = withNext ? passage.next : passage.text;
  switch (question.type) {
    case 'when': {
      const dates = findWrittenDates(text).flatMap(({ readings }) => readings.slice(0, 1));
      return [
        ...new Set(dates.map((date) => isoOf(date)?.slice(5) ?? `${twoDigits(date.month)}-${twoDigits(date.day)}`)),
      ]
        .sort()
        .join(' ');
    }
    case 'money':
    case 'percent':
      return values(text, (kind) => kind === 'money' || kind === 'percent');
    case 'count':
      return values(text, (kind) => kind === 'plain');
    case 'who':
      return [...new Set(namesIn(text, question))].sort().join(' ');
    default:
      return '';
  }
}

function twoDigits(value: number | null): string {
  return String(value ?? '').padStart(2, '0');
}

function values(text: string, wanted: (kind: string) => boolean): string {
  const numbers = findNumbers(text).filter(({ kind }) => wanted(kind));
  return [...new Set(numbers.map((number) => String(number.values[0])))].sort().join(' ');
}

/** "now 12 February, not 15 January": the later one names what the earlier one said. */
function tellsWhatWas(now: Scored, before: Scored, value: (scored: Scored) => string): boolean {
  const [later, earlier] = [value(now), value(before)];
  return earlier !== '' && later !== earlier && time(before) < time(now) && namesAll(later, earlier);
}

function namesAll(all: string, some: string): boolean {
  const known = new Set(all.split(' '));
  return some.split(' ').every((value) => known.has(value));
}

function aboutTheSame(a: Passage, b: Passage): boolean {
  const words = (passage: Passage): Set<string> =>
    new Set(contentStems(passage.text).filter((stem) => !/\d/.test(stem)));
  return overlap(words(a), words(b)) >= SAME_SUBJECT_MIN;
}

function repeats(a: Passage, b: Passage): boolean {
  return overlap(new Set(contentStems(a.text)), new Set(contentStems(b.text))) > 0.8;
}

function firstOfEach(list: readonly Scored[], key: (scored: Scored) => string): Scored[] {
  return [...new Map([...list].reverse().map((scored) => [key(scored), scored])).values()].reverse();
}

function claimFor(book: EvidenceBook, { passage, withNext }: Scored, question: Question, zone: string): Claim {
  if (passage.occurrence !== null) return occurrenceClaim(book, passage, zone);
  if (passage.row !== null) return rowClaim(book, passage, passage.row, question);
  const cited = [cite(book, passage, passage.text), ...(withNext ? [cite(book, passage, passage.next)] : [])];
  const quotes = `“${oneLine(passage.text)}”${withNext ? ` “${oneLine(passage.next)}”` : ''}`;
  if (passage.sender !== null) {
    return book.claim(`${passage.sender.name}: ${quotes}`, 'extract', [
      ...cited,
      cite(book, passage, passage.sender.line),
    ]);
  }
  const { under } = passage;
  if (under !== null && needsHeading(passage, question)) {
    const heading = cite(book, { ...passage, span: under.span }, under.text);
    return book.claim(`“${oneLine(under.text)}” ${quotes}`, 'extract', [heading, ...cited]);
  }
  return book.claim(withNext ? quotes : oneLine(passage.text), 'extract', cited);
}

/** Whether only its heading says what the sentence is about. */
function needsHeading(passage: Passage, question: Question): boolean {
  const own = new Set(contentStems(passage.text));
  const heading = new Set(contentStems(passage.under?.text ?? ''));
  if (passage.under?.text === passage.context[0]) return false;
  return question.terms.some((term) => termMatch(term, own) === 0 && termMatch(term, heading) > 0);
}

/** “Lenoir”, “Survey”: Amount “18,750”: the cells that the question names and those of the columns it asks for. */
function rowClaim(book: EvidenceBook, passage: Passage, row: NonNullable<Passage['row']>, question: Question): Claim {
  const named = row.cells.filter((cell) =>
    question.terms.some((term) => termMatch(term, new Set(contentStems(cell))) > 0),
  );
  const wanted = askedColumns(row, question).filter((i) => !named.includes(row.cells[i] ?? ''));
  const values = wanted.map((i) => `${row.columns[i] ?? ''} “${oneLine(row.cells[i] ?? '')}”`);
  const header = book.cite({
    ...row.header,
    file: passage.file,
    quote: row.columns.join(','),
    locator: `${passage.file}, header`,
  });
  const subject = [...new Set(named)].map((cell) => `“${oneLine(cell)}”`).join(', ');
  return book.claim(`${subject}: ${values.join(', ')}`, 'extract', [cite(book, passage, passage.text), header]);
}

function occurrenceClaim(book: EvidenceBook, passage: Passage, zone: string): Claim {
  const { occurrence } = passage;
  if (occurrence === null) return book.claim(oneLine(passage.text), 'extract', [cite(book, passage, passage.text)]);
  const evidence = cite(book, passage, occurrence.quote);
  const when = `${formatShortDate(occurrence.value.slice(0, 10))}${occurrence.times === '' ? '' : `, ${occurrence.times}`}`;
  const words = occurrence.words;
  return book.claim(`“${oneLine(passage.text)}”: ${when}`, 'computed', [evidence], {
    kind: 'date',
    words,
    value: occurrence.value,
    evidence,
    reference: occurrence.startsAt,
    zone,
  });
}

function earlierClaim(book: EvidenceBook, { passage }: Scored): Claim {
  const file = passage.file.split('/').at(-1) ?? passage.file;
  const evidence = [
    cite(book, passage, passage.text),
    ...(passage.sender === null ? [] : [cite(book, passage, passage.sender.line)]),
  ];
  const who = passage.sender === null ? file : passage.sender.name;
  return book.claim(
    passage.sender === null ? `Earlier, in ${who}: “${oneLine(passage.text)}”` : `${who}: “${oneLine(passage.text)}”`,
    'extract',
    evidence,
  );
}

function cite(book: EvidenceBook, passage: Passage, quote: string): Claim['evidence'][number] {
  const { source, start, end } = passage.span;
  return book.cite({ source, start, end, file: passage.file, quote, locator: passage.locator });
}

function unique(claims: readonly Claim[]): Claim[] {
  return [...new Map(claims.map((claim) => [claim.text, claim])).values()];
}

function notFound(book: EvidenceBook, question: Question, observation: PassagesObservation): AnswerDraft {
  const terms = question.terms.map(({ word }) => word);
  const computation = {
    kind: 'search',
    terms,
    searched: observation.searched as readonly SourceId[],
    hits: 0,
  } as const;
  const missing = terms.length === 0 ? 'what you asked' : `an answer about ${terms.join(', ')}`;
  const claim = book.claim(`Not found in your files: ${missing}`, 'absent', [], computation);
  const notes = [`Searched: ${String(observation.searched.length)} files, ${String(observation.units)} passages.`];
  return book.draft('not-found', [{ title: 'Not found', claims: [claim] }], { notes });
}
