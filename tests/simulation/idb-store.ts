import type { CommandId, Epoch } from '#core/base/ids.ts';
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
import type { HeadPin, HeadPinStore } from '#ports/journal-leg.ts';
import type { IdbDisk, Transaction } from './idb-disk.ts';
import type { Process } from './scheduler.ts';

class Fenced extends Error {}

interface Queued {
  readonly command: InboxCommand;
  readonly order: number;
}

function nextOrder(to: Transaction): number {
  const order = ((to.get('store.meta', 'order') ?? 0) as number) + 1;
  to.put('store.meta', 'order', order);
  return order;
}

/** The agent's store as IndexedDB keeps it, on a simulated disk. @param process null for a reader from outside */
export function idbAgentStore(disk: IdbDisk, process: Process | null): AgentStore {
  const read = <T>(label: string, work: (from: Transaction) => T): Promise<T> => disk.read(process, label, work);
  const write = <T>(label: string, work: (to: Transaction) => T, durable = true): Promise<T> =>
    process === null
      ? Promise.reject(new Error('Who looks on from outside writes nothing.'))
      : disk.write(process, label, work, durable);
  const fenced = async (
    label: string,
    epoch: Epoch,
    durable: boolean,
    work: (to: Transaction) => void,
  ): Promise<Result<void, StoreError>> => {
    try {
      await write(
        label,
        (to) => {
          if ((to.get('store.meta', 'epoch') ?? 0) !== epoch) throw new Fenced();
          work(to);
        },
        durable,
      );
      return ok(undefined);
    } catch (error) {
      if (error instanceof Fenced) return err('fenced');
      return err(error instanceof DOMException && error.name === 'QuotaExceededError' ? 'quota' : 'io');
    }
  };
  const name = (kind: string, id: string): string => `${kind}\n${id}`;
  return {
    epoch: () => read('epoch', (from) => (from.get('store.meta', 'epoch') ?? 0) as Epoch),
    raiseEpoch: (above = 0 as Epoch) =>
      write('raise epoch', (to) => {
        const raised = Math.max((to.get('store.meta', 'epoch') ?? 0) as number, above) + 1;
        to.put('store.meta', 'epoch', raised);
        return raised as Epoch;
      }),
    head: () => read('head', (from) => (from.get('store.meta', 'head') ?? null) as JournalHead | null),
    moveHead: (epoch, head) => fenced('head', epoch, false, (to) => to.put('store.meta', 'head', head)),
    keepKeys: (epoch, pool) =>
      fenced('keys', epoch, true, (to) => to.put('store.keys', `${String(pool.epoch)}/${String(pool.first)}`, pool)),
    keyPool: (of, sequence) =>
      read('keys', (from) => {
        const pools = [...from.all('store.keys').values()] as KeyPool[];
        return pools
          .filter((pool) => pool.epoch === of && pool.first <= sequence)
          .reduce<KeyPool | null>((last, pool) => (last === null || pool.first > last.first ? pool : last), null);
      }),
    apply: (epoch, batch) =>
      fenced('apply', epoch, false, (to) => {
        to.put('store.meta', 'applied', batch.applied);
        for (const row of batch.rows) {
          if (row.value === null) to.delete('store.rows', name(row.kind, row.id));
          else to.put('store.rows', name(row.kind, row.id), row);
        }
        if (batch.snapshot === null) to.delete('store.meta', 'snapshot');
        else if (batch.snapshot !== undefined) to.put('store.meta', 'snapshot', batch.snapshot);
        for (const { id, outcome } of batch.done) {
          to.put('store.done', id, outcome);
          to.delete('store.inbox', id);
        }
      }),
    applied: () => read('applied', (from) => (from.get('store.meta', 'applied') ?? -1) as number),
    row: (kind, id) =>
      read(`row ${kind}`, (from) => (from.get('store.rows', name(kind, id)) ?? null) as ProjectionRow | null),
    rows: (kind) =>
      read(`rows ${kind}`, (from) =>
        ([...from.all('store.rows').values()] as ProjectionRow[]).filter((row) => row.kind === kind),
      ),
    snapshot: () => read('snapshot', (from) => (from.get('store.meta', 'snapshot') ?? null) as Snapshot | null),
    clearRows: (epoch) =>
      fenced('clear rows', epoch, false, (to) => {
        to.delete('store.meta', 'snapshot');
        for (const key of [...to.all('store.rows').keys()]) to.delete('store.rows', key);
        to.put('store.meta', 'applied', -1);
      }),
    enqueue: (command) =>
      write('enqueue', (to) => {
        if (to.get('store.done', command.id) === undefined && to.get('store.inbox', command.id) === undefined)
          to.put('store.inbox', command.id, { command, order: nextOrder(to) });
      }),
    pending: () =>
      read('pending', (from) =>
        ([...from.all('store.inbox').values()] as Queued[])
          .sort((a, b) => a.order - b.order)
          .map(({ command }) => command),
      ),
    outcome: (id: CommandId) => read('outcome', (from) => from.get('store.done', id) ?? null),
    erase: () =>
      write('erase', (to) => {
        for (const table of ['meta', 'rows', 'keys', 'inbox', 'done'])
          for (const key of [...to.all(`store.${table}`).keys()]) to.delete(`store.${table}`, key);
      }),
    close: () => undefined,
  };
}

export function idbPin(disk: IdbDisk, process: Process): HeadPinStore {
  return {
    name: 'indexeddb',
    get: () => disk.read(process, 'pin', (from) => (from.get('pins', 'head') ?? null) as HeadPin | null),
    set: (pin) => disk.write(process, 'pin', (to) => to.put('pins', 'head', pin)),
    erase: () => disk.write(process, 'erase pin', (to) => to.delete('pins', 'head')),
  };
}

/** Where a group starts, for tables kept in the order of entries. */
export function inOrder(table: ReadonlyMap<string | number, unknown>): [number, unknown][] {
  return ([...table] as [number, unknown][]).sort(([a], [b]) => a - b);
}
