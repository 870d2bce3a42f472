import { CLAIMS_PER_ANSWER_MAX } from '../../base/limits.ts';
import type { UnixMs } from '../../base/ids.ts';
import { oneLine } from '../../text/tokens.ts';
import type { AnswerDraft, AnswerSection, Claim, Computation } from '../answer.ts';
import { EvidenceBook } from '../evidence-book.ts';
import { citeQuote, citeRecipients, citeSender, citeSubject } from './cite.ts';
import { showDue } from './due.ts';
import type {
  Ask,
  AsksObservation,
  MessageRef,
  SummariesObservation,
  ThreadSummary,
  ThreadsObservation,
  WaitingObservation,
} from './observations.ts';
import { displayName } from './people.ts';

export type MailFocus = 'all' | 'asks' | 'waiting' | 'threads';

export interface MailFindings {
  readonly threads: ThreadsObservation | null;
  readonly asks: AsksObservation | null;
  readonly waiting: WaitingObservation | null;
  readonly summaries: SummariesObservation | null;
}

const ASKS_MAX = 60;
const WAITING_MAX = 40;
const NOISE_SENDERS_MAX = 12;

/** Writes the mail summary: extracts with who said them, nothing without a citation. */
export function composeMailSummary(findings: MailFindings, focus: MailFocus, zone: string): AnswerDraft {
  const book = new EvidenceBook();
  const sections: AnswerSection[] = [];
  const notes = [...(findings.threads?.notes ?? [])];
  if (findings.asks !== null) sections.push(askSection(book, findings.asks, zone, notes));
  if (findings.waiting !== null) sections.push(...waitingSections(book, findings.waiting, focus, zone));
  if (findings.summaries !== null && (focus === 'all' || focus === 'threads')) {
    const used = sections.reduce((sum, section) => sum + section.claims.length, 0);
    sections.push(...threadSections(book, findings.summaries, CLAIMS_PER_ANSWER_MAX - used - NOISE_SENDERS_MAX, notes));
    sections.push(noiseSection(book, findings.summaries));
  }
  if (findings.threads?.owner.assumed === true) {
    notes.push(
      `You are taken to be ${findings.threads.owner.addresses.join(', ')}; change that in the settings if it is wrong.`,
    );
  }
  if (sections.every((section) => section.claims.length === 0)) return nothing(book, findings, focus, notes);
  return book.draft('answered', sections, { notes });
}

function askSection(
  book: EvidenceBook,
  { asks, closed }: AsksObservation,
  zone: string,
  notes: string[],
): AnswerSection {
  const open = [...asks].sort(byDue);
  if (closed > 0) notes.push(`Left out because they were answered or taken back since: ${String(closed)}.`);
  if (open.length > ASKS_MAX) notes.push(`Shown are the first ${String(ASKS_MAX)} of ${String(open.length)} asks.`);
  return {
    title: 'Asked of you',
    claims: open.slice(0, ASKS_MAX).map((ask) => askClaim(book, ask, `${displayName(ask.message.from)} asks`, zone)),
  };
}

function askClaim(book: EvidenceBook, ask: Ask, lead: string, zone: string): Claim {
  const quote = citeQuote(book, ask.message, ask.quote);
  const by = ask.dueQuote === null ? quote : citeQuote(book, ask.message, ask.dueQuote);
  const text = `${lead}: “${oneLine(ask.quote)}”`;
  const people = ask.message.fromOwner ? citeRecipients(book, ask.message) : citeSender(book, ask.message);
  const { due, message } = ask;
  if (due === null || message.sentAt === null) return book.claim(text, 'extract', [quote, people]);
  const computation: Computation = {
    kind: 'date',
    words: due.words,
    value: due.value,
    evidence: by,
    reference: message.sentAt as UnixMs,
    zone,
  };
  const relation = { by: 'due by', before: 'due before', on: 'for' }[due.relation];
  return book.claim(`${text} — ${relation} ${showDue(due.value)}`, 'computed', [quote, people, by], computation);
}

function waitingSections(
  book: EvidenceBook,
  { forOwner, forOthers }: WaitingObservation,
  focus: MailFocus,
  zone: string,
): AnswerSection[] {
  const waits = forOwner.slice(0, WAITING_MAX).map((ask) => {
    if (focus === 'waiting') return askClaim(book, ask, `${displayName(ask.message.from)} waits for your answer`, zone);
    const evidence = [
      citeSender(book, ask.message),
      citeSubject(book, ask.message),
      citeQuote(book, ask.message, ask.quote),
    ];
    return book.claim(
      `${displayName(ask.message.from)} waits for your answer in “${ask.subject}”`,
      'extract',
      evidence,
    );
  });
  const waited = forOthers.slice(0, WAITING_MAX).map((ask) => {
    const names = ask.asked.map(displayName).join(', ');
    return askClaim(book, ask, `You wait for an answer from ${names}`, zone);
  });
  return [
    { title: 'Waiting for your answer', claims: waits },
    { title: 'You are waiting for', claims: waited },
  ];
}

/** Every thread gets its best sentence before the first ones get more. */
function threadSections(
  book: EvidenceBook,
  { threads, threadsLeftOut }: SummariesObservation,
  room: number,
  notes: string[],
): AnswerSection[] {
  const counted = (thread: ThreadSummary): number => (thread.messages.length > 1 ? 1 : 0);
  const shown: ThreadSummary[] = [];
  let left = room;
  for (const thread of threads) {
    if (thread.sentences.length === 0 || left < counted(thread) + 1) continue;
    left -= counted(thread) + 1;
    shown.push(thread);
  }
  const sections = shown.map((thread) => {
    const more = Math.min(thread.sentences.length - 1, left);
    left -= more;
    const kept = thread.sentences.filter(({ rank }) => rank <= more);
    const quotes = kept.map(({ message, quote }) =>
      book.claim(`${displayName(message.from)}: “${oneLine(quote)}”`, 'extract', [
        citeQuote(book, message, quote),
        citeSender(book, message),
      ]),
    );
    return {
      title: thread.subject,
      claims: counted(thread) === 0 ? quotes : [countClaim(book, thread.messages), ...quotes],
    };
  });
  const skipped = threadsLeftOut + threads.filter(({ sentences }) => sentences.length > 0).length - shown.length;
  if (skipped > 0)
    notes.push(`${String(skipped)} further threads are not shown; ask for a period, a person or a topic to see them.`);
  return sections;
}

function countClaim(book: EvidenceBook, messages: readonly MessageRef[]): Claim {
  const names = [...new Set(messages.map((message) => (message.fromOwner ? 'you' : displayName(message.from))))];
  const text = `${String(messages.length)} ${messages.length === 1 ? 'message' : 'messages'}, from ${joinNames(names)}`;
  return countOf(book, text, messages);
}

function noiseSection(book: EvidenceBook, { noise }: SummariesObservation): AnswerSection {
  const claims = noise.slice(0, NOISE_SENDERS_MAX).map(({ sender, messages }) => {
    const what = messages.length === 1 ? 'newsletter or notification' : 'newsletters or notifications';
    return countOf(book, `${String(messages.length)} ${what} from ${sender}`, messages);
  });
  return { title: 'Newsletters and notifications', claims };
}

/** One piece of evidence for each message counted: its From line. */
function countOf(book: EvidenceBook, text: string, messages: readonly MessageRef[]): Claim {
  const evidence = messages.map((message) => citeSender(book, message));
  const values = evidence.map((id) => ({ evidence: id, value: 1 }));
  const computation: Computation = {
    kind: 'aggregate',
    operation: 'count',
    values,
    result: values.length,
    shown: `count(messages) = ${String(values.length)}`,
  };
  return book.claim(text, 'computed', evidence, computation);
}

/** Nothing to tell is an answer: that it was looked for, in how many messages. */
function nothing(book: EvidenceBook, findings: MailFindings, focus: MailFocus, notes: readonly string[]): AnswerDraft {
  const what = {
    all: 'messages to summarise',
    threads: 'messages to summarise',
    asks: 'open requests to you',
    waiting: 'unanswered questions',
  }[focus];
  const computation: Computation = {
    kind: 'search',
    terms: [what],
    searched: findings.threads?.searched ?? [],
    hits: 0,
  };
  const claim = book.claim(`No ${what} were found in your mail`, 'absent', [], computation);
  return book.draft('not-found', [{ title: 'Nothing found', claims: [claim] }], { notes });
}

function joinNames(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** Those with a date first, earliest first; then the newest. */
function byDue(a: Ask, b: Ask): number {
  if (a.due !== null && b.due !== null) return a.due.value < b.due.value ? -1 : 1;
  if ((a.due === null) !== (b.due === null)) return a.due === null ? 1 : -1;
  return (b.message.sentAt ?? 0) - (a.message.sentAt ?? 0);
}
