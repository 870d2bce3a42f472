/**
 * How a mailbox tells news from a message that it has had before, without remembering every message for ever.
 *
 * An actor numbers what it writes, and hands it on in that order to each receiver: so the highest number heard of it is
 * all there is to remember, and whatever does not exceed it was here before.
 *
 * Anyone else stamps a message with how many entries the receiver's log had when the message was made, and repeats it as
 * it was. It is taken by a later entry, whose receipt stays until the log is RECEIPTS_KEPT entries longer. Once a receipt
 * is gone the log has therefore outgrown the stamp by more than that too, and a message whose stamp is so old is refused,
 * be it new or not. What is new is stamped again; what was here before is not made a second time.
 */
export type Stamp =
  | { readonly by: 'sender'; readonly number: number }
  /** Entries that the receiver's log had. */
  | { readonly by: 'receiver'; readonly entries: number };

/** What a mailbox says to a message. Late: it cannot tell whether it had it before, and refuses it. */
export type Admission = 'kept' | 'known' | 'late';

/** How many of the last entries of a log leave a receipt of the message that they took. */
export const RECEIPTS_KEPT = 256;
/** Messages that one entry may lead to. */
export const OUTBOX_MAX = 4_096;

/** What a store knows of a message that has come. */
export interface Arrival {
  readonly stamp: Stamp;
  /** Entries that the receiver's log has now. */
  readonly entries: number;
  /** It is waiting in the mailbox. */
  readonly waits: boolean;
  /** A receipt of it is kept. */
  readonly receipt: boolean;
  /** The highest number heard of the sender; null before the first. */
  readonly highest: number | null;
}

export function admit({ stamp, entries, waits, receipt, highest }: Arrival): Admission {
  if (waits || receipt) return 'known';
  if (stamp.by === 'sender') return highest !== null && stamp.number <= highest ? 'known' : 'kept';
  return stamp.entries < entries - RECEIPTS_KEPT ? 'late' : 'kept';
}

/** The number of a message that an actor writes: `index` counts those of one entry, from 0. */
export function outboxStamp(sequence: number, index: number): Stamp {
  return { by: 'sender', number: sequence * OUTBOX_MAX + index };
}

/** Receipts of entries up to this one are dropped once the log has so many entries. */
export function receiptsEndAt(entries: number): number {
  return entries - RECEIPTS_KEPT;
}
