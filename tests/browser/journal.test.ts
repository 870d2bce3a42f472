import * as Comlink from 'comlink';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteDatabase, freshName } from '#tests/conformance/indexeddb-benches.ts';
import type { JournalWorkerApi } from './journal.worker.ts';
import { openTab as openStorage } from './storage-worker.ts';

interface Tab {
  readonly remote: Comlink.Remote<JournalWorkerApi>;
  readonly kill: () => void;
}

let name: string;
let tabs: Tab[];

async function openTab(): Promise<Tab> {
  const worker = new Worker(new URL('./journal.worker.ts', import.meta.url), { type: 'module' });
  const tab = { remote: Comlink.wrap<JournalWorkerApi>(worker), kill: () => worker.terminate() };
  tabs.push(tab);
  await tab.remote.start(name);
  return tab;
}

async function opened(thorough = false): Promise<Tab> {
  const tab = await openTab();
  const outcome = await tab.remote.open({ thorough });
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return tab;
}

beforeEach(() => {
  name = freshName('agent');
  tabs = [];
});

afterEach(async () => {
  for (const tab of tabs) tab.kill();
  for (const database of ['store', 'journal', 'pins', 'keys']) await deleteDatabase(`${name}-${database}`);
  const storage = openStorage();
  for (const directory of ['journal', 'pins']) await storage.remote.removeDirectory(`${name}-${directory}`);
  storage.kill();
});

const counted = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the journal on a real disk', () => {
  test('is read, proved and continued by the next thread', async () => {
    const first = await opened();
    expect(await first.remote.append(counted(100))).toEqual(counted(100));
    await first.remote.settle();
    first.kill();
    const second = await opened();
    expect(await second.remote.values()).toEqual(counted(100));
    expect(await second.remote.append(['more'])).toEqual([100]);
    await second.remote.settle();
    const verified = await second.remote.verify();
    expect(verified).toMatchObject({ size: 101, verifiedUpTo: 101, problem: null, payloads: 101 });
    expect(verified.copies).toEqual([
      { name: 'opfs', verifiedUpTo: 101, problem: null },
      { name: 'indexeddb', verifiedUpTo: 101, problem: null },
    ]);
  });

  test(
    'a thread killed in the middle of appending loses nothing it had acknowledged',
    { timeout: 60_000 },
    async () => {
      let before = 0;
      for (let round = 0; round < 4; round++) {
        const writer = await opened();
        const acknowledged: number[] = [];
        void writer.remote.appendForEver(Comlink.proxy((sequence: number) => void acknowledged.push(sequence)));
        await new Promise((resolve) => setTimeout(resolve, 150 + 37 * round));
        writer.kill();
        const heard = acknowledged.length;
        expect(heard).toBeGreaterThan(10);
        const reader = await opened();
        const values = await reader.remote.values();
        expect(values.length).toBeGreaterThanOrEqual(before + heard);
        expect(values.slice(before)).toEqual(counted(values.length - before));
        before = values.length;
        if (round === 3) expect(await reader.remote.verify()).toMatchObject({ problem: null, verifiedUpTo: before });
        reader.kill();
      }
    },
  );

  test('either copy is rebuilt from the other', async () => {
    const first = await opened();
    await first.remote.append(counted(300));
    await first.remote.close();
    first.kill();
    const storage = openStorage();
    await storage.remote.removeDirectory(`${name}-journal`);
    const second = await openTab();
    expect(await second.remote.open({})).toMatchObject({
      ok: true,
      value: { repaired: [{ copy: 'opfs', from: 0, to: 300 }] },
    });
    await second.remote.close();
    second.kill();
    await deleteDatabase(`${name}-journal`);
    const third = await openTab();
    expect(await third.remote.open({})).toMatchObject({
      ok: true,
      value: { repaired: [{ copy: 'indexeddb', from: 0, to: 300 }] },
    });
    expect(await third.remote.values()).toEqual(counted(300));
    storage.kill();
  });

  test('a torn end and a flipped byte in the file are found and mended', async () => {
    const first = await opened();
    await first.remote.append(counted(40));
    await first.remote.append(counted(10));
    await first.remote.close();
    first.kill();
    const storage = openStorage();
    await storage.remote.tear(`${name}-journal`);
    const second = await openTab();
    expect(await second.remote.open({})).toMatchObject({
      ok: true,
      value: { size: 50, repaired: [{ copy: 'opfs', to: 50 }] },
    });
    await second.remote.close();
    second.kill();
    await storage.remote.flip(`${name}-journal`, new TextEncoder().encode('"sequence":3,'));
    storage.kill();
    const third = await opened();
    const found = await third.remote.verify();
    expect(found).toMatchObject({ verifiedUpTo: 50, problem: null });
    expect(found.copies[0]?.problem).not.toBeNull();
    await third.remote.close();
    third.kill();
    const fourth = await opened(true);
    expect((await fourth.remote.verify()).copies.map(({ problem }) => problem)).toEqual([null, null]);
    expect(await fourth.remote.values()).toEqual([...counted(40), ...counted(10)]);
  });

  test('IndexedDB emptied behind the agent’s back is amnesia, not a fresh start', async () => {
    const first = await opened();
    await first.remote.append(counted(5));
    await first.remote.close();
    first.kill();
    for (const database of ['store', 'journal', 'pins', 'keys']) await deleteDatabase(`${name}-${database}`);
    const second = await openTab();
    expect(await second.remote.open({})).toMatchObject({ ok: false, error: { code: 'amnesia', expected: 5 } });
  });

  test('a leader that was replaced cannot have an append acknowledged', async () => {
    const old = await opened();
    expect(await old.remote.append(['before'])).toEqual([0]);
    const next = await opened();
    expect(await old.remote.append(['late'])).toEqual(['fenced']);
    expect(await next.remote.append(['true'])).toEqual([1]);
    expect(await next.remote.values()).toEqual(['before', 'true']);
  });
});

describe('leadership between real threads', () => {
  const leads = async (tab: Tab, milliseconds: number): Promise<{ epoch: number; at: number; lost: boolean }> => {
    const until = Date.now() + milliseconds;
    for (;;) {
      const leading = await tab.remote.leading();
      if (leading !== null && !leading.lost) return leading;
      if (Date.now() > until) throw new Error('It does not lead.');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  test('a killed leader is followed at once', async () => {
    const [first, second] = [await openTab(), await openTab()];
    await first.remote.compete(name, true);
    expect((await leads(first, 2_000)).epoch).toBe(1);
    await second.remote.compete(name, false);
    expect(await second.remote.leading()).toBeNull();
    const at = Date.now();
    first.kill();
    const took = await leads(second, 1_000);
    expect(took.epoch).toBe(2);
    expect(took.at - at).toBeLessThan(1_000);
  });

  test('a frozen leader is replaced by a visible tab, and what it writes on waking is refused', async () => {
    const [first, second] = [await openTab(), await openTab()];
    await first.remote.compete(name, true);
    await leads(first, 2_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await first.remote.append(['before'])).toEqual([0]);
    await second.remote.compete(name, true);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await second.remote.leading()).toBeNull();
    const at = Date.now();
    const woken = first.remote.freeze(4_000);
    const late = first.remote.append(['late']);
    const took = await leads(second, 4_000);
    expect(took.at - at).toBeGreaterThan(1_000);
    expect(took.at - at).toBeLessThan(3_500);
    await woken;
    expect(await late).toEqual(['fenced']);
    await expect.poll(() => first.remote.leading()).toMatchObject({ lost: true });
    expect(await second.remote.append(['true'])).toEqual([1]);
    expect(await second.remote.values()).toEqual(['before', 'true']);
  });
});
