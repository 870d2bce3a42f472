import type { Random } from '#core/base/random.ts';
import type { Weather } from './faults.ts';
import { asError, MS, type Process, type Scheduler } from './scheduler.ts';

export type Table = Map<string | number, unknown>;

/** What a transaction may do to a table; each step is undone when the transaction is, or when the disk forgets it. */
export interface Transaction {
  readonly get: (table: string, key: string | number) => unknown;
  readonly all: (table: string) => Table;
  readonly put: (table: string, key: string | number, value: unknown) => void;
  readonly delete: (table: string, key: string | number) => void;
}

/** How many of the last transactions a lying disk can still forget. */
const REMEMBERED = 40;
/** What one takes on a disk that is nearly full. */
const TRANSACTION_BYTES = 1024;

/**
 * The database files of one browser profile: all tables of all IndexedDB databases in one log, as Chromium keeps them.
 * A transaction is atomic and, once answered, durable, unless a fault says otherwise.
 */
export class IdbDisk {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #weather: Weather;
  readonly #browser: Process;
  readonly #tables = new Map<string, Table>();
  readonly #undo: (readonly (() => void)[])[] = [];
  /** Whose databases were closed because another tab needed newer ones. */
  readonly closed = new WeakSet<Process>();
  /** Who waits until another tab lets go of the old databases: until when, microseconds. */
  readonly blocked = new WeakMap<Process, number>();
  readonly #appliedAt = new WeakMap<Process, number>();
  #unsafe = 0;
  readonly #cut = new WeakSet<Process>();

  constructor(scheduler: Scheduler, random: Random, weather: Weather, browser: Process) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#weather = weather;
    this.#browser = browser;
  }

  table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) this.#tables.set(name, (table = new Map<string | number, unknown>()));
    return table;
  }

  tables(): readonly (readonly [string, Table])[] {
    return [...this.#tables];
  }

  /** @param process null reads at once and past all faults, for whoever looks on from outside */
  async read<T>(process: Process | null, label: string, work: (from: Transaction) => T): Promise<T> {
    if (process === null) return work(this.#transaction([]));
    await this.#scheduler.wait(this.#delay(process), process, `idb read ${label}`);
    if (this.closed.has(process)) throw closedError();
    if (this.#weather.strikes('read error', 'idb')) throw new DOMException('The disk cannot be read.', 'UnknownError');
    return work(this.#transaction([]));
  }

  /** @param durable false for what may be lost with the power, because it can be made again */
  write<T>(process: Process, label: string, work: (to: Transaction) => T, durable = true): Promise<T> {
    return new Promise((resolve, reject) => {
      const answer = (say: () => void): void =>
        void this.#scheduler.after(this.#random.below(500), process, `idb answer ${label}`, say);
      // Transactions of one tab are applied in the order in which they came.
      const at = Math.max((this.#appliedAt.get(process) ?? 0) + 1, this.#scheduler.now + this.#delay(process));
      this.#appliedAt.set(process, at);
      this.#scheduler.after(at - this.#scheduler.now, this.#browser, `idb write ${label}`, () => {
        if (!process.alive && (this.#cut.has(process) || this.#random.chance(0.5))) return;
        try {
          if (this.closed.has(process)) throw closedError();
          this.#refuse();
          const undo: (() => void)[] = [];
          try {
            const result = work(this.#transaction(undo));
            this.#undo.push(undo);
            this.#unsafe = durable ? 0 : this.#unsafe + 1;
            if (this.#undo.length > REMEMBERED) this.#undo.shift();
            answer(() => resolve(result));
          } catch (error) {
            rollBack(undo);
            throw error;
          }
        } catch (error) {
          answer(() => reject(asError(error)));
        }
      });
    });
  }

  /** Forgets the last transactions, however well they were acknowledged. @returns how many */
  forget(count: number): number {
    const lost = this.#undo.splice(Math.max(0, this.#undo.length - count));
    for (const undo of lost.reverse()) rollBack(undo);
    return lost.length;
  }

  /** The power is gone: of the last transactions those that were not asked to be durable may be lost. */
  cut(): void {
    this.forget(this.#random.below(this.#unsafe + 1));
    this.#unsafe = 0;
  }

  /** The power is gone: nothing that was under way is written any more. */
  drop(process: Process): void {
    this.#cut.add(process);
  }

  empty(): void {
    this.#tables.clear();
    this.#undo.length = 0;
  }

  /** Everything was erased: a database that is deleted whole does not come back with a write that the disk forgets. */
  erased(): void {
    this.#undo.length = 0;
    this.#unsafe = 0;
  }

  #refuse(): void {
    if (this.#weather.full('idb', TRANSACTION_BYTES)) throw new DOMException('The disk is full.', 'QuotaExceededError');
    if (this.#weather.strikes('write error', 'idb')) throw new DOMException('The disk failed.', 'UnknownError');
    if (this.#weather.strikes('torn transaction', 'idb'))
      throw new DOMException('The transaction was cut short and undone.', 'AbortError');
  }

  #delay(process: Process): number {
    const blocked = Math.max(0, (this.blocked.get(process) ?? 0) - this.#scheduler.now);
    const slow = this.#weather.strikes('slow', 'idb');
    return blocked + (slow ? (20 + this.#random.below(2_000)) * MS : 100 + this.#random.below(3 * MS));
  }

  #transaction(undo: (() => void)[]): Transaction {
    const change = (name: string, key: string | number, act: (table: Table) => void): void => {
      const table = this.table(name);
      const had = table.has(key);
      const old = table.get(key);
      undo.push(() => {
        if (had) this.table(name).set(key, old);
        else this.table(name).delete(key);
      });
      act(table);
    };
    return {
      get: (table, key) => this.table(table).get(key),
      all: (table) => this.table(table),
      put: (table, key, value) => change(table, key, (to) => to.set(key, value)),
      delete: (table, key) => {
        const old = this.table(table).get(key);
        if (old instanceof Uint8Array) this.#weather.freed(old.length);
        change(table, key, (from) => from.delete(key));
      },
    };
  }
}

function rollBack(undo: readonly (() => void)[]): void {
  for (const step of [...undo].reverse()) step();
}

function closedError(): DOMException {
  return new DOMException('Another tab needed a newer database; this one was closed.', 'DatabaseClosedError');
}
