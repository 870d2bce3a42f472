import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { canonicalJson, type Json } from '#core/base/json.ts';
import type { RunId, Sequence } from '#core/base/ids.ts';
import type { ProjectionRow } from '#ports/agent-store.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { tabWorld, type TabWorld } from '#tests/fakes/tab-world.ts';

const CSV = 'date,category,amount\n2026-09-02,Travel,120.50\n2026-09-09,Food,30.00\n2026-10-01,Travel,80.25\n';
const POLICY = '# Travel policy\n\nA hotel may cost at most 140 euro a night.\n';

/** Every row of every projection, as bytes, by its name. */
const rowsOf = (world: TabWorld): Map<string, string> =>
  new Map([...world.store.rows].sort().map(([name, row]) => [name, canonicalJson(row as unknown as Json)]));

async function settled(world: TabWorld, ended: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 600; turn++) {
    await world.clock.advance(50);
    // Reading a goal loads the language for real.
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (await ended()) return;
  }
  throw new Error('It did not end.');
}

async function lived(world: TabWorld, between: () => void = () => undefined): Promise<Tab> {
  const tab = world.tab();
  const started = tab.start();
  await settled(world, async () => (await tab.overview()).role === 'leading');
  await started;
  await world.addFile(tab, 'expenses.csv', CSV);
  await world.addFile(tab, 'policy.md', POLICY);
  const { sources } = await tab.overview();
  between();
  for (const goal of ['Total expenses by category since September', 'How much may a hotel cost?']) {
    const run = `run-${String(goal.length)}` as RunId;
    const start = {
      type: 'start-run',
      run,
      goal,
      overrides: {},
      sources: sources.map(({ id }) => id),
      now: 1_791_000_000_000,
      zone: 'UTC',
    };
    const outcome = await tab.command(world.order(start));
    expect(outcome).toMatchObject({ ok: true });
    await settled(world, async () =>
      ['complete', 'failed'].includes((await tab.overview()).runs.find(({ id }) => id === run)?.status ?? ''),
    );
  }
  return tab;
}

async function rebuilt(world: TabWorld, tab: Tab): Promise<unknown> {
  const rebuilding = tab.rebuild(() => undefined);
  let done = false;
  void rebuilding.finally(() => (done = true));
  await settled(world, () => Promise.resolve(done));
  return rebuilding;
}

test('every projection made anew from the journal is byte for byte the one that was kept live', async () => {
  const world = tabWorld();
  const tab = await lived(world);
  const live = rowsOf(world);
  expect((await tab.overview()).runs.map(({ status }) => status)).toEqual(['complete', 'complete']);
  expect(new Set([...live.keys()].map((name) => (JSON.parse(name) as string[])[0])).size).toBeGreaterThanOrEqual(5);

  world.store.rows.clear();
  expect(await rebuilt(world, tab)).toMatchObject({ ok: true });
  expect(rowsOf(world)).toEqual(live);
});

test('made anew while the store cannot be told how far the journal goes, they hold what is in it all the same', async () => {
  const world = tabWorld(5);
  const tab = await lived(world, () => {
    const { head } = world.store;
    Object.defineProperty(world.store, 'head', { get: () => head, set: () => undefined });
  });
  const live = rowsOf(world);
  expect(await rebuilt(world, tab)).toMatchObject({ ok: true });
  expect(rowsOf(world)).toEqual(live);
  expect((await tab.overview()).journal.size).toBeGreaterThan(world.store.head?.size ?? 0);
});

test('projections that were lost with the power come back the same when the agent starts again', async () => {
  const world = tabWorld(2);
  let older: Pick<TabWorld['store'], 'rows' | 'applied' | 'head'> | null = null;
  const tab = await lived(world, () => {
    const { rows, applied, head } = world.store;
    older = structuredClone({ rows, applied, head });
  });
  const live = rowsOf(world);
  let closed = false;
  void tab.close().finally(() => (closed = true));
  await settled(world, () => Promise.resolve(closed));
  Object.assign(world.store, older);
  expect(rowsOf(world).size).toBeLessThan(live.size);

  const next = world.tab();
  void next.start();
  await settled(world, async () => (await next.overview()).role === 'leading');
  expect(rowsOf(world)).toEqual(live);
});

test('projections that are gone while the store believes to have them are made again at the next start', async () => {
  const world = tabWorld(3);
  const tab = await lived(world);
  const live = rowsOf(world);
  const { size } = (await tab.overview()).journal;
  let closed = false;
  void tab.close().finally(() => (closed = true));
  await settled(world, () => Promise.resolve(closed));
  world.store.rows.clear();

  const next = world.tab();
  void next.start();
  await settled(world, async () => (await next.overview()).role === 'leading');
  expect(rowsOf(world)).toEqual(live);
  expect((await next.overview()).journal.size).toBe(size);
});

test('an agent that starts again finds every row as the journal says it, and makes none anew', async () => {
  const world = tabWorld(4);
  await closed(world, await lived(world));
  const summaries = [...world.store.rows].filter(([name]) => name.includes('"summary"'));
  // What has ended is not looked at: were all rows made anew, this would be gone.
  const [name, row] = summaries[0] ?? ['', undefined];
  world.store.rows.set(name, { ...row, value: { ...(row?.value as object), goal: 'As it was left.' } } as never);
  const left = rowsOf(world);
  await leads(world);
  expect(rowsOf(world)).toEqual(left);
});

test.each<[what: string, kind: string, older: (row: Pick<ProjectionRow, 'value'>) => unknown]>([
  [
    'a file that was there before it was sealed',
    'source',
    ({ value }) => ({ ...(value as object), path: 'older.csv' }),
  ],
  ['money that is not yet counted', 'spend', () => ({ caps: { currency: 'EUR' } })],
  ['a run that is still under way', 'summary', ({ value }) => ({ ...(value as object), status: 'executing' })],
  ['a file that is not there any more', 'source', () => undefined],
])('put back by whoever has the disk, %s is put right at the next start', async (_what, kind, older) => {
  const world = tabWorld(5);
  const tab = await lived(world);
  const live = rowsOf(world);
  await closed(world, tab);
  const found = [...world.store.rows].find(([name]) => (JSON.parse(name) as string[])[0] === kind);
  const none = { kind, id: kind, sequence: 0 as Sequence, value: null } satisfies ProjectionRow;
  const [name, row] = found ?? [JSON.stringify([kind, kind]), none];
  const value = older(row);
  if (value === undefined) world.store.rows.delete(name);
  else world.store.rows.set(name, { ...row, value });
  expect(rowsOf(world)).not.toEqual(live);
  await leads(world);
  // The list of runs is looked through once the agent is at work.
  await settled(world, () => Promise.resolve(kind !== 'summary' || isDeepStrictEqual(rowsOf(world), live)));
  expect(rowsOf(world)).toEqual(live);
});

async function closed(world: TabWorld, tab: Tab): Promise<void> {
  let done = false;
  void tab.close().finally(() => (done = true));
  await settled(world, () => Promise.resolve(done));
}

async function leads(world: TabWorld): Promise<void> {
  const next = world.tab();
  void next.start();
  await settled(world, async () => (await next.overview()).role === 'leading');
}
