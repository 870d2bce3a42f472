import type { WatchOptions } from './kill-watch.ts';

/** The head of the journal at the moment the agent was told that it is durable. */
export interface Head {
  readonly size: number;
  readonly root: string;
}

/**
 * Where the agent's thread is in writing a group of entries:
 *   write         about to write it to the first copy
 *   flush         that copy is durable, nothing else is
 *   acknowledged  the store has moved the head: from here on the entries may not be lost
 *   applied       the rows that the pages show are durable; what is due next has not begun
 */
export const JOURNAL_POINTS = ['write', 'flush', 'acknowledged', 'applied'] as const;
export type JournalPoint = (typeof JOURNAL_POINTS)[number];

/** Runs in the agent's thread, so it may use nothing from outside itself. Only acknowledged and applied can be stalled. */
export function watchJournal({ label, hold }: WatchOptions): void {
  let counted = 0;
  /** @returns whether the thread must not go on with this */
  const pass = (point: JournalPoint, head: Head | null): boolean => {
    if (hold?.points.includes(point)) counted += 1;
    const held = hold !== null && hold.points.includes(point) && counted === hold.at;
    console.debug(label + JSON.stringify({ point, head, held }));
    if (!held) return false;
    if (hold.ms < 0) return true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, hold.ms);
    return false;
  };

  interface Handle {
    write: (bytes: Uint8Array, ...rest: unknown[]) => number;
    flush: () => void;
  }
  const scope = globalThis as unknown as { FileSystemSyncAccessHandle: { prototype: Handle } };
  const handles = scope.FileSystemSyncAccessHandle.prototype;
  const { write, flush } = handles;
  const logs = new WeakSet<Handle>();
  handles.write = function (this: Handle, bytes, ...rest) {
    // The other file written by this thread holds the head pin, 256 bytes at a time; a group is longer.
    if (bytes.byteLength > 256) {
      logs.add(this);
      pass('write', null);
    }
    return write.call(this, bytes, ...rest);
  };
  handles.flush = function (this: Handle) {
    flush.call(this);
    if (logs.has(this)) pass('flush', null);
  };

  const heads = new WeakMap<IDBTransaction, Head>();
  const applying = new WeakSet<IDBTransaction>();
  const stores = IDBObjectStore.prototype;
  const { put } = stores;
  stores.put = function (this: IDBObjectStore, value: { key?: string; value?: Head }, ...rest) {
    if (this.name === 'meta' && value.key === 'head' && value.value !== undefined)
      heads.set(this.transaction, { size: value.value.size, root: value.value.root });
    if (this.name === 'meta' && value.key === 'applied') applying.add(this.transaction);
    return put.call(this, value, ...rest);
  };
  const complete = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'oncomplete');
  Object.defineProperty(IDBTransaction.prototype, 'oncomplete', {
    configurable: true,
    get(this: IDBTransaction) {
      return complete?.get?.call(this) as unknown;
    },
    set(this: IDBTransaction, listener: ((event: Event) => unknown) | null) {
      const told = (event: Event): void => {
        const head = heads.get(this) ?? null;
        if (head !== null && pass('acknowledged', head)) return;
        if (applying.has(this) && pass('applied', null)) return;
        listener?.call(this, event);
      };
      complete?.set?.call(this, told);
    },
  });
}
