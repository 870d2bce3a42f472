import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandId, Epoch, Sequence } from '#core/base/ids.ts';
import type { AgentStore, InboxCommand, JournalHead, KeyPool, ProjectionRow } from '#ports/agent-store.ts';

export interface AgentStoreBench {
  /** A fresh store on the same disk: another tab, or the same one after a restart. */
  readonly store: () => AgentStore;
  readonly dispose: () => Promise<void>;
}

const FENCED = { ok: false, error: 'fenced' };
const DONE = { ok: true, value: undefined };

/** What every store of projections must do, whatever it is made of. */
export function agentStoreSuite(name: string, make: () => Promise<AgentStoreBench>): void {
  describe(`${name} as an agent store`, () => {
    let bench: AgentStoreBench;
    let store: AgentStore;
    beforeEach(async () => {
      bench = await make();
      store = bench.store();
    });
    afterEach(() => bench.dispose());

    test('a fresh store says that it is fresh', async () => {
      expect(await store.epoch()).toBe(0);
      expect(await store.applied()).toBe(-1);
      expect(await store.head()).toBeNull();
      expect(await store.pending()).toEqual([]);
      expect(await store.row('run', 'a')).toBeNull();
      expect(await store.keyPool(1 as Epoch, 0 as Sequence)).toBeNull();
    });

    test('each raising of the epoch is seen by every tab and gives another number', async () => {
      const other = bench.store();
      const raised = await Promise.all([store.raiseEpoch(), other.raiseEpoch(), store.raiseEpoch()]);
      expect([...raised].sort()).toEqual([1, 2, 3]);
      expect(await other.epoch()).toBe(3);
    });

    test('rows come back as they were put, and go when their value is null', async () => {
      const epoch = await store.raiseEpoch();
      const run = row('run', 'a', 3, { goal: 'Summarise “this” mailbox', steps: [1, 2, { deep: true }] });
      expect(await store.apply(epoch, batch(3, [run, row('run', 'b', 3, 'text'), row('source', 'a', 2, 5)]))).toEqual(
        DONE,
      );
      const other = bench.store();
      expect(await other.row('run', 'a')).toEqual(run);
      expect((await other.rows('run')).map(({ id }) => id).sort()).toEqual(['a', 'b']);
      expect(await other.applied()).toBe(3);
      expect(await store.apply(epoch, batch(4, [row('run', 'a', 4, null)]))).toEqual(DONE);
      expect(await other.row('run', 'a')).toBeNull();
      expect(await other.row('source', 'a')).toEqual(row('source', 'a', 2, 5));
    });

    test('a snapshot goes with the batch it is kept in, takes the place of the last, and goes with the rows', async () => {
      const epoch = await store.raiseEpoch();
      expect(await store.snapshot()).toBeNull();
      const snapshot = { sequence: 3 as Sequence, value: { rows: [{ goal: 'Summarise “this” mailbox' }] } };
      expect(await store.apply(epoch, { ...batch(3, [row('run', 'a', 3, 1)]), snapshot })).toEqual(DONE);
      expect(await bench.store().snapshot()).toEqual(snapshot);
      expect(await store.apply(epoch, batch(4, [row('run', 'a', 4, 2)]))).toEqual(DONE);
      expect(await store.snapshot()).toEqual(snapshot);
      const next = { sequence: 5 as Sequence, value: 'another' };
      expect(await store.apply(epoch, { ...batch(5, []), snapshot: next })).toEqual(DONE);
      expect(await store.snapshot()).toEqual(next);
      expect(await store.apply(epoch, { ...batch(6, []), snapshot: null })).toEqual(DONE);
      expect(await store.snapshot()).toBeNull();
      expect(await store.apply(epoch, { ...batch(7, []), snapshot })).toEqual(DONE);
      const raised = await store.raiseEpoch();
      expect(await store.apply(epoch, { ...batch(8, []), snapshot: next })).toEqual(FENCED);
      expect(await store.snapshot()).toEqual(snapshot);
      expect(await store.clearRows(raised)).toEqual(DONE);
      expect(await store.snapshot()).toBeNull();
    });

    test('a leader whose epoch was raised over changes nothing at all', async () => {
      const old = await store.raiseEpoch();
      await store.apply(old, batch(0, [row('run', 'a', 0, 'before')]));
      await store.moveHead(old, head(old, 1));
      await store.keepKeys(old, pool(old, 0, 2));
      await bench.store().raiseEpoch();
      expect(await store.apply(old, batch(1, [row('run', 'a', 1, 'after'), row('run', 'b', 1, 'new')]))).toEqual(
        FENCED,
      );
      expect(await store.moveHead(old, head(old, 2))).toEqual(FENCED);
      expect(await store.keepKeys(old, pool(old, 0, 9))).toEqual(FENCED);
      expect(await store.clearRows(old)).toEqual(FENCED);
      expect(await store.rows('run')).toEqual([row('run', 'a', 0, 'before')]);
      expect(await store.applied()).toBe(0);
      expect(await store.head()).toEqual(head(old, 1));
      expect(await store.keyPool(old, 1 as Sequence)).toEqual(pool(old, 0, 2));
    });

    test('the head moves to and fro as it is told, for every tab', async () => {
      const epoch = await store.raiseEpoch();
      const other = bench.store();
      for (const size of [3, 6, 4]) {
        expect(await store.moveHead(epoch, head(epoch, size))).toEqual(DONE);
        expect(await other.head()).toEqual(head(epoch, size));
      }
    });

    test('pools of record keys are found by epoch and sequence, and one is put in place of the same', async () => {
      const first = await store.raiseEpoch();
      for (const start of [0, 64]) expect(await store.keepKeys(first, pool(first, start, 64))).toEqual(DONE);
      const second = await store.raiseEpoch();
      for (const start of [31, 95]) expect(await store.keepKeys(second, pool(second, start, 64))).toEqual(DONE);
      const other = bench.store();
      const firstOf = async (epoch: Epoch, sequence: number): Promise<number | undefined> =>
        (await other.keyPool(epoch, sequence as Sequence))?.first;
      expect([await firstOf(first, 0), await firstOf(first, 63), await firstOf(first, 64)]).toEqual([0, 0, 64]);
      expect([await firstOf(first, 500), await firstOf(second, 70), await firstOf(second, 95)]).toEqual([64, 31, 95]);
      expect(await firstOf(second, 30)).toBeUndefined();
      const changed = { ...pool(first, 64, 64), sealed: { ciphertext: bytes(7), wrappedKey: bytes(8) } };
      expect(await store.keepKeys(second, changed)).toEqual(DONE);
      expect(await other.keyPool(first, 70 as Sequence)).toEqual(changed);
      expect(await other.keyPool(second, 70 as Sequence)).toEqual(pool(second, 31, 64));
    });

    test('commands wait in the order they came, once each, until they are answered', async () => {
      const epoch = await store.raiseEpoch();
      const other = bench.store();
      for (const id of ['z', 'm', 'a']) await other.enqueue(command(id));
      await store.enqueue(command('m'));
      expect(await store.pending()).toEqual([command('z'), command('m'), command('a')]);
      const done = [{ id: 'm' as CommandId, outcome: { ok: true, sequence: 7 } }];
      expect(await store.apply(epoch, { ...batch(7, []), done })).toEqual(DONE);
      expect((await other.pending()).map(({ id }) => id)).toEqual(['z', 'a']);
      expect(await other.outcome('m' as CommandId)).toEqual({ ok: true, sequence: 7 });
      expect(await other.outcome('a' as CommandId)).toBeNull();
      await other.enqueue(command('m'));
      expect((await store.pending()).map(({ id }) => id)).toEqual(['z', 'a']);
    });

    test('clearing the rows keeps the journal’s head, the keys and the inbox', async () => {
      const epoch = await store.raiseEpoch();
      await store.moveHead(epoch, head(epoch, 1));
      await store.keepKeys(epoch, pool(epoch, 0, 9));
      await store.apply(epoch, batch(0, [row('run', 'a', 0, 1)]));
      await store.enqueue(command('a'));
      expect(await store.clearRows(epoch)).toEqual(DONE);
      expect(await store.rows('run')).toEqual([]);
      expect(await store.applied()).toBe(-1);
      expect(await store.head()).toEqual(head(epoch, 1));
      expect(await store.keyPool(epoch, 5 as Sequence)).toEqual(pool(epoch, 0, 9));
      expect(await store.pending()).toHaveLength(1);
    });

    test('erasing leaves a fresh store that can be used at once', async () => {
      const epoch = await store.raiseEpoch();
      await store.apply(epoch, batch(0, [row('run', 'a', 0, 1)]));
      await store.erase();
      expect(await store.epoch()).toBe(0);
      expect(await store.rows('run')).toEqual([]);
      expect(await store.raiseEpoch()).toBe(1);
    });
  });
}

function row(kind: string, id: string, sequence: number, value: unknown): ProjectionRow {
  return { kind, id, sequence: sequence as Sequence, value };
}

function batch(applied: number, rows: readonly ProjectionRow[]): Parameters<AgentStore['apply']>[1] {
  return { applied: applied as Sequence, rows, done: [] };
}

function head(epoch: Epoch, size: number): JournalHead {
  return { epoch, size, root: 'ab'.repeat(32), frontier: ['cd'.repeat(32)], checkpoint: `head of ${String(size)}\n` };
}

function pool(epoch: Epoch, first: number, count: number): KeyPool {
  return { epoch, first: first as Sequence, count, sealed: { ciphertext: bytes(first), wrappedKey: bytes(count) } };
}

function bytes(fill: number): Uint8Array {
  return new Uint8Array(60).fill(fill);
}

function command(id: string): InboxCommand {
  return { id: id as CommandId, at: 5, command: { id, type: 'start-run', goal: 'Find a free hour' } };
}
