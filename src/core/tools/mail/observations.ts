import type { SourceId } from '../../base/ids.ts';
import type { Address } from '../../items/item.ts';
import type { Span } from '../../items/source.ts';
import type { Due } from './due.ts';
import type { RequestKind } from './requests.ts';
import type { MailHeader, Thread } from './threads.ts';

/** What the mail tools hand to each other; JSON-safe. The `kind` tells them apart whatever their artifact is called. */
export interface ThreadsObservation {
  readonly kind: 'threads';
  readonly threads: readonly Thread[];
  /** Folded words of the owner's names, and addresses taken for the owner's. */
  readonly owner: {
    readonly addresses: readonly string[];
    readonly words: readonly string[];
    readonly assumed: boolean;
  };
  /** Folded words of everybody's names. */
  readonly people: readonly string[];
  readonly messages: number;
  /** Every mailbox that was read. */
  readonly searched: readonly SourceId[];
  /** Messages left out because there were more than can be held. */
  readonly leftOut: number;
  /** Plain words for what was asked for: period, people, topic. */
  readonly notes: readonly string[];
}

/** Enough of a message to cite it. */
export interface MessageRef {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly subject: string;
  readonly sentOn: string;
  readonly sentAt: number | null;
  readonly span: Span;
  readonly file: string;
  readonly fromOwner: boolean;
}

export interface Ask {
  readonly thread: string;
  /** Subject of the thread. */
  readonly subject: string;
  readonly message: MessageRef;
  readonly kind: RequestKind;
  /** As it stands in the message. */
  readonly quote: string;
  readonly due: Due | null;
  /** The other sentence that says by when; null when the quote does. */
  readonly dueQuote: string | null;
  readonly status: 'open' | 'answered' | 'withdrawn';
  /** Whom it was put to, when the owner asked. */
  readonly asked: readonly Address[];
}

export interface AsksObservation {
  readonly kind: 'asks';
  /** Open ones. */
  readonly asks: readonly Ask[];
  /** How many more were asked and answered since, or taken back. */
  readonly closed: number;
  /** Open ones that name no day, where only those of a period were wanted. */
  readonly undated: number;
  readonly messagesRead: number;
}

export interface WaitingObservation {
  readonly kind: 'waiting';
  /** The latest open ask of each thread in which somebody waits for the owner. */
  readonly forOwner: readonly Ask[];
  /** What the owner asked of others without an answer since. */
  readonly forOthers: readonly Ask[];
  readonly messagesRead: number;
}

export interface ThreadSummary {
  readonly key: string;
  readonly subject: string;
  readonly messages: readonly MessageRef[];
  readonly sentences: readonly {
    readonly message: MessageRef;
    readonly quote: string;
    /** 0 for the sentence that says most. */
    readonly rank: number;
  }[];
}

export interface SummariesObservation {
  readonly kind: 'thread-summaries';
  readonly threads: readonly ThreadSummary[];
  /** Threads with people in them that were not summarised for want of room. */
  readonly threadsLeftOut: number;
  /** Newsletters and notifications by sender. */
  readonly noise: readonly { readonly sender: string; readonly messages: readonly MessageRef[] }[];
}

export function refOf(header: MailHeader): MessageRef {
  const { from, to, subject, sentOn, sentAt, span, file, fromOwner } = header;
  return { from, to, subject, sentOn, sentAt, span, file, fromOwner };
}
