import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkFile } from '#core/audit/check-file.ts';
import { encodeEntry, encodePayload, entryFor, parseEntry, type Payload } from '#core/audit/entry.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Price } from '#core/spend/price.ts';
import type { Group } from '#ports/journal-leg.ts';
import { exportJournal } from '#runtime/agent/export-journal.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { nameOf } from '#runtime/journal/copies.ts';
import { readEntries } from '#runtime/journal/reader.ts';
import { KeyFinder } from '#runtime/journal/record-keys.ts';
import { sealPayload } from '#runtime/journal/sealed-payload.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { changingSigner } from '#tests/fakes/changing-signer.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';
import { tabWorld, type TabWorld } from '#tests/fakes/tab-world.ts';

/** Who can open and seal all that lies on the disk lowers a price afterwards, in both copies of the journal alike. */
const PRICE: Price = {
  ...{ of: 'channel:c1', unit: 'call', per: 1, micro: 20_000, currency: 'EUR' },
  ...{ from: 1_763_700_000_000 as UnixMs, until: null, source: 'price page' },
};

async function until(world: TabWorld, done: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    await world.clock.advance(50);
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error('It did not come to that.');
}

async function leading(world: TabWorld): Promise<Tab> {
  const tab = world.tab();
  void tab.start();
  await until(world, async () => (await tab.overview()).role === 'leading');
  return tab;
}

async function closed(world: TabWorld, tab: Tab): Promise<void> {
  let over = false;
  void tab.close().finally(() => (over = true));
  await until(world, () => Promise.resolve(over));
}

/** A profile whose owner adopted the price, and whose tabs are closed. */
async function adopted(): Promise<{ readonly world: TabWorld; readonly sequence: number }> {
  const world = tabWorld();
  const tab = await leading(world);
  expect(await tab.command(world.order({ type: 'adopt-prices', prices: [PRICE] }))).toMatchObject({ ok: true });
  await closed(world, tab);
  const entries = await readEntries(world.parts(), 0, Infinity);
  return { world, sequence: entries.findIndex(({ entry }) => entry.type === 'price.adopted') };
}

function lowered({ salt, value }: Payload): Payload {
  const fact = value as { readonly [key: string]: Json };
  return { salt, value: { ...fact, prices: [{ ...PRICE, micro: 1 }] } };
}

/** @param committed whether the entry, too, is made to commit to the other price */
async function lower(world: TabWorld, sequence: number, committed: boolean): Promise<void> {
  const parts = world.parts();
  const [read] = await readEntries(parts, sequence, 1);
  const payload = lowered(read!.payload!);
  const key = await new KeyFinder(parts).find(read!.entry.epoch, sequence);
  if (typeof key === 'string') throw new Error(key);
  const sealed = sealPayload(key, seededEntropy(9), utf8(encodePayload(payload)));
  const text = committed ? encodeEntry(entryFor(sha256, read!.entry, payload)) : read!.text;
  expect(parseEntry(text).ok).toBe(true);
  const changed = (group: Group): Group => {
    const at = sequence - group.firstSequence;
    if (at < 0 || at >= group.count) return group;
    return { ...group, entries: group.entries.with(at, text), payloads: group.payloads.with(at, sealed) };
  };
  for (const disk of [world.first, world.second]) disk.groups = disk.groups.map(changed);
}

test('a price that was changed in the journal is not what its entry commits to: that is said, and nothing is done on it', async () => {
  const { world, sequence } = await adopted();
  expect(await verifyJournal(world.parts(), { payloads: true })).toMatchObject({ problem: null });
  await lower(world, sequence, false);
  const tab = await leading(world);
  // The price that was folded before goes on to hold; the journal itself is read again soon after.
  await until(world, async () => (await tab.overview()).journal.verification === 'failed');
  expect((await tab.overview()).journal.problem).toContain(`Entry ${String(sequence)}`);

  await closed(world, tab);
  world.store.rows.clear();
  const { health } = await (await leading(world)).overview();
  expect(health.state).toBe('damaged');
  expect(health.message).toContain(`What entry ${String(sequence)} says can no longer be read`);
});

test('a price whose entry was changed with it is not under the head that was signed', async () => {
  const { world, sequence } = await adopted();
  await lower(world, sequence, true);
  const verified = await verifyJournal(world.parts(), { payloads: true });
  expect(verified.verifiedUpTo).toBeLessThanOrEqual(sequence);
  expect(verified.problem).not.toBeNull();
  const tab = world.tab();
  void tab.start();
  await until(world, async () => (await tab.overview()).health.state === 'amnesia');
});

test('a price that was changed in an export is found by whoever checks it', async () => {
  const { world, sequence } = await adopted();
  const parts = { ...world.parts(), signer: changingSigner(world.device.signing) };
  const agent = nameOf(parts, world.store.head?.checkpoint ?? '');
  const exported = new TextDecoder().decode(await exportJournal(parts, agent, world.clock.now(), true));
  expect(checkFile(fileTools, utf8(exported))).toMatchObject({ ok: true });
  const other = exported.replace('"micro":20000', '"micro":1');
  expect(other).not.toBe(exported);
  expect(checkFile(fileTools, utf8(other))).toMatchObject({ ok: false, firstBad: { sequence } });
});
