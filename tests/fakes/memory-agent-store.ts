import type { CommandId, Epoch } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type {
  AgentStore,
  InboxCommand,
  JournalHead,
  KeyPool,
  ProjectionRow,
  Snapshot,
  StoreError,
} from '#ports/agent-store.ts';

/** What stays when a tab dies: hand the same disk to the next store. */
export interface MemoryStoreDisk {
  epoch: number;
  applied: number;
  head: JournalHead | null;
  rows: Map<string, ProjectionRow>;
  snapshot: Snapshot | null;
  keys: KeyPool[];
  inbox: InboxCommand[];
  done: Map<CommandId, unknown>;
  /** Fails the next writes with this. */
  fail: StoreError | null;
}

export function memoryStoreDisk(): MemoryStoreDisk {
  return {
    epoch: 0,
    applied: -1,
    head: null,
    rows: new Map(),
    snapshot: null,
    keys: [],
    inbox: [],
    done: new Map(),
    fail: null,
  };
}

export function memoryAgentStore(disk: MemoryStoreDisk = memoryStoreDisk()): AgentStore {
  const write = (epoch: Epoch, change: () => void) => {
    if (disk.epoch !== epoch) return Promise.resolve(err<StoreError>('fenced'));
    if (disk.fail !== null) return Promise.resolve(err<StoreError>(disk.fail));
    change();
    return Promise.resolve(ok(undefined));
  };
  const name = (kind: string, id: string): string => JSON.stringify([kind, id]);
  return {
    epoch: () => Promise.resolve(disk.epoch as Epoch),
    raiseEpoch: (above = 0 as Epoch) => {
      disk.epoch = Math.max(disk.epoch, above) + 1;
      return Promise.resolve(disk.epoch as Epoch);
    },
    head: () => Promise.resolve(disk.head),
    moveHead: (epoch, head) => write(epoch, () => void (disk.head = head)),
    keepKeys: (epoch, pool) =>
      write(epoch, () => {
        const others = disk.keys.filter((other) => other.epoch !== pool.epoch || other.first !== pool.first);
        disk.keys = [...others, structuredClone(pool)].sort((a, b) => a.epoch - b.epoch || a.first - b.first);
      }),
    keyPool: (of, sequence) =>
      Promise.resolve(
        structuredClone(disk.keys.findLast((pool) => pool.epoch === of && pool.first <= sequence) ?? null),
      ),
    apply: (epoch, batch) =>
      write(epoch, () => {
        disk.applied = batch.applied;
        for (const row of batch.rows) {
          if (row.value === null) disk.rows.delete(name(row.kind, row.id));
          else disk.rows.set(name(row.kind, row.id), structuredClone(row));
        }
        if (batch.snapshot !== undefined) disk.snapshot = structuredClone(batch.snapshot);
        for (const { id, outcome } of batch.done) disk.done.set(id, structuredClone(outcome));
        disk.inbox = disk.inbox.filter(({ id }) => !disk.done.has(id));
      }),
    applied: () => Promise.resolve(disk.applied),
    row: (kind, id) => Promise.resolve(structuredClone(disk.rows.get(name(kind, id)) ?? null)),
    rows: (kind) => Promise.resolve(structuredClone([...disk.rows.values()].filter((row) => row.kind === kind))),
    snapshot: () => Promise.resolve(structuredClone(disk.snapshot)),
    clearRows: (epoch) =>
      write(epoch, () => {
        disk.rows.clear();
        disk.snapshot = null;
        disk.applied = -1;
      }),
    enqueue: (command) => {
      const known = disk.done.has(command.id) || disk.inbox.some(({ id }) => id === command.id);
      if (!known) disk.inbox.push(structuredClone(command));
      return Promise.resolve();
    },
    pending: () => Promise.resolve(structuredClone(disk.inbox)),
    outcome: (id) => Promise.resolve(structuredClone(disk.done.get(id) ?? null)),
    erase: () => {
      Object.assign(disk, memoryStoreDisk());
      return Promise.resolve();
    },
    close: () => undefined,
  };
}
