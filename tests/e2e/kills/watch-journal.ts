import type { WatchOptions } from './kill-watch.ts';

/** The head of the journal after a group that was acknowledged. */
export interface Head {
  readonly size: number;
  /** In base64, as the group's checkpoint has it. */
  readonly root: string;
}

/**
 * Where the agent's thread is in writing a group of entries:
 *   write         about to write it to the first copy
 *   flush         that copy is durable, nothing else is
 *   acknowledged  after that this leader was found to be still the one: from here on the entries may not be lost
 *   applied       the rows that the pages show are durable, of this group or of several together
 */
export const JOURNAL_POINTS = ['write', 'flush', 'acknowledged', 'applied'] as const;
/** And sign: about to sign the head of a group, before anything of it is written; told only to who holds a thread there. */
export type JournalPoint = (typeof JOURNAL_POINTS)[number] | 'sign';

/** Runs in the agent's thread, so it may use nothing from outside itself. Only sign can be stalled. */
export function watchJournal({ label, hold }: WatchOptions): void {
  let counted = 0;
  /** @returns whether what waits for this must never hear of it */
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
    read: (into: Uint8Array, ...rest: unknown[]) => number;
    write: (bytes: Uint8Array, ...rest: unknown[]) => number;
    flush: () => void;
  }
  const scope = globalThis as unknown as { FileSystemSyncAccessHandle: { prototype: Handle } };
  const handles = scope.FileSystemSyncAccessHandle.prototype;
  const { read, write, flush } = handles;
  const logs = new WeakSet<Handle>();
  const decoder = new TextDecoder('latin1');
  let written: Head | null = null;
  handles.write = function (this: Handle, bytes, ...rest) {
    // The other file written by this thread holds the head pin, 256 bytes at a time; a group is longer.
    if (bytes.byteLength > 256) {
      logs.add(this);
      // The last checkpoint among the bytes: size and root, a line each, before the empty line of a signed note.
      const heads = [...decoder.decode(bytes).matchAll(/\n(\d+)\n([A-Za-z0-9+/]{43}=)\n\n/g)];
      const [, size, root] = heads.at(-1) ?? [];
      if (size !== undefined && root !== undefined) written = { size: Number(size), root };
      queueMicrotask(() => {
        written = null;
      });
      pass('write', null);
    }
    return write.call(this, bytes, ...rest);
  };
  handles.flush = function (this: Handle) {
    flush.call(this);
    if (logs.has(this)) pass('flush', null);
  };
  handles.read = function (this: Handle, into, ...rest) {
    const count = read.call(this, into, ...rest);
    // Who has written a group reads the fence, sixteen bytes, in the same turn, to see that no other leads; who packs logs,
    // and whoever else looks at a fence, does so in a turn of its own.
    const head = written;
    written = null;
    if (head !== null && into.byteLength === 16) pass('acknowledged', head);
    return count;
  };

  const applying = new WeakSet<IDBTransaction>();
  const stores = IDBObjectStore.prototype;
  const { put } = stores;
  stores.put = function (this: IDBObjectStore, value: { key?: string }, ...rest) {
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
        if (applying.has(this)) pass('applied', null);
        listener?.call(this, event);
      };
      complete?.set?.call(this, told);
    },
  });

  if (hold?.points.includes('sign') !== true) return;
  const platform = SubtleCrypto.prototype;
  const { sign } = platform;
  platform.sign = function (this: SubtleCrypto, algorithm, ...rest) {
    if (algorithm === 'Ed25519' && pass('sign', null)) return new Promise(() => undefined);
    return sign.call(this, algorithm, ...rest);
  };
}
