import type { CommandId, Epoch, Sequence } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';

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

/** The wrapped record keys of consecutive entries; an empty one is destroyed. */
export interface RecordKeys {
  readonly firstSequence: Sequence;
  readonly wrappedKeys: readonly Uint8Array[];
}

export type StoreError = 'fenced' | 'quota' | 'io';

/** Projections, inbox, record keys and the fencing epoch: IndexedDB behind Dexie. */
export interface AgentStore {
  readonly epoch: () => Promise<Epoch>;
  /** Raises the epoch durably, above this one too when given, and returns the new one. */
  readonly raiseEpoch: (above?: Epoch) => Promise<Epoch>;

  /** Null when no journal was ever acknowledged here: a fresh store, or one that lost everything. */
  readonly head: () => Promise<JournalHead | null>;
  /**
   * The last act of an append: in one durable transaction checks that the epoch is still ours, keeps the record keys and
   * moves the head. Entries count as acknowledged once this is done. Also moves the head back after a repair.
   */
  readonly acknowledge: (epoch: Epoch, head: JournalHead, keys: RecordKeys | null) => Promise<Result<void, StoreError>>;

  /**
   * Applies a batch in one transaction that first checks the epoch. Deletes rows whose value is null. `done` marks inbox
   * commands answered, with the acknowledging sequence.
   */
  readonly apply: (
    epoch: Epoch,
    batch: {
      readonly applied: Sequence;
      readonly rows: readonly ProjectionRow[];
      readonly done: readonly { readonly id: CommandId; readonly outcome: unknown }[];
    },
  ) => Promise<Result<void, StoreError>>;

  /** Sequence up to which projections are applied; -1 when none. */
  readonly applied: () => Promise<number>;
  readonly row: (kind: string, id: string) => Promise<ProjectionRow | null>;
  readonly rows: (kind: string) => Promise<readonly ProjectionRow[]>;
  readonly clearRows: (epoch: Epoch) => Promise<Result<void, StoreError>>;
  /** Wrapped keys of the entries [from, from + count), in order; null where none is kept. */
  readonly recordKeys: (from: Sequence, count: number) => Promise<readonly (Uint8Array | null)[]>;

  readonly enqueue: (command: InboxCommand) => Promise<void>;
  /** Commands not yet done, oldest first. */
  readonly pending: () => Promise<readonly InboxCommand[]>;
  /** The outcome of a command already done, else null. */
  readonly outcome: (id: CommandId) => Promise<unknown>;

  readonly erase: () => Promise<void>;
  readonly close: () => void;
}
