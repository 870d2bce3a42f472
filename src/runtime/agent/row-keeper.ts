import type { Epoch, Ms, Sequence } from '#core/base/ids.ts';
import type { AgentStore, Snapshot } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { AgentState, Projected } from './projection.ts';
import { entriesUntilNext, snapshotOf } from './state-snapshot.ts';

/** So long, or so many entries, rows may be behind where nothing but a view waits for them. */
const ROWS_LAG_MS = 50 as Ms;
const ROWS_LAG_ENTRIES_MAX = 64;

/** What entries came to that are durable. */
export interface Kept extends Projected {
  /** The last of them; the state is as it was after it. */
  readonly applied: Sequence;
  /** The signed head that ends there; null where none does. */
  readonly checkpoint: string | null;
  /** What snapshots held so far must not stay. */
  readonly forget: boolean;
}

export interface RowKeeperOptions {
  readonly store: Pick<AgentStore, 'apply'>;
  readonly clock: Clock;
  readonly epoch: Epoch;
  /** Aborts when leading ends: rows written past some that could not be would hide those from whoever catches up. */
  readonly lost: AbortSignal;
  readonly changed: (change: Pick<Projected, 'rows' | 'done'> & { readonly size: number }) => void;
  readonly broken: (code: string, reason: string) => void;
}

/**
 * Writes what entries came to into the store: one write after the other, each with the last value of every row that
 * changed since the one before. What is lost of it with the tab is made again from the journal.
 */
export class RowKeeper {
  readonly #options: RowKeeperOptions;
  #applied: Sequence;
  #next: Waiting | null = null;
  #writing: Promise<boolean> = Promise.resolve(true);
  #cancelTimer: (() => void) | null = null;
  /** The entry from which on the next snapshot is due. */
  #snapshotDue = 0;

  /** @param applied the last entry that is in the rows */
  constructor(applied: Sequence, options: RowKeeperOptions) {
    this.#applied = applied;
    this.#options = options;
  }

  /** The last entry that is in the rows. */
  get applied(): Sequence {
    return this.#applied;
  }

  /** Takes what comes after everything taken before, to be written soon. */
  keep(kept: Kept): void {
    const { rows, done } = this.#waiting();
    for (const row of kept.rows) rows.set(`${row.kind}/${row.id}`, row);
    const forget = kept.forget || this.#next?.last?.forget === true;
    this.#next = { rows, done: [...done, ...kept.done], last: { ...kept, forget } };
    if (kept.applied - this.#applied >= ROWS_LAG_ENTRIES_MAX) void this.write();
    else this.#cancelTimer ??= this.#options.clock.after(ROWS_LAG_MS, () => void this.write());
  }

  /** Takes the outcomes of orders that left no entry. */
  keepDone(outcomes: Projected['done']): void {
    const { done, ...waiting } = this.#waiting();
    this.#next = { ...waiting, done: [...done, ...outcomes] };
  }

  /** Writes everything taken so far. @returns false when it could not be written: leading has ended then */
  write(): Promise<boolean> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#writing = this.#writing.then(() => this.#writeWaiting());
    return this.#writing;
  }

  /** @param nextFrom the entry from which on the next snapshot is due */
  snapshotFrom(nextFrom: number): void {
    this.#snapshotDue = nextFrom;
  }

  /** Keeps a snapshot of what was just read, if one is due; where that fails, the next write that keeps one hears of it. */
  async keepSnapshot(state: AgentState, checkpoint: string | null): Promise<void> {
    const { store, epoch } = this.#options;
    const snapshot = this.#snapshotOf({ state, applied: this.#applied, checkpoint, forget: false });
    if (!snapshot || this.#applied < 0) return;
    const kept = await store.apply(epoch, { applied: this.#applied, rows: [], done: [], snapshot });
    if (kept.ok) this.#snapshotDue = this.#applied + entriesUntilNext(snapshot);
  }

  #waiting(): Waiting {
    return this.#next ?? { rows: new Map(), done: [], last: null };
  }

  async #writeWaiting(): Promise<boolean> {
    const { store, epoch, lost, changed, broken } = this.#options;
    if (lost.aborted) return false;
    if (this.#next === null) return true;
    const { last, done, ...waiting } = this.#next;
    this.#next = null;
    const applied = last?.applied ?? this.#applied;
    const rows = [...waiting.rows.values()];
    const snapshot = last === null ? undefined : this.#snapshotOf(last);
    const batch = { applied, rows, done, ...(snapshot === undefined ? {} : { snapshot }) };
    const written = await store
      .apply(epoch, batch)
      .catch((error: unknown) => ({ ok: false, error: String(error) }) as const);
    if (!written.ok) {
      broken(written.error, `projections: ${written.error}`);
      return false;
    }
    this.#applied = applied;
    if (snapshot !== undefined) this.#snapshotDue = snapshot === null ? 0 : applied + entriesUntilNext(snapshot);
    changed({ rows, done, size: applied + 1 });
    return true;
  }

  /** Undefined where none is due, null where the one there is must go. */
  #snapshotOf({
    state,
    applied,
    checkpoint,
    forget,
  }: Pick<Kept, 'state' | 'applied' | 'checkpoint' | 'forget'>): Snapshot | null | undefined {
    if (!forget && applied < this.#snapshotDue) return undefined;
    if (checkpoint !== null) return snapshotOf(state, applied, checkpoint);
    return forget ? null : undefined;
  }
}

/** What is to be written next. */
interface Waiting {
  readonly rows: Map<string, Projected['rows'][number]>;
  readonly done: Projected['done'];
  /** Null where there are outcomes only. */
  readonly last: Omit<Kept, 'rows' | 'done'> | null;
}
