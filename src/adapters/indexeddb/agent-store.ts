import type { Dexie, Table } from 'dexie';
import type { CommandId, Epoch, Sequence } from '#core/base/ids.ts';
import { concat } from '#core/base/bytes.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type {
  AgentStore,
  InboxCommand,
  JournalHead,
  ProjectionRow,
  RecordKeys,
  StoreError,
} from '#ports/agent-store.ts';
import type { Sealed, Sealer } from '#ports/crypto.ts';
import { attempt, FencedError, strictDatabase } from './database.ts';
import { openJson, sealJson } from './sealed-json.ts';

interface MetaRow {
  readonly key: 'epoch' | 'applied' | 'head';
  readonly value: unknown;
}

/** Kind and id under the vault's names for them; what they are is sealed with the value. */
interface StoredRow {
  readonly kind: string;
  readonly id: string;
  readonly sequence: number;
  readonly sealed: Sealed;
}

type RowContent = Pick<ProjectionRow, 'kind' | 'id' | 'value'>;

/** The wrapped keys of one journal group, end to end; a destroyed one has no bytes. */
interface StoredKeys {
  readonly first: number;
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array;
}

interface StoredCommand {
  readonly id: string;
  readonly order?: number;
  readonly sealed: Sealed;
}

interface StoredOutcome {
  readonly id: string;
  readonly sealed: Sealed;
}

/** Projections, inbox and record keys in IndexedDB; values are sealed before a transaction starts, never inside one. */
export function indexedDbAgentStore(sealer: Sealer, name = 'windhover-vault'): AgentStore {
  const database = strictDatabase(name, {
    meta: 'key',
    rows: '[kind+id], kind',
    keys: 'first',
    inbox: '++order, &id',
    done: 'id',
  });
  const meta: Table<MetaRow, string> = database.table('meta');
  const rows: Table<StoredRow, [string, string]> = database.table('rows');
  const keys: Table<StoredKeys, number> = database.table('keys');
  const inbox: Table<StoredCommand, number> = database.table('inbox');
  const done: Table<StoredOutcome, string> = database.table('done');

  const metaValue = async <T>(key: MetaRow['key'], otherwise: T): Promise<T> =>
    ((await meta.get(key))?.value as T | undefined) ?? otherwise;

  /** One durable transaction that does nothing once another leader has raised the epoch. */
  const fenced = async (
    epoch: Epoch,
    tables: readonly Table[],
    work: () => Promise<unknown>,
  ): Promise<Result<void, StoreError>> => {
    const outcome = await attempt(() =>
      database.transaction('rw', [meta, ...tables], async () => {
        if ((await metaValue('epoch', 0)) !== epoch) throw new FencedError('The epoch was raised by another leader.');
        await work();
      }),
    );
    return outcome.ok ? ok(undefined) : err(outcome.error.code);
  };

  const keyOf = async (kind: string, id: string): Promise<[kind: string, id: string]> =>
    Promise.all([sealer.nameOf(`row/${kind}`), sealer.nameOf(`row/${kind}/${id}`)]);

  const rowOf = async (stored: StoredRow): Promise<ProjectionRow> => {
    const content = (await openJson(sealer, stored.sealed, rowContext(stored))) as RowContent;
    return { ...content, sequence: stored.sequence as Sequence };
  };
  const commandName = (id: CommandId): Promise<string> => sealer.nameOf(`command/${id}`);

  return {
    epoch: () => metaValue('epoch', 0 as Epoch),
    raiseEpoch: (above = 0 as Epoch) =>
      database.transaction('rw', [meta], async () => {
        const raised = Math.max(await metaValue('epoch', 0), above) + 1;
        await meta.put({ key: 'epoch', value: raised });
        return raised as Epoch;
      }),

    head: () => metaValue<JournalHead | null>('head', null),
    acknowledge: (epoch, head, recordKeys) =>
      fencedPuts(database, epoch, [
        ['meta', { key: 'head', value: head } satisfies MetaRow],
        ...(recordKeys === null ? [] : [['keys', packed(recordKeys)] as const]),
      ]),

    apply: async (epoch, batch) => {
      const changed = batch.rows.filter((row) => row.value !== null);
      const removed = await Promise.all(
        batch.rows.filter((row) => row.value === null).map(({ kind, id }) => keyOf(kind, id)),
      );
      const sealedRows = await Promise.all(
        changed.map(async ({ sequence, ...content }) => {
          const [kind, id] = await keyOf(content.kind, content.id);
          const sealed = await sealJson(sealer, content satisfies RowContent, rowContext({ kind, id }));
          return { kind, id, sequence, sealed };
        }),
      );
      const outcomes = await Promise.all(
        batch.done.map(async ({ id, outcome }) => {
          const name = await commandName(id);
          return { id: name, sealed: await sealJson(sealer, outcome, `outcome/${name}`) };
        }),
      );
      return fenced(epoch, [rows, inbox, done], async () => {
        if (removed.length > 0) await rows.bulkDelete(removed);
        if (sealedRows.length > 0) await rows.bulkPut(sealedRows);
        if (outcomes.length > 0) {
          await done.bulkPut(outcomes);
          await inbox
            .where('id')
            .anyOf(outcomes.map(({ id }) => id))
            .delete();
        }
        await meta.put({ key: 'applied', value: batch.applied });
      });
    },

    applied: () => metaValue('applied', -1),
    row: async (kind, id) => {
      const stored = await rows.get(await keyOf(kind, id));
      return stored === undefined ? null : rowOf(stored);
    },
    rows: async (kind) => {
      const stored = await rows
        .where('kind')
        .equals(await sealer.nameOf(`row/${kind}`))
        .toArray();
      // By id, as the names they are kept under say nothing.
      return (await Promise.all(stored.map(rowOf))).sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    clearRows: (epoch) =>
      fenced(epoch, [rows], async () => {
        await rows.clear();
        await meta.put({ key: 'applied', value: -1 });
      }),

    recordKeys: async (from, count) => {
      const out: (Uint8Array | null)[] = new Array<Uint8Array | null>(count).fill(null);
      const before = await keys.where('first').belowOrEqual(from).last();
      const within = await keys
        .where('first')
        .between(from, from + count, false, false)
        .toArray();
      for (const packed of before === undefined ? within : [before, ...within]) {
        let at = 0;
        packed.lengths.forEach((length, index) => {
          const place = packed.first + index - from;
          if (place >= 0 && place < count) out[place] = packed.bytes.slice(at, at + length);
          at += length;
        });
      }
      return out;
    },

    enqueue: async (command) => {
      const id = await commandName(command.id);
      const sealed = await sealJson(sealer, command, `command/${id}`);
      await database.transaction('rw', [inbox, done], async () => {
        const known = (await done.get(id)) !== undefined || (await inbox.where('id').equals(id).count()) > 0;
        if (!known) await inbox.add({ id, sealed });
      });
    },
    pending: async () =>
      Promise.all(
        (await inbox.orderBy('order').toArray()).map(
          async ({ id, sealed }) => (await openJson(sealer, sealed, `command/${id}`)) as InboxCommand,
        ),
      ),
    outcome: async (command) => {
      const id = await commandName(command);
      const stored = await done.get(id);
      return stored === undefined ? null : openJson(sealer, stored.sealed, `outcome/${id}`);
    },

    erase: () => database.delete({ disableAutoOpen: false }),
    close: () => database.close(),
  };
}

function rowContext({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `row/${kind}/${id}`;
}

function packed({ firstSequence, wrappedKeys }: RecordKeys): StoredKeys {
  return {
    first: firstSequence,
    lengths: wrappedKeys.map((key) => key.length),
    bytes: concat(...wrappedKeys),
  };
}

/**
 * What `fenced` does, for the one write that every append waits for: past Dexie's own bookkeeping, and committed as soon
 * as its last put is made.
 */
async function fencedPuts(
  database: Dexie,
  epoch: Epoch,
  puts: readonly (readonly [table: 'meta' | 'keys', row: object])[],
): Promise<Result<void, StoreError>> {
  const outcome = await attempt(async () => {
    // Opens it the first time, and fails where it was closed for good.
    if (!database.isOpen()) await database.table('meta').count();
    const transaction = database.backendDB().transaction(['meta', 'keys'], 'readwrite', { durability: 'strict' });
    let failure: Error | null = null;
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(failure ?? transaction.error ?? new Error('The transaction was given up.'));
    });
    const kept = transaction.objectStore('meta').get('epoch') as IDBRequest<MetaRow | undefined>;
    kept.onsuccess = () => {
      try {
        if (kept.result?.value !== epoch) throw new FencedError('The epoch was raised by another leader.');
        for (const [table, row] of puts) transaction.objectStore(table).put(row);
        transaction.commit();
      } catch (error) {
        failure = error as Error;
        transaction.abort();
      }
    };
    await done;
  });
  return outcome.ok ? ok(undefined) : err(outcome.error.code);
}
