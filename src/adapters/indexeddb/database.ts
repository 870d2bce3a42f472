import { Dexie } from 'dexie';
import { err, ok, type Result } from '#core/base/result.ts';

/** A Dexie database whose commits reach the disk before they are answered, and that never blocks another's upgrade or deletion. */
export function strictDatabase(name: string, stores: { readonly [table: string]: string }): Dexie {
  const database = new Dexie(name, { chromeTransactionDurability: 'strict' });
  database.version(1).stores(stores);
  database.on('versionchange', () => {
    database.close();
    return false; // Dexie's own answer would open the database again when it is next used.
  });
  return database;
}

/**
 * One transaction past Dexie's own bookkeeping, for what every append waits for, and for writes that may be lost with
 * the power because they can be made again ('relaxed'). What `work` throws undoes it.
 * @param work makes its requests at once, or when a request of its own has succeeded
 */
export async function rawTransaction(
  database: Dexie,
  tables: readonly string[],
  mode: IDBTransactionMode,
  durability: IDBTransactionDurability,
  work: (transaction: IDBTransaction, undo: (reason: Error) => void) => void,
): Promise<void> {
  // Opens it the first time, and fails where it was closed for good.
  if (!database.isOpen()) await database.open();
  const transaction = database.backendDB().transaction(tables, mode, { durability });
  let reason: Error | null = null;
  const undo = (why: Error): void => {
    reason ??= why;
    transaction.abort();
  };
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(reason ?? transaction.error ?? new Error('The transaction was given up.'));
  });
  try {
    work(transaction, undo);
  } catch (error) {
    undo(error as Error);
  }
  return done;
}

/** Thrown inside a transaction, so that it is undone: another leader has raised the epoch. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

export interface WriteFailure {
  readonly code: 'fenced' | 'quota' | 'io';
  readonly message: string;
}

export async function attempt<T>(work: () => Promise<T>): Promise<Result<T, WriteFailure>> {
  try {
    return ok(await work());
  } catch (error) {
    return err({ code: codeOf(error), message: String(error) });
  }
}

function codeOf(error: unknown): WriteFailure['code'] {
  for (let cause = error; typeof cause === 'object' && cause !== null; cause = (cause as { inner?: unknown }).inner) {
    const name = (cause as { readonly name?: unknown }).name;
    if (name === 'FencedError') return 'fenced';
    if (name === 'QuotaExceededError') return 'quota';
  }
  return 'io';
}
