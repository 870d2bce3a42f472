import { beforeEach, expect, test } from 'vitest';
import { parseUrl } from '#adapters/http/parse-url.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import type { PendingApproval, Run } from '#core/agent/run.ts';
import type { CommandId, Sequence, UnixMs } from '#core/base/ids.ts';
import type { Channel } from '#core/channels/channel.ts';
import { NEUTRAL, OWNER_TYPED } from '#core/labels/label.ts';
import { NO_RULES } from '#core/policy/decide.ts';
import { SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import { rulesDigest } from '#core/policy/rule-set.ts';
import { usedOn } from '#core/spend/ledger.ts';
import type { Price } from '#core/spend/price.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { Departure } from '#runtime/channels/channel-facts.ts';
import { openYes } from '#runtime/agent/open-yes.ts';
import { readRun } from '#runtime/agent/read-views.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { ChannelDesk, type Sending } from '#runtime/channels/channel-desk.ts';
import type { Command, CommandOutcome } from '#runtime/contract/commands.ts';
import { BY_HAND } from '#runtime/spend/plan-cost.ts';
import type { StoredSpend } from '#runtime/spend/spend-facts.ts';
import { fakeClock, type FakeClock } from '../../fakes/fake-clock.ts';
import { fakeEgress, type FakeEgress } from '../../fakes/fake-egress.ts';
import { seededEntropy } from '../../fakes/seeded-entropy.ts';
import { factsUntilAsked, leaderOver, planThat, RUN, savingPorts } from '../../fakes/waiting-run.ts';

/** Sending an answer by a way out that costs something. */
type Leader = Awaited<ReturnType<typeof leaderOver>>;

/** The owner has no rules of its own, and took those away that come with the app. */
const NONE = { packs: [], scopes: SCOPE_VERSION };
const DAY = '2026-11-21';
const CHANNEL: Channel = {
  ...{ id: 'c1', origin: 'https://hooks.example.com', methods: ['POST'], pathPrefix: '/status', headers: [] },
  ...{ clearance: 'public', bytesPerDay: 100_000, requestsPerMinute: 10, expiresAt: null, moneyPerDay: 1_000_000 },
};
const CAPS = { currency: 'EUR', call: 20_000, run: 50_000, day: 100_000, agent: 1_000_000 };
const PRICE: Price = {
  ...{ of: 'channel:c1', unit: 'call', per: 1, micro: 20_000, currency: 'EUR' },
  ...{ from: 0 as UnixMs, until: null, source: 'price page' },
};

let clock: FakeClock;
let egress: FakeEgress;
let leader: Leader;
let ports: AgentPorts;
let desk: ChannelDesk;
let orders = 0;

beforeEach(() => {
  clock = fakeClock();
  egress = fakeEgress(sha256);
});

async function lead(facts: readonly Fact[]): Promise<void> {
  ports = { ...savingPorts(clock, []), entropy: seededEntropy(++orders), outbox: () => Promise.resolve(desk) };
  desk = deskOf();
  leader = await leaderOver(ports, facts);
  await leader.agent.rebuild();
  leader.agent.resume();
  for (let turn = 0; turn < 10; turn++) await clock.advance(5);
}

/** The gate of one more tab. */
function deskOf(): ChannelDesk {
  return new ChannelDesk({
    ...{ store: ports.store, clock, entropy: seededEntropy(++orders), sha256, egress, parse: parseUrl },
    ...{ incrementalSha256, publicKey: () => new Uint8Array(32) },
    day: () => Promise.resolve(DAY),
    rules: { digest: () => Promise.resolve(NO_RULES), verdicts: () => Promise.resolve([]) },
    approval: (digest) => openYes(ports.store, clock, digest),
    command: (command) => leader.agent.handle(command),
  });
}

const waiting = (caps = CAPS, prices: readonly Price[] = [PRICE], channel = CHANNEL): Fact[] => {
  const at = clock.now();
  const args = { method: 'POST', url: 'https://hooks.example.com/status', format: 'markdown', channel: 'c1' };
  return [
    { type: 'policy.adopted', at, digest: rulesDigest(NONE, sha256), set: NONE },
    { type: 'caps.changed', at, caps },
    ...(prices.length === 0 ? [] : [{ type: 'price.adopted', at, prices } as const]),
    { type: 'channel.approved', at, channel, name: 'Paid board', why: '' },
    ...factsUntilAsked(at, planThat('send-answer', args)),
  ];
};

async function order(body: Record<string, unknown>): Promise<CommandOutcome> {
  const outcome = leader.agent.handle({ id: `order-${String(++orders)}` as CommandId, ...body } as Command);
  await clock.advance(20);
  return outcome;
}
const run = (): Run => leader.agent.state.runs.get(RUN)!;
const card = (): PendingApproval => {
  const { approval } = run();
  if (approval === null) throw new Error(`nothing waits: ${run().failure?.message ?? run().status}`);
  return approval;
};
const approve = (): Promise<CommandOutcome> =>
  order({ type: 'approve', run: RUN, approval: card().id, digest: card().digest });
const used = (): number => usedOn(leader.agent.state.spend.ledger, DAY);
const kinds = (): string[] => leader.journal.map(({ type }) => type).filter((type) => /^(spend|egress)\./.test(type));

test('money is set aside in one write with the intent, and settled in one with its outcome; the card says how much', async () => {
  await lead(waiting());
  expect(card().action?.spends).toEqual({ micro: 20_000, currency: 'EUR', known: true });
  expect(card().sends?.today).toEqual({ used: 0, limit: 100_000 });
  expect(used(), 'a question sets nothing aside').toBe(0);
  await approve();
  expect(run().status).toBe('complete');
  expect(kinds()).toEqual(['spend.reserved', 'egress.intent', 'spend.settled', 'egress.answered']);
  expect(used()).toBe(20_000);
  expect(leader.agent.state.spend.ledger).toMatchObject({ open: {}, runs: {}, agents: { main: 20_000 } });
  const view = await readRun(ports.store, RUN);
  expect(view?.spent).toEqual({ micro: 20_000, open: 0, currency: 'EUR' });
  const [departure] = await ports.store.rows('egress');
  const { bytes } = (departure?.value as Departure).intent;
  expect(view?.left).toEqual([{ host: 'https://hooks.example.com', requests: 1, bytes, got: 'yes' }]);
});

test('what an agent spends for another counts for its run, its day and the agent that spends, and each cap ends it', async () => {
  const by = (agents: readonly string[], caps = CAPS): Fact[] =>
    waiting(caps).map((fact) => (fact.type === 'run.started' ? { ...fact, agents } : fact));
  await lead(by(['desk', 'figures']));
  await approve();
  expect(run().status).toBe('complete');
  expect(used()).toBe(20_000);
  expect(leader.agent.state.spend.ledger.agents).toEqual({ figures: 20_000 });
  const reserved = leader.journal.flatMap((fact) => (fact.type === 'spend.reserved' ? [fact.reservation] : []));
  expect(reserved).toMatchObject([{ agent: 'figures', run: RUN, day: DAY, micro: 20_000 }]);
  const spent = leader.journal.filter(({ type }) => type.startsWith('spend.') || type === 'egress.intent');
  const before = (agents: readonly string[], caps: Partial<typeof CAPS>): Fact[] => [
    ...spent.map((fact) => ({ ...fact })),
    ...by(agents, { ...CAPS, ...caps }),
  ];
  for (const [cap, caps] of [
    ['a day', { day: 39_999 }],
    ['one run', { run: 19_999 }],
    ['the agent', { agent: 39_999 }],
  ] as const) {
    await lead(before(['figures'], caps));
    expect(run().failure?.message, cap).toContain(`the limit for ${cap} is`);
  }
  await lead(before(['desk'], { agent: 39_999 }));
  expect(card().action?.spends?.micro, 'another agent has its own').toBe(20_000);
});

test('what a question about the plan cost is told with the run, also where no plan came of it', async () => {
  await lead(waiting());
  await approve();
  const { plan, ...rest } = run();
  const spent = { micro: 20_000, open: 0, currency: 'EUR' };
  const as = async (value: Run['plan']) => {
    const row = (kind: string) =>
      Promise.resolve(kind === 'run' ? { value: { ...rest, steps: {}, plan: value } } : null);
    return (await readRun({ ...ports.store, row } as unknown as AgentStore, RUN))?.spent;
  };
  expect(await as({ ...plan!, steps: [], goal: { ...plan!.goal, kind: 'not-understood' } })).toEqual(spent);
  expect(await as(null)).toEqual(spent);
  expect(await as({ ...plan!, steps: [] }), 'nothing is looked up for other runs').toBeNull();
});

test('a cap that has no room denies before anything is asked or leaves, and names itself', async () => {
  await lead(waiting({ ...CAPS, day: 19_999 }));
  expect(run().failure?.message).toMatch(/limit for a day is 0\.019999 EUR.*Raise it under “Money”/);
  await lead(waiting(CAPS, [PRICE], { ...CHANNEL, moneyPerDay: 10_000 }));
  expect(run().failure?.message).toMatch(/limit a day of this way out is 0\.01 EUR.*“Change” at that way out/);
  expect(egress.reached).toEqual([]);
});

test('a cap that is lowered between question and yes holds', async () => {
  await lead(waiting());
  expect(await order({ type: 'change-caps', caps: { ...CAPS, call: 1 } })).toMatchObject({ ok: true });
  await approve();
  expect(egress.reached).toEqual([]);
  expect(run().status).toBe('failed');
  expect(run().failure?.message).toContain('the limit for one call');
  expect(kinds()).toEqual([]);
});

test('a price that rises while the card waits makes it a new question', async () => {
  await lead(waiting({ ...CAPS, call: 50_000 }));
  await order({ type: 'adopt-prices', prices: [{ ...PRICE, micro: 30_000, from: clock.now() }] });
  await clock.advance(50);
  expect(card()).toMatchObject({ anew: 'changed', action: { spends: { micro: 30_000 } } });
});

test('a price that was changed in the row that tabs read sends nothing: the leader has its own from the journal', async () => {
  await lead(waiting());
  const cheaper = { ...leader.agent.state.spend, prices: [{ ...PRICE, micro: 1 }] };
  const applied = (await ports.store.applied()) as Sequence;
  const row = { kind: 'spend', id: 'spend', sequence: applied, value: cheaper };
  const epoch = await ports.store.epoch();
  expect(await ports.store.apply(epoch, { applied, rows: [row], done: [] })).toMatchObject({ ok: true });

  const outcome = desk.send(byHand(1), new AbortController().signal);
  for (let turn = 0; turn < 10; turn++) await clock.advance(5);
  const refused = await outcome;
  expect(refused.kind).toBe('refused');
  expect(refused.kind === 'refused' && refused.message).toContain('costs changed meanwhile');
  await approve();
  expect(egress.reached).toEqual([]);
  expect(kinds()).toEqual([]);
  expect(used()).toBe(0);

  await leader.agent.rebuild();
  const rebuilt = (await ports.store.row('spend', 'spend'))?.value as StoredSpend;
  expect(rebuilt.prices).toEqual([PRICE]);
});

test('with no price in force the card says that it is not known, and all that a call may cost is set aside', async () => {
  await lead(waiting(CAPS, [{ ...PRICE, until: 1 as UnixMs }]));
  expect(card().action?.spends).toEqual({ micro: CAPS.call, currency: 'EUR', known: false });
  await approve();
  expect(run().status).toBe('complete');
  expect(used()).toBe(CAPS.call);
});

test('a way out whose owner named no price costs nothing, as in older journals', async () => {
  await lead(waiting(CAPS, [], CHANNEL));
  expect(card().action?.spends).toBeUndefined();
  await approve();
  expect(kinds()).toEqual(['egress.intent', 'egress.answered']);
  expect((await readRun(ports.store, RUN))?.spent).toBeNull();
});

test('what certainly did not leave is given back whole', async () => {
  await lead(waiting());
  egress.answer = () => Promise.resolve({ code: 'no-way-out', message: 'No worker answers.', sent: 'no' });
  await approve();
  expect(kinds()).toEqual(['spend.reserved', 'egress.intent', 'spend.given-back', 'egress.answered']);
  expect(used()).toBe(0);
});

test('what nobody knows the end of counts after a crash, until the owner says what it came to', async () => {
  await lead(waiting());
  egress.answer = () => new Promise(() => undefined);
  await approve();
  expect(egress.reached).toHaveLength(1);
  leader.stop();
  await lead(leader.journal);
  expect(used()).toBe(20_000);
  clock.jump(600_000);
  expect(await desk.settle()).toBe(1);
  expect(used(), 'that it is not known frees nothing').toBe(20_000);
  expect((await readRun(ports.store, RUN))?.spent).toEqual({ micro: 0, open: 20_000, currency: 'EUR' });
  const [id = ''] = Object.keys(leader.agent.state.spend.ledger.open);
  expect((await desk.settleSpending(id, 0)).ok).toBe(true);
  expect(used()).toBe(0);
  expect(await desk.settleSpending(id, 5)).toMatchObject({ ok: false });
});

test('two tabs that send at once set aside from one cap, and together never more than it holds', async () => {
  await lead(waiting({ ...CAPS, day: 70_000 }, [PRICE], { ...CHANNEL, requestsPerMinute: 100 }));
  const tabs = [desk, deskOf()];
  let most = 0;
  egress.answer = async () => {
    most = Math.max(most, used());
    await clock.advance(1);
    return { status: 200 };
  };
  const outcomes = Promise.all(
    Array.from({ length: 12 }, (_, at) => tabs[at % 2]!.send(byHand(at), new AbortController().signal)),
  );
  for (let turn = 0; turn < 60; turn++) await clock.advance(5);
  const sent = (await outcomes).map(({ kind }) => kind);
  expect(egress.reached).toHaveLength(3);
  expect(sent.filter((kind) => kind === 'answered')).toHaveLength(3);
  expect(sent.filter((kind) => kind === 'refused')).toHaveLength(9);
  expect(most).toBe(60_000);
  expect(used()).toBe(60_000);
  expect(leader.agent.state.spend.ledger.open).toEqual({});
});

/** What the owner sends without a run. */
function byHand(at: number): Sending {
  const url = 'https://hooks.example.com/status';
  return {
    request: { method: 'POST', url, headers: [], body: new TextEncoder().encode(String(at)) },
    ...{ channel: 'c1', sink: 'egress', by: { tool: 'by-hand', run: BY_HAND, step: String(at) }, arguments: { url } },
    carries: [
      { name: 'url', role: 'address', label: NEUTRAL },
      { name: 'content', role: 'content', label: NEUTRAL },
    ],
    ...{ planned: true, planner: OWNER_TYPED, destructive: false, answerBytesMax: 1_000 },
  };
}
