import { overlap } from '../../text/rank-sentences.ts';
import { contentStems } from '../../text/tokens.ts';
import type { FoundRequest } from './find-requests.ts';
import { refOf, type Ask } from './observations.ts';
import { nameWords } from './people.ts';
import type { MailHeader, Thread } from './threads.ts';

/** What was read in the messages of a thread, by message id. */
export interface ThreadReading {
  readonly requests: ReadonlyMap<string, readonly FoundRequest[]>;
  /** Messages that only say that an answer will come. */
  readonly holding: ReadonlySet<string>;
  /** Messages in which the sender takes back what was asked. */
  readonly withdrawing: ReadonlySet<string>;
}

/** Two asks of one person in one thread that share this much are one ask, repeated. */
const REPEAT_OVERLAP_MIN = 0.6;

/** What the thread asks of the owner, oldest first; a reminder replaces what it repeats, unless it drops the date. */
export function asksOfOwner(thread: Thread, reading: ThreadReading): Ask[] {
  const asks: Ask[] = [];
  thread.messages.forEach((message, i) => {
    if (message.fromOwner || message.noise) return;
    for (const request of reading.requests.get(message.id) ?? []) {
      if (request.addressee.kind === 'other' || isOpenToMany(message, request)) continue;
      const ask = { ...askOf(thread, message, request), status: statusOf(thread, i, request, reading) };
      const repeated = asks.findIndex((other) => repeats(other, ask));
      const earlier = asks[repeated];
      if (earlier?.status !== 'open') asks.push(ask);
      else if (ask.due !== null || earlier.due === null) asks[repeated] = ask;
    }
  });
  return asks.filter((ask) => message(thread, ask)?.wanted === true);
}

/** From this many recipients on, a question to all of them is put to nobody. */
const MANY_RECIPIENTS = 5;

/** "Who brings cake?" to the whole office: a question to many that names nobody. */
function isOpenToMany(message: MailHeader, { kind, addressee }: FoundRequest): boolean {
  return kind === 'question' && addressee.kind === 'all' && message.to.length + message.cc.length >= MANY_RECIPIENTS;
}

/** What the owner asked of others and nobody asked has written since, oldest first. */
export function asksByOwner(thread: Thread, reading: ThreadReading): Ask[] {
  const asks: Ask[] = [];
  thread.messages.forEach((message, i) => {
    if (!message.fromOwner || !message.wanted) return;
    for (const request of reading.requests.get(message.id) ?? []) {
      if (!WANTS_ANSWER.test(request.quote)) continue;
      const asked = askedPeople(message, request);
      const addresses = new Set(asked.map(({ address }) => address));
      const later = thread.messages.slice(i + 1);
      const answered = later.some(
        (other) => addresses.has(other.from.address) && !other.noise && !reading.holding.has(other.id),
      );
      const withdrawn = later.some((other) => other.fromOwner && reading.withdrawing.has(other.id));
      if (asked.length === 0) continue;
      asks.push({
        ...askOf(thread, message, request),
        asked,
        status: answered ? 'answered' : withdrawn ? 'withdrawn' : 'open',
      });
    }
  });
  return asks;
}

/** An instruction ("Give Jonas the receipt.") waits for no answer. */
const WANTS_ANSWER =
  /\?|\b(?:please|let (?:me|us) know|tell (?:me|us)|could you|can you|would you|(?:i|we)(?:'d| would)? need|waiting|awaiting|your (?:answer|reply|confirmation|approval|comments)|if you (?:could|can|would)|may (?:i|we) ask)\b/i;
const HOLDING =
  /\b(?:(?:get|come|be) back to you|let me (?:check|look|think|see|ask)|(?:look|check) into (?:it|this|that)|need (?:some|a bit (?:of|more)|more) time|(?:have|need|want) to (?:look|check|think|ask|talk|speak|discuss|sleep|see|consult)\b|out of (?:the )?office|(?:away|on (?:leave|holiday|vacation)) until|not sure yet|don't know yet|(?:will|'ll) (?:do\b(?! (?:not|n't))|check|look at (?:it|this|that)|have a look|let you know|answer|reply|respond)|give me (?:a|some|until)|bear with me|i(?:'|’)?(?:ll| will| shall) (?:\w+ ){0,6}(?:send|prepare|draft|write|get|bring|finish|deliver|do) (?:it|that|this|them|those|you|one)\b)/i;
const HOLDING_STEMS_MAX = 18;
const WITHDRAWING =
  /\b(?:never ?mind|no longer (?:need|necessary|required)|(?:please )?(?:ignore|disregard) (?:my|the|this|that)|(?:already|just) (?:found|got|received|sorted|solved|have) (?:it|them|this|that)|found it|sorted (?:it )?(?:out|now|already)|(?:is|has been|was) (?:now )?(?:resolved|sorted|settled|cancelled|done)|you can ignore|no need to (?:answer|reply|send|do)|consider (?:it|this|that) (?:done|closed|settled))\b/i;

/** @param own what the sender wrote, without quotes */
export function isHolding(own: string): boolean {
  return HOLDING.test(own) && contentStems(own).length <= HOLDING_STEMS_MAX;
}

export function isWithdrawing(own: string): boolean {
  return WITHDRAWING.test(own);
}

function askOf(thread: Thread, message: MailHeader, request: FoundRequest): Omit<Ask, 'status'> {
  return {
    thread: thread.key,
    subject: thread.subject,
    message: refOf(message),
    kind: request.kind,
    quote: request.quote,
    due: request.due,
    dueQuote: request.dueQuote,
    asked: [],
  };
}

function statusOf(thread: Thread, i: number, request: FoundRequest, reading: ThreadReading): Ask['status'] {
  const asker = thread.messages[i];
  for (const later of thread.messages.slice(i + 1)) {
    if (asker === undefined) break;
    if (later.from.address === asker.from.address && reading.withdrawing.has(later.id)) return 'withdrawn';
    if (later.fromOwner && goesBack(later, asker) && !reading.holding.has(later.id)) return 'answered';
    const other = request.addressee.kind === 'all' && !later.fromOwner && later.from.address !== asker.from.address;
    if (other && later.inReplyTo === asker.messageId && answersForAll(later, reading)) return 'answered';
  }
  return 'open';
}

/**
 * A reply to who asked, or under another address of theirs, or to a list. One that goes only to others who were written to
 * with the owner asks them first.
 */
function goesBack(reply: MailHeader, asker: MailHeader): boolean {
  const recipients = [...reply.to, ...reply.cc].map(({ address }) => address);
  if (recipients.includes(asker.from.address)) return true;
  if (reply.inReplyTo !== asker.messageId) return false;
  const asked = new Set([...asker.to, ...asker.cc].map(({ address }) => address));
  const asksOthers = asked.has(reply.from.address) && recipients.every((address) => asked.has(address));
  return recipients.length === 0 || !asksOthers;
}

/** Somebody else of those asked together took it on: the reply itself asks nothing of the owner. */
function answersForAll(reply: MailHeader, reading: ThreadReading): boolean {
  const asksBack = (reading.requests.get(reply.id) ?? []).some(({ addressee }) => addressee.kind !== 'other');
  return !asksBack && !reading.holding.has(reply.id);
}

/** Those called by name, else those it was sent to. */
function askedPeople(message: MailHeader, request: FoundRequest): Ask['asked'] {
  const { addressee } = request;
  if (addressee.kind === 'other' && addressee.words.length > 0) {
    return [...message.to, ...message.cc].filter((person) => {
      const words = nameWords(`${person.name} ${person.address.split('@')[0] ?? ''}`);
      return addressee.words.some((word) => words.includes(word));
    });
  }
  return message.to;
}

function repeats(earlier: Ask, later: Ask): boolean {
  if (
    earlier.message.from.address !== later.message.from.address ||
    earlier.message.span.start === later.message.span.start
  ) {
    return earlier.quote === later.quote;
  }
  return overlap(new Set(contentStems(earlier.quote)), new Set(contentStems(later.quote))) >= REPEAT_OVERLAP_MIN;
}

function message(thread: Thread, ask: Ask): MailHeader | undefined {
  return thread.messages.find(
    ({ span }) => span.start === ask.message.span.start && span.source === ask.message.span.source,
  );
}
