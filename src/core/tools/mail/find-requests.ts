import type { NamedDate } from '../../text/dates.ts';
import { splitSentences, type Sentence } from '../../text/sentences.ts';
import { ownText } from '../../text/strip-quotes.ts';
import { contentStems, oneLine } from '../../text/tokens.ts';
import { AddresseeTracker, isItemFor, withoutCall, type Addressee } from './addressing.ts';
import { dueIn, type Due } from './due.ts';
import type { Owner } from './people.ts';
import { requestOf, type RequestKind } from './requests.ts';
import type { MailHeader } from './threads.ts';

/** A sentence of a message that asks somebody for something. */
export interface FoundRequest {
  readonly kind: RequestKind;
  /** Exactly as in the message; with the sentence before it when it cannot be understood alone. */
  readonly quote: string;
  readonly addressee: Addressee;
  readonly due: Due | null;
  readonly dueQuote: string | null;
}

/** Dates of a text, read against when the message was sent. */
export type FindDates = (text: string) => readonly NamedDate[];

/** A question with at most this many meaningful words leans on the sentence before; with a pronoun it may have more. */
const LEANING_STEMS_MAX = 2;
const LEANING_WITH_PRONOUN_MAX = 4;
const PRONOUN = /\b(?:it|this|that|these|those|them|one|he|she|him|her|both)\b/i;
const QUOTE_CHARS_MAX = 420;
/** Words that may stand before a pronoun that speaks of the sentence before: "please", "send". */
const OWN_THINGS_MAX = 2;

/** All requests and questions in what the sender wrote, in order, with whom each speaks to and by when. */
export function findRequests(
  header: MailHeader,
  text: string,
  owner: Owner,
  people: ReadonlySet<string>,
  findDates: FindDates,
): FoundRequest[] {
  const own = ownText(text);
  const sentences = splitSentences(own);
  const tracker = new AddresseeTracker(header, owner, people);
  const found: FoundRequest[] = [];
  const ranges: { start: number; end: number }[] = [];
  sentences.forEach((sentence, i) => {
    const spokenTo = tracker.next(oneLine(sentence.text));
    const addressee = spokenTo.kind === 'owner' && ANYBODY.test(sentence.text) ? EVERYBODY : spokenTo;
    const before = ranges.at(-1);
    if (before !== undefined && sentence.start < before.end) return;
    const plain = oneLine(sentence.text);
    const kind = requestOf(withoutCall(plain)) ?? (isItemFor(plain, owner.words) ? 'request' : null);
    if (kind === null) return;
    const [first, last] = quoteRange(sentences, i, own);
    const joins = before !== undefined && first.start < before.end && found.at(-1)?.addressee.kind === addressee.kind;
    const start = joins
      ? before.start
      : Math.max(first.start, before?.end ?? 0) > first.start
        ? sentence.start
        : first.start;
    const asking = own.slice(sentence.start, last.end);
    const due = dueIn(asking, findDates(asking), kind === 'request', header.sentOn);
    const nearby =
      due?.relation === 'by' || due?.relation === 'before'
        ? null
        : dueNearby(sentences, i, findDates, own, header.sentOn);
    const chosen = nearby ?? (due === null ? null : { due, quote: null });
    const quote = own.slice(start, last.end);
    const request = { kind, quote, addressee, due: chosen?.due ?? null, dueQuote: chosen?.quote ?? null };
    // A question that leans on the request before it belongs to that one.
    const at = joins ? found.length - 1 : found.length;
    found[at] = joins && request.due === null && found[at] !== undefined ? { ...found[at], quote } : request;
    ranges[at] = { start, end: last.end };
  });
  return found;
}

const ANYBODY = /\b(?:some|any)(?:body|one)\b|\b(?:one|any) of you\b|\bwho (?:can|could|will|would|wants)\b/i;
const EVERYBODY: Addressee = { kind: 'all' };

/** From the sentence before, when this one leans on it, to the end of the list that it opens. */
function quoteRange(sentences: readonly Sentence[], i: number, text: string): readonly [Sentence, Sentence] {
  const sentence = sentences[i] as Sentence;
  let first = sentence;
  let last = sentence;
  const previous = sentences[i - 1];
  const plain = oneLine(sentence.text);
  const stems = contentStems(plain).length;
  const short = stems <= (PRONOUN.test(plain) ? LEANING_WITH_PRONOUN_MAX : LEANING_STEMS_MAX);
  const leans = short && !/:$/.test(plain) && withoutCall(plain) === plain;
  if (
    leans &&
    previous !== undefined &&
    sentence.end - previous.start <= QUOTE_CHARS_MAX &&
    joined(previous, sentence, text)
  ) {
    first = previous;
  }
  if (/:$/.test(sentence.text)) {
    for (const next of sentences.slice(i + 1)) {
      if (
        next.end - first.start > QUOTE_CHARS_MAX ||
        (last !== sentence && /\n\s*\n/.test(text.slice(last.end, next.start)))
      )
        break;
      last = next;
    }
  }
  return [first, last];
}

/** Whether two neighbours stand in one paragraph, and the first is more than a greeting. */
function joined(before: Sentence, after: Sentence, text: string): boolean {
  return (
    !/\n\s*\n/.test(text.slice(before.end, after.start)) &&
    !/[,]$/.test(before.text) &&
    contentStems(before.text).length > 0
  );
}

const DEADLINE =
  /\b(?:by|before|until|deadline|due|latest|needs?|needed|closes?|ends?|expires?|at the latest|no later|in time|otherwise|after that)\b/i;

/** Before the request only a sentence about a deadline counts: other dates there are what it is about. */
const DEADLINE_AHEAD =
  /\b(?:deadline|due|needs?|needed|wants?|expects?|closes?|ends?|expires?|holds? until|valid until|waiting)\b/i;

/** A pronoun that comes before any thing of its own: "Please send it by Friday", not "sign the note and return it". */
function isAboutWhatWasSaid(sentence: string): boolean {
  const pronoun = /\b(?:it|this|that|them|these)\b/i.exec(sentence);
  return pronoun !== null && contentStems(sentence.slice(0, pronoun.index)).length <= OWN_THINGS_MAX;
}

/** "I need it by noon on Thursday." said right after or right before the request. */
function dueNearby(
  sentences: readonly Sentence[],
  i: number,
  findDates: FindDates,
  text: string,
  sentOn: string,
): { readonly due: Due; readonly quote: string } | null {
  for (const offset of [1, -1, 2]) {
    const other = sentences[i + offset];
    const here = sentences[i];
    if (other === undefined || here === undefined || !DEADLINE.test(other.text)) continue;
    if (Math.abs(offset) > 1 && /\n\s*\n/.test(text.slice(here.end, other.start))) continue;
    const plain = oneLine(other.text);
    if (offset !== -1 && requestOf(withoutCall(plain)) !== null && !isAboutWhatWasSaid(plain)) continue;
    if (offset === -1 && (requestOf(withoutCall(plain)) !== null || !DEADLINE_AHEAD.test(plain))) continue;
    const due = dueIn(other.text, findDates(other.text), false, sentOn);
    if (due !== null) return { due, quote: other.text };
  }
  return null;
}
