import { afterEach, beforeEach, expect, test } from 'vitest';
import { schemaChecker } from '#adapters/json-schema/schema-checker.ts';
import { OpenAiEngine } from '#adapters/openai-http/engine.ts';
import { NEUTRAL, OWNER_TYPED } from '#core/labels/label.ts';
import { engineSentence, type EngineUse } from '#core/models/jobs.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { priceOf } from '#core/spend/price.ts';
import type { Caps } from '#core/spend/caps.ts';
import { Format } from '#lib/format/format.ts';
import { readTokenFields, tokenFieldsOf, tokensHeldText } from '#lib/format/token-prices.ts';
import type { ChannelCosts, ChannelsView, SpendingView, TokenCosts } from '#runtime/contract/channels-api.ts';
import type { ProviderDraft } from '#runtime/contract/models-api.ts';
import type { StoredSpend } from '#runtime/spend/spend-facts.ts';
import { ModelDesk } from '#runtime/models/model-desk.ts';
import { ProviderKeys } from '#runtime/models/provider-keys.ts';
import { askingWorld, type AskingWorld } from '#tests/fakes/asking-world.ts';
import { viewOf } from '#tests/fakes/channel-world.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memorySecretStore } from '#tests/fakes/memory-secret-store.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';

/** Two millionths of a euro for a token that is sent, ten for one that is written. */
const IN = 2;
const OUT = 10;
const UNIT = 1_000_000;
const CAPS: Caps = { currency: 'EUR', call: UNIT, run: UNIT, day: UNIT, agent: UNIT };
const TEST_TOKENS = 64;

let asking: AskingWorld;
let models: ModelDesk;
const ignore = (): void => undefined;

beforeEach(async () => {
  asking = await askingWorld(null, { address: 'https://elsewhere.example.com/' });
  const { desk, world } = asking;
  models = new ModelDesk({
    ...{ desk, store: memoryAgentStore(world.store), clock: world.clock },
    keys: new ProviderKeys({ secrets: memorySecretStore(), sealer: plainSealer() }),
    engine: (of) => new OpenAiEngine({ ...of, clock: world.clock, schemaChecker }),
  });
  await desk.changeCaps(CAPS);
});
afterEach(() => asking.close());

const tokens = (changes: Partial<TokenCosts> = {}): TokenCosts => ({
  ...{ in: '2', out: '10', currency: 'EUR', from: asking.world.clock.now() - 1_000 },
  ...changes,
});
const costs = (changes: Partial<ChannelCosts> = {}): ChannelCosts => ({
  ...{ perCall: '', perDay: '1', until: null, source: '', tokens: tokens() },
  ...changes,
});
const draft = (its: ChannelCosts | null): ProviderDraft => ({
  ...{ name: 'Mine', address: `${asking.host.origin}/v1/`, key: '', clearance: 'public', costs: its },
  ...{ bytesPerDay: 100_000, requestsPerMinute: 60 },
});
async function added(its: ChannelCosts | null): Promise<string> {
  const made = await models.add(draft(its));
  if (!made.ok) throw new Error(made.error);
  return made.value;
}
const view = (): Promise<ChannelsView> => viewOf(asking.desk);
const last = async (): Promise<SpendingView> => (await view()).spend.spendings[0]!;
const asked = (): readonly string[] => asking.host.arrivals.flatMap(({ body }) => (body === '' ? [] : [body]));

test('the most that a question can cost is set aside, what it used is spent, and the rest is given back', async () => {
  const provider = await added(costs());
  const said = await models.test(provider, 'parrot', ignore);
  if (!said.ok) throw new Error(said.error);
  const spending = await last();
  const used = spending.tokens!;
  expect(used).toMatchObject({ out: said.value.tokens, told: true });
  expect(used.in).toBeGreaterThan(0);
  const cost = used.in * IN + used.out * OUT;
  const most = Buffer.byteLength(asked()[0]!) * IN + TEST_TOKENS * OUT;
  expect(spending).toMatchObject({ reserved: most, actual: cost, back: most - cost, by: 'price', known: true });
  expect(spending.prices).toMatchObject({ in: IN * UNIT, out: OUT * UNIT, currency: 'EUR' });
  expect(said.value.spent).toEqual({ micro: cost, currency: 'EUR', told: true });
  const { spend, channels } = await view();
  expect([spend.today, channels.find(({ id }) => id === provider)?.money?.today]).toEqual([cost, cost]);
});

test('a list of models costs nothing where only tokens are paid for', async () => {
  const provider = await added(costs());
  expect((await models.list(provider)).ok).toBe(true);
  expect((await view()).spend.spendings).toEqual([]);
});

test('where a host does not say what was used, tokens are counted here, and it is said that they were', async () => {
  const provider = await added(costs());
  const said = await models.test(provider, 'countless', ignore);
  if (!said.ok) throw new Error(said.error);
  const spending = await last();
  expect(spending.tokens).toEqual({
    in: Math.ceil(Buffer.byteLength(asked()[0]!) / 4),
    out: Math.ceil(Buffer.byteLength(said.value.text) / 4),
    told: false,
  });
  expect(said.value.spent).toEqual({ micro: spending.actual, currency: 'EUR', told: false });
  expect(spending.back).toBe(spending.reserved - spending.actual!);
});

test('an answer in one piece tells what it used as well; one that breaks off counts in full', async () => {
  const provider = await added(costs());
  expect((await models.test(provider, 'whole', ignore)).ok).toBe(true);
  expect((await last()).tokens).toMatchObject({ told: true });
  expect((await models.test(provider, 'cuts', ignore)).ok).toBe(false);
  const broken = await last();
  expect(broken.actual ?? broken.reserved).toBe(broken.reserved);
});

test('a question that the host refuses costs nothing: all is given back', async () => {
  const provider = await added(costs());
  expect((await models.test(provider, 'busy', ignore)).ok).toBe(false);
  const { actual, back, reserved } = await last();
  expect([actual, back]).toEqual([0, reserved]);
  expect((await view()).spend.today).toBe(0);
});

test.each<[cap: Partial<Caps>, costs: Partial<ChannelCosts>, words: RegExp]>([
  [{ call: 100 }, {}, /the limit for one call is 0\.0001 EUR/],
  [{ run: 100 }, {}, /the limit for one run is 0\.0001 EUR/],
  [{ day: 100 }, {}, /the limit for a day is 0\.0001 EUR/],
  [{ agent: 100 }, {}, /the limit for the agent is 0\.0001 EUR/],
  [{}, { perDay: '0.0001' }, /the limit a day of this way out is 0\.0001 EUR/],
  [{ currency: 'USD' }, {}, /costs .* EUR, and your limits are in USD/],
])('a cap that has no room refuses before anything leaves: %j', async (cap, its, words) => {
  const provider = await added(costs(its));
  await asking.desk.changeCaps({ ...CAPS, ...cap });
  const engine = await models.engineOf(provider);
  if (!engine.ok) throw new Error(engine.error);
  const refused = await engine.value.infer(
    {
      ...{ model: 'parrot', messages: [{ role: 'user', text: 'Hello', label: NEUTRAL }], tools: [] },
      ...{ answer: { kind: 'text' }, tokensMax: 10, temperature: 0, seed: null },
      ...{ by: { tool: 'plan', run: 'run-1', step: 'plan' }, planned: true, planner: OWNER_TYPED },
    },
    ignore,
    new AbortController().signal,
  );
  expect(refused).toMatchObject({ ok: false, error: { message: expect.stringMatching(words) as string } });
  expect(asking.host.arrivals).toEqual([]);
  expect((await view()).spend.spendings).toEqual([]);
});

test('prices are dated: from the same day they are corrected, for an earlier one refused, and a call may cost as well', async () => {
  const from = asking.world.clock.now() - 1_000;
  const provider = await added(costs({ tokens: tokens({ from }) }));
  const change = (its: ChannelCosts | null) => models.change(provider, draft(its));
  expect((await change(costs({ tokens: tokens({ from, out: '20' }) }))).ok).toBe(true);
  const money = async () => (await view()).channels.find(({ id }) => id === provider)!.money;
  expect(await money()).toMatchObject({ perCall: null, tokens: { in: IN * UNIT, out: 20 * UNIT, from } });
  expect(await change(costs({ tokens: tokens({ from: from - 1 }) }))).toMatchObject({
    error: expect.stringMatching(/begin later/) as string,
  });
  // The way out is changed by another form, which knows nothing of tokens.
  expect((await change({ perCall: '0.01', perDay: '1', until: null, source: '' })).ok).toBe(true);
  expect(await money()).toMatchObject({ perCall: 10_000, tokens: { in: IN * UNIT, out: 20 * UNIT } });
  const said = await models.test(provider, 'parrot', ignore);
  const { tokens: used } = await last();
  expect(said).toMatchObject({ value: { spent: { micro: 10_000 + used!.in * IN + used!.out * 20 } } });
  expect((await change(costs({ perCall: '0.01', tokens: null }))).ok).toBe(true);
  expect(await money()).toMatchObject({ perCall: 10_000, tokens: null });
  expect((await change(null)).ok).toBe(true);
  expect(await models.test(provider, 'parrot', ignore)).toMatchObject({ ok: true, value: { spent: null } });
});

test('before the first day of its prices a provider is asked like one without a price, and from that day on they count', async () => {
  const from = asking.world.clock.now() + 60_000;
  const provider = await added(costs({ tokens: tokens({ from }) }));
  const money = async () => (await view()).channels.find(({ id }) => id === provider)!.money!;
  const prices = { in: IN * UNIT, out: OUT * UNIT, currency: 'EUR', from };
  expect(await money()).toMatchObject({ tokens: null, tokensNext: prices });
  expect(await models.test(provider, 'parrot', ignore)).toMatchObject({ ok: true, value: { spent: null } });
  expect((await view()).spend.spendings).toEqual([]);
  await asking.world.clock.advance(60_000);
  expect(await money()).toMatchObject({ tokens: prices, tokensNext: null });
  const said = await models.test(provider, 'parrot', ignore);
  const { tokens: used, known } = await last();
  expect(known).toBe(true);
  expect(said).toMatchObject({ value: { spent: { micro: used!.in * IN + used!.out * OUT } } });
});

test('until the first day of other prices those before them count, and a call is paid while tokens are not yet', async () => {
  const now = asking.world.clock.now();
  const [earlier, later] = [now - 1_000, now + 86_400_000];
  const provider = await added(costs({ tokens: tokens({ from: earlier }) }));
  const change = (its: ChannelCosts | null) => models.change(provider, draft(its));
  expect((await change(costs({ tokens: tokens({ out: '20', from: later }) }))).ok).toBe(true);
  const money = async () => (await view()).channels.find(({ id }) => id === provider)!.money;
  const held = { in: IN * UNIT, out: OUT * UNIT, currency: 'EUR', from: earlier };
  expect(await money()).toMatchObject({ tokens: held, tokensNext: { out: 20 * UNIT, from: later } });
  const said = await models.test(provider, 'parrot', ignore);
  const { tokens: used } = await last();
  expect(said).toMatchObject({ value: { spent: { micro: used!.in * IN + used!.out * OUT } } });

  // What is named for an earlier day holds on, and what was to begin later does not.
  expect((await change(costs({ tokens: tokens({ out: '30', from: earlier }) }))).ok).toBe(true);
  expect(await money()).toMatchObject({ tokens: { out: 30 * UNIT, from: earlier }, tokensNext: null });
  const entries = (await asking.world.values()).length;
  expect((await change(costs({ tokens: tokens({ out: '30', from: earlier }) }))).ok).toBe(true);
  const [changed, ...more] = (await asking.world.values()).slice(entries) as unknown as readonly { type: string }[];
  expect([changed?.type, more]).toEqual(['channel.changed', []]);

  // Nothing is to cost anything: neither now nor when the other prices would have begun.
  expect((await change(null)).ok).toBe(true);
  expect(await models.test(provider, 'parrot', ignore)).toMatchObject({ ok: true, value: { spent: null } });
  const { prices } = (await memoryAgentStore(asking.world.store).row('spend', 'spend'))!.value as StoredSpend;
  const of = `channel:${provider}`;
  for (const unit of ['token-in', 'token-out'] as const)
    expect(priceOf(prices, of, unit, (later + 1) as UnixMs)).toMatchObject({ value: { micro: 0 } });

  expect((await change(costs({ perCall: '0.01', tokens: tokens({ from: later + 1 }) }))).ok).toBe(true);
  expect(await models.test(provider, 'parrot', ignore)).toMatchObject({ value: { spent: { micro: 10_000 } } });
});

test('from when prices hold, and what holds until then, is said in words', () => {
  const format = new Format({ locale: 'en-US', zone: 'UTC' });
  const prices = { in: 2 * UNIT, out: 10 * UNIT, currency: 'EUR', from: Date.UTC(2026, 10, 21, 12) as UnixMs };
  const next = { ...prices, out: 20 * UNIT, from: Date.UTC(2026, 11, 1, 12) as UnixMs };
  const money = { currency: 'EUR', perCall: null, from: null, until: null, source: '', perDay: UNIT, today: 0 };
  const text = (tokens: typeof prices | null, tokensNext: typeof prices | null) =>
    tokensHeldText({ ...money, tokens, tokensNext }, format);
  expect(text(null, null)).toBeNull();
  expect(text(prices, null)).toBe('€2.00 sent, €10.00 written, a million tokens');
  expect(text(null, next)).toMatch(
    /^from .*December 1, 2026: €2\.00 sent, .*; until then tokens count as costing nothing$/,
  );
  expect(text(prices, next)).toMatch(/€20\.00 written, a million tokens; until then €2\.00 sent, €10\.00 written/);
  expect(tokenFieldsOf({ ...money, tokens: prices, tokensNext: next }, 'EUR', 0)).toMatchObject({
    out: '20.00',
    day: '2026-12-01',
  });
});

test('who wrote an answer is told with what it cost, and when that was counted here', () => {
  const use: EngineUse = {
    ...{ job: 'answering', name: 'Mine', model: 'parrot', where: 'channel', host: 'https://m.example', digest: null },
    ...{ requests: 1, tokensIn: 10, tokensOut: 5, bytesSent: 40 },
  };
  expect(engineSentence(use)).toMatch(/for it\.$/);
  expect(engineSentence({ ...use, spent: { micro: 70, currency: 'EUR', told: true } })).toMatch(
    /It cost 0\.00007 EUR\.$/,
  );
  expect(engineSentence({ ...use, spent: { micro: 70, currency: 'EUR', told: false } })).toMatch(
    /It cost about 0\.00007 EUR: its tokens were counted here/,
  );
});

test('what is wrong with prices is said at its field', () => {
  const empty = tokenFieldsOf(null, 'EUR', Date.UTC(2026, 10, 21, 12));
  expect(empty).toEqual({ in: '', out: '', currency: 'EUR', day: '2026-11-21' });
  expect(readTokenFields(empty, '', null)).toEqual({ ok: true, value: null });
  const wrong = readTokenFields({ in: 'much', out: '', currency: 'euro', day: '' }, 'x', null);
  expect(wrong.ok ? {} : Object.keys(wrong.error)).toEqual(['in', 'out', 'currency', 'day', 'perDay']);
  const prices = { in: 2 * UNIT, out: 10 * UNIT, currency: 'EUR', from: Date.UTC(2026, 10, 21, 12) as never };
  const typed = { in: '0.15', out: '0', currency: ' eur', day: '2026-11-20' };
  expect(readTokenFields(typed, '1', prices)).toMatchObject({
    error: { day: expect.stringMatching(/2026-11-21/) as string },
  });
  expect(readTokenFields({ ...typed, day: '2026-11-22' }, '1', prices)).toMatchObject({
    value: { in: '0.15', out: '0', currency: 'EUR' },
  });
});
