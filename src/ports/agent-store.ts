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

/** Projections, inbox, record keys and the fencing epoch: IndexedDB behind Dexie. */
export interface AgentStore {
  readonly epoch: () => Promise<Epoch>;
  /** Raises the epoch durably and returns the new one. */
  readonly raiseEpoch: () => Promise<Epoch>;

  /**
   * Applies a batch in one transaction that first checks the epoch. Deletes rows whose value is null. `keys` are the
   * wrapped record keys of the batch's entries; `done` marks inbox commands answered, with the acknowledging sequence.
   */
  readonly apply: (
    epoch: Epoch,
    batch: {
      readonly applied: Sequence;
      readonly rows: readonly ProjectionRow[];
      readonly keys: readonly { readonly sequence: Sequence; readonly wrappedKey: Uint8Array }[];
      readonly done: readonly { readonly id: CommandId; readonly outcome: unknown }[];
    },
  ) => Promise<Result<void, 'fenced' | 'quota' | 'io'>>;

  /** Sequence up to which projections are applied; -1 when none. */
  readonly applied: () => Promise<number>;
  readonly row: (kind: string, id: string) => Promise<ProjectionRow | null>;
  readonly rows: (kind: string) => Promise<readonly ProjectionRow[]>;
  readonly clearRows: (epoch: Epoch) => Promise<Result<void, 'fenced' | 'quota' | 'io'>>;
  readonly recordKey: (sequence: Sequence) => Promise<Uint8Array | null>;

  readonly enqueue: (command: InboxCommand) => Promise<void>;
  /** Commands not yet done, oldest first. */
  readonly pending: () => Promise<readonly InboxCommand[]>;
  /** The outcome of a command already done, else null. */
  readonly outcome: (id: CommandId) => Promise<unknown>;

  readonly erase: () => Promise<void>;
  readonly close: () => void;
}
