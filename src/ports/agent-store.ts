import type { CommandId, Epoch, Sequence } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { Sealed } from './crypto.ts';

/** One row of a projection, sealed at rest. The journal is the truth; every row can be rebuilt from it. */
export interface ProjectionRow {
  /** run | source | settings | approval | counter */
  readonly kind: string;
  readonly id: string;
  /** The entry that last changed it. */
  readonly sequence: Sequence;
  /** Plain value; the adapter stores it sealed. */
  readonly value: unknown;
}

export interface InboxCommand {
  /** Also the idempotency key. */
  readonly id: CommandId;
  readonly at: number;
  readonly command: unknown;
}

/** The journal as it stood at its last acknowledgement: all that activation needs of its history. */
export interface JournalHead {
  readonly epoch: Epoch;
  /** Tree size: entries acknowledged. */
  readonly size: number;
  /** Root hash, hex. */
  readonly root: string;
  /** RFC 6962 subtree roots, largest first, hex: enough to go on appending. */
  readonly frontier: readonly string[];
  /** The signed C2SP checkpoint; empty while size is 0. */
  readonly checkpoint: string;
}

/**
 * Record keys made ahead of their entries: those of the entries [first, first + count) that the leader of this epoch may
 * write. They are durable before the first of them is used, so that no entry outlives its key.
 */
export interface KeyPool {
  readonly epoch: Epoch;
  readonly first: Sequence;
  readonly count: number;
  /** The keys end to end, sealed together; a destroyed one is all zeros. */
  readonly sealed: Sealed;
}

/** What the journal came to at an entry: a new leader folds only what came after. Sealed at rest; never more than a shortcut. */
export interface Snapshot {
  /** The last entry folded into it. */
  readonly sequence: Sequence;
  /** Plain value; the adapter stores it sealed, bound to the sequence. */
  readonly value: unknown;
}

export type StoreError = 'fenced' | 'quota' | 'io';

/** Projections, inbox, record keys and the fencing epoch: IndexedDB behind Dexie. */
export interface AgentStore {
  /** The fencing epoch: a read that waits for no writer but one that raises it. */
  readonly epoch: () => Promise<Epoch>;
  /** Raises the epoch durably, above this one too when given, and returns the new one. */
  readonly raiseEpoch: (above?: Epoch) => Promise<Epoch>;

  /** Null when no journal was ever acknowledged here: a fresh store, or one that lost everything. */
  readonly head: () => Promise<JournalHead | null>;
  /**
   * Follows an acknowledgement, or a repair: where other tabs and the next start find the head. It may be lost with the
   * power, and is then found again in the copies of the journal.
   */
  readonly moveHead: (epoch: Epoch, head: JournalHead) => Promise<Result<void, StoreError>>;
  /** Keeps a pool durably, in place of one with the same epoch and start: a new one, or one with keys destroyed in it. */
  readonly keepKeys: (epoch: Epoch, pool: KeyPool) => Promise<Result<void, StoreError>>;
  /** The pool of this epoch that starts last at or before the sequence; it may end before it. */
  readonly keyPool: (of: Epoch, sequence: Sequence) => Promise<KeyPool | null>;

  /**
   * Applies a batch in one transaction that first checks the epoch. Deletes rows whose value is null. `done` marks inbox
   * commands answered, with the acknowledging sequence. A snapshot takes the place of the one before; null only drops it.
   * What is lost with the power is made again from the journal.
   */
  readonly apply: (
    epoch: Epoch,
    batch: {
      readonly applied: Sequence;
      readonly rows: readonly ProjectionRow[];
      readonly done: readonly { readonly id: CommandId; readonly outcome: unknown }[];
      readonly snapshot?: Snapshot | null;
    },
  ) => Promise<Result<void, StoreError>>;

  /** Sequence up to which projections are applied; -1 when none. */
  readonly applied: () => Promise<number>;
  readonly row: (kind: string, id: string) => Promise<ProjectionRow | null>;
  readonly rows: (kind: string) => Promise<readonly ProjectionRow[]>;
  /** The newest snapshot; null when there is none, or it cannot be opened. */
  readonly snapshot: () => Promise<Snapshot | null>;
  /** Drops all rows and the snapshot. */
  readonly clearRows: (epoch: Epoch) => Promise<Result<void, StoreError>>;

  readonly enqueue: (command: InboxCommand) => Promise<void>;
  /** Commands not yet done, oldest first. */
  readonly pending: () => Promise<readonly InboxCommand[]>;
  /** The outcome of a command already done, else null. */
  readonly outcome: (id: CommandId) => Promise<unknown>;

  readonly erase: () => Promise<void>;
  readonly close: () => void;
}
