import * as Comlink from 'comlink';
import { expect, test } from 'vitest';
import type { Json } from '#core/base/json.ts';
import { seededRandom } from '#core/base/random.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import { removeOpfsDirectory } from '#adapters/opfs/sync-handle.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';
import { actorStoreSuite } from '#tests/conformance/actor-store.ts';
import { freshName, indexedDbActorStoreBench } from '#tests/conformance/indexeddb-benches.ts';
import { brokenKeys, type Operation } from '#tests/linearizability/check.ts';
import { REGISTER, type RegisterCall } from '#tests/linearizability/register.ts';
import type { ActorsWorkerApi, StoreKind } from './actors.worker.ts';

/** Before or after each thing that a tab makes durable for a message: see actors.worker.ts. */
const HANGS = ['commit', 'post', 'sent'].flatMap((step) => [`before ${step}`, `after ${step}`]);

interface Tab {
  readonly remote: Comlink.Remote<ActorsWorkerApi>;
  readonly kill: () => void;
}

function openTab(): Tab {
  const worker = new Worker(new URL('./actors.worker.ts', import.meta.url), { type: 'module' });
  return { remote: Comlink.wrap<ActorsWorkerApi>(worker), kill: () => worker.terminate() };
}

/** Comlink closes the port of a proxy that is garbage, calls under way or not: those would never return. */
const HELD: unknown[] = [];

/** Each store in a worker of its own, as each tab has one. */
function opfsBench() {
  const name = freshName('actors');
  const tabs: Tab[] = [];
  const lend = (): ActorStore => {
    const tab = openTab();
    tabs.push(tab);
    const remote = tab.remote.store('OPFS', name);
    HELD.push(remote);
    const call =
      (method: keyof ActorStore) =>
      async (...given: unknown[]): Promise<unknown> => {
        const store = (await remote) as unknown as { readonly [name: string]: (...of: unknown[]) => Promise<unknown> };
        return store[method]?.(...given.map((one) => (typeof one === 'function' ? Comlink.proxy(one) : one)));
      };
    return new Proxy({} as ActorStore, { get: (_, method) => call(method as keyof ActorStore) });
  };
  return Promise.resolve({
    store: lend,
    withoutRoom: async (work: () => Promise<void>) => {
      for (const tab of tabs) await tab.remote.full(true);
      await work();
      for (const tab of tabs) await tab.remote.full(false);
    },
    tear: async () => {
      // Who wrote it is gone with it.
      for (const tab of tabs) tab.kill();
      await openTab().remote.tear(name);
    },
    dispose: async () => {
      for (const tab of tabs) tab.kill();
      await expect.poll(() => removed(name), { timeout: 60_000 }).toBe(true);
    },
  });
}

async function removed(directory: string): Promise<boolean> {
  return removeOpfsDirectory(directory).then(
    () => true,
    () => false,
  );
}

actorStoreSuite('IndexedDB', () => Promise.resolve(indexedDbActorStoreBench(plainSealer())));
actorStoreSuite('OPFS', opfsBench);

const ACTORS = ['x', 'y'];
const SLOW = { timeout: 240_000 };

test.each<StoreKind>(['IndexedDB', 'OPFS'])(
  'over %s in real tabs, of which some are frozen and killed, actors look like one each',
  SLOW,
  async (kind) => {
    const { history, waiting } = await play(kind, 3, 60);
    expect(brokenKeys(history, REGISTER)).toEqual([]);
    expect(history.filter(({ answer }) => answer !== null).length).toBeGreaterThan(30);
    expect(waiting).toEqual([]);
  },
);

test.each(['IndexedDB', 'OPFS'] as const)(
  'over %s a tab that is killed in the middle of a message leaves it to another, which does it exactly once',
  SLOW,
  async (kind) => {
    for (const where of HANGS) {
      const name = freshName('killed');
      const tab = openTab();
      await tab.remote.start(kind, name);
      await tab.remote.hangAt(where);
      await tab.remote.ask('m', 'x', { forward: 'y', call: { do: 'add', value: 1 } });
      await expect.poll(() => tab.remote.hangs(), { timeout: 60_000 }).toBe(true);
      tab.kill();
      const next = openTab();
      await next.remote.start(kind, name);
      await expect.poll(() => next.remote.waiting(), { timeout: 60_000 }).toEqual([]);
      await next.remote.ask('r', 'y', { call: { do: 'read' } });
      await expect.poll(() => next.remote.answer('y', 'r'), { timeout: 60_000 }).toBe(1);
      expect([await next.remote.log('x'), await next.remote.log('y')], where).toEqual([['m'], ['m/on', 'r']]);
      next.kill();
    }
  },
);

test('in OPFS a log that ends before what the journal heard of it is told, and goes on from that', SLOW, async () => {
  // Each message was a record when it came, and another when it was answered; before the first answer one activated it.
  for (const [records, answered] of [
    [2, 4],
    [4, 3],
    [11, 0],
  ] as const) {
    const name = freshName('cut');
    const tab = openTab();
    await tab.remote.start('OPFS', name);
    for (let value = 1; value <= 5; value++) {
      await tab.remote.ask(`m${String(value)}`, 'x', { call: { do: 'add', value } });
      await expect.poll(() => tab.remote.answer('x', `m${String(value)}`), { timeout: 60_000 }).not.toBeNull();
    }
    tab.kill();
    const next = openTab();
    await next.remote.cutRecords(name, records);
    await next.remote.tell('x', 5, 15);
    await next.remote.start('OPFS', name);
    const kept = ['m1', 'm2', 'm3', 'm4'].slice(0, answered);
    expect([await next.remote.log('x'), await next.remote.damage()]).toEqual([kept, null]);
    await next.remote.wake('x');
    await expect.poll(() => next.remote.log('x'), { timeout: 60_000 }).toEqual([...kept, 'restored/5']);
    expect(await next.remote.damage()).toContain('missing');
    await next.remote.ask('r', 'x', { call: { do: 'read' } });
    await expect.poll(() => next.remote.answer('x', 'r'), { timeout: 60_000 }).toBe(15);
    next.kill();

    const third = openTab();
    await third.remote.start('OPFS', name);
    await third.remote.tell('x', 5, 15);
    await third.remote.ask('s', 'x', { call: { do: 'read' } });
    await expect.poll(() => third.remote.answer('x', 's'), { timeout: 60_000 }).toBe(15);
    expect(await third.remote.log('x')).toEqual([...kept, 'restored/5', 'r', 's']);
    third.kill();
  }
});

test('over a store whose fence is broken, real tabs are caught', SLOW, async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { history } = await play('OPFS', seed, 40, true);
    if (brokenKeys(history, REGISTER).length > 0) return;
  }
  throw new Error('No history of tabs without a fence was found out.');
});

/** Callers ask two actors through real workers, one of which is now and then frozen or killed in the middle. */
async function play(kind: StoreKind, seed: number, steps: number, broken = false) {
  const random = seededRandom(seed);
  const name = freshName('race');
  let channel = 0;
  const open = async (): Promise<Tab> => {
    const tab = openTab();
    // Tabs that share no locks and do not hear each other both believe that they are alone.
    await tab.remote.start(kind, name, broken ? `${name}-${String(++channel)}` : name);
    if (broken) await tab.remote.breakFence();
    return tab;
  };
  const tabs = [await open(), await open()];
  const history: (Operation & { readonly id: string; answer: Operation['answer'] })[] = [];
  let time = 0;
  for (let step = 0; step < steps; step++) {
    const at = random.below(tabs.length);
    const tab = tabs[at] as Tab;
    const dice = random.next();
    if (!broken && dice < 0.05) {
      tab.kill();
      tabs[at] = await open();
      continue;
    }
    if (dice < 0.2) await tab.remote.seize(random.pick(ACTORS));
    if (!broken && dice > 0.97) void tab.remote.freeze(2_000).catch(() => undefined);
    const key = random.pick(ACTORS);
    const call = random.pick<RegisterCall>([
      { do: 'read' },
      { do: 'add', value: 1 },
      { do: 'swap', from: random.below(5), to: random.below(5) },
    ]);
    const id = `call-${String(step)}`;
    const input = call as unknown as Json;
    history.push({ key, input, called: ++time, answer: null, id });
    await Promise.race([tab.remote.ask(id, key, { call: input }), pause(2_500)]);
    if (random.chance(0.5)) await pause(random.below(30));
    await look();
  }
  const last = await open();
  const waiting = async () => last.remote.waiting();
  if (!broken) await expect.poll(waiting, { timeout: 60_000 }).toEqual([]);
  await look();
  const left = await waiting();
  for (const tab of [...tabs, last]) tab.kill();
  return { history, waiting: left };

  async function look(): Promise<void> {
    const watcher = tabs[0] as Tab;
    for (const call of history) {
      if (call.answer !== null) continue;
      const output = await watcher.remote.answer(call.key, call.id);
      if (output !== null) call.answer = { output: output as Json, at: ++time };
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
