import { Dexie, type Table } from 'dexie';
import type { CommandId, Epoch, Sequence } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type {
  AgentStore,
  InboxCommand,
  JournalHead,
  KeyPool,
  ProjectionRow,
  Snapshot,
  StoreError,
} from '#ports/agent-store.ts';
import type { Sealed, Sealer } from '#ports/crypto.ts';
import { attempt, FencedError, rawTransaction, strictDatabase } from './database.ts';
import { openJson, sealJson } from './sealed-json.ts';

interface MetaRow {
  readonly key: 'epoch' | 'applied' | 'head' | 'snapshot';
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

interface StoredSnapshot {
  readonly sequence: Sequence;
  readonly sealed: Sealed;
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

/**
 * Projections, inbox and record keys in IndexedDB; values are sealed before a transaction starts, never inside one. The
 * epoch stands twice: in `meta`, where each fenced write checks it, and in `fence`, which nothing else writes, so that
 * an append that asks for it waits for no other transaction.
 */
export function indexedDbAgentStore(sealer: Sealer, name = 'windhover-vault'): AgentStore {
  const database = strictDatabase(name, {
    fence: 'key',
    meta: 'key',
    rows: '[kind+id], kind',
    keys: '[epoch+first]',
    inbox: '++order, &id',
    done: 'id',
  });
  const meta: Table<MetaRow, string> = database.table('meta');
  const fence: Table<MetaRow, string> = database.table('fence');
  const rows: Table<StoredRow, [string, string]> = database.table('rows');
  const keys: Table<KeyPool, [number, number]> = database.table('keys');
  const inbox: Table<StoredCommand, number> = database.table('inbox');
  const done: Table<StoredOutcome, string> = database.table('done');

  const metaValue = async <T>(key: MetaRow['key'], otherwise: T): Promise<T> =>
    ((await meta.get(key))?.value as T | undefined) ?? otherwise;

  /** One transaction that does nothing once another leader has raised the epoch. */
  const fenced = async (
    epoch: Epoch,
    tables: readonly string[],
    durability: IDBTransactionDurability,
    work: (store: (table: string) => IDBObjectStore) => void,
  ): Promise<Result<void, StoreError>> => {
    const outcome = await attempt(() =>
      rawTransaction(database, ['meta', ...tables], 'readwrite', durability, (transaction, undo) => {
        const kept = transaction.objectStore('meta').get('epoch') as IDBRequest<MetaRow | undefined>;
        kept.onsuccess = () => {
          try {
            if (kept.result?.value !== epoch) throw new FencedError('The epoch was raised by another leader.');
            work((table) => transaction.objectStore(table));
          } catch (error) {
            undo(error as Error);
          }
        };
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
  const sealSnapshot = async ({ sequence, value }: Snapshot): Promise<StoredSnapshot> => ({
    sequence,
    sealed: await sealJson(sealer, value, snapshotContext(sequence)),
  });
  const commandName = (id: CommandId): Promise<string> => sealer.nameOf(`command/${id}`);

  return {
    epoch: async () => {
      let kept: IDBRequest<MetaRow | undefined> | null = null;
      await rawTransaction(database, ['fence'], 'readonly', 'relaxed', (transaction) => {
        kept = transaction.objectStore('fence').get('epoch') as IDBRequest<MetaRow | undefined>;
      });
      return ((kept as IDBRequest<MetaRow | undefined> | null)?.result?.value ?? 0) as Epoch;
    },
    raiseEpoch: (above = 0 as Epoch) =>
      database.transaction('rw', [meta, fence], async () => {
        const raised = Math.max(await metaValue('epoch', 0), above) + 1;
        await meta.put({ key: 'epoch', value: raised });
        await fence.put({ key: 'epoch', value: raised });
        return raised as Epoch;
      }),

    head: () => metaValue<JournalHead | null>('head', null),
    moveHead: (epoch, head) =>
      fenced(epoch, [], 'relaxed', (store) => store('meta').put({ key: 'head', value: head } satisfies MetaRow)),
    keepKeys: (epoch, pool) => fenced(epoch, ['keys'], 'strict', (store) => store('keys').put(pool)),
    keyPool: async (of, sequence) =>
      (await keys.where('[epoch+first]').between([of, Dexie.minKey], [of, sequence], true, true).last()) ?? null,

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
      const snapshot = batch.snapshot ? await sealSnapshot(batch.snapshot) : batch.snapshot;
      return fenced(epoch, ['rows', 'inbox', 'done'], 'relaxed', (store) => {
        for (const key of removed) store('rows').delete(key);
        for (const row of sealedRows) store('rows').put(row);
        for (const outcome of outcomes) {
          store('done').put(outcome);
          const waiting = store('inbox').index('id').getKey(outcome.id);
          waiting.onsuccess = () => {
            if (waiting.result !== undefined) store('inbox').delete(waiting.result);
          };
        }
        store('meta').put({ key: 'applied', value: batch.applied } satisfies MetaRow);
        if (snapshot === null) store('meta').delete('snapshot');
        else if (snapshot !== undefined) store('meta').put({ key: 'snapshot', value: snapshot } satisfies MetaRow);
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
    snapshot: async () => {
      const stored = await metaValue<StoredSnapshot | null>('snapshot', null);
      if (stored === null) return null;
      try {
        const value = await openJson(sealer, stored.sealed, snapshotContext(stored.sequence));
        return { sequence: stored.sequence, value };
      } catch {
        return null;
      }
    },
    clearRows: (epoch) =>
      fenced(epoch, ['rows'], 'relaxed', (store) => {
        store('rows').clear();
        store('meta').delete('snapshot');
        store('meta').put({ key: 'applied', value: -1 } satisfies MetaRow);
      }),

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

function snapshotContext(sequence: number): string {
  return `snapshot/${String(sequence)}`;
}

function rowContext({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `row/${kind}/${id}`;
}
