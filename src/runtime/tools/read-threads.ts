import type { SourceId } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { Message } from '#core/items/item.ts';
import { readThreads as definition } from '#core/tools/mail/definitions.ts';
import { isNoise } from '#core/tools/mail/noise.ts';
import type { ThreadsObservation } from '#core/tools/mail/observations.ts';
import { matchesPerson, nameWords, OwnerFinder, type Owner } from '#core/tools/mail/people.ts';
import { buildThreads, markMachineMail, type MailHeader, type Thread } from '#core/tools/mail/threads.ts';
import { contentStems } from '#core/text/tokens.ts';
import { asJson, inPeriod, peopleOf, periodOf, textOf, textsOf } from './arguments.ts';
import { readingProgress } from './reading-progress.ts';
import type { JsonObject, Tool, ToolContext } from './tool.ts';

/** Messages held at once, newest first: some 600 bytes of JSON each. */
export const MESSAGES_HELD_MAX = 8_000;

/** JSON of all threads, well inside an observation even when its letters take several bytes. */
const THREADS_CHARS_MAX = 3 * 1024 * 1024;

interface Seen {
  readonly header: Omit<MailHeader, 'fromOwner' | 'ownerRole' | 'wanted'>;
  readonly onTopic: boolean;
  readonly personal: boolean;
}

export const readThreads: Tool = {
  definition,
  run: async (args, context) => {
    const finder = new OwnerFinder(context.owner);
    const topic = new Set(contentStems(textOf(args, 'topic')));
    const mailboxes = textsOf(args, 'mailboxes');
    let seen: Seen[] = [];
    const searched = new Set<SourceId>();
    let count = 0;
    let leftOut = 0;
    const passing = readingProgress(context, context.items.count('messages'));
    for await (const message of passing(context.items.messages())) {
      if (context.signal.aborted) return err({ code: 'cancelled', message: 'Stopped while reading the mail.' });
      const file = context.items.source(message.span.source).path;
      if (mailboxes.length > 0 && !mailboxes.includes(file) && !mailboxes.includes(message.span.source)) continue;
      searched.add(message.span.source);
      finder.see(message);
      seen.push(seenOf(message, file, topic, context));
      count++;
      if (seen.length > 2 * MESSAGES_HELD_MAX) {
        leftOut += seen.length - MESSAGES_HELD_MAX;
        seen = newest(seen);
      }
    }
    if (count === 0)
      return err({
        code: 'no-data',
        message: 'There are no messages among your files. Add a mailbox (.mbox) or messages (.eml).',
      });
    if (seen.length > MESSAGES_HELD_MAX) {
      leftOut += seen.length - MESSAGES_HELD_MAX;
      seen = newest(seen);
    }
    const owner = finder.owner();
    const [threads, over] = withinSize(threadsOf(seen, owner, args));
    leftOut += over;
    const observation: ThreadsObservation = {
      kind: 'threads',
      threads,
      owner: { addresses: [...owner.addresses], words: [...owner.words], assumed: owner.assumed },
      people: peopleWords(threads),
      messages: count,
      searched: [...searched],
      leftOut,
      notes:
        leftOut === 0 ? [] : [`The ${String(leftOut)} oldest messages were left out; ask for a period to see them.`],
    };
    return ok(asJson(observation));
  },
};

function seenOf(message: Message, file: string, topic: ReadonlySet<string>, context: ToolContext): Seen {
  const { id, messageId, inReplyTo, references, from, to, cc, subject, sentAt, span } = message;
  const sentOn = sentAt === null ? '' : context.zones.toLocal(sentAt, context.zone).date;
  const header = {
    id,
    messageId,
    inReplyTo,
    references: references.slice(-20),
    from,
    to: to.slice(0, 20),
    cc: cc.slice(0, 20),
    subject,
    sentAt,
    sentOn,
    span,
    file,
    noise: isNoise(message),
  };
  return { header, onTopic: isOnTopic(`${subject}\n${message.text}`, topic), personal: PERSONAL.test(message.text) };
}

/** A greeting at the beginning, or a question on some line. */
const PERSONAL = /^\s*(?:hi|hello|hej|hey|hallo|dear|good (?:morning|afternoon|evening))\b|\?\s*$/im;

function isOnTopic(text: string, topic: ReadonlySet<string>): boolean {
  if (topic.size === 0) return true;
  const stems = new Set(contentStems(text));
  return [...topic].every((stem) => stems.has(stem));
}

/** Threads with the wanted messages marked; threads without any are dropped. */
function threadsOf(seen: readonly Seen[], owner: Owner, args: JsonObject): Thread[] {
  const period = periodOf(args);
  const people = peopleOf(args, 'people');
  const onTopic = new Set(seen.filter((message) => message.onTopic).map(({ header }) => header.id));
  const headers = seen.map((message): MailHeader => {
    const has = (list: MailHeader['to']): boolean => list.some(({ address }) => owner.addresses.has(address));
    const { header: rest } = message;
    const fromOwner = owner.addresses.has(rest.from.address);
    const ownerRole = has(rest.to) ? 'to' : has(rest.cc) ? 'cc' : 'none';
    const wanted = inPeriod(rest.sentOn, period);
    return { ...rest, fromOwner, ownerRole, noise: rest.noise && !fromOwner, wanted };
  });
  const personal = new Set(seen.filter((message) => message.personal).map(({ header }) => header.id));
  return markMachineMail(buildThreads(headers), personal).filter((thread) => {
    const party = thread.messages.flatMap(({ from, to, cc }) => [from, ...to, ...cc]);
    const asked = people.every((wanted) => party.some((person) => matchesPerson(wanted, person)));
    return asked && thread.messages.some(({ id, wanted }) => wanted && onTopic.has(id));
  });
}

/** As many of the newest threads as one observation can hold; and how many messages that leaves out. */
function withinSize(threads: readonly Thread[]): readonly [readonly Thread[], number] {
  let chars = 0;
  const kept = threads.findIndex((thread) => (chars += JSON.stringify(thread).length) > THREADS_CHARS_MAX);
  if (kept < 0) return [threads, 0];
  return [threads.slice(0, kept), threads.slice(kept).reduce((sum, { messages }) => sum + messages.length, 0)];
}

function peopleWords(threads: readonly Thread[]): string[] {
  const words = new Set<string>();
  for (const { messages } of threads) {
    for (const { from, to, cc } of messages)
      for (const { name } of [from, ...to, ...cc]) for (const word of nameWords(name)) words.add(word);
  }
  return [...words];
}

function newest(seen: readonly Seen[]): Seen[] {
  return [...seen].sort((a, b) => (b.header.sentAt ?? 0) - (a.header.sentAt ?? 0)).slice(0, MESSAGES_HELD_MAX);
}
