import { expect, test, vi } from 'vitest';
import { verifyExportFile } from '#core/audit/export-check.ts';
import type { RunId } from '#core/base/ids.ts';
import { exportJournal } from '#runtime/agent/export-journal.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import type { Doomed } from '#runtime/contract/commands.ts';
import type { RunView } from '#runtime/contract/views.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { tabWorld, type TabWorld } from '#tests/fakes/tab-world.ts';

// Reading a goal loads the language for real, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const POLICY = '# Travel policy\n\nA hotel may cost at most 140 euro a night.\n';
const DIARY = '# Diary\n\nThe sailing boat is berthed at pier 9000.\n';
const BOAT = 'Where is the sailing boat berthed?';
const HOTEL = 'How much may a hotel cost?';

test('a destroyed file is gone with every run that quotes it, the log verifies, and nothing else is lost', async () => {
  const { world, tab } = await lived();
  const diary = (await tab.overview()).sources.find(({ path }) => path === 'diary.md')!.id;
  const doomed: Doomed = { kind: 'source', id: diary };
  expect(await destroy(world, tab, doomed)).toMatchObject({ ok: false, message: 'Delete the file first.' });
  await order(world, tab, { type: 'remove-source', source: diary });
  const doom = await tab.doomOf(doomed);
  expect(doom.runs).toEqual([runOf(BOAT)]);
  const fractions: number[] = [];
  expect(await destroy(world, tab, doomed, fractions)).toMatchObject({ ok: true });
  expect(fractions.at(-1)).toBe(1);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  await isGone(world, tab, doom.entries);

  // And after every view was made again from what is left.
  await within(
    world,
    tab.rebuild(() => undefined),
  );
  await isGone(world, tab, doom.entries);
  expect(await destroy(world, tab, doomed)).toMatchObject({ ok: false, code: 'not-found' });
  // The same bytes may come in again, as a new file.
  await within(world, world.addFile(tab, 'diary.md', DIARY));
  expect((await ask(world, tab, `${BOAT} Tell me.`)).run.answer?.outcome).toBe('answered');
});

test('a destroyed run takes what its entries say with it, and leaves the file and the other run', async () => {
  const { world, tab } = await lived();
  const doomed: Doomed = { kind: 'run', id: runOf(HOTEL) };
  const { entries, runs } = await tab.doomOf(doomed);
  expect(runs).toEqual([doomed.id]);
  expect(await destroy(world, tab, doomed)).toMatchObject({ ok: true });
  const text = await exported(world, tab);
  expect(text).not.toContain(HOTEL);
  expect(text).toContain('9000');
  expect(text.split('"missing":"destroyed"')).toHaveLength(entries + 1);
  expect((await tab.overview()).sources).toHaveLength(2);
  expect((await tab.overview()).runs.map(({ goal }) => goal)).toEqual([BOAT]);
  expect(await destroy(world, tab, doomed)).toMatchObject({ ok: false, code: 'not-found' });
});

test('a run that goes on is not destroyed, nor a file that it quotes', async () => {
  const { world, tab } = await lived();
  const run = runOf('again');
  await order(world, tab, { type: 'save-answer', run: runOf(BOAT), as: run, fileName: 'boat.md' });
  await until(world, async () => (await tab.overview()).approvals.length === 1);
  expect(await destroy(world, tab, { kind: 'run', id: run })).toMatchObject({ ok: false, code: 'illegal' });
  const diary = (await tab.overview()).sources.find(({ path }) => path === 'diary.md')!.id;
  await order(world, tab, { type: 'remove-source', source: diary });
  const refused = await destroy(world, tab, { kind: 'source', id: diary });
  expect(refused.ok ? '' : refused.message).toContain('Stop the run');
  expect(await exported(world, tab)).toContain('9000');
});

test.each([0, 1, 3, 7])('one that is cut off after %i keys is gone on with by the next who leads', async (after) => {
  const { world, tab } = await lived();
  const { entries } = await tab.doomOf({ kind: 'run', id: runOf(BOAT) });
  let keys = 0;
  const { store } = tab.reading as unknown as { store: { keepKeys: (...given: unknown[]) => Promise<unknown> } };
  const keep = store.keepKeys.bind(store);
  store.keepKeys = (...given) => (keys++ < after ? keep(...given) : new Promise(() => undefined));
  void tab.destroy({ kind: 'run', id: runOf(BOAT) }, () => undefined);
  await until(world, () => Promise.resolve(keys > after));
  world.store.rows.clear();
  world.store.applied = -1;
  void tab.close();

  const next = world.tab();
  void next.start();
  await until(world, async () => (await next.overview()).role === 'leading');
  await until(world, async () => (await exported(world, next)).includes('contents.destroyed'));
  const text = await exported(world, next);
  expect(text.split('"missing":"destroyed"')).toHaveLength(entries + 1);
  expect(text).not.toContain('pier 9000');
  expect((await next.overview()).runs.map(({ goal }) => goal)).toEqual([HOTEL]);
});

async function isGone(world: TabWorld, tab: Tab, entries: number): Promise<void> {
  const text = await exported(world, tab);
  expect(text.split('"missing":"destroyed"')).toHaveLength(entries + 1);
  for (const words of ['pier 9000', BOAT, 'diary.md']) expect(text).not.toContain(words);
  expect(text).toContain('140 euro');
  const overview = await tab.overview();
  expect(overview.sources.map(({ path }) => path)).toEqual(['policy.md']);
  expect(overview.runs.map(({ goal }) => goal)).toEqual([HOTEL]);
  const rows = JSON.stringify([...world.store.rows.values()]);
  for (const words of ['pier 9000', BOAT, 'diary.md']) expect(rows).not.toContain(words);
  const { ok, problem } = await within(
    world,
    tab.verify(() => undefined),
  );
  expect([ok, problem]).toEqual([true, null]);
}

/** The export with contents, verified. */
async function exported(world: TabWorld, tab: Tab): Promise<string> {
  const agent = (await tab.overview()).journal.agent as Parameters<typeof exportJournal>[1];
  const bytes = await exportJournal({ ...world.parts(), ...tab.reading }, agent, world.clock.now(), true);
  const report = verifyExportFile(fileTools, bytes);
  expect(report.firstBad).toBeNull();
  return new TextDecoder().decode(bytes);
}

async function lived(): Promise<{ world: TabWorld; tab: Tab }> {
  const world = tabWorld();
  const tab = world.tab();
  await within(world, tab.start());
  await until(world, async () => (await tab.overview()).role === 'leading');
  await within(world, world.addFile(tab, 'policy.md', POLICY));
  await within(world, world.addFile(tab, 'diary.md', DIARY));
  for (const goal of [BOAT, HOTEL]) await ask(world, tab, goal);
  return { world, tab };
}

const runOf = (goal: string): RunId => `run-${String(goal.length)}` as RunId;

function destroy(world: TabWorld, tab: Tab, doomed: Doomed, fractions: number[] = []) {
  return within(
    world,
    tab.destroy(doomed, (fraction) => fractions.push(fraction)),
  );
}

async function order(world: TabWorld, tab: Tab, body: Record<string, unknown>): Promise<void> {
  expect(await within(world, tab.command(world.order(body)))).toMatchObject({ ok: true });
}

async function ask(world: TabWorld, tab: Tab, goal: string): Promise<RunView> {
  await order(world, tab, { type: 'start-run', run: runOf(goal), goal, overrides: {} });
  let seen: RunView | null = null;
  const stop = tab.watchRun(runOf(goal), (view) => (seen = view));
  await until(world, () => Promise.resolve(['complete', 'failed'].includes(seen?.run.status ?? '')));
  stop();
  return seen as unknown as RunView;
}

async function within<T>(world: TabWorld, work: Promise<T>): Promise<T> {
  let done = false;
  void work.finally(() => (done = true)).catch(() => undefined);
  await until(world, () => Promise.resolve(done));
  return work;
}

async function until(world: TabWorld, holds: () => Promise<boolean>): Promise<void> {
  // What is loaded from disk takes real time, on a busy machine much of it.
  for (let turn = 0; turn < 4_000 && !(await holds()); turn++) {
    await world.clock.advance(turn < 300 ? 20 : 1);
    await new Promise((resolve) => setTimeout(resolve, turn < 300 ? 2 : 10));
  }
  expect(await holds()).toBe(true);
}
