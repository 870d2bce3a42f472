import { RECORD_KEY_BYTES } from '#core/audit/record-seal.ts';
import { assert } from '#core/base/assert.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { AgentStore, KeyPool, StoreError } from '#ports/agent-store.ts';
import type { Entropy, Sealer } from '#ports/crypto.ts';

/** The first pool of a leader is small, since it may write little; those after it spare writes. */
const FIRST_KEYS = 64;
const MORE_KEYS = 256;
/** So many left, and the next pool is made while these are used. */
const LOW_KEYS = 128;

interface OpenPool {
  readonly first: number;
  readonly keys: Uint8Array;
}

export interface RecordKeyParts {
  readonly entropy: Entropy;
  readonly sealer: Pick<Sealer, 'seal' | 'open'>;
  readonly store: Pick<AgentStore, 'keepKeys' | 'keyPool'>;
}

/**
 * The record keys of one leader, made and kept ahead of the entries that use them, so that an append waits for no
 * transaction: when an entry is written, its key has long been durable.
 */
export class RecordKeys {
  readonly #parts: RecordKeyParts;
  readonly #epoch: Epoch;
  #pools: OpenPool[] = [];
  /** The first sequence that has no key yet. */
  #end: number;
  #reserving: Promise<Result<void, StoreError>> | null = null;

  constructor(parts: RecordKeyParts, epoch: Epoch, first: number) {
    this.#parts = parts;
    this.#epoch = epoch;
    this.#end = first;
  }

  /** The keys of the entries [from, from + count), and no more those of earlier ones. */
  async take(from: number, count: number): Promise<Result<readonly Uint8Array[], StoreError>> {
    while (this.#end < from + count) {
      const reserved = await this.reserve(from + count - this.#end);
      if (!reserved.ok) return reserved;
    }
    this.#pools = this.#pools.filter(({ first, keys }) => {
      if (first + keys.length / RECORD_KEY_BYTES > from) return true;
      keys.fill(0);
      return false;
    });
    if (this.#end - (from + count) < LOW_KEYS) void this.reserve(MORE_KEYS).catch(() => undefined);
    return ok(Array.from({ length: count }, (_, index) => this.#keyOf(from + index)));
  }

  /** Makes at least so many more. One that fails is tried again when the keys are needed. */
  reserve(count = FIRST_KEYS): Promise<Result<void, StoreError>> {
    return (this.#reserving ??= this.#reserve(count).finally(() => (this.#reserving = null)));
  }

  /** Forgets what it holds; the pools stay in the store. */
  forget(): void {
    for (const { keys } of this.#pools.splice(0)) keys.fill(0);
  }

  async #reserve(wanted: number): Promise<Result<void, StoreError>> {
    const first = this.#end as Sequence;
    const count = wanted <= FIRST_KEYS ? wanted : Math.max(wanted, MORE_KEYS);
    const keys = this.#parts.entropy.bytes(count * RECORD_KEY_BYTES);
    const sealed = await this.#parts.sealer.seal(keys, contextOf(this.#epoch, first));
    const kept = await this.#parts.store.keepKeys(this.#epoch, { epoch: this.#epoch, first, count, sealed });
    if (!kept.ok) return kept;
    this.#pools.push({ first, keys });
    this.#end = first + count;
    return ok(undefined);
  }

  #keyOf(sequence: number): Uint8Array {
    const pool = this.#pools.find(({ first, keys }) => sequence >= first && sequence < first + countOf(keys));
    assert(pool !== undefined, 'a key is made before it is taken');
    return keyAt(pool.keys, sequence - pool.first);
  }
}

/**
 * Makes and keeps keys for entries that another leader wrote, for writing them into other stores.
 * @param fence the epoch of the stores that the keys go into
 * @param destroyed sequences that shall have none
 */
export async function keepKeysOf(
  parts: RecordKeyParts,
  fence: Epoch,
  entries: { readonly epoch: Epoch; readonly first: Sequence; readonly count: number },
  destroyed: readonly number[],
): Promise<Result<readonly Uint8Array[], StoreError>> {
  const { epoch, first, count } = entries;
  const keys = parts.entropy.bytes(count * RECORD_KEY_BYTES);
  for (const sequence of destroyed) keyAt(keys, sequence - first).fill(0);
  const sealed = await parts.sealer.seal(keys, contextOf(epoch, first));
  const kept = await parts.store.keepKeys(fence, { epoch, first, count, sealed });
  return kept.ok ? ok(Array.from({ length: count }, (_, index) => keyAt(keys, index))) : kept;
}

/** A record key as it was found, or why it was not. */
export type FoundKey = Uint8Array | 'destroyed' | 'key-lost' | 'wrong-key';

/** Finds the keys of entries that were written, whoever led then. Opens each pool once: make one for a run of entries. */
export class KeyFinder {
  readonly #parts: { readonly sealer: Pick<Sealer, 'open'>; readonly store: Pick<AgentStore, 'keyPool'> };
  #last: { readonly pool: KeyPool; readonly until: number; readonly keys: Uint8Array | null } | null = null;

  constructor(parts: { readonly sealer: Pick<Sealer, 'open'>; readonly store: Pick<AgentStore, 'keyPool'> }) {
    this.#parts = parts;
  }

  async find(epoch: Epoch, sequence: number): Promise<FoundKey> {
    if (this.#last?.pool.epoch !== epoch || sequence < this.#last.pool.first || sequence >= this.#last.until) {
      const pool = await this.#parts.store.keyPool(epoch, sequence as Sequence);
      if (pool === null || sequence >= pool.first + pool.count) return 'key-lost';
      const opened = await this.#parts.sealer.open(pool.sealed, contextOf(epoch, pool.first));
      this.#last = { pool, until: pool.first + pool.count, keys: opened.ok ? opened.value : null };
    }
    const { pool, keys } = this.#last;
    if (keys === null) return 'wrong-key';
    const key = keyAt(keys, sequence - pool.first);
    return key.every((byte) => byte === 0) ? 'destroyed' : key;
  }
}

/**
 * Destroys the record keys of these entries: their payloads can never be read again, and the entries still
 * verify. Every other key of a pool is sealed anew, under a key that is new too.
 */
export async function destroyRecordKeys(
  parts: RecordKeyParts,
  epoch: Epoch,
  entries: readonly { readonly epoch: Epoch; readonly sequence: Sequence }[],
): Promise<Result<void, StoreError>> {
  for (const entry of entries) {
    const pool = await parts.store.keyPool(entry.epoch, entry.sequence);
    if (pool === null || entry.sequence >= pool.first + pool.count) continue;
    const context = contextOf(pool.epoch, pool.first);
    const opened = await parts.sealer.open(pool.sealed, context);
    if (!opened.ok) return err('io');
    const keys = opened.value;
    keyAt(keys, entry.sequence - pool.first).fill(0);
    const sealed = await parts.sealer.seal(keys, context);
    keys.fill(0);
    const kept = await parts.store.keepKeys(epoch, { ...pool, sealed });
    if (!kept.ok) return kept;
  }
  return ok(undefined);
}

function keyAt(keys: Uint8Array, index: number): Uint8Array {
  return keys.subarray(index * RECORD_KEY_BYTES, (index + 1) * RECORD_KEY_BYTES);
}

function countOf(keys: Uint8Array): number {
  return keys.length / RECORD_KEY_BYTES;
}

function contextOf(epoch: Epoch, first: number): string {
  return `journal/keys/${String(epoch)}/${String(first)}`;
}
