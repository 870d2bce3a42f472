import { contentWords, fold, STOP_WORDS, wordsOf } from '../text/words.ts';
import type { GoalContext } from './goal.ts';
import type { Reading } from './reading.ts';

/** Something the files are named after, as the goal writes it. */
export interface Subject {
  readonly text: string;
  /** UTF-16 offsets into the goal. */
  readonly start: number;
  readonly end: number;
}

/**
 * The longest run of the goal's words that stands in a title or file name of the owner's documents, words that any
 * document may bear aside; null when there is none. So a project is recognised by its name wherever in a goal it
 * stands.
 */
export function knownSubject(reading: Reading, { inventory }: GoalContext): Subject | null {
  const files = [...reading.text.matchAll(FILE_NAME)].map(
    ({ index, 0: name }) => [index, index + name.length] as const,
  );
  const said = reading.words.map(({ lower, start }) =>
    files.some(([from, to]) => from <= start && start < to) ? '' : lower.replace(/'s?$/, ''),
  );
  let best: { at: number; length: number; weight: number } | null = null;
  for (const { title, path } of inventory.documents) {
    for (const name of [
      title,
      (path.split('/').at(-1) ?? path).replace(/\.[a-z0-9]{2,5}$/i, '').replace(/[_-]+/g, ' '),
    ]) {
      const parts = wordsOf(name).map(({ lower }) => lower.replace(/'s?$/, ''));
      for (let at = 0; at < said.length; at++) {
        for (let from = 0; from < parts.length; from++) {
          let length = 0;
          while (
            length < said.length - at &&
            said[at + length] === parts[from + length] &&
            from + length < parts.length
          )
            length++;
          const run = trimmedRun(said, at, length);
          const weight = said.slice(run.at, run.at + run.length).filter(isTelling).length;
          if (weight > (best?.weight ?? 0)) best = { ...run, weight };
        }
      }
    }
  }
  const first = reading.words[best?.at ?? 0];
  const last = reading.words[(best?.at ?? 0) + (best?.length ?? 1) - 1];
  if (best === null || !first || !last) return null;
  const end = last.end - (/['’]s?$/.exec(last.text)?.[0].length ?? 0);
  return { text: reading.text.slice(first.start, end), start: first.start, end };
}

const FILE_NAME = /\S+\.(?:md|markdown|txt|pdf|docx|html?|csv|tsv|eml|mbox|ics|json|zip)\b/gi;

function trimmedRun(said: readonly string[], at: number, length: number): { at: number; length: number } {
  let [from, to] = [at, at + length];
  while (from < to && !isTelling(said[from] ?? '')) from++;
  while (to > from && !isTelling(said[to - 1] ?? '')) to--;
  return { at: from, length: to - from };
}

function isTelling(word: string): boolean {
  return word.length > 1 && !STOP_WORDS.has(word) && !ANY_DOCUMENT.has(word) && !/^\d+$/.test(word);
}

/** The subject with what narrows it right after: "Kestrel" of "the Kestrel project", "Kestrel budget". */
export function narrowed(reading: Reading, subject: Subject): string {
  const next = reading.words.find(({ start }) => start >= subject.end);
  if (next === undefined || !/^['’]?s?\s$/.test(reading.text.slice(subject.end, next.start))) return subject.text;
  const plain = STOP_WORDS.has(next.lower) || (ASKING.has(next.lower) && !NARROWING.test(next.lower));
  return plain || reading.dates.some(({ start, end }) => start <= next.start && next.start < end)
    ? subject.text
    : reading.text.slice(subject.start, next.end);
}

const NARROWING = /^(?:budget|costs?|money|risks?|dates|milestones?|decisions?|people)$/;

/** Whether a title says no more than the subject and what sort of document it is. */
export function isNamedAfter(title: string, subject: Subject): boolean {
  const named = new Set(wordsOf(subject.text).map(({ lower }) => lower));
  return wordsOf(title).every(({ lower }) => named.has(lower) || !isTelling(lower));
}

/** Words that say what sort of document it is, or what sort of report is wanted, and nothing of its subject. */
const ANY_DOCUMENT = new Set(
  words(`report reports status update updates progress note notes minutes meeting meetings memo memos summary overview
  brief briefing document documents doc docs file files plan plans planning project projects draft final correction
  corrections corrected decision decisions risk risks budget budgets schedule dates date next step steps team weekly
  monthly daily quarterly annual week month quarter year review reviews log kickoff agenda list paper papers letter
  version latest current old new first second last open issues january february march april may june july august
  september october november december monday tuesday wednesday thursday friday saturday sunday write up state things
  work account picture snapshot account mail table calendar`),
);

const STATE =
  /\b(?:where(?: \w+){1,6} (?:stands?|standing|at)|where (?:are|is|do) (?:we|it|things|they)|how far|lost track|on (?:track|schedule|time|budget)|what is up with|account of|how (?:does|do)(?: \\w+){1,6} look|how(?: \w+){1,7} (?:stands?|going|doing|coming|getting|progress\w*|looking|developing|moving|along)|how (?:are things|is it|is everything)|(?:status|state|progress|latest|news|updates?|developments?|situation|standing|brief\w*|overview|picture|summar\w+|recap|rundown|decisions|risks|next steps|report\w*|snapshot)|up to (?:date|speed)|fill (?:me|us) in|catch (?:me|us) up|going on|happen(?:ed|ing|s)|what (?:is|has|have)(?: \w+){0,3} (?:changed|new|done)|(?:know|everything|all)(?: \w+){0,4} (?:about|on|of)|write up)\b/;
const SAYS_WHAT_TO_DO = /\b(?:write|give|put|make|describe|explain|compile|draft|prepare|tell|page|gather|collect)\b/;
/** Asks for one thing about it. */
const NARROW = /^(?:who|whom|whose|when|why|which|how (?:much|many|long|often|big|old))\b/;

/** Words with which one asks how something stands, and for whom and in what form. */
const ASKING = new Set(
  words(`stand stands standing status state states progress progressing latest news update updates updated development
  developments situation speed fill brief briefing briefed overview picture summary summarise summarize summarised
  recap rundown catch going coming along getting happen happened happening changed new know known thing things decision
  decisions decided risk risks next step steps write report reports reporting everything document documents file files
  note notes paper papers search look looking find collect compile gather assemble bring date today now current currently
  moment right far yet already prepare draft create produce generate put together build turn compose show need want help
  please thank thanks kindly short brief quick page pages one single full complete detailed concise team boss board
  manager management client meeting call tomorrow week month quarter project projects say says said tell told able
  understand play affairs account standpoint work status written form summing sum summed open issue issues dates date
  amounts money budget costs cost milestone milestones owner owners people responsible plan plans use using based
  content contents given see seen read hand hello hi hey could would working done so there's facts main key points
  important matter matters snapshot progressed doing well track moving move moved go goes went describe explain outline
  give got information info anything something all whole entire text sources source folder vault archive bit like love make sense lost boss asks asked wants put schedule budget track time in on at for
  including include included covering cover covers concerning regarding related`),
);

/** How surely a goal asks how a known subject stands, and nothing narrower, from 0 to 1. */
export function asksForState(reading: Reading, subject: Subject): number {
  const inDate = (start: number): boolean => reading.dates.some((date) => date.start <= start && start < date.end);
  const rest = contentWords(reading.text).filter(
    ({ start, lower }) =>
      !(subject.start <= start && start < subject.end) &&
      !inDate(start) &&
      !ASKING.has(fold(lower).replace(/'s?$/, '')),
  );
  if (rest.length > 0 || NARROW.test(reading.head)) return 0;
  if (STATE.test(reading.plain)) return 0.85;
  return !reading.question && SAYS_WHAT_TO_DO.test(reading.head) ? 0.55 : 0;
}

function words(list: string): string[] {
  return list.split(/\s+/);
}
