import { CLAIMS_PER_ANSWER_MAX } from '../../base/limits.ts';
import type { EvidenceId, UnixMs } from '../../base/ids.ts';
import { formatShortDate } from '../format.ts';
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

/** The parts of a mail summary, as `parts` of its goal names them. */
export type MailPart = 'threads' | 'asks' | 'waiting' | 'awaited';

export interface MailFindings {
  readonly threads: ThreadsObservation | null;
  readonly asks: AsksObservation | null;
  readonly waiting: WaitingObservation | null;
  readonly summaries: SummariesObservation | null;
}

const ASKS_MAX = 60;
const WAITING_MAX = 40;
const NOISE_SENDERS_MAX = 12;
/** Threads told with their key sentences, and how many of these each gets; more when there are few threads. */
const THREADS_IN_FULL = 12;
const SENTENCES_EACH = 2;
const FEW_THREADS = 4;
const SENTENCES_OF_FEW = 5;

/**
 * Writes the mail summary: what is overdue and asked first, then who waits, then the threads; extracts with who said
 * them, nothing without a citation.
 * @param parts those wanted; empty means all
 * @param localNow ISO local date and time in the zone: "2026-11-19T09:00"
 */
export function composeMailSummary(
  findings: MailFindings,
  parts: readonly MailPart[],
  zone: string,
  localNow: string,
): AnswerDraft {
  const book = new EvidenceBook();
  const sections: AnswerSection[] = [];
  const notes = [...(findings.threads?.notes ?? [])];
  if (findings.asks !== null) sections.push(...askSections(book, findings.asks, zone, localNow, notes));
  if (findings.waiting !== null) sections.push(...waitingSections(book, findings.waiting, parts, zone));
  if (findings.summaries !== null && wants(parts, 'threads')) {
    const used = sections.reduce((sum, section) => sum + section.claims.length, 0);
    sections.push(...threadSections(book, findings.summaries, CLAIMS_PER_ANSWER_MAX - used - NOISE_SENDERS_MAX, notes));
    sections.push(noiseSection(book, findings.summaries));
  }
  if (findings.threads?.owner.assumed === true) {
    notes.push(
      `You are taken to be ${findings.threads.owner.addresses.join(', ')}; change that in the settings if it is wrong.`,
    );
  }
  if (sections.every((section) => section.claims.length === 0)) return nothing(book, findings, parts, notes);
  return book.draft('answered', sections, { notes });
}

function askSections(
  book: EvidenceBook,
  { asks, closed, undated }: AsksObservation,
  zone: string,
  localNow: string,
  notes: string[],
): AnswerSection[] {
  const open = [...asks].sort(byDue);
  if (closed > 0) notes.push(`Left out because they were answered or taken back since: ${String(closed)}.`);
  if (undated > 0)
    notes.push(
      `Asked of you without a day, so not listed here: ${String(undated)}. “What is asked of me?” lists them.`,
    );
  if (open.length > ASKS_MAX) notes.push(`Shown are the first ${String(ASKS_MAX)} of ${String(open.length)} asks.`);
  const shown = open.slice(0, ASKS_MAX);
  const claims = (list: readonly Ask[]): Claim[] =>
    list.map((ask) => askClaim(book, ask, `${displayName(ask.message.from)} asks`, zone));
  return [
    { title: 'Overdue', claims: claims(shown.filter((ask) => isOverdue(ask, localNow))) },
    { title: 'Asked of you', claims: claims(shown.filter((ask) => !isOverdue(ask, localNow))) },
  ];
}

/** A due day lasts until its end; "before Friday" ends with Thursday. */
function isOverdue({ due }: Ask, localNow: string): boolean {
  if (due === null) return false;
  const now = due.value.includes('T') ? localNow : localNow.slice(0, 10);
  return due.relation === 'before' ? due.value <= now : due.value < now;
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
  parts: readonly MailPart[],
  zone: string,
): AnswerSection[] {
  const alone = parts.length > 0 && !parts.includes('threads') && !parts.includes('asks');
  const waits = forOwner.slice(0, WAITING_MAX).map((ask) => {
    if (alone) return askClaim(book, ask, `${displayName(ask.message.from)} waits for your answer`, zone);
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
    { title: 'Waiting for your answer', claims: wants(parts, 'waiting') ? waits : [] },
    { title: 'You are waiting for', claims: wants(parts, 'awaited') ? waited : [] },
  ];
}

/** The threads that matter most with their key sentences, the others in one line each. */
function threadSections(
  book: EvidenceBook,
  { threads, threadsLeftOut }: SummariesObservation,
  room: number,
  notes: string[],
): AnswerSection[] {
  const told = threads.filter(({ sentences }) => sentences.length > 0);
  const full = told.slice(0, THREADS_IN_FULL);
  const sentences = full.length <= FEW_THREADS ? SENTENCES_OF_FEW : SENTENCES_EACH;
  const sections: AnswerSection[] = [];
  let left = room;
  for (const thread of full) {
    const kept = thread.sentences.filter(({ rank }) => rank < sentences);
    const quotes = kept.map(({ message, quote }) =>
      book.claim(`${displayName(message.from)}: “${oneLine(quote)}”`, 'extract', [
        citeQuote(book, message, quote),
        citeSender(book, message),
      ]),
    );
    const claims = thread.messages.length > 1 ? [countClaim(book, thread.messages), ...quotes] : quotes;
    left -= claims.length;
    if (left >= 0) sections.push({ title: thread.subject, claims });
  }
  const others = told.slice(sections.length, sections.length + Math.max(0, left));
  if (others.length > 0) {
    sections.push({ title: 'Other threads', claims: others.map((thread) => lineClaim(book, thread)) });
    notes.push(
      `The ${String(sections.length - 1)} threads that matter most are quoted, ${String(others.length)} more are given in one line each; ask for a period, a person or a topic to see those in full.`,
    );
  }
  const skipped = threadsLeftOut + told.length - (sections.length - (others.length > 0 ? 1 : 0)) - others.length;
  if (skipped > 0)
    notes.push(`${String(skipped)} further threads are not shown; ask for a period, a person or a topic to see them.`);
  return sections;
}

/** "Windows — 6 messages, last from Ada Lindholm on 12 Nov 2026". */
function lineClaim(book: EvidenceBook, { subject, messages }: ThreadSummary): Claim {
  const last = messages.at(-1);
  const first = messages[0];
  const count = `${String(messages.length)} ${messages.length === 1 ? 'message' : 'messages'}`;
  const from = last === undefined ? '' : `, last from ${last.fromOwner ? 'you' : displayName(last.from)}`;
  const on = last === undefined || last.sentOn === '' ? '' : ` on ${formatShortDate(last.sentOn).replace(/^\w+ /, '')}`;
  return countOf(
    book,
    `${subject} — ${count}${from}${on}`,
    messages,
    first === undefined ? [] : [citeSubject(book, first)],
  );
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
function countOf(
  book: EvidenceBook,
  text: string,
  messages: readonly MessageRef[],
  also: readonly EvidenceId[] = [],
): Claim {
  const evidence = messages.map((message) => citeSender(book, message));
  const values = evidence.map((id) => ({ evidence: id, value: 1 }));
  const computation: Computation = {
    kind: 'aggregate',
    operation: 'count',
    values,
    result: values.length,
    shown: `count(messages) = ${String(values.length)}`,
  };
  return book.claim(text, 'computed', [...evidence, ...also], computation);
}

function wants(parts: readonly MailPart[], part: MailPart): boolean {
  return parts.length === 0 || parts.includes(part);
}

/** Nothing to tell is an answer: that it was looked for, in how many messages. */
function nothing(
  book: EvidenceBook,
  findings: MailFindings,
  parts: readonly MailPart[],
  notes: readonly string[],
): AnswerDraft {
  const what = wants(parts, 'threads')
    ? 'messages to summarise'
    : parts.length === 1 && parts[0] === 'asks'
      ? 'open requests to you'
      : 'unanswered questions';
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
