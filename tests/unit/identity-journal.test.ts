import { expect, test } from 'vitest';
import type { UnixMs } from '#core/base/ids.ts';
import { verifyIdentity } from '#core/identity/verify-identity.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import type { StoredIdentity } from '#runtime/identity/identity-facts.ts';
import { tools } from '#tests/fakes/identities.ts';
import { tabWorld, type TabWorld } from '#tests/fakes/tab-world.ts';

const SETTLED_MS = 400;

async function started(world: TabWorld): Promise<Tab> {
  const tab = world.tab();
  const starting = tab.start();
  await world.clock.advance(SETTLED_MS);
  await starting;
  await world.clock.advance(SETTLED_MS);
  return tab;
}

const typesOf = async (world: TabWorld): Promise<unknown[]> =>
  (await world.values()).map((value) => (value as { type: string } | null)?.type);

function identityIn(world: TabWorld): StoredIdentity {
  const row = [...world.store.rows.values()].find(({ kind }) => kind === 'identity');
  return row?.value as StoredIdentity;
}

test('a first start journals who the agent is, and no later one does again', async () => {
  const world = tabWorld();
  const first = await started(world);
  expect(await typesOf(world)).toEqual(['agent.created', 'agent.genesis']);
  const identity = verifyIdentity(tools, identityIn(world).records);
  const { journal } = await first.overview();
  expect(identity.ok && identity.value.genesis.key.keys[0]).toBe(journal.agent);
  await first.close();
  await started(world);
  expect(await typesOf(world)).toEqual(['agent.created', 'agent.genesis']);
});

test('a journal of before identities folds as it did and gets its genesis record once, after what it holds', async () => {
  const world = tabWorld();
  const { journal } = await world.open();
  const at = 1_763_700_000_000 as UnixMs;
  const created = { type: 'agent.created', at, agent: 'did:key:z6Mk' };
  const source = { id: 'source-1', path: 'notes.md', sample: false };
  for (const value of [created, { type: 'source.imported', at, source }])
    expect((await journal.append([{ time: at, type: value.type, run: null, value }])).ok).toBe(true);
  await journal.settle();
  await journal.close();
  const tab = await started(world);
  expect((await tab.overview()).sources.map(({ path }) => path)).toEqual(['notes.md']);
  expect(await typesOf(world)).toEqual(['agent.created', 'source.imported', 'agent.genesis']);
  await tab.close();
  await started(world);
  expect(await typesOf(world)).toHaveLength(3);
});

test('views made again from the journal hold the same identity', async () => {
  const world = tabWorld();
  const tab = await started(world);
  const before = identityIn(world);
  world.store.rows.clear();
  const rebuilt = tab.rebuild(() => undefined);
  await world.clock.advance(1_000);
  expect((await rebuilt).ok).toBe(true);
  expect(identityIn(world)).toEqual(before);
});
