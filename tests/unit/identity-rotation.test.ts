import { expect, test } from 'vitest';
import { verifyExportFile } from '#core/audit/export-check.ts';
import { readCheckpoint } from '#core/audit/checkpoint.ts';
import type { ExportReport } from '#core/audit/export-report.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { type AgentId, agentIdOf } from '#core/identity/did-key.ts';
import { exportJournal } from '#runtime/agent/export-journal.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { signerDisk } from '#tests/fakes/changing-signer.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { memorySecretStore } from '#tests/fakes/memory-secret-store.ts';
import { type Device, tabWorld, type TabWorld } from '#tests/fakes/tab-world.ts';

const SETTLED_MS = 400;
const NOT_NAMED = "the owner's root must certify it";

async function started(world: TabWorld, device?: Device): Promise<Tab> {
  const tab = world.tab(device);
  const starting = tab.start();
  await world.clock.advance(SETTLED_MS);
  await starting;
  await world.clock.advance(SETTLED_MS);
  return tab;
}

async function ordered(world: TabWorld, tab: Tab, body: Record<string, unknown>) {
  const outcome = tab.command(world.order(body));
  await world.clock.advance(SETTLED_MS);
  return outcome;
}

async function exported(tab: Tab, withPayloads = true): Promise<ExportReport> {
  const { journal } = await tab.overview();
  const bytes = await exportJournal(tab.reading, journal.agent as AgentId, 1 as UnixMs, withPayloads);
  return verifyExportFile(fileTools, bytes);
}

async function verified(world: TabWorld, tab: Tab) {
  const verifying = tab.verify(() => undefined);
  await world.clock.advance(SETTLED_MS);
  return verifying;
}

const typesOf = async (world: TabWorld): Promise<unknown[]> =>
  (await world.values()).map((value) => (value as { type: string } | null)?.type);
const keyOf = (device: Device) => agentIdOf(device.signing.current.publicKey);

test('after a change the new key signs under the same name, and the old one never again', async () => {
  const world = tabWorld();
  const tab = await started(world);
  const before = keyOf(world.device);
  await world.addFile(tab, 'a.md', '# A');
  expect(await ordered(world, tab, { type: 'change-key' })).toEqual({ ok: true, sequence: 3 });
  const after = keyOf(world.device);
  expect(after).not.toBe(before);
  await world.addFile(tab, 'b.md', '# B');
  expect((await tab.overview()).journal.agent).toBe(before);
  for (const withPayloads of [true, false])
    expect(await exported(tab, withPayloads)).toMatchObject({
      ok: true,
      agent: before,
      signer: after,
      verifiedUpTo: 5,
      keysWithheld: false,
      keys: [
        { agent: before, size: 4, certified: true },
        { agent: after, size: 5, certified: true },
      ],
    });
  expect(await verified(world, tab)).toMatchObject({ ok: true, verifiedUpTo: 5 });
  await tab.close();
  // A later start goes on with the new key, from all copies and with rows made anew.
  const again = await started(world);
  await world.addFile(again, 'c.md', '# C');
  await ordered(world, again, { type: 'rebuild' });
  expect(await exported(again)).toMatchObject({ ok: true, agent: before, signer: after, verifiedUpTo: 6 });
  expect(await verified(world, again)).toMatchObject({ ok: true, verifiedUpTo: 6 });
});

test('the key can change again and again, with orders given meanwhile', async () => {
  const world = tabWorld();
  const tab = await started(world);
  for (let i = 0; i < 3; i++) {
    const changing = tab.command(world.order({ type: 'change-key' }));
    const adding = world.addFile(tab, `${String(i)}.md`, `# ${String(i)}`);
    await world.clock.advance(SETTLED_MS);
    expect((await changing).ok).toBe(true);
    await adding;
  }
  const report = await exported(tab);
  expect(report).toMatchObject({ ok: true, verifiedUpTo: 8 });
  expect(new Set(report.keys.map(({ agent }) => agent)).size).toBe(report.keys.length);
  expect(report.signer).toBe(keyOf(world.device));
  expect(await verified(world, tab)).toMatchObject({ ok: true, verifiedUpTo: 8 });
});

test('another tab learns of the change: it verifies, exports and leads with the new key', async () => {
  const world = tabWorld();
  const first = await started(world);
  const second = await started(world);
  expect((await ordered(world, second, { type: 'change-key' })).ok).toBe(true);
  await world.addFile(second, 'a.md', '# A');
  expect(await exported(second)).toMatchObject({ ok: true, signer: keyOf(world.device), verifiedUpTo: 4 });
  expect(await verified(world, second)).toMatchObject({ ok: true });
  await first.close();
  await world.clock.advance(10_000);
  await world.addFile(second, 'b.md', '# B');
  expect(await exported(second)).toMatchObject({ ok: true, verifiedUpTo: 5 });
});

test('a change that was cut short between its record and its key is made by the next leader', async () => {
  const world = tabWorld();
  const tab = await started(world);
  const { signing } = world.device;
  const before = keyOf(world.device);
  Object.defineProperty(signing, 'current', { value: signing.current, writable: false, configurable: true });
  void tab.command(world.order({ type: 'change-key' }));
  await world.clock.advance(SETTLED_MS);
  expect((await tab.overview()).health.state).toBe('failed');
  await tab.close();
  expect(await typesOf(world)).toEqual(['agent.created', 'agent.genesis', 'agent.certified']);
  Object.defineProperty(signing, 'current', { value: signing.current, writable: true, configurable: true });
  const again = await started(world);
  expect(keyOf(world.device)).not.toBe(before);
  expect(signing.next).toBeNull();
  await world.addFile(again, 'a.md', '# A');
  expect(await exported(again)).toMatchObject({ ok: true, verifiedUpTo: 4, signer: keyOf(world.device) });
});

test('on another device the journal goes on by itself, its key named by the root that came along', async () => {
  const world = tabWorld();
  const tab = await started(world);
  const before = keyOf(world.device);
  const claimed = readCheckpoint(world.store.head?.checkpoint ?? '');
  await tab.close();
  const device: Device = { signing: signerDisk(50), secrets: world.device.secrets };
  const restored = await started(world, device);
  expect(await typesOf(world)).toEqual(['agent.created', 'agent.genesis', 'agent.continued', 'agent.certified']);
  expect(await exported(restored)).toMatchObject({
    ok: true,
    agent: before,
    signer: keyOf(device),
    keys: [
      { agent: before, size: 2, certified: true },
      { agent: keyOf(device), size: 4, certified: true },
    ],
  });
  const origin = readCheckpoint(world.store.head?.checkpoint ?? '');
  expect(origin.ok && claimed.ok && origin.value.origin === claimed.value.origin).toBe(true);
  await restored.close();
  // Back on the first device its key has given way, so that a new one is made.
  const back = await started(world);
  expect([before, keyOf(device)]).not.toContain(keyOf(world.device));
  await world.addFile(back, 'a.md', '# A');
  const report = await exported(back);
  expect(report).toMatchObject({ ok: true, signer: keyOf(world.device) });
  expect(report.keys.map(({ certified }) => certified)).toEqual([true, true, true]);
});

test('without the root the journal goes on all the same, and what is not certified is said', async () => {
  const world = tabWorld();
  const tab = await started(world);
  await tab.close();
  const device: Device = { signing: signerDisk(50), secrets: memorySecretStore() };
  const restored = await started(world, device);
  await world.addFile(restored, 'a.md', '# A');
  expect(await typesOf(world)).toEqual(['agent.created', 'agent.genesis', 'agent.continued', 'source.imported']);
  expect(await verified(world, restored)).toMatchObject({ ok: true, verifiedUpTo: 4 });
  const report = await exported(restored);
  expect(report).toMatchObject({ ok: false, firstBad: { sequence: 2 } });
  expect(report.firstBad?.why).toContain(NOT_NAMED);
  expect(await ordered(world, restored, { type: 'change-key' })).toMatchObject({
    ok: false,
    message: 'The identity does not name the key of this device yet: certify it first.',
  });
  await restored.close();
  // Nothing more is written of it at the next start; with the root back, all since the restore is certified.
  const later = await started(world, device);
  expect(await typesOf(world)).toHaveLength(4);
  await later.close();
  const settled = await started(world, { ...device, secrets: world.device.secrets });
  expect(await typesOf(world)).toHaveLength(5);
  expect(await exported(settled)).toMatchObject({ ok: true, verifiedUpTo: 5 });
});
