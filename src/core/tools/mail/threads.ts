import type { ItemId, UnixMs } from '../../base/ids.ts';
import type { Address } from '../../items/item.ts';
import type { Span } from '../../items/source.ts';
import { contentStems } from '../../text/tokens.ts';

/** What is kept of a message to place it in its thread and to cite it; its text is read again when needed. */
export interface MailHeader {
  readonly id: ItemId;
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly subject: string;
  readonly sentAt: UnixMs | null;
  /** ISO date in the owner's zone, '' when unknown. */
  readonly sentOn: string;
  readonly span: Span;
  readonly file: string;
  readonly fromOwner: boolean;
  readonly ownerRole: 'to' | 'cc' | 'none';
  readonly noise: boolean;
  /** Inside the period and topic asked for. */
  readonly wanted: boolean;
}

export interface Thread {
  /** Message-ID of its first message. */
  readonly key: string;
  /** Subject of its first message, without reply marks. */
  readonly subject: string;
  /** Oldest first. */
  readonly messages: readonly MailHeader[];
}

/** Replies without references join a thread with the same subject and people when at most this far apart. */
export const SUBJECT_JOIN_DAYS_MAX = 21;
const DAY_MS = 86_400_000;

/**
 * Threads by References and In-Reply-To (RFC 5322 section 3.6.4); what has neither by equal subject (RFC 5256 base
 * subject), a person in common and nearness in time. Newest thread first.
 */
export function buildThreads(headers: readonly MailHeader[]): Thread[] {
  const sorted = [...headers].sort(byTime);
  const parent = sorted.map((_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root] ?? root;
    parent[i] = root;
    return root;
  };
  const join = (a: number, b: number): void => {
    const [x, y] = [find(a), find(b)];
    if (x !== y) parent[Math.max(x, y)] = Math.min(x, y);
  };
  joinByReferences(sorted, join);
  joinBySubject(sorted, join);
  const groups = new Map<number, MailHeader[]>();
  sorted.forEach((header, i) => {
    const root = find(i);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [header]);
    else group.push(header);
  });
  return [...groups.values()].map(threadOf).sort((a, b) => lastTime(b) - lastTime(a));
}

/** Threads of one sender with one subject, never answered, from this number on are a machine's. */
const MACHINE_REPEATS_MIN = 3;

/**
 * Marks reports and lists that come again and again under one subject from one sender whom nobody answers.
 * @param personal ids of messages that greet or ask somebody: these no machine wrote
 */
export function markMachineMail(threads: readonly Thread[], personal: ReadonlySet<string>): Thread[] {
  const counts = new Map<string, number>();
  const answered = new Set<string>();
  for (const { messages } of threads) {
    for (const { to, fromOwner } of messages) if (fromOwner) for (const { address } of to) answered.add(address);
  }
  const keyOf = ({ messages, subject }: Thread): string | null => {
    const senders = new Set(messages.map(({ from }) => from.address));
    const [sender = ''] = senders;
    if (
      senders.size !== 1 ||
      answered.has(sender) ||
      messages.some(({ id, fromOwner }) => fromOwner || personal.has(id))
    )
      return null;
    return `${sender} ${subject.toLowerCase().replace(/\d+/g, '0')}`;
  };
  for (const thread of threads) {
    const key = keyOf(thread);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return threads.map((thread) => {
    const repeated = (counts.get(keyOf(thread) ?? '') ?? 0) >= MACHINE_REPEATS_MIN;
    return repeated ? { ...thread, messages: thread.messages.map((message) => ({ ...message, noise: true })) } : thread;
  });
}

/** The subject without "Re:", "Fwd:", "[list]" and the like. */
export function baseSubject(subject: string): string {
  let base = subject.replace(/\s+/g, ' ').trim();
  for (;;) {
    const next = base
      .replace(/^(?:re|aw|antw|sv|vs|fwd?|wg|tr|rif|ref)(?:\[\d+\])?\s*:\s*/i, '')
      .replace(/\s*\(fwd\)$/i, '')
      .trim();
    if (next === base) return base;
    base = next;
  }
}

function joinByReferences(headers: readonly MailHeader[], join: (a: number, b: number) => void): void {
  const seen = new Map<string, number>();
  headers.forEach((header, i) => {
    const ids = [header.messageId, ...header.references, ...(header.inReplyTo === null ? [] : [header.inReplyTo])];
    for (const id of ids.filter((id) => id !== '')) {
      const other = seen.get(id);
      if (other === undefined) seen.set(id, i);
      else join(i, other);
    }
  });
}

function joinBySubject(headers: readonly MailHeader[], join: (a: number, b: number) => void): void {
  const latest = new Map<string, number>();
  headers.forEach((header, i) => {
    const base = baseSubject(header.subject).toLowerCase();
    if (base === '' || contentStems(base).length === 0) return;
    const other = latest.get(base);
    latest.set(base, i);
    if (other === undefined) return;
    const before = headers[other];
    const isReply = baseSubject(header.subject) !== header.subject.replace(/\s+/g, ' ').trim();
    const orphan = header.inReplyTo === null && header.references.length === 0;
    if (before !== undefined && isReply && orphan && near(before, header) && sharePeople(before, header))
      join(i, other);
  });
}

function near(a: MailHeader, b: MailHeader): boolean {
  return a.sentAt === null || b.sentAt === null || Math.abs(b.sentAt - a.sentAt) <= SUBJECT_JOIN_DAYS_MAX * DAY_MS;
}

function sharePeople(a: MailHeader, b: MailHeader): boolean {
  const people = new Set([a.from, ...a.to, ...a.cc].map(({ address }) => address));
  return (
    people.has(b.from.address) || (a.from.address !== '' && b.to.some(({ address }) => address === a.from.address))
  );
}

function threadOf(messages: readonly MailHeader[]): Thread {
  const first = messages[0];
  const subject = baseSubject(first?.subject ?? '');
  return { key: first?.messageId ?? '', subject: subject === '' ? '(no subject)' : subject, messages };
}

function byTime(a: MailHeader, b: MailHeader): number {
  return (a.sentAt ?? 0) - (b.sentAt ?? 0) || (a.messageId < b.messageId ? -1 : 1);
}

function lastTime(thread: Thread): number {
  return thread.messages.at(-1)?.sentAt ?? 0;
}
