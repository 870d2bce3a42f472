import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId, Envelope } from '#core/actors/envelope.ts';
import type { Admission } from '#core/actors/receipts.ts';
import type { Epoch } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import type { StoreError } from './agent-store.ts';

/** All that an activation reads of an actor's past. */
export interface ActorPast {
  /** The state up to an entry, as the runtime wrote it; null before the first. */
  readonly snapshot: { readonly sequence: number; readonly state: Json } | null;
  /** The entries after the snapshot, in order. */
  readonly tail: readonly ActorEntry[];
}

/** Everything that one message comes to: one durable write, or none of it. */
export interface ActorCommit {
  /** Its sequence is one more than the last, or a higher one where a snapshot stands for the entries that are missing. */
  readonly entry: ActorEntry;
  /** The message is taken from the mailbox, and not accepted again. False when it stays to be tried once more. */
  readonly taken: boolean;
  readonly outbox: readonly Envelope[];
  /** The state after the entry, now and then. */
  readonly snapshot: Json | null;
  /** What was found missing, in words without anything of the owner's; told by `damage` until the owner knows. */
  readonly damage?: string;
}

/** State, log, mailbox and outbox of every actor of one vault, shared by all tabs. Values are sealed at rest. */
export interface ActorStore {
  /** Actors that have a log. */
  readonly actors: () => Promise<readonly ActorId[]>;
  /** Actors that have mail, or something to send. */
  readonly waiting: () => Promise<readonly ActorId[]>;

  /** Raises the actor's fencing epoch and reads its past: whatever an earlier activation writes from now on is refused. */
  readonly activate: (actor: ActorId) => Promise<ActorPast & { readonly epoch: Epoch }>;
  /** The same for onlookers: raises nothing. */
  readonly past: (actor: ActorId) => Promise<ActorPast>;
  /** Entries from a sequence on, for people; without those that a snapshot stands for because they were missing. */
  readonly log: (actor: ActorId, from: number, count: number) => Promise<readonly ActorEntry[]>;
  readonly commit: (actor: ActorId, epoch: Epoch, commit: ActorCommit) => Promise<Result<void, StoreError>>;

  /** Puts a message into the mailbox of whom it is for, unless it is or was there, or is too late: see receipts.ts. */
  readonly post: (envelope: Envelope) => Promise<Admission>;
  /** Messages not yet taken, in the order in which they came. */
  readonly mailbox: (actor: ActorId) => Promise<readonly Envelope[]>;
  /** Messages not yet handed on, in the order in which they were written. */
  readonly outbox: (actor: ActorId) => Promise<readonly Envelope[]>;
  /** They were handed on. Whoever says so twice, or late, does no harm: whom they are for knows their ids. */
  readonly sent: (actor: ActorId, ids: readonly string[]) => Promise<void>;

  /**
   * Changes everything that was kept, for destroying what it says: `change` gets each entry, snapshot and message, and
   * gives back the same where it stays. Whatever activations from before still hold, they can no longer write.
   */
  readonly rewrite: (change: <T extends ActorEntry | Json | Envelope>(kept: T) => T) => Promise<void>;
  /** What could not be read any more or was missing, in words; null when nothing was, or the owner knows. */
  readonly damage: () => Promise<string | null>;
  /** The owner knows. */
  readonly noticed: () => Promise<void>;

  readonly erase: () => Promise<void>;
  readonly close: () => void;
}
