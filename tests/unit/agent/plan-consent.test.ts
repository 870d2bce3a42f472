import { beforeEach, describe, expect, test } from 'vitest';
import { parseUrl } from '#adapters/http/parse-url.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import { consentOf, whyNotTicked, type Ticked } from '#core/agent/plan-consent.ts';
import type { PendingApproval, PlanAct, PreparedAct, Run } from '#core/agent/run.ts';
import { transition } from '#core/agent/transition.ts';
import { accountOf } from '#core/audit/run-account.ts';
import type { LoggedFact } from '#core/audit/export-contents.ts';
import type { CommandId, Digest, SourceId, StepId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Channel } from '#core/channels/channel.ts';
import { YES_HOLDS_MS } from '#core/policy/approval.ts';
import { NO_RULES } from '#core/policy/decide.ts';
import { SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import { rulesDigest } from '#core/policy/rule-set.ts';
import { isRunEvent, type Fact } from '#runtime/agent/facts.ts';
import { openYes } from '#runtime/agent/open-yes.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import type { Command, CommandOutcome } from '#runtime/contract/commands.ts';
import { fakeClock, type FakeClock } from '../../fakes/fake-clock.ts';
import { fakeEgress, type FakeEgress } from '../../fakes/fake-egress.ts';
import { seededEntropy } from '../../fakes/seeded-entropy.ts';
import { factsUntilAsked, leaderOver, planThat, RUN, savingPorts, type SavedFile } from '../../fakes/waiting-run.ts';

/** A plan whose answer goes to several places: one question, a yes to each of them, and what comes between. */
const PLACES = ['a', 'b', 'c'] as const;
type Place = (typeof PLACES)[number];
const STEPS: Readonly<Record<Place, StepId>> = { a: '2-a' as StepId, b: '3-b' as StepId, c: '4-c' as StepId };

const channelOf = (place: Place, changes: Partial<Channel> = {}): Channel => ({
  id: place,
  origin: `https://${place}.example.com`,
  methods: ['POST'],
  pathPrefix: '/in',
  headers: ['content-type'],
  clearance: 'public',
  bytesPerDay: 100_000,
  requestsPerMinute: 10,
  expiresAt: null,
  ...changes,
});

let clock: FakeClock;
let egress: FakeEgress;
let saved: SavedFile[];
let leader: Awaited<ReturnType<typeof leaderOver>>;
let ports: AgentPorts;
let orders = 0;
/** The owner's rules in force. */
let rules: Digest | typeof NO_RULES;
/** Looks around whenever the gate asks for a yes. */
let asked: () => Promise<void>;

beforeEach(() => {
  clock = fakeClock();
  egress = fakeEgress(sha256);
  saved = [];
  rules = NO_RULES;
  asked = () => Promise.resolve();
});

/** Takes up a journal; what was read from the rows before is folded from it. */
async function lead(facts: readonly Fact[]): Promise<void> {
  ports = {
    ...savingPorts(clock, saved),
    entropy: seededEntropy(++orders),
    outbox: () => Promise.resolve(desk),
  };
  const desk = new ChannelDesk({
    ...{ store: ports.store, clock, entropy: seededEntropy(++orders), sha256, egress },
    ...{ incrementalSha256, parse: parseUrl, publicKey: () => new Uint8Array(32) },
    day: () => Promise.resolve('2026-11-21'),
    rules: { digest: () => Promise.resolve(rules), verdicts: () => Promise.resolve([]) },
    approval: (digest) => asked().then(() => openYes(ports.store, clock, digest)),
    granted: (digest) => openYes(ports.store, clock, digest, 'grant'),
    command: (command) => leader.agent.handle(command),
  });
  leader = await leaderOver(ports, facts);
  await leader.agent.rebuild();
  leader.agent.resume();
  await settled();
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await clock.advance(5);
}

const FILE = { id: 'f1' as SourceId, path: 'diary.md', counts: {}, warnings: [], sample: false, bytes: 1 };
const NONE = { packs: [], scopes: SCOPE_VERSION };

function sendStep(place: Place, format = 'markdown') {
  const url = `https://${place}.example.com/in`;
  const [step] = planThat('send-answer', { method: 'POST', url, format, channel: place }).steps.slice(-1);
  return { ...step!, id: STEPS[place], title: `Send to ${place}` };
}

/** The journal until the first of the plan's outward acts is due. */
function due(
  channels: Partial<Record<Place, Partial<Channel>>> = {},
  outward = PLACES.map((place) => sendStep(place)),
): Fact[] {
  const plan = planThat('send-answer', {});
  const [started, ...rest] = factsUntilAsked(clock.now(), { ...plan, steps: [plan.steps[0]!, ...outward] });
  return [
    { type: 'policy.adopted', at: clock.now(), digest: rulesDigest(NONE, sha256), set: NONE },
    ...PLACES.map((place): Fact => ({
      ...{ type: 'channel.approved', at: clock.now(), channel: channelOf(place, channels[place]) },
      ...{ name: place.toUpperCase(), why: '' },
    })),
    { type: 'source.imported', at: clock.now(), source: FILE } as unknown as Fact,
    { ...started, sources: [FILE.id] } as unknown as Fact,
    ...rest,
  ];
}

async function order(body: Record<string, unknown>): Promise<CommandOutcome> {
  const outcome = leader.agent.handle({ id: `order-${String(++orders)}` as CommandId, run: RUN, ...body } as Command);
  await settled();
  return outcome;
}
const run = (): Run => leader.agent.state.runs.get(RUN)!;
const card = (): PendingApproval => {
  const { approval, status } = run();
  if (approval === null || status !== 'waiting-approval')
    throw new Error(`nothing waits: ${run().failure?.message ?? status}`);
  return approval;
};
const prepared = (): PreparedAct[] => (card().acts ?? []).flatMap((act) => (act.standing === 'denied' ? [] : [act]));
const ticked = (places: readonly Place[] = PLACES): { step: StepId; digest: string }[] =>
  prepared().flatMap(({ step, digest }) => (places.some((place) => STEPS[place] === step) ? [{ step, digest }] : []));
const approve = (acts: unknown = ticked()): Promise<CommandOutcome> =>
  order({ type: 'approve', approval: card().id, digest: card().digest, ...(acts === undefined ? {} : { acts }) });
const reached = (): string[] => egress.reached.map(({ url }) => new URL(url).hostname.charAt(0));
const count = (type: Fact['type']): number => leader.journal.filter((fact) => fact.type === type).length;
const after = (type: Fact['type'], nth: number): Fact[] => {
  const places = leader.journal.flatMap((fact, at) => (fact.type === type ? [at] : []));
  return leader.journal.slice(0, places[nth]! + 1);
};
/** The process ends; the journal is taken up as far as it was written then. */
async function crash(until: readonly Fact[] = leader.journal): Promise<void> {
  leader.stop();
  await lead(until);
}

test('three sends ask once, with each request to the byte, and one yes sends exactly those, each once and in order', async () => {
  await lead(due());
  const { sentence, acts, content, offer } = card();
  expect(sentence).toBe('Send 3 requests, to a.example.com, to b.example.com and to c.example.com');
  expect(offer).toBeUndefined();
  expect(acts).toMatchObject([
    { standing: 'asked', step: STEPS.a, sends: { url: 'https://a.example.com/in', channel: 'A' } },
    { standing: 'asked', step: STEPS.b, sends: { url: 'https://b.example.com/in', channel: 'B' } },
    { standing: 'asked', step: STEPS.c, sends: { url: 'https://c.example.com/in', channel: 'C' } },
  ]);
  expect(prepared().every((act) => act.content === undefined && act.action?.label.confidentiality === 'private')).toBe(
    true,
  );
  expect(new Set(prepared().map(({ digest }) => digest)).size).toBe(3);
  expect(reached()).toEqual([]);
  const shown = prepared().map(({ digest }) => digest);
  const consent = card().id;

  expect(await approve()).toMatchObject({ ok: true });
  expect(run().status).toBe('complete');
  expect(reached()).toEqual(['a', 'b', 'c']);
  expect(egress.reached.every(({ body }) => new TextDecoder().decode(body!) === content)).toBe(true);
  expect(count('approval.requested')).toBe(1);
  const covered = leader.journal.flatMap((fact) => (fact.type === 'approval.covered' ? [fact.approval] : []));
  expect(covered.map(({ step, cover }) => [step, cover])).toEqual([
    [STEPS.b, { kind: 'plan', consent }],
    [STEPS.c, { kind: 'plan', consent }],
  ]);
  const intents = leader.journal.flatMap((fact) => (fact.type === 'egress.intent' ? [fact.intent] : []));
  expect(intents.map(({ action }) => action)).toEqual(shown);
  expect(intents.map(({ reason }) => reason)).toEqual(['approved', 'approved', 'approved']);
  expect(intents.map(({ approval }) => approval)).toEqual([consent, ...covered.map(({ id }) => id)]);
  expect(run().given).toBeUndefined();
});

test('the yes is no ambient one: it opens the gate for one act, at its turn, and not after', async () => {
  await lead(due());
  const digests = prepared().map(({ digest }) => digest);
  const look = (): Promise<boolean[]> =>
    Promise.all(digests.map(async (digest) => (await openYes(ports.store, clock, digest)) !== null));
  const open: boolean[][] = [];
  asked = async () => void open.push(await look());
  expect(await look()).toEqual([false, false, false]);
  await approve();
  expect(open).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
  expect(await look()).toEqual([false, false, false]);
  expect(reached()).toEqual(['a', 'b', 'c']);
});

describe('what is left out', () => {
  test.each([
    [
      ['b', 'c'],
      ['b', 'c'],
    ],
    [
      ['a', 'c'],
      ['a', 'c'],
    ],
    [['c'], ['c']],
  ] as [Place[], string[]][])('ticked %j', async (places, sent) => {
    await lead(due());
    await approve(ticked(places));
    expect(run().status).toBe('complete');
    expect(reached()).toEqual(sent);
    for (const place of PLACES.filter((each) => !places.includes(each)))
      expect(run().steps[STEPS[place]]).toMatchObject({
        status: 'skipped',
        error: { message: 'You left it out when you approved the rest of the plan.' },
      });
    expect(count('approval.requested')).toBe(1);
  });

  test('denied, none of it is done, and the answer stays', async () => {
    await lead(due());
    await order({ type: 'deny', approval: card().id, reason: 'Not today' });
    expect(run()).toMatchObject({ status: 'complete' });
    expect(Object.values(STEPS).map((step) => run().steps[step]?.status)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(reached()).toEqual([]);
  });
});

describe('a yes to anything but what is on the card is refused', () => {
  test.each([
    ['nothing', () => [], 'illegal'],
    ['no acts named', () => undefined, 'illegal'],
    ['another digest', () => [{ step: STEPS.a, digest: 'x' }], 'stale'],
    ['the digest of one for another', () => [{ step: STEPS.a, digest: prepared()[1]!.digest }], 'stale'],
    ['an act that is not of the plan', () => [...ticked(), { step: '9-x', digest: prepared()[0]!.digest }], 'stale'],
    ['one act twice', () => [...ticked(['a']), ...ticked(['a'])], 'stale'],
  ] as [string, () => unknown, string][])('%s', async (_, acts, code) => {
    await lead(due());
    expect(await order({ type: 'approve', approval: card().id, digest: card().digest, acts: acts() })).toMatchObject({
      ok: false,
      code,
    });
    expect(reached()).toEqual([]);
    expect(run().status).toBe('waiting-approval');
  });

  test('a standing yes is not given on it, and a card of one act takes no list', async () => {
    await lead(due());
    const grant = { uses: 5, bytes: 100_000, until: clock.now() + 1_000_000 };
    const { id, digest } = card();
    expect(await order({ type: 'approve', approval: id, digest, acts: ticked(), grant })).toMatchObject({ ok: false });
    await lead(due({}, [sendStep('a')]));
    expect(card().acts).toBeUndefined();
    expect(await approve([{ step: STEPS.a, digest: card().digest }])).toMatchObject({ ok: false, code: 'stale' });
    expect(await order({ type: 'approve', approval: card().id, digest: card().digest })).toMatchObject({ ok: true });
    expect(reached()).toEqual(['a']);
  });
});

test('a yes that does not fit its card is none: it names acts where the card has several, and acts of that card alone', async () => {
  await lead(due());
  const [several, at] = [card(), clock.now()];
  const { acts, ...alone } = several;
  const all = ticked() as Ticked[];
  expect(consentOf(several, all, at).given).toHaveLength(2);
  expect(consentOf(alone, undefined, at)).toEqual({ own: true, given: [], skipped: [] });
  expect(() => consentOf(several, undefined, at)).toThrow('a yes to a plan names its acts, and no other does');
  expect(() => consentOf(alone, all, at)).toThrow('a yes to a plan names its acts, and no other does');
  const other = [{ step: STEPS.a, digest: 'x' as Digest }];
  expect(() => consentOf(several, other, at)).toThrow('a yes is for acts that were on the card');
  expect(() => consentOf(several, [], at)).toThrow('a yes is for acts that were on the card');
  const [first] = all;
  const denied = { ...acts![0], ...first, standing: 'denied', sentence: '', reason: '' } as unknown as PlanAct;
  expect(whyNotTicked([denied], [first!]), 'what was denied is not for ticking').toBe('other');
});

describe('what is not part of the consent', () => {
  test('what the policy denies is shown as denied, skipped with its reason, and the rest goes on', async () => {
    const facts = due();
    await lead([...facts, { type: 'channel.revoked', at: clock.now(), channel: 'a' }]);
    expect(card().acts?.[0]).toMatchObject({ standing: 'denied', step: STEPS.a, sentence: 'Send to a' });
    expect(card()).toMatchObject({ step: STEPS.b, sentence: 'Send 2 requests, to b.example.com and to c.example.com' });
    await approve();
    expect(run().status).toBe('complete');
    expect(reached()).toEqual(['b', 'c']);
    expect(run().steps[STEPS.a]).toMatchObject({
      status: 'skipped',
      error: { message: expect.stringContaining('revoked') as string },
    });
  });

  test('what needs no question is listed as such, and goes by the rules; unticked it does not', async () => {
    const facts = (): Fact[] => due({ b: { clearance: 'private' } }).filter(({ type }) => type !== 'source.imported');
    const own = (): Fact[] => facts().map((fact) => (fact.type === 'run.started' ? { ...fact, sources: [] } : fact));
    await lead(own());
    expect(card().acts).toMatchObject([{ standing: 'asked' }, { standing: 'unasked' }, { standing: 'asked' }]);
    expect(card().sentence).toBe('Send 2 requests, to a.example.com and to c.example.com');
    await approve();
    const covers = leader.journal.flatMap((fact) =>
      fact.type === 'approval.covered' ? [fact.approval.cover.kind] : [],
    );
    expect(covers).toEqual(['rules', 'plan']);
    expect(reached()).toEqual(['a', 'b', 'c']);

    egress.reached.length = 0;
    await lead(own());
    await approve(ticked(['a', 'c']));
    expect(reached()).toEqual(['a', 'c']);
    expect(run().steps[STEPS.b]?.status).toBe('skipped');
  });

  test('a file that is saved and what is sent are one question, each with its own text', async () => {
    const save = planThat('save-file', { name: 'budget.md', mediaType: 'text/markdown' }).steps[1]!;
    await lead(due({}, [{ ...save, id: STEPS.a }, sendStep('b', 'json')]));
    expect(card().sentence).toBe('Save 1 file, as budget.md; send 1 request, to b.example.com');
    expect(prepared().map(({ content }) => content === undefined)).toEqual([true, false]);
    await approve();
    expect(run().status).toBe('complete');
    expect(saved).toHaveLength(1);
    expect(JSON.parse(new TextDecoder().decode(egress.reached[0]!.body!))).toMatchObject({ outcome: 'answered' });
    expect(count('approval.requested')).toBe(1);
  });
});

describe('what changes between two acts is asked anew, with its reason', () => {
  /** The journal as it is when the first is done and the second was not looked at yet. */
  async function afterFirst(): Promise<Fact[]> {
    await lead(due());
    await approve();
    leader.stop();
    egress.reached.length = 0;
    return after('step.finished', 1);
  }

  test('time: what is left of the plan is one question again', async () => {
    const journal = await afterFirst();
    clock.jump(YES_HOLDS_MS);
    await lead(journal);
    expect(reached()).toEqual([]);
    expect(card()).toMatchObject({ anew: 'expired', step: STEPS.b });
    expect(card().acts?.map(({ step }) => step)).toEqual([STEPS.b, STEPS.c]);
    await approve(ticked(['b', 'c']));
    expect(reached()).toEqual(['b', 'c']);
    expect(run().status).toBe('complete');
  });

  test('until the last moment of its five minutes it holds', async () => {
    const journal = await afterFirst();
    const given = journal.find(({ type }) => type === 'approval.given')!.at;
    clock.jump(given + YES_HOLDS_MS - clock.now() - 2_000);
    await lead(journal);
    expect(reached()).toEqual(['b', 'c']);
  });

  test('the clock that covers an act is that of the yes, not of its turn', async () => {
    const journal = await afterFirst();
    await lead(journal);
    const given = journal.find(({ type }) => type === 'approval.given')!.at;
    const turn = after('approval.covered', 0);
    leader.stop();
    egress.reached.length = 0;
    clock.jump(given + YES_HOLDS_MS - clock.now());
    await lead(turn);
    expect(card().anew).toBe('expired');
    expect(reached()).toEqual([]);
  });

  test('the rules', async () => {
    const journal = await afterFirst();
    rules = rulesDigest(NONE, sha256);
    await lead(journal);
    expect(reached()).toEqual([]);
    expect(card()).toMatchObject({
      anew: 'policy',
      reason: expect.stringContaining('since then the rules changed') as string,
    });
    expect(card().acts?.map(({ step }) => step)).toEqual([STEPS.b, STEPS.c]);
  });

  test('the label: sealed meanwhile, nothing more leaves', async () => {
    const journal = await afterFirst();
    await lead([...journal, { type: 'seal.changed', at: clock.now(), of: { sources: [FILE.id] }, sealed: true }]);
    expect(reached()).toEqual([]);
    expect(run().failure?.message).toContain('diary.md');
  });

  test('the way out: what is gone is told, and the rest goes by its yes without another question', async () => {
    const journal = await afterFirst();
    await lead([...journal, { type: 'channel.revoked', at: clock.now(), channel: 'b' }]);
    expect(reached()).toEqual(['c']);
    expect(count('approval.requested')).toBe(1);
    expect(run().steps[STEPS.b]).toMatchObject({
      status: 'failed',
      error: { code: 'denied', message: expect.stringContaining('revoked') as string },
    });
    expect(run().failure?.message).toMatch(/revoked.*Done all the same: .*Send to c/s);
    expect(run().given).toBeUndefined();
  });

  test('denied by its owner when it is asked anew, an act takes no other along', async () => {
    const journal = await afterFirst();
    const at = clock.now();
    await lead([
      ...journal,
      { type: 'channel.changed', at, channel: channelOf('b', { headers: [] }), name: 'B', why: '' },
    ]);
    expect(card()).toMatchObject({ anew: 'changed', step: STEPS.b });
    expect(card().acts).toBeUndefined();
    await order({ type: 'deny', approval: card().id, reason: 'Not with that' });
    expect(reached()).toEqual(['c']);
    expect(run().status).toBe('complete');
    expect(count('approval.requested')).toBe(2);
  });

  test('of two that are left, the one that changed is asked about beside the one that is gone, and the third keeps its yes', async () => {
    await lead(due());
    await approve();
    leader.stop();
    egress.reached.length = 0;
    const at = clock.now();
    const journal: Fact[] = [
      ...after('approval.given', 0),
      { type: 'channel.revoked', at, channel: 'a' },
      { type: 'channel.changed', at, channel: channelOf('b', { headers: [] }), name: 'B', why: '' },
    ];
    await lead(journal);
    expect(reached()).toEqual([]);
    expect(card().acts).toMatchObject([
      { standing: 'denied', step: STEPS.a },
      { standing: 'asked', step: STEPS.b },
    ]);
    expect(card().sentence).toMatch(/^Send 1 POST, .* to b\.example\.com$/);
    await approve(ticked(['b']));
    expect(reached()).toEqual(['b', 'c']);
    expect(count('approval.requested')).toBe(2);
    expect(run().status).toBe('complete');
  });

  test('the text: changed by the owner it is a new question about all of it, and goes to all as it is then', async () => {
    await lead(due());
    const { id } = card();
    await order({ type: 'edit-approval', approval: id, content: 'My own words.' });
    expect(card()).toMatchObject({ anew: 'edited', content: 'My own words.' });
    expect(card().acts).toHaveLength(3);
    expect(prepared().every(({ content, standing }) => content === undefined && standing === 'asked')).toBe(true);
    await approve();
    expect(egress.reached.map(({ body }) => new TextDecoder().decode(body!))).toEqual(Array(3).fill('My own words.'));
  });

  test('a way out that is revoked while the card waits is put anew without it', async () => {
    await lead(due());
    const { id, digest } = card();
    const acts = ticked();
    await order({ type: 'revoke-channel', channel: 'c', run: undefined });
    expect(card().id).not.toBe(id);
    expect(card().acts?.[2]).toMatchObject({ standing: 'denied' });
    expect(await order({ type: 'approve', approval: id, digest, acts })).toMatchObject({ ok: false, code: 'stale' });
    expect(reached()).toEqual([]);
  });
});

describe('what one place does not take', () => {
  const answering = (status: Partial<Record<Place, number>>): void => {
    egress.answer = ({ url }) => Promise.resolve({ status: status[new URL(url).hostname.charAt(0) as Place] ?? 200 });
  };
  const states = (): (string | undefined)[] => PLACES.map((place) => run().steps[STEPS[place]]?.status);

  test.each([
    [{ a: 500 }, ['failed', 'done', 'done']],
    [{ b: 503 }, ['done', 'failed', 'done']],
    [{ c: 404 }, ['done', 'done', 'failed']],
    [{ a: 500, c: 500 }, ['failed', 'done', 'failed']],
  ] as [Partial<Record<Place, number>>, string[]][])(
    'says nothing of the others: %j, and each is tried once',
    async (status, expected) => {
      await lead(due());
      answering(status);
      await approve();
      expect(reached()).toEqual(['a', 'b', 'c']);
      expect(states()).toEqual(expected);
      expect(count('approval.requested')).toBe(1);
      const said = run().failure?.message ?? '';
      expect(run().status).toBe('failed');
      for (const place of PLACES) {
        expect(said.includes(`${place}.example.com got it and answered ${String(status[place])}`)).toBe(
          place in status,
        );
        expect(/Done all the same: .*/.exec(said)?.[0].includes(`Send to ${place}`)).toBe(!(place in status));
      }
      await clock.advance(600_000);
      expect(reached(), 'nothing is sent again by itself').toEqual(['a', 'b', 'c']);
    },
  );

  test('where none takes it the run says so of each, and of no other', async () => {
    await lead(due());
    answering({ a: 500, b: 500, c: 500 });
    await approve();
    expect(states()).toEqual(['failed', 'failed', 'failed']);
    expect(run().failure?.message.match(/answered 500/g)).toHaveLength(3);
    expect(run().failure?.message).not.toContain('all the same');
  });

  test('what nobody knows the end of is told, and the rest goes on', async () => {
    await lead(due());
    egress.answer = ({ url }) =>
      Promise.resolve(
        url.includes('a.example') ? { code: 'broken', message: 'It broke off.', sent: 'unknown' } : { status: 200 },
      );
    await approve();
    expect(states()).toEqual(['failed', 'done', 'done']);
    expect(run().failure).toMatchObject({
      code: 'unknown-outcome',
      message: expect.stringContaining('It broke off.') as string,
    });
  });

  test('an app that ends after it goes on with the others, and tries it no more', async () => {
    await lead(due());
    answering({ a: 500 });
    await approve();
    const whole = leader.journal;
    await crash(after('step.failed', 0));
    expect(whole.filter(({ type }) => type === 'step.failed')).toHaveLength(1);
    expect(reached().slice(3)).toEqual(['b', 'c']);
    expect(states()).toEqual(['failed', 'done', 'done']);
  });
});

describe('a crash between two acts', () => {
  test('at every entry after the yes: nothing is sent twice, and nothing is lost but what the journal cannot tell', async () => {
    await lead(due());
    await approve();
    leader.stop();
    const whole = leader.journal;
    const from = whole.findIndex(({ type }) => type === 'approval.given') + 1;
    for (let until = from; until < whole.length; until++) {
      const before = whole.slice(0, until);
      const told = before.flatMap((fact) => (fact.type === 'egress.intent' ? [fact.intent.host.charAt(8)] : []));
      egress.reached.length = 0;
      await lead(before);
      // What was begun and not told is asked about alone; the rest keeps its yes.
      if (run().status === 'waiting-approval') {
        expect(card(), `cut after ${String(until)}`).toMatchObject({ anew: 'unknown' });
        expect(card().acts).toBeUndefined();
        expect(reached()).toEqual([]);
        await order({ type: 'deny', approval: card().id, reason: '' });
      }
      expect(run().status, `cut after ${String(until)}`).toBe('complete');
      expect(
        reached().filter((place) => told.includes(place)),
        `cut after ${String(until)}`,
      ).toEqual([]);
      const asked = run().steps;
      for (const place of PLACES.filter((each) => asked[STEPS[each]]?.status === 'done'))
        expect([...told, ...reached()]).toContain(place);
      leader.stop();
    }
  });

  test('cut off in the middle of the second, that one is asked about, and the third still goes', async () => {
    await lead(due());
    egress.answer = ({ url }) =>
      url.includes('b.example') ? new Promise(() => undefined) : Promise.resolve({ status: 200 });
    await approve();
    expect(reached()).toEqual(['a', 'b']);
    egress.answer = () => Promise.resolve({ status: 200 });
    await crash();
    expect(card()).toMatchObject({ anew: 'unknown', step: STEPS.b });
    expect(card().acts).toBeUndefined();
    await order({ type: 'deny', approval: card().id, reason: 'It arrived' });
    expect(reached()).toEqual(['a', 'b', 'c']);
    expect(run().status).toBe('complete');
    expect(count('approval.requested')).toBe(2);
    expect((await ports.store.row('summary', RUN))?.value).toMatchObject({ questions: 2 });
  });
});

test('a consent of one run is none of another, nor of another step, tool, place or content, nor twice', async () => {
  await lead(due());
  await approve();
  const { journal } = leader;
  const cover = journal.find((fact) => fact.type === 'approval.covered')!;
  const at = journal.indexOf(cover);
  /** The run as it was when the second was to be covered. */
  const until = (end: number): Run =>
    journal
      .slice(0, end)
      .flatMap((fact) =>
        'run' in fact && fact.type !== 'run.forgotten' && fact.type !== 'run.remembered' ? [fact] : [],
      )
      .reduce<Run | null>((folded, fact) => transition(folded, fact).run, null)!;
  const before = until(at);
  expect(transition(before, cover).run.steps[STEPS.b]?.status).toBe('approved');
  const { approval } = cover;
  const others: [string, Partial<typeof approval>][] = [
    ['another step', { step: STEPS.c }],
    ['other content, place or tool: another digest', { digest: prepared0(before, STEPS.c) }],
    ['another card', { cover: { kind: 'plan', consent: 'other' as never } }],
  ];
  for (const [what, change] of others)
    expect(() => transition(before, { ...cover, approval: { ...approval, ...change } }), what).toThrow(
      /covers the acts/,
    );
  expect(() => transition({ ...before, id: 'run-2' as Run['id'] }, cover)).toThrow(/belongs to its run/);
  expect(() => transition(until(journal.length - 1), cover), 'used up').toThrow(/covers the acts/);
});

test('the account of a run tells what a yes to the plan covered, and believes no cover that no yes named', async () => {
  await lead(due());
  await approve(ticked(['a', 'b']));
  const facts = leader.journal.filter(isRunEvent);
  const account = (of: readonly Fact[]): ReturnType<typeof accountOf> =>
    accountOf(
      sha256,
      RUN,
      of.map((value, sequence) => ({
        entry: { sequence, time: value.at, type: value.type, run: RUN } as LoggedFact['entry'],
        value: value as unknown as Json,
      })),
      [],
    );
  const told = account(facts);
  if (!told.ok) throw new Error(told.error.why);
  expect(told.value.steps.slice(1).map(({ decision }) => decision)).toEqual([
    'approved by the owner',
    'covered by a yes to the plan',
    'denied',
  ]);
  const without = (step: StepId): Fact[] =>
    facts.map((fact) =>
      fact.type === 'approval.given' ? { ...fact, acts: fact.acts!.filter((act) => act.step !== step) } : fact,
    );
  for (const step of [STEPS.a, STEPS.b])
    expect(account(without(step))).toMatchObject({
      ok: false,
      error: { why: expect.stringContaining('began without') as string },
    });
});

function prepared0({ given }: Run, step: StepId): PreparedAct['digest'] {
  return given!.find(({ act }) => act.step === step)!.act.digest;
}
