import { findWrittenDates } from '../../text/dates.ts';
import { findNumbers } from '../../text/numbers.ts';
import { overlap, rankSentences } from '../../text/rank-sentences.ts';
import { splitSentences } from '../../text/sentences.ts';
import { ownText } from '../../text/strip-quotes.ts';
import { contentStems, oneLine } from '../../text/tokens.ts';
import { refOf, type ThreadSummary } from './observations.ts';
import type { MailHeader, Thread } from './threads.ts';

/** Sentences quoted of a thread, by how many messages it has. */
const SENTENCES_MIN = 2;
const SENTENCES_MAX = 5;
/** Sentences that share more than this of their words say the same. */
const SAME_OVERLAP_MIN = 0.7;
const STEMS_MIN = 3;
const STEMS_OF_SHORT_MIN = 2;
const SENTENCE_CHARS_MAX = 360;

const DECISION =
  /\b(?:decided?|decision|agreed?|approved?|confirmed?|accept(?:s|ed)?|sign(?:ed)?|order(?:ed)?|chos(?:e|en)|go (?:for|with|ahead)|settled?|cancel(?:led)?|postponed?|moved? (?:to|from)|rejected?|refused?|withdrawn?|said (?:yes|no)|instead|correction|no longer|raised|signed off|will be|final(?:ised|ized)?|resolved|booked|paid|delivered|deadline|due|blocked|delayed?)\b/i;
const CHATTER =
  /^(?:hi|hello|hej|hey|dear|good (?:morning|afternoon|evening)|thanks|thank you|many thanks|cheers|best|kind regards|regards|yours|see you|hope|have a|great to|nice to|looking forward|please find|all the best|happy to|no problem|you're welcome|noted\.?$|done\.?$)\b/i;

/** "Hi Sam, the lamp is here.": what follows counts. */
const GREETED = /^(?:hi|hello|hej|hey|dear|good (?:morning|afternoon|evening))\b[^,!.]{0,40}[,!]\s+(?=\S)/i;

interface Candidate {
  readonly header: MailHeader;
  readonly quote: string;
  readonly stems: readonly string[];
  readonly position: number;
  readonly order: number;
}

/**
 * The sentences that carry a thread: decisions, amounts, dates, what the other sentences are about, and its latest
 * state. Extracts only.
 * @param texts text of each message by id; a message without one counts but is not quoted
 */
export function summariseThread(thread: Thread, texts: ReadonlyMap<string, string>): ThreadSummary {
  const shown = thread.messages.filter(({ wanted }) => wanted);
  const candidates = shown.flatMap((header) => sentencesOf(header, texts.get(header.id) ?? ''));
  const scores = rankSentences(candidates, new Set(contentStems(thread.subject)));
  const scored = candidates.map((candidate, i) => ({
    ...candidate,
    order: i,
    score: (scores[i] ?? 0) + weight(candidate.quote) + (candidate.header === shown.at(-1) ? 0.4 : 0),
  }));
  const chosen = choose(scored, Math.min(SENTENCES_MAX, SENTENCES_MIN + Math.floor(shown.length / 2)));
  const latest = latestOf(scored, shown.at(-1));
  const rest = chosen.filter(({ order }) => order !== latest?.order);
  const ranked = latest === null ? rest : [...rest.slice(0, 1), latest, ...rest.slice(1)];
  return {
    key: thread.key,
    subject: thread.subject,
    messages: shown.map(refOf),
    sentences: ranked
      .map((candidate, rank) => ({ ...candidate, rank }))
      .sort((a, b) => a.order - b.order)
      .map(({ header, quote, rank }) => ({ message: refOf(header), quote, rank })),
  };
}

/** What the newest thread has over the oldest, against 3 for the owner's part and 6 for many messages. */
const RECENCY_WEIGHT = 5;

/** Threads worth a summary first: with the owner in them, long, recent. */
export function rankThreads(threads: readonly Thread[]): Thread[] {
  const shown = threads.filter((thread) => thread.messages.some((message) => message.wanted && !message.noise));
  const score = (thread: Thread): number => {
    const owner = thread.messages.some(({ fromOwner }) => fromOwner) ? 3 : 0;
    const direct = thread.messages.some(({ ownerRole }) => ownerRole === 'to') ? 2 : 0;
    return owner + direct + Math.min(6, thread.messages.length);
  };
  return shown
    .map((thread, recency) => ({
      thread,
      recency,
      score: score(thread) + RECENCY_WEIGHT * (1 - recency / shown.length),
    }))
    .sort((a, b) => b.score - a.score || a.recency - b.recency)
    .map(({ thread }) => thread);
}

function sentencesOf(header: MailHeader, text: string): Candidate[] {
  const sentences = splitSentences(ownText(text));
  const all = sentences
    .map((sentence, i) => ({
      header,
      quote: sentence.text,
      stems: contentStems(sentence.text),
      position: sentences.length < 2 ? 0 : i / (sentences.length - 1),
      order: i,
    }))
    .filter(({ quote }) => {
      const plain = oneLine(quote).replace(GREETED, '');
      return plain.length <= SENTENCE_CHARS_MAX && !CHATTER.test(plain) && !/[,:]$/.test(plain);
    });
  const telling = all.filter(({ stems }) => stems.length >= STEMS_MIN);
  // "Oak, please!" is all that some messages say.
  return telling.length > 0 ? telling : all.filter(({ stems }) => stems.length >= STEMS_OF_SHORT_MIN);
}

function weight(quote: string): number {
  const dates = findWrittenDates(quote);
  const numbers = findNumbers(quote);
  return (
    (DECISION.test(quote) ? 0.8 : 0) +
    (numbers.some(({ kind }) => kind === 'money' || kind === 'percent') ? 0.7 : numbers.length > 0 ? 0.3 : 0) +
    (dates.length > 0 ? 0.6 : 0) +
    (/\b(?:monday|tuesday|wednesday|thursday|friday|tomorrow|next week)\b/i.test(quote) ? 0.3 : 0)
  );
}

function choose<T extends Candidate & { readonly score: number }>(scored: readonly T[], count: number): T[] {
  const chosen: T[] = [];
  for (const candidate of [...scored].sort((a, b) => b.score - a.score || a.order - b.order)) {
    if (chosen.length >= count) break;
    const stems = new Set(candidate.stems);
    if (!chosen.some((other) => overlap(stems, new Set(other.stems)) >= SAME_OVERLAP_MIN)) chosen.push(candidate);
  }
  return chosen;
}

function latestOf<T extends Candidate & { readonly score: number }>(
  scored: readonly T[],
  last: MailHeader | undefined,
): T | null {
  const own = scored.filter(({ header }) => header === last).sort((a, b) => b.score - a.score);
  return own[0] ?? null;
}
