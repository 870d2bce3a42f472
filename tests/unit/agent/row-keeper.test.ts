import { expect, test } from 'vitest';
import type { CommandId, Epoch, Sequence } from '#core/base/ids.ts';
import { EMPTY_STATE } from '#runtime/agent/projection.ts';
import { type Kept, RowKeeper } from '#runtime/agent/row-keeper.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { memoryAgentStore, memoryStoreDisk } from '../../fakes/memory-agent-store.ts';

type Batch = Parameters<AgentStore['apply']>[1];

const EPOCH = 1 as Epoch;

function kept(applied: number, ids: readonly string[], more: Partial<Kept> = {}): Kept {
  const sequence = applied as Sequence;
  const rows = ids.map((id) => ({ kind: 'run' as const, id, sequence, value: `${id} after ${String(applied)}` }));
  return { state: EMPTY_STATE, applied: sequence, rows, done: [], checkpoint: null, forget: false, ...more };
}

function world() {
  const disk = memoryStoreDisk();
  disk.epoch = EPOCH;
  const store = memoryAgentStore(disk);
  const clock = fakeClock();
  const ended = new AbortController();
  const [batches, told, broken]: [Batch[], { rows: string[]; size: number }[], string[]] = [[], [], []];
  let gate: Promise<void> = Promise.resolve();
  const keeper = new RowKeeper(-1 as Sequence, {
    store: {
      apply: async (epoch, batch) => {
        batches.push(batch);
        await gate;
        return store.apply(epoch, batch);
      },
    },
    clock,
    epoch: EPOCH,
    lost: ended.signal,
    changed: ({ rows, size }) => told.push({ rows: rows.map(({ id }) => id), size }),
    broken: (code) => {
      broken.push(code);
      ended.abort();
    },
  });
  /** Writes that begin from now on take until the result is called. */
  const slowly = (): (() => void) => {
    let go = (): void => undefined;
    gate = new Promise((resolve) => (go = resolve));
    return go;
  };
  return { disk, store, clock, ended, batches, told, broken, keeper, slowly };
}

test('what comes within a moment is written together: of each row the last value, and up to the last entry', async () => {
  const { disk, store, clock, batches, told, keeper } = world();
  keeper.keep(kept(0, ['a', 'b']));
  await clock.advance(30);
  keeper.keep(kept(2, ['a']));
  expect(batches).toEqual([]);
  await clock.advance(20);
  expect(batches).toHaveLength(1);
  expect(disk.applied).toBe(2);
  expect(keeper.applied).toBe(2);
  expect((await store.row('run', 'a'))?.value).toBe('a after 2');
  expect((await store.row('run', 'b'))?.value).toBe('b after 0');
  expect(told).toEqual([{ rows: ['a', 'b'], size: 3 }]);
  await clock.advance(1_000);
  expect(batches).toHaveLength(1);
  expect(clock.waiting()).toBe(0);
});

test('rows are never more than sixty-four entries behind, however fast entries come', async () => {
  const { disk, clock, keeper } = world();
  for (let entry = 0; entry < 200; entry++) {
    keeper.keep(kept(entry, ['a']));
    await clock.advance(0);
    expect(entry - disk.applied).toBeLessThan(64);
  }
  expect(disk.applied).toBe(191);
});

test('who asks for it waits until everything taken so far is written, and not for what comes after', async () => {
  const { disk, clock, batches, keeper, slowly } = world();
  keeper.keep(kept(0, ['a']));
  const go = slowly();
  const first = keeper.write();
  await clock.advance(0);
  keeper.keep(kept(1, ['a']));
  keeper.keepDone([{ id: 'order' as CommandId, outcome: { ok: true, sequence: 1 } }]);
  const second = keeper.write();
  keeper.keep(kept(2, ['a']));
  go();
  expect(await first).toBe(true);
  expect(await second).toBe(true);
  expect(batches.map(({ applied }) => applied)).toEqual([0, 2]);
  expect(disk.done.get('order' as CommandId)).toEqual({ ok: true, sequence: 1 });
  keeper.keep(kept(3, ['a']));
  await clock.advance(49);
  expect(disk.applied).toBe(2);
  await clock.advance(1);
  expect(disk.applied).toBe(3);
});

test('outcomes alone leave the rows where they are', async () => {
  const { disk, told, keeper } = world();
  keeper.keep(kept(4, ['a']));
  await keeper.write();
  keeper.keepDone([{ id: 'refused' as CommandId, outcome: { ok: false, code: 'stale', message: '' } }]);
  expect(await keeper.write()).toBe(true);
  expect(disk.applied).toBe(4);
  expect(disk.done.has('refused' as CommandId)).toBe(true);
  expect(told.at(-1)).toEqual({ rows: [], size: 5 });
});

test('once a write was refused or leading has ended, nothing is written any more: rows never hide what is missing', async () => {
  const refused = world();
  refused.keeper.keep(kept(0, ['a']));
  await refused.keeper.write();
  refused.disk.fail = 'io';
  refused.keeper.keep(kept(1, ['a']));
  refused.keeper.keep(kept(2, ['b']));
  expect(await refused.keeper.write()).toBe(false);
  refused.disk.fail = null;
  refused.keeper.keep(kept(3, ['c']));
  expect(await refused.keeper.write()).toBe(false);
  await refused.clock.advance(1_000);
  expect(refused.broken).toEqual(['io']);
  expect(refused.disk.applied).toBe(0);
  expect([...refused.disk.rows.values()].map(({ id }) => id)).toEqual(['a']);

  const over = world();
  over.keeper.keep(kept(0, ['a']));
  over.ended.abort();
  await over.clock.advance(1_000);
  expect(over.batches).toEqual([]);
  expect(over.broken).toEqual([]);
});

test('a store that throws ends leading, and says why', async () => {
  const broken: string[] = [];
  const keeper = new RowKeeper(-1 as Sequence, {
    store: { apply: () => Promise.reject(new Error('the database is closed')) },
    clock: fakeClock(),
    epoch: EPOCH,
    lost: new AbortController().signal,
    changed: () => undefined,
    broken: (_, reason) => broken.push(reason),
  });
  keeper.keep(kept(0, ['a']));
  expect(await keeper.write()).toBe(false);
  expect(broken).toEqual(['projections: Error: the database is closed']);
  expect(keeper.applied).toBe(-1);
});

test('a snapshot stands for the last entry written with it, and what must go does so in the write that says it', async () => {
  const { disk, keeper } = world();
  keeper.keep(kept(0, ['a'], { checkpoint: 'head 0' }));
  keeper.keep(kept(1, ['a'], { checkpoint: 'head 1' }));
  await keeper.write();
  expect(disk.snapshot).toMatchObject({ sequence: 1, value: { checkpoint: 'head 1' } });
  keeper.keep(kept(2, ['a'], { checkpoint: 'head 2' }));
  await keeper.write();
  expect(disk.snapshot?.sequence, 'none is due').toBe(1);
  keeper.keep(kept(3, ['a'], { checkpoint: 'head 3', forget: true }));
  keeper.keep(kept(4, ['a'], { checkpoint: null }));
  await keeper.write();
  expect(disk.snapshot, 'no signed head ends at 4').toBeNull();
  keeper.keep(kept(5, ['a'], { checkpoint: 'head 5' }));
  await keeper.write();
  expect(disk.snapshot).toMatchObject({ sequence: 5, value: { checkpoint: 'head 5' } });
});
