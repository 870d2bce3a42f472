import { expect } from 'vitest';
import type { Run } from '#core/agent/run.ts';
import type { RunId, SourceId } from '#core/base/ids.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import type { RunView } from '#runtime/contract/views.ts';
import { tabWorld, type TabWorld } from './tab-world.ts';

/** A vault with these files, open in one tab that leads. */
export async function vaultWith(files: { readonly [path: string]: string }): Promise<{ world: TabWorld; tab: Tab }> {
  const world = tabWorld();
  const tab = world.tab();
  await within(world, tab.start());
  await until(world, async () => (await tab.overview()).role === 'leading');
  for (const [path, text] of Object.entries(files)) await within(world, world.addFile(tab, path, text));
  return { world, tab };
}

/** Gives an order that must be taken. */
export async function order(world: TabWorld, tab: Tab, body: Record<string, unknown>): Promise<void> {
  expect(await within(world, tab.command(world.order(body)))).toMatchObject({ ok: true });
}

/** Runs a goal to its end. */
export async function ask(
  world: TabWorld,
  tab: Tab,
  goal: string,
  more: Record<string, unknown> = {},
): Promise<RunView> {
  const run = `run-${goal.replaceAll(/\W+/g, '-')}` as RunId;
  await order(world, tab, { type: 'start-run', run, goal, overrides: {}, ...more });
  return stands(world, tab, run, ['complete', 'failed']);
}

/** Waits until a run stands so. */
export async function stands(
  world: TabWorld,
  tab: Tab,
  run: RunId,
  wanted: readonly Run['status'][],
): Promise<RunView> {
  let seen: RunView | null = null;
  const stop = tab.watchRun(run, (view) => (seen = view));
  await until(world, () => Promise.resolve(wanted.some((status) => status === seen?.run.status)));
  stop();
  return seen as unknown as RunView;
}

export async function idOf(tab: Tab, path: string): Promise<SourceId> {
  const found = (await tab.overview()).sources.find((source) => source.path === path);
  if (found === undefined) throw new Error(`There is no ${path}.`);
  return found.id;
}

/** Waits for work while the clock of its world runs. */
export async function within<T>(world: TabWorld, work: Promise<T>): Promise<T> {
  let done = false;
  void work.finally(() => (done = true)).catch(() => undefined);
  await until(world, () => Promise.resolve(done));
  return work;
}

export async function until(world: TabWorld, holds: () => Promise<boolean>): Promise<void> {
  // What is loaded from disk takes real time, on a busy machine much of it.
  for (let turn = 0; turn < 4_000 && !(await holds()); turn++) {
    await world.clock.advance(turn < 300 ? 20 : 1);
    await new Promise((resolve) => setTimeout(resolve, turn < 300 ? 2 : 10));
  }
  expect(await holds()).toBe(true);
}
