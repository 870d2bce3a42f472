import { expect, test } from 'vitest';
import type { SourceId } from '#core/base/ids.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { tabWorld, type TabWorld } from '#tests/fakes/tab-world.ts';

/** Damage in the middle of a copy, which opening does not come across: the ends are whole. */
const ORDERS = 12;

async function until(world: TabWorld, held: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (await held()) return;
    await world.clock.advance(100);
  }
  throw new Error('It did not come about.');
}

async function leading(world: TabWorld): Promise<Tab> {
  const tab = world.tab();
  void tab.start();
  await until(world, async () => (await tab.overview()).role === 'leading');
  return tab;
}

async function lived(): Promise<TabWorld> {
  const world = tabWorld();
  const tab = await leading(world);
  for (let at = 0; at < ORDERS; at++) {
    const source = { id: `source-${String(at)}` as SourceId, path: `notes-${String(at)}.md`, sample: false };
    let done = false;
    void tab.command(world.order({ type: 'add-source', source })).then(({ ok }) => (done = ok));
    await until(world, () => Promise.resolve(done));
  }
  let closed = false;
  void tab.close().then(() => (closed = true));
  await until(world, () => Promise.resolve(closed));
  expect(world.first.groups).toEqual(world.second.groups);
  return world;
}

const sources = async (tab: Tab): Promise<number> => (await tab.overview()).sources.length;

test.each(['first', 'second'] as const)(
  'the %s copy, damaged in the middle, is found soon after the start, mended, and the owner told',
  async (which) => {
    const world = await lived();
    const whole = structuredClone(world[which].groups);
    world[which].damagedAt = 5;
    const tab = await leading(world);
    expect((await tab.overview()).journal.mended).toEqual([]);
    await until(world, async () => (await tab.overview()).journal.mended.length > 0);
    const { journal, health } = await tab.overview();
    expect(journal.mended).toEqual([which === 'first' ? 'opfs' : 'indexeddb']);
    expect(health.state).toBe('ok');
    expect(world[which].damagedAt).toBeNull();
    expect(world[which].groups).toEqual(whole);
    await until(world, async () => (await tab.overview()).journal.verification === 'verified');
    expect(await sources(tab)).toBe(ORDERS);
  },
);

test('copies that are damaged at different places are mended from each other, and the owner told of both', async () => {
  const world = await lived();
  const whole = structuredClone(world.first.groups);
  world.second.mends = true;
  world.first.damagedAt = 5;
  world.first.alsoDamaged = new Set([9]);
  world.second.damagedAt = 7;
  const tab = await leading(world);
  await until(world, async () => (await tab.overview()).journal.mended.length > 0);
  const { journal, health } = await tab.overview();
  expect([...new Set(journal.mended)].sort()).toEqual(['indexeddb', 'opfs']);
  expect(health.state).toBe('ok');
  expect(world.first.groups).toEqual(whole);
  expect(world.second.groups).toEqual(whole);
  await until(world, async () => (await tab.overview()).journal.verification === 'verified');
  expect(await sources(tab)).toBe(ORDERS);
});

test('copies that are damaged at the same place end in the report of a loss, not in silence', async () => {
  const world = await lived();
  world.second.mends = true;
  world.first.damagedAt = 5;
  world.second.damagedAt = 5;
  const tab = await leading(world);
  await until(world, async () => (await tab.overview()).health.state === 'amnesia');
  expect((await tab.overview()).health.message).toMatch(
    /^The journal had \d+ entries; only 6 entries can still be proved \(group 5 is damaged\)\.$/,
  );
  expect([world.first.damagedAt, world.second.damagedAt]).toEqual([5, 5]);
});

test('both copies damaged in the middle end in the report of a loss where none can be mended in place', async () => {
  const world = await lived();
  world.first.damagedAt = 5;
  world.second.damagedAt = 7;
  const tab = await leading(world);
  await until(world, async () => (await tab.overview()).health.state === 'amnesia');
  const { health } = await tab.overview();
  expect(health.message).toMatch(
    /^The journal had \d+ entries; only 8 entries can still be proved \(group 7 is damaged\)\.$/,
  );
  expect(world.first.groups).toHaveLength(world.second.groups.length);
});

test('a copy that cannot be mended for lack of room is mended by a later turn', async () => {
  const world = await lived();
  world.first.damagedAt = 5;
  world.first.fail = 'quota';
  const tab = await leading(world);
  await until(world, async () => (await tab.overview()).health.state === 'failed');
  world.first.fail = null;
  await until(world, async () => (await tab.overview()).health.state === 'ok');
  await until(world, async () => (await tab.overview()).journal.mended.length > 0);
  expect(world.first.groups).toEqual(world.second.groups);
  expect(await sources(tab)).toBe(ORDERS);
});
