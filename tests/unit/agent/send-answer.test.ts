import { beforeEach, expect, test } from 'vitest';
import { parseUrl } from '#adapters/http/parse-url.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import type { PendingApproval, Run } from '#core/agent/run.ts';
import type { CommandId, SourceId } from '#core/base/ids.ts';
import type { Channel } from '#core/channels/channel.ts';
import { YES_HOLDS_MS } from '#core/policy/approval.ts';
import { NO_RULES, type RuleVerdict } from '#core/policy/decide.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import { SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import { rulesDigest } from '#core/policy/rule-set.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { openYes } from '#runtime/agent/open-yes.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import type { Command, CommandOutcome } from '#runtime/contract/commands.ts';
import { fakeClock, type FakeClock } from '../../fakes/fake-clock.ts';
import { fakeEgress, type FakeEgress } from '../../fakes/fake-egress.ts';
import { seededEntropy } from '../../fakes/seeded-entropy.ts';
import { factsUntilAsked, leaderOver, planThat, RUN, savingPorts } from '../../fakes/waiting-run.ts';

type Leader = Awaited<ReturnType<typeof leaderOver>>;

const CHANNEL: Channel = {
  id: 'c1',
  origin: 'https://hooks.example.com',
  methods: ['POST'],
  pathPrefix: '/status',
  headers: ['content-type', 'idempotency-key'],
  clearance: 'public',
  bytesPerDay: 100_000,
  requestsPerMinute: 10,
  expiresAt: null,
};
const ARGUMENTS = { method: 'POST', url: 'https://hooks.example.com/status', format: 'markdown', channel: 'c1' };

let clock: FakeClock;
let egress: FakeEgress;
let leader: Leader;
let ports: AgentPorts;
let orders = 0;
/** What the owner's rules say, and what they were asked. */
let verdicts: readonly RuleVerdict[] | Error;
let judged: [SinkRequest, number | null][];

beforeEach(() => {
  clock = fakeClock();
  egress = fakeEgress(sha256);
  verdicts = [];
  judged = [];
});

/** Takes up a journal; what was read from the rows before is folded from it. */
async function lead(facts: readonly Fact[]): Promise<void> {
  ports = {
    ...savingPorts(clock, []),
    entropy: seededEntropy(++orders),
    outbox: () => Promise.resolve(desk),
  };
  const desk = new ChannelDesk({
    ...{ store: ports.store, clock, entropy: seededEntropy(++orders), sha256, egress },
    ...{ incrementalSha256, parse: parseUrl, publicKey: () => new Uint8Array(32) },
    day: () => Promise.resolve('2026-11-21'),
    rules: {
      digest: () => Promise.resolve(NO_RULES),
      verdicts: (request, bytes) => {
        judged.push([request, bytes]);
        return verdicts instanceof Error ? Promise.reject(verdicts) : Promise.resolve(verdicts);
      },
    },
    approval: (digest) => openYes(ports.store, clock, digest),
    granted: (digest) => openYes(ports.store, clock, digest, 'grant'),
    command: (command) => leader.agent.handle(command),
  });
  leader = await leaderOver(ports, facts);
  await leader.agent.rebuild();
  leader.agent.resume();
  for (let turn = 0; turn < 10; turn++) await clock.advance(5);
}

/** The owner has no rules of its own, and took those away that come with the app. */
const NONE = { packs: [], scopes: SCOPE_VERSION };
const withChannel = (channel = CHANNEL): Fact[] => [
  { type: 'policy.adopted', at: clock.now(), digest: rulesDigest(NONE, sha256), set: NONE },
  { type: 'channel.approved', at: clock.now(), channel, name: 'Status hooks', why: '' },
];
const FILE = { id: 'f1' as SourceId, path: 'diary.md', counts: {}, warnings: [], sample: false, bytes: 1 };
/** A run over one file. */
function waiting(args: Record<string, string | null> = ARGUMENTS, channel: Channel = CHANNEL): Fact[] {
  const [started, ...rest] = factsUntilAsked(clock.now(), planThat('send-answer', args));
  const imported = { type: 'source.imported', at: clock.now(), source: FILE };
  return [
    ...withChannel(channel),
    imported as unknown as Fact,
    { ...started, sources: [FILE.id] } as unknown as Fact,
    ...rest,
  ];
}

async function order(body: Record<string, unknown>): Promise<CommandOutcome> {
  const outcome = leader.agent.handle({ id: `order-${String(++orders)}` as CommandId, run: RUN, ...body } as Command);
  await clock.advance(20);
  return outcome;
}
const run = (): Run => leader.agent.state.runs.get(RUN)!;
const card = (): PendingApproval => {
  const { approval } = run();
  if (approval === null) throw new Error(`nothing waits: ${run().failure?.message ?? run().status}`);
  return approval;
};
const approve = (): Promise<CommandOutcome> => order({ type: 'approve', approval: card().id, digest: card().digest });
const kinds = (): string[] => leader.journal.map(({ type }) => type).slice(8);

test('the card shows the request to the byte, and a yes sends exactly that, once, between its intent and its outcome', async () => {
  await lead(waiting());
  const { sentence, sends, content, action, reason } = card();
  expect(sentence).toMatch(/^Send 1 POST, \d+ bytes, to hooks\.example\.com$/);
  expect(reason).toContain('words that others wrote');
  expect(action).toMatchObject({ host: 'https://hooks.example.com', label: { confidentiality: 'private' } });
  expect(egress.reached).toEqual([]);
  await approve();
  const [sent] = egress.reached;
  expect(egress.reached).toHaveLength(1);
  expect(sent).toMatchObject({ method: sends?.method, url: sends?.url, headers: sends?.headers });
  expect(new TextDecoder().decode(sent!.body!)).toBe(content);
  expect(kinds()).toEqual([
    ...['approval.requested', 'approval.given', 'step.started'],
    ...['egress.intent', 'egress.answered', 'step.finished', 'run.completed'],
  ]);
  const intent = leader.journal.flatMap((fact) => (fact.type === 'egress.intent' ? [fact.intent] : []))[0];
  expect(intent).toMatchObject({ reason: 'approved', channel: 'c1', by: { tool: 'send-answer', run: RUN } });
  expect(run().status).toBe('complete');
});

test('JSON names every sentence’s evidence, and says so in its type', async () => {
  await lead(waiting({ ...ARGUMENTS, format: 'json' }));
  expect(JSON.parse(card().content)).toMatchObject({ goal: 'What is the Kestrel budget?', outcome: 'answered' });
  expect(card().sends?.headers[0]).toEqual(['content-type', 'application/json']);
});

test('a way out that takes no such headers gets none, and the card shows none', async () => {
  await lead(waiting(ARGUMENTS, { ...CHANNEL, headers: [] }));
  expect(card().sends?.headers).toEqual([]);
  await approve();
  expect(egress.reached[0]?.headers).toEqual([]);
});

test('cut off in the middle of sending it is not sent again: what is known is said, and a repeat carries the same key', async () => {
  await lead(waiting());
  egress.answer = () => new Promise(() => undefined);
  await approve();
  expect(egress.reached).toHaveLength(1);
  leader.stop();
  await lead(leader.journal);
  expect(egress.reached).toHaveLength(1);
  expect(card()).toMatchObject({ anew: 'unknown' });
  expect(card().reason).toMatch(/whether hooks\.example\.com got it is not known.*same Idempotency-Key/);
  egress.answer = () => Promise.resolve({ status: 200 });
  await approve();
  expect(run().status).toBe('complete');
  const keys = egress.reached.map(({ headers }) => new Map(headers).get('idempotency-key'));
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('cut off between the answer and its note, what the journal knows is believed, and nothing is asked', async () => {
  await lead(waiting());
  await approve();
  leader.stop();
  const until = leader.journal.findLastIndex(({ type }) => type === 'step.finished');
  await lead(leader.journal.slice(0, until));
  expect(run().status).toBe('complete');
  expect(egress.reached).toHaveLength(1);
});

test('cut off before anything left, the card says that nothing was sent', async () => {
  await lead(waiting());
  await approve();
  leader.stop();
  egress.reached.length = 0;
  const until = leader.journal.findIndex(({ type }) => type === 'egress.intent');
  await lead(leader.journal.slice(0, until));
  expect(card().reason).toContain('before anything was sent');
  expect(egress.reached).toEqual([]);
});

test('a host that refuses, and a connection that breaks, end the run with what is known; neither is tried again', async () => {
  await lead(waiting());
  egress.answer = () => Promise.resolve({ status: 500 });
  await approve();
  expect(run()).toMatchObject({ status: 'failed', failure: { code: 'io' } });
  expect(run().failure?.message).toContain('answered 500');

  await lead(waiting());
  egress.answer = () => Promise.resolve({ code: 'broken', message: 'The connection was lost.', sent: 'unknown' });
  await approve();
  expect(run()).toMatchObject({ status: 'failed', failure: { code: 'unknown-outcome' } });
  await clock.advance(600_000);
  expect(egress.reached).toHaveLength(2);
});

test('with no way out the run says so instead of asking', async () => {
  await lead(waiting({ ...ARGUMENTS, url: 'https://elsewhere.example.net/', channel: null }));
  expect(run().status).toBe('failed');
  expect(run().failure?.message).toMatch(/elsewhere\.example\.net/);
  expect(kinds()).not.toContain('approval.requested');
});

test('a way out that is revoked between the yes and the sending lets nothing through', async () => {
  await lead(waiting());
  await order({ type: 'revoke-channel', channel: 'c1', run: undefined });
  await approve();
  expect(egress.reached).toEqual([]);
  expect(run().status).toBe('failed');
});

test('what comes of a file that is sealed while the card waits does not leave: the question is void', async () => {
  await lead(waiting());
  expect(card().action?.label.sources).toContain('file:f1');
  await order({ type: 'change-seal', of: { sources: [FILE.id] }, sealed: true, run: undefined });
  expect(run().status).toBe('failed');
  expect(run().failure?.message).toContain('diary.md');
  expect(egress.reached).toEqual([]);
});

test('the yes to one sending opens the gate for nothing else, nor twice, nor late', async () => {
  await lead(waiting());
  const { digest } = card();
  const ask = (): Promise<unknown> => openYes(ports.store, clock, digest);
  expect(await ask(), 'not before it is given').toBeNull();
  await approve();
  expect(await ask(), 'not after it was used').toBeNull();
  clock.jump(YES_HOLDS_MS);
  expect(await ask()).toBeNull();
});

/** A run over nothing: what it says is the owner's own and the app's. */
function overNothing(channel: Channel): Fact[] {
  const facts = factsUntilAsked(clock.now(), planThat('send-answer', ARGUMENTS));
  return [...withChannel(channel), ...facts];
}

test('what nobody has to be asked about is sent unasked, to the byte that the journal says, and cut off it is asked about', async () => {
  await lead(overNothing({ ...CHANNEL, clearance: 'private' }));
  expect(run()).toMatchObject({ status: 'complete', approval: null });
  const types = leader.journal.map(({ type }) => type).slice(7);
  expect(types).toEqual([
    ...['approval.covered', 'step.started', 'egress.intent', 'egress.answered', 'step.finished', 'run.completed'],
  ]);
  const covered = leader.journal.flatMap((fact) => (fact.type === 'approval.covered' ? [fact.approval] : []))[0];
  expect(covered).toMatchObject({
    cover: { kind: 'rules' },
    content: new TextDecoder().decode(egress.reached[0]!.body!),
  });
  const intent = leader.journal.flatMap((fact) => (fact.type === 'egress.intent' ? [fact.intent] : []))[0];
  expect(intent).toMatchObject({ reason: 'as-planned', approval: null });

  egress.answer = () => new Promise(() => undefined);
  await lead(overNothing({ ...CHANNEL, clearance: 'private' }));
  leader.stop();
  await lead(leader.journal);
  expect(card()).toMatchObject({ anew: 'unknown' });
  expect(egress.reached).toHaveLength(2);
});

test('what was covered by the rules is asked about where the rules ask before it is done', async () => {
  await lead(overNothing({ ...CHANNEL, clearance: 'private' }));
  leader.stop();
  egress.reached.length = 0;
  const until = leader.journal.findLastIndex(({ type }) => type === 'step.started');
  await lead([
    ...leader.journal.slice(0, until),
    { type: 'channel.changed', at: clock.now(), channel: CHANNEL, name: 'Status hooks', why: '' },
  ]);
  expect(egress.reached).toEqual([]);
  expect(card().anew).toBe('uncovered');
});

test('the title of what is sent is what there was to be done, without where it goes', async () => {
  const plan = planThat('send-answer', ARGUMENTS);
  const [text, restated] = [
    'What is the Kestrel budget? And send it to https://hooks.example.com/status',
    'Say what the Kestrel budget is, and send it to https://hooks.example.com/status.',
  ];
  for (const [goal, title] of [
    [{ ...plan.goal, text, restated }, '# What is the Kestrel budget?\n'],
    [{ ...plan.goal, text: 'x'.repeat(90), restated }, '# Say what the Kestrel budget is.\n'],
  ] as const) {
    const [started, committed, ...rest] = waiting().slice(3);
    const facts = [...waiting().slice(0, 3), started, { ...committed, plan: { ...plan, goal } }, ...rest];
    await lead(facts as Fact[]);
    expect(card().content.slice(0, title.length)).toBe(title);
  }
});

test('the owner’s rules are evaluated once when a sending is asked about and once when it is done, over its bytes', async () => {
  await lead(waiting());
  expect(judged).toMatchObject([
    [{ sink: 'egress', channel: 'c1', action: { host: CHANNEL.origin } }, expect.any(Number)],
  ]);
  expect(judged[0]![1]).toBeGreaterThan(card().content.length);
  judged.length = 0;
  await approve();
  expect(run().status).toBe('complete');
  expect(judged).toHaveLength(1);
  expect(judged[0]![0].action).toEqual(
    leader.journal.flatMap((fact) => (fact.type === 'approval.requested' ? [fact.approval.action] : []))[0],
  );
});

test('a rule that forbids a sending since it was approved keeps it here', async () => {
  await lead(waiting());
  verdicts = [{ effect: 'forbid', rule: 'own' }];
  await approve();
  expect(egress.reached).toEqual([]);
  expect(run()).toMatchObject({ status: 'failed', failure: { code: 'denied' } });
});

test('what a rule asks about is asked about, and a rule that fails denies', async () => {
  verdicts = [{ effect: 'ask', rule: 'own' }];
  await lead(overNothing({ ...CHANNEL, clearance: 'private' }));
  expect(card().reason).toContain('asks before this');
  verdicts = new Error('no engine');
  await lead(overNothing({ ...CHANNEL, clearance: 'private' }));
  expect(run()).toMatchObject({ status: 'failed', failure: { code: 'denied' } });
  expect(egress.reached).toEqual([]);
});

test('a standing yes sends the next answer to the same address without a card, names itself, and ends at once', async () => {
  await lead(waiting());
  const { id: approval, digest } = card();
  const grant = { uses: 5, bytes: 100_000, until: clock.now() + 1_000_000 };
  await order({ type: 'approve', approval, digest, grant });
  expect(egress.reached).toHaveLength(1);
  leader.stop();
  const given = leader.journal;
  const next = waiting()
    .slice(3)
    .map((fact) => ({ ...fact, run: 'run-2' })) as unknown as Fact[];
  await lead([...given, ...next]);
  expect(egress.reached).toHaveLength(2);
  const last = leader.journal.flatMap((fact) => (fact.type === 'egress.intent' ? [fact.intent] : [])).at(-1);
  const covered = leader.journal.flatMap((fact) => (fact.type === 'approval.covered' ? [fact.approval] : []))[0];
  const [stored] = [...leader.agent.state.grants.values()];
  expect(covered?.cover).toMatchObject({ kind: 'grant', grant: stored?.grant.id });
  expect(last).toMatchObject({ reason: 'granted', approval: covered?.id });
  leader.stop();

  // Taken back after it was decided and begun, before the first byte: nothing leaves.
  const until = leader.journal.findLastIndex(({ type }) => type === 'step.started') + 1;
  const begun = leader.journal.slice(0, until);
  await lead([...begun, { type: 'grant.revoked', at: clock.now(), grant: stored!.grant.id }]);
  expect(egress.reached).toHaveLength(2);
  const asked = { target: {}, method: 'POST', headers: [], bytes: 1 };
  const intent = { ...last!, id: 'late' };
  expect(await order({ type: 'intend-egress', intent, under: CHANNEL, asked })).toMatchObject({ ok: false });
});
