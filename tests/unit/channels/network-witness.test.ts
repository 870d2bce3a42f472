import { beforeEach, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkFile } from '#core/audit/check-file.ts';
import { COSIGNATURE_TYPE, parseNoteKey } from '#core/audit/note.ts';
import { utf8 } from '#core/base/bytes.ts';
import { err } from '#core/base/result.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { exportJournal } from '#runtime/agent/export-journal.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import type { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import { NetworkWitness } from '#runtime/proofs/network-witness.ts';
import { ProofDesk } from '#runtime/proofs/proof-desk.ts';
import type { StoredWitnesses } from '#runtime/proofs/witness-facts.ts';
import { channelWorld, type ChannelWorld, viewOf } from '#tests/fakes/channel-world.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { FakeNetworkWitness, type WitnessResponse } from '#tests/fakes/network-witness.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';

const ADDRESS = 'https://witness.example.com/log/';
const PLACE = 'https://witness.example.com/log/add-checkpoint';

let world: ChannelWorld;
let tab: Tab;
let gate: ChannelDesk;
let proofs: ProofDesk;
let witnesses: NetworkWitness;
let witness: FakeNetworkWitness;

beforeEach(async () => {
  world = channelWorld();
  const opened = await world.open();
  [tab, gate] = [opened.tab, opened.desk];
  const store = memoryAgentStore(world.store);
  const command = (body: Record<string, unknown>) => tab.command(world.order(body));
  proofs = new ProofDesk({
    agent: agentIdOf(tab.reading.signer.publicKey),
    reading: tab.reading,
    ...{ store, clock: world.clock },
    tools: () => Promise.resolve(fileTools),
    vouching: { existing: () => Promise.resolve(null), ready: () => Promise.resolve(err('none')) },
    zip: () => Promise.resolve(new Uint8Array()),
    command: (body) => command({ ...body }),
  });
  witnesses = new NetworkWitness({
    ...{ proofs, store, clock: world.clock },
    channels: () => Promise.resolve(gate),
    entropy: seededEntropy(77),
    command: (body) => command({ ...body }),
  });
  witness = new FakeNetworkWitness('witness.example.com/w1', 7, () => world.clock.now());
  world.egress.answer = async ({ body, url, method, headers }) => {
    expect({ url, method, headers }).toEqual({ url: PLACE, method: 'POST', headers: [] });
    const { status, type, body: answer } = await witness.addCheckpoint(new TextDecoder().decode(body ?? undefined));
    return { status, headers: [['content-type', type]], body: answer };
  };
});

const reach = () => world.done(witnesses.reach(witness.key, ADDRESS));
const ask = () => world.done(witnesses.ask(witness.key));
const asked = async () => (await proofs.view()).witnesses[0]?.reached?.asked;

test('a witness is approved with its way out in one step, asked, and its cosignature proves the journal', async () => {
  const offer = await witnesses.offer(witness.key, ADDRESS);
  expect(offer).toMatchObject({ ok: true, value: { place: PLACE, space: 'public' } });
  expect(offer.ok && offer.value.body).toMatch(/^old 0\n\nwindhover\/did:key:/);
  expect((await viewOf(gate)).channels).toEqual([]);

  expect(await reach()).toEqual({ ok: true, value: undefined });
  expect((await viewOf(gate)).channels).toMatchObject([
    {
      ...{ origin: 'https://witness.example.com', pathPrefix: '/log/add-checkpoint', methods: ['POST'], headers: [] },
      clearance: 'public',
    },
  ]);
  const first = await ask();
  expect(first).toMatchObject({ ok: true });
  const second = await ask();
  expect(second.ok && first.ok && second.value.size > first.value.size).toBe(true);
  expect(witness.got[1]).toMatch(new RegExp(`^old ${String(first.ok && first.value.size)}\n[A-Za-z0-9+/=]+\n`));
  expect(await asked()).toMatchObject({ failure: null });

  const stored = (await memoryAgentStore(world.store).row('witnesses', 'witnesses'))?.value as StoredWitnesses;
  const file = await exportJournal(
    tab.reading,
    agentIdOf(tab.reading.signer.publicKey),
    world.clock.now(),
    false,
    stored.cosigned,
  );
  const key = parseNoteKey(sha256, witness.key, COSIGNATURE_TYPE);
  const report = checkFile(fileTools, file, { witnesses: key.ok ? [key.value] : [] });
  expect(report.verdict).toMatch(new RegExp(`^Proved up to ${String(second.ok && second.value.size)} at `));

  // What the page says left is what the witness got, to the byte.
  const { departures } = await viewOf(gate);
  const place = '/log/add-checkpoint'.length;
  expect(departures.map(({ bytesOut }) => bytesOut).reverse()).toEqual(
    witness.got.map((body) => utf8(body).length + place),
  );
});

test('nothing but the checkpoint and its proof goes to a witness', async () => {
  await reach();
  await ask();
  await ask();
  for (const body of witness.got)
    expect(body).toMatch(
      /^old \d+\n(?:[A-Za-z0-9+/]{43}=\n)*\nwindhover\/did:key:z\w+\n\d+\n[A-Za-z0-9+/]{43}=\n(?:.+\n)?\n— windhover\/did:key:z\w+ [A-Za-z0-9+/=]+\n$/,
    );
});

test('a witness that stands elsewhere says where, and is asked once more from there', async () => {
  await reach();
  // The witness cosigned, and its answer was lost on the way.
  const real = world.egress.answer;
  world.egress.answer = async (request, signal) => {
    await real(request, signal);
    return { code: 'broken', message: 'The connection was lost.', sent: 'unknown' };
  };
  expect(await ask()).toEqual({ ok: false, error: 'The connection was lost.' });
  world.egress.answer = real;
  const size = [...witness.seen.values()][0]?.size;
  expect((await ask()).ok).toBe(true);
  expect(witness.got.map((body) => body.split('\n')[0])).toEqual(['old 0', 'old 0', `old ${String(size)}`]);
  witness.stubborn = { status: 409, type: 'text/x.tlog.size', body: '1\n' };
  expect(await ask()).toMatchObject({
    ok: false,
    error: expect.stringMatching(/stands at 1, and does not take/) as unknown,
  });
  expect(witness.got).toHaveLength(5);
});

const stored = async (): Promise<StoredWitnesses> =>
  (await memoryAgentStore(world.store).row('witnesses', 'witnesses'))?.value as StoredWitnesses;

test('each refusal is told in words, kept as the last one, and nothing of it is taken for a cosignature', async () => {
  await reach();
  const answer = (status: number, body: string): WitnessResponse => ({ status, type: 'text/plain', body });
  const forger = new FakeNetworkWitness('witness.example.com/w1', 8, () => world.clock.now());
  const cases: [WitnessResponse, RegExp][] = [
    [answer(400, 'bad'), /could not read the request \(400\)\. It said: “bad”/],
    [answer(403, ''), /under another key \(403\)/],
    [answer(404, ''), /does not know this journal \(404\)/],
    [answer(409, 'somewhere'), /409 without a size/],
    [answer(409, '1000000\n'), /says it saw 1000000 entries/],
    [answer(422, ''), /does not accept the proof \(422\)/],
    [answer(429, ''), /too often/],
    [answer(503, ''), /in trouble \(503\)/],
    [answer(302, ''), /not what a witness answers/],
    [answer(200, '5\n'), /a number and no cosignature/],
    [answer(200, '<html>'), /cannot be used/],
    [answer(200, ''), /cannot be used/],
  ];
  for (const [stubborn, words] of cases) {
    witness.stubborn = stubborn;
    const refused = await ask();
    expect(refused.ok ? 'cosigned' : refused.error).toMatch(words);
    expect((await asked())?.failure).toBe(refused.ok ? null : refused.error);
    world.clock.jump(60_000);
  }
  // Signed, but by another key than the one the owner approved.
  witness.stubborn = null;
  const real = world.egress.answer;
  world.egress.answer = async (request) => {
    const { status, body } = await forger.addCheckpoint(new TextDecoder().decode(request.body ?? undefined));
    return { status, body };
  };
  expect((await ask()).ok).toBe(false);
  world.egress.answer = real;
  expect((await stored()).cosigned).toEqual([]);
  expect((await ask()).ok).toBe(true);
  expect((await asked())?.failure).toBeNull();
});

test('a witness that is dismissed, or whose way out is revoked, is sent nothing more', async () => {
  await reach();
  await ask();
  const channel = (await viewOf(gate)).channels[0]?.id ?? '';
  await world.done(gate.revoke(channel));
  expect(await ask()).toMatchObject({ ok: false, error: expect.stringMatching(/was revoked/) as unknown });
  // Given its address once more it has a way again.
  expect((await reach()).ok).toBe(true);
  expect((await ask()).ok).toBe(true);
  await world.done(proofs.dismissWitness(witness.key));
  expect((await viewOf(gate)).channels.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
  expect(await ask()).toMatchObject({ ok: false });
  expect(witness.got).toHaveLength(2);
});

test('a key or an address that is none is refused before anything is approved', async () => {
  expect((await witnesses.offer('no key', ADDRESS)).ok).toBe(false);
  expect((await witnesses.offer(witness.key, 'http://witness.example.com')).ok).toBe(false);
  expect((await world.done(witnesses.reach(witness.key, 'witness'))).ok).toBe(false);
  expect((await world.done(witnesses.ask(witness.key))).ok).toBe(false);
  expect((await viewOf(gate)).channels).toEqual([]);
  expect((await proofs.view()).witnesses).toEqual([]);
  // One that was approved by hand before gets its address without being approved twice.
  expect((await world.done(proofs.approveWitness(witness.key))).ok).toBe(true);
  expect((await proofs.view()).witnesses).toMatchObject([{ reached: null }]);
  expect((await reach()).ok).toBe(true);
  expect((await proofs.view()).witnesses).toMatchObject([{ reached: { address: PLACE, asked: null } }]);
});
