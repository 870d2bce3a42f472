import { expect, test } from 'vitest';
import type { RunId, SourceId } from '#core/base/ids.ts';
import type { Source } from '#core/items/source.ts';
import { COMMAND_ACK_TIMEOUT_MS } from '#core/base/limits.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import type { CommandOutcome } from '#runtime/contract/commands.ts';
import type { RunView } from '#runtime/contract/views.ts';
import { utf8 } from '#core/base/bytes.ts';
import { UNKEPT_BLOB_KEPT_MS } from '#runtime/blobs/sealed-blob-store.ts';
import { memoryAgentStore } from '../../fakes/memory-agent-store.ts';
import { tabWorld, type TabWorld } from '../../fakes/tab-world.ts';

/** Tabs of one browser, over disks in memory. */
const SETTLED_MS = 200;

/** Waits for what needs the clock to move. */
async function within<T>(world: TabWorld, milliseconds: number, work: Promise<T>): Promise<T | 'still waiting'> {
  const results: T[] = [];
  void work.then((value) => results.push(value));
  for (let at = 0; at < milliseconds && results.length === 0; at += 50) await world.clock.advance(50);
  return results[0] ?? 'still waiting';
}

async function started(world: TabWorld): Promise<Tab> {
  const tab = world.tab();
  await within(world, SETTLED_MS, tab.start());
  await world.clock.advance(SETTLED_MS);
  return tab;
}

async function addFiles(world: TabWorld, tab: Tab, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const source = { id: `source-${String(at)}` as SourceId, path: `notes-${String(at)}.md`, sample: false } as Source;
    const outcome = await within(world, 1_000, tab.command(world.order({ type: 'add-source', source })));
    expect(outcome).toMatchObject({ ok: true });
  }
}

const paths = async (tab: Tab): Promise<string[]> => (await tab.overview()).sources.map((source) => source.path);

/** Loses every view, as if a hand had emptied the table: only a rebuild brings them back. */
const loseViews = (world: TabWorld): void => world.store.rows.clear();

test('the bytes of a file whose order still waits are kept, however long it waited; those nobody wants are not', async () => {
  const world = tabWorld();
  const [wanted, unwanted] = await Promise.all(['wanted', 'unwanted'].map((text) => putBlob(world, text)));
  const source = { id: wanted, path: 'wanted.md', sample: false } as Source;
  // The tab that brought it in ended before any tab could carry the order out.
  const command = world.order({ type: 'add-source', source });
  await memoryAgentStore(world.store).enqueue({ id: command.id, at: 0, command });
  await world.clock.advance(2 * UNKEPT_BLOB_KEPT_MS);
  const tab = await started(world);
  await world.clock.advance(SETTLED_MS);
  expect(await paths(tab)).toEqual(['wanted.md']);
  expect(await world.blobs.list()).toEqual([wanted]);
  expect(unwanted).not.toBe(wanted);
});

test('an order that could not be written is not answered before it is carried out, and carried out once', async () => {
  const world = tabWorld();
  const tab = await started(world);
  world.first.fail = world.second.fail = 'io';
  const source = { id: 'source-1' as SourceId, path: 'notes.md', sample: false } as Source;
  const ordered = tab.command(world.order({ type: 'add-source', source }));
  expect(await within(world, SETTLED_MS, ordered)).toBe('still waiting');
  world.first.fail = world.second.fail = null;
  expect(await within(world, COMMAND_ACK_TIMEOUT_MS - 1_000, ordered)).toMatchObject({ ok: true });
  expect(await paths(tab)).toEqual(['notes.md']);
});

async function putBlob(world: TabWorld, text: string): Promise<SourceId> {
  const stage = await world.blobs.stage();
  await stage.write(utf8(text));
  const committed = await stage.commit();
  if (!committed.ok) throw new Error(committed.error.message);
  return committed.value.id;
}

test('a rebuild makes the views again from the journal, says how far it is, and leaves the journal as it was', async () => {
  const world = tabWorld();
  const tab = await started(world);
  await addFiles(world, tab, 150);
  const before = await tab.overview();
  loseViews(world);
  expect(await paths(tab)).toEqual([]);
  const fractions: number[] = [];
  const outcome = await within(
    world,
    2_000,
    tab.rebuild((fraction) => fractions.push(fraction)),
  );
  expect(outcome).toMatchObject({ ok: true });
  expect(fractions.length).toBeGreaterThan(1);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  const after = await tab.overview();
  expect(after.sources).toEqual(before.sources);
  expect(after.journal.root).toBe(before.journal.root);
});

test('a rebuild ordered in a tab that follows is done by the leader, and the follower hears how far it is', async () => {
  const world = tabWorld();
  const leader = await started(world);
  const follower = await started(world);
  await world.clock.advance(2_000);
  expect((await follower.overview()).role).toBe('following');
  await addFiles(world, leader, 150);
  loseViews(world);
  const fractions: number[] = [];
  const outcome = await within(
    world,
    2_000,
    follower.rebuild((fraction) => fractions.push(fraction)),
  );
  expect(outcome).toMatchObject({ ok: true });
  expect(fractions.length).toBeGreaterThan(1);
  expect(await paths(follower)).toHaveLength(150);
});

test('a rebuild ordered before any tab leads waits for one', async () => {
  const world = tabWorld();
  const first = await started(world);
  await addFiles(world, first, 3);
  await within(world, 5_000, first.close());
  loseViews(world);
  const second = world.tab();
  const ordered = second.rebuild(() => undefined);
  expect(await within(world, SETTLED_MS, ordered)).toBe('still waiting');
  void second.start();
  expect(await within(world, 5_000, ordered)).toMatchObject({ ok: true });
  expect(await paths(second)).toHaveLength(3);
});

test('a rebuild that no tab carries out says so, and is done when one can', async () => {
  const world = tabWorld();
  const first = await started(world);
  await addFiles(world, first, 3);
  await within(world, 5_000, first.close());
  loseViews(world);
  const waiting = world.tab();
  const outcome = await within(
    world,
    COMMAND_ACK_TIMEOUT_MS + 1_000,
    waiting.rebuild(() => undefined),
  );
  expect((outcome as Extract<CommandOutcome, { ok: false }>).code).toBe('no-leader');
  expect(world.store.inbox).toHaveLength(1);
  await started(world);
  expect(world.store.inbox).toHaveLength(0);
  expect(await paths(waiting)).toHaveLength(3);
});

test('an order that was done before is answered as it was then, in whichever tab it is handed in again', async () => {
  const world = tabWorld();
  const [first, second] = [await started(world), world.tab()];
  void second.start();
  await world.clock.advance(SETTLED_MS);
  const order = world.order({ type: 'change-purposes', sources: 'new', purposes: { sharing: true } });
  const done = await within(world, SETTLED_MS, first.command(order));
  expect(done).toMatchObject({ ok: true });
  for (const tab of [first, second]) expect(await within(world, SETTLED_MS, tab.command(order))).toEqual(done);
});

test('an ended run can be taken from the list and put back; its page stays, and a rebuild changes neither', async () => {
  const world = tabWorld();
  const tab = await started(world);
  const run = 'run-1' as RunId;
  const give = (body: Record<string, unknown>) => within(world, 1_000, tab.command(world.order({ run, ...body })));
  const listed = async () => (await tab.overview()).runs.map(({ id }) => id);
  expect(await give({ type: 'start-run', goal: 'When is the launch?', overrides: {} })).toMatchObject({ ok: true });
  expect(await give({ type: 'forget-run' })).toMatchObject({
    ok: false,
    code: 'illegal',
    message: 'Stop the run first.',
  });
  expect(await give({ type: 'stop-run' })).toMatchObject({ ok: true });

  expect(await give({ type: 'forget-run' })).toMatchObject({ ok: true });
  expect(await listed()).toEqual([]);
  expect(await give({ type: 'forget-run' })).toMatchObject({ ok: false, code: 'stale' });
  await within(
    world,
    1_000,
    tab.rebuild(() => undefined),
  );
  expect(await listed()).toEqual([]);
  const views: (RunView | null)[] = [];
  tab.watchRun(run, (view) => views.push(view));
  await world.clock.advance(10);
  expect(views.at(-1)?.run.status).toBe('cancelled');

  // Another tab that leads later knows it too, from the rows alone.
  await within(world, 5_000, tab.close());
  const next = await started(world);
  const remembered = next.command(world.order({ type: 'remember-run', run }));
  expect(await within(world, 1_000, remembered)).toMatchObject({ ok: true });
  expect((await next.overview()).runs.map(({ id }) => id)).toEqual([run]);
});

test('before one tab erases, the others let go of what is stored; afterwards they are told to begin anew', async () => {
  const world = tabWorld();
  const leader = await started(world);
  const follower = await started(world);
  await world.clock.advance(2_000);
  await addFiles(world, leader, 2);
  const health: string[] = [];
  leader.onOverview((overview) => health.push(overview.health.state));
  await world.clock.advance(50);

  const order: string[] = [];
  leader.closing.addEventListener('abort', () => order.push('the leader stops'));
  follower.closing.addEventListener('abort', () => order.push('the one that erases stops'));
  const erased = follower.eraseWith(() => {
    order.push('all is erased');
    return Promise.resolve();
  });
  await within(world, 5_000, erased);
  await world.clock.advance(50);
  expect(order).toEqual(['the leader stops', 'the one that erases stops', 'all is erased']);
  expect((await leader.overview()).role).not.toBe('leading');
  expect(health.at(-1)).toBe('erased');
});

test('a tab that let go for one that erases, and hears no more of it, begins anew by itself', async () => {
  const world = tabWorld();
  const leader = await started(world);
  const follower = await started(world);
  const health: string[] = [];
  leader.onOverview((overview) => health.push(overview.health.state));
  await world.clock.advance(50);
  void follower.eraseWith(() => new Promise<void>(() => undefined));
  await world.clock.advance(15_000);
  expect(health.at(-1)).toBe('ok');
  await world.clock.advance(10_000);
  expect(health.at(-1)).toBe('erased');
});
