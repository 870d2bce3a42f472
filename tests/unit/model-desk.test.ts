import { afterEach, beforeEach, expect, test } from 'vitest';
import { schemaChecker } from '#adapters/json-schema/schema-checker.ts';
import { OpenAiEngine } from '#adapters/openai-http/engine.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { ModelDesk } from '#runtime/models/model-desk.ts';
import { ProviderKeys } from '#runtime/models/provider-keys.ts';
import { TEST_MESSAGE, type ProviderDraft } from '#runtime/contract/models-api.ts';
import { askingWorld, type AskingWorld } from '#tests/fakes/asking-world.ts';
import { viewOf } from '#tests/fakes/channel-world.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memorySecretStore } from '#tests/fakes/memory-secret-store.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';
import { HOSTED } from '#tests/fakes/model-host.ts';

let asking: AskingWorld;
let models: ModelDesk;
let keys: ProviderKeys;
let draft: ProviderDraft;

beforeEach(async () => {
  asking = await askingWorld('sk-right', { address: 'https://elsewhere.example.com/' });
  const { desk, world, host } = asking;
  keys = new ProviderKeys({ secrets: memorySecretStore(), sealer: plainSealer() });
  models = new ModelDesk({
    ...{ desk, store: memoryAgentStore(world.store), clock: world.clock },
    keys,
    engine: (of) => new OpenAiEngine({ ...of, clock: world.clock, schemaChecker }),
  });
  draft = {
    ...{ name: 'Mine', address: `${host.origin}/v1/`, key: ' sk-right ', clearance: 'public', costs: null },
    ...{ bytesPerDay: 100_000, requestsPerMinute: 60 },
  };
});
afterEach(() => asking.close());
const ignore = (): void => undefined;

const added = async (changes: Partial<ProviderDraft> = {}): Promise<string> => {
  const made = await models.add({ ...draft, ...changes });
  if (!made.ok) throw new Error(made.error);
  return made.value;
};

test('a provider is a way out with a key: it lists its models and answers a test message that holds nothing of the owner', async () => {
  const provider = await added();
  const { channels } = await viewOf(asking.desk);
  expect(channels.find(({ id }) => id === provider)).toMatchObject({
    ...{ name: 'Mine', models: true, clearance: 'public', bytesPerDay: 100_000, requestsPerMinute: 60 },
    ...{ methods: ['GET', 'POST'], headers: ['authorization', 'content-type'], revokedAt: null },
  });
  expect(asking.host.arrivals).toEqual([]);
  const listed = await models.list(provider);
  expect(listed.ok && listed.value.map(({ id }) => id)).toEqual(HOSTED);
  const tested = await models.test(provider, 'parrot', ignore);
  expect(tested).toMatchObject({ ok: true, value: { counted: true, text: expect.stringMatching(/\w/) as string } });
  expect(asking.host.arrivals.map(({ url }) => url)).toEqual(['/v1/models', '/v1/chat/completions']);
  expect(JSON.parse(String(asking.host.arrivals[1]?.body))).toMatchObject({
    messages: [{ role: 'user', content: TEST_MESSAGE }],
  });
  const { departures } = await viewOf(asking.desk);
  expect(departures.map(({ tool }) => tool)).toEqual(['models.test', 'models.list']);
});

test('a test message comes piece by piece, and a stop ends the connection at the host, before the first byte too', async () => {
  const provider = await added();
  const pieces: string[] = [];
  const said = await models.test(provider, 'parrot', (piece) => pieces.push(piece));
  expect(said).toMatchObject({ ok: true, value: { text: pieces.join('') } });
  expect(pieces.length).toBeGreaterThan(3);

  const stalled = await models.test(provider, 'stalls', () => void models.stopTest(provider));
  expect(stalled).toEqual({ ok: false, error: 'It was stopped.' });
  await expect.poll(() => asking.host.hungUp).toEqual(['stalls']);

  const silent = models.test(provider, 'hangs', ignore);
  await expect.poll(() => asking.host.arrivals.length).toBe(3);
  await models.stopTest(provider);
  expect(await silent).toEqual({ ok: false, error: 'It was stopped.' });
  await expect.poll(() => asking.host.hungUp).toEqual(['stalls', 'hangs']);
});

test('a key is kept sealed, replaced and removed, and stands in no entry of the journal', async () => {
  const provider = await added({ key: 'sk-wrong' });
  expect(await models.list(provider)).toMatchObject({ ok: false, error: expect.stringMatching(/\(401\)/) as string });
  expect(await models.setKey(provider, 'sk-right')).toEqual({ ok: true });
  expect((await models.list(provider)).ok).toBe(true);
  expect(await models.keyState(provider)).toBe('here');
  await models.setKey(provider, '');
  expect(await models.keyState(provider)).toBe('none');
  expect((await models.list(provider)).ok).toBe(false);
  expect(asking.host.arrivals.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer sk-wrong',
    'Bearer sk-right',
    undefined,
  ]);
  expect(JSON.stringify(await asking.world.values())).not.toMatch(/sk-(?:wrong|right)/);
});

test('after a restore on another device a provider is asked under the key that the backup carried, and no other is taken', async () => {
  const provider = await added();
  const keyless = await added({ name: 'Keyless', key: '', address: 'https://keyless.example.com/v1' });
  const text = await keys.asText(['identity/abc', `model-key/${provider}`, `model-key/${keyless}`]);
  expect(JSON.parse(text ?? 'null')).toEqual({
    [provider]: expect.stringMatching(/^[0-9a-f]{16} sk-right$/) as string,
  });
  expect(await keys.asText(['identity/abc'])).toBeNull();

  const { desk, world } = asking;
  keys = new ProviderKeys({ secrets: memorySecretStore(), sealer: plainSealer() });
  const elsewhere = new ModelDesk({
    ...{ desk, store: memoryAgentStore(world.store), clock: world.clock, keys },
    engine: (of) => new OpenAiEngine({ ...of, clock: world.clock, schemaChecker }),
  });
  expect((await elsewhere.list(provider)).ok).toBe(false);
  for (const broken of ['no JSON', 'null', `{"${provider}":7}`, `{"${provider}":"two words"}`]) {
    await keys.keepText(broken);
    expect(await elsewhere.keyState(provider), broken).toBe('gone');
  }
  await keys.keepText(text ?? '');
  expect((await elsewhere.list(provider)).ok).toBe(true);
});

/** Of the key of a provider: what is told of it, the newest first. */
const told = async (provider: string): Promise<readonly string[] | undefined> =>
  (await viewOf(asking.desk)).channels.find(({ id }) => id === provider)?.keys.map(({ what }) => what);
const sentUnder = (): readonly unknown[] => asking.host.arrivals.map(({ headers }) => headers.authorization);

test('each change of a key is an entry that names the provider and nothing of the key, and stays when it is approved again', async () => {
  const provider = await added({ key: 'sk-wrong' });
  await models.setKey(provider, 'sk-right');
  await models.setKey(provider, '');
  await models.setKey(provider, '');
  await models.setKey(provider, 'sk-right');
  const facts = (await asking.world.values()) as unknown as readonly Fact[];
  const notes = facts.filter(({ type }) => type.startsWith('channel.key-'));
  const named = expect.stringMatching(/^[0-9a-f]{16}$/) as string;
  const at = expect.any(Number) as number;
  const command = expect.any(String) as string;
  expect(notes).toEqual([
    { type: 'channel.key-set', channel: provider, key: named, at, command },
    { type: 'channel.key-changed', channel: provider, key: named, at, command },
    { type: 'channel.key-removed', channel: provider, at, command },
    { type: 'channel.key-set', channel: provider, key: named, at, command },
  ]);
  expect(new Set(notes.flatMap((note) => ('key' in note ? [note.key] : []))).size).toBe(3);
  await asking.desk.revoke(provider);
  await asking.desk.restore(provider);
  expect(await told(provider)).toEqual(['set', 'removed', 'changed', 'set']);
  expect((await models.list(provider)).ok).toBe(true);
  expect(sentUnder()).toEqual(['Bearer sk-right']);
});

test('who asks after a key while it is being set hears of it when it is', async () => {
  const provider = await added({ key: '' });
  const setting = models.setKey(provider, 'sk-right');
  expect(await models.keyState(provider)).toBe('here');
  expect((await setting).ok).toBe(true);
  // A page shows a provider as soon as it is approved, and asks at once.
  const adding = models.add({ ...draft, name: 'Other', address: 'https://other.example.com/v1' });
  const other = async () => (await viewOf(asking.desk)).channels.find(({ name }) => name === 'Other')?.id;
  await expect.poll(other, { interval: 1 }).toMatch(/./);
  expect(await models.keyState((await other())!)).toBe('here');
  expect((await adding).ok).toBe(true);
});

test('stopped between the note of a key and keeping it, no key is used and it is told to be missing', async () => {
  const provider = await added({ key: 'sk-wrong' });
  expect(await asking.desk.setKey(provider)).toMatchObject({ ok: true });
  expect(await models.keyState(provider)).toBe('gone');
  await models.list(provider);
  expect(sentUnder()).toEqual([undefined]);
  await models.setKey(provider, 'sk-right');
  expect(await models.keyState(provider)).toBe('here');
  expect((await models.list(provider)).ok).toBe(true);
});

test('stopped between the note of a removal and the removal, the key is not used and goes with the next look', async () => {
  const provider = await added();
  expect(await asking.desk.removeKey(provider)).toEqual({ ok: true });
  expect(await keys.asText([`model-key/${provider}`])).not.toBeNull();
  await models.list(provider);
  expect(sentUnder()).toEqual([undefined]);
  expect(await keys.asText([`model-key/${provider}`])).toBeNull();
  expect(await models.keyState(provider)).toBe('none');
});

test('a key that cannot be kept is noted to be removed, and one that cannot be noted is not kept', async () => {
  const provider = await added({ key: '' });
  const engine = (): never => {
    throw new Error('Nothing is asked here.');
  };
  const { desk, world } = asking;
  const parts = { store: memoryAgentStore(world.store), clock: world.clock, engine };
  const secrets = { ...memorySecretStore(), put: () => Promise.reject(new Error('The disk is full.')) };
  const full = new ModelDesk({ ...parts, desk, keys: new ProviderKeys({ secrets, sealer: plainSealer() }) });
  expect(await full.setKey(provider, 'sk-right')).toEqual({
    ok: false,
    error: 'The key could not be kept: The disk is full.',
  });
  expect(await told(provider)).toEqual(['removed', 'set']);
  expect(await models.keyState(provider)).toBe('none');
  const refused = { ok: false as const, error: 'Nobody leads.' };
  const unled = { setKey: () => Promise.resolve(refused) } as unknown as typeof desk;
  expect(await new ModelDesk({ ...parts, desk: unled, keys }).setKey(provider, 'sk-right')).toEqual(refused);
  expect(await keys.asText([`model-key/${provider}`])).toBeNull();
});

test('a key that an earlier version kept without a note is noted before it is used', async () => {
  const provider = await added({ key: '' });
  await keys.keepText(JSON.stringify({ [provider]: 'sk-right' }));
  expect(await told(provider)).toEqual([]);
  expect((await models.list(provider)).ok).toBe(true);
  expect(await models.keyState(provider)).toBe('here');
  expect(await told(provider)).toEqual(['found']);
  await models.setKey(provider, 'sk-wrong');
  expect(await told(provider)).toEqual(['changed', 'found']);
});

test('what cannot be a key opens no way out', async () => {
  for (const key of ['two words', 'line\nbreak', 'schlüssel', 'x'.repeat(5_000)])
    expect((await models.add({ ...draft, key })).ok, key).toBe(false);
  expect((await viewOf(asking.desk)).channels.some(({ models: hosts }) => hosts === true)).toBe(false);
});

test('a removed provider is asked nothing more, and its key is gone', async () => {
  const provider = await added();
  expect(await models.remove(provider)).toMatchObject({ ok: true });
  expect(await models.keyState(provider)).toBe('none');
  expect(await keys.asText([`model-key/${provider}`])).toBeNull();
  expect(await told(provider)).toEqual(['removed', 'set']);
  const removed = { ok: false, error: expect.stringMatching(/was removed/) as string };
  expect(await models.list(provider)).toEqual(removed);
  expect(await models.setKey(provider, 'sk-right')).toEqual(removed);
  expect(await models.test(asking.channel, 'parrot', ignore)).toEqual(removed);
  expect(asking.host.arrivals).toEqual([]);
});

test('limits hold, and are changed without the key', async () => {
  const provider = await added({ requestsPerMinute: 1 });
  expect((await models.list(provider)).ok).toBe(true);
  expect(await models.list(provider)).toMatchObject({ ok: false, error: expect.stringMatching(/minute/) as string });
  expect(await models.change(provider, { ...draft, name: 'Ours', requestsPerMinute: 10 })).toMatchObject({ ok: true });
  expect((await models.list(provider)).ok).toBe(true);
  expect(await models.keyState(provider)).toBe('here');
  expect(asking.host.arrivals).toHaveLength(2);
});

test('a price a call is set aside and spent, and the limit a day holds', async () => {
  const limit = 1_000_000;
  await asking.desk.changeCaps({ currency: 'EUR', call: limit, run: limit, day: limit, agent: limit });
  const provider = await added({ costs: { perCall: '0.02', perDay: '0.03', until: null, source: 'the site' } });
  expect((await models.test(provider, 'parrot', ignore)).ok).toBe(true);
  const { channels } = await viewOf(asking.desk);
  expect(channels.find(({ id }) => id === provider)?.money).toMatchObject({ today: 20_000, perDay: 30_000 });
  expect(await models.test(provider, 'parrot', ignore)).toMatchObject({ ok: false });
  expect(asking.host.arrivals).toHaveLength(1);
});
