import { beforeEach, expect, test } from 'vitest';
import type { PendingApproval } from '#core/agent/run.ts';
import type { CommandId, RunId } from '#core/base/ids.ts';
import { SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import { rulesDigest, type RuleSet } from '#core/policy/rule-set.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { stateFromRows } from '#runtime/agent/projection.ts';
import type { Command, CommandOutcome } from '#runtime/contract/commands.ts';
import { fakeClock, type FakeClock } from '../../fakes/fake-clock.ts';
import { factsUntilAsked, leaderOver, planThat, RUN, savingPorts, type SavedFile } from '../../fakes/waiting-run.ts';

/** A standing yes that is given with a card: what it spares, what it never spares, and that it ends at once. */
type Leader = Awaited<ReturnType<typeof leaderOver>>;

const WIDE = { uses: 2, bytes: 10_000, until: Number.MAX_SAFE_INTEGER };
const NONE: RuleSet = { packs: [], scopes: SCOPE_VERSION };
let clock: FakeClock;
let saved: SavedFile[];
let ports: AgentPorts;
let orders = 0;

beforeEach(() => {
  clock = fakeClock();
  saved = [];
  ports = savingPorts(clock, saved);
});

const adopted = (set: RuleSet): Fact => ({
  ...{ type: 'policy.adopted', at: clock.now(), digest: rulesDigest(set, sha256), set },
});
/** The facts of a run of this name until it is about to save its answer. */
const runOf = (name: string, file = 'budget.md'): Fact[] =>
  factsUntilAsked(clock.now(), planThat('save-file', { name: file, mediaType: 'text/markdown' })).map((fact) => ({
    ...fact,
    ...('run' in fact ? { run: name as RunId } : {}),
  }));

/** The same, as the run of the last of these agents, which the others asked, one for the other. */
const runBy = (agents: readonly string[], name: string): Fact[] =>
  runOf(name).map((fact) => (fact.type === 'run.started' ? { ...fact, agents } : fact));

async function lead(facts: readonly Fact[]): Promise<Leader> {
  const leader = await leaderOver(ports, facts);
  await leader.agent.rebuild();
  leader.agent.resume();
  for (let turn = 0; turn < 5; turn++) await clock.advance(5);
  return leader;
}
async function order(leader: Leader, body: Record<string, unknown>): Promise<CommandOutcome> {
  const outcome = leader.agent.handle({ id: `order-${String(++orders)}` as CommandId, ...body } as Command);
  for (let turn = 0; turn < 5; turn++) await clock.advance(5);
  return outcome;
}
const cardOf = (leader: Leader, run: string): PendingApproval | null =>
  leader.agent.state.runs.get(run as RunId)?.approval ?? null;
function approve(leader: Leader, run: string, grant?: object): Promise<CommandOutcome> {
  const { id, digest } = cardOf(leader, run)!;
  return order(leader, { type: 'approve', run, approval: id, digest, ...(grant === undefined ? {} : { grant }) });
}
const grants = (leader: Leader) => [...leader.agent.state.grants.values()];
/** A journal with a grant that was given on the card of the first run. */
async function granted(choice: object = WIDE): Promise<Leader> {
  const leader = await lead([adopted(NONE), ...runOf(RUN)]);
  expect(await approve(leader, RUN, choice)).toMatchObject({ ok: true });
  leader.stop();
  return leader;
}

test('a standing yes spares the question, is counted by its uses, names each, and asks again once it is used up', async () => {
  const first = await granted();
  expect(saved).toHaveLength(1);
  expect(grants(first)).toMatchObject([{ grant: { run: RUN, tool: 'save-file', uses: 2 }, uses: [] }]);
  const both = await lead([...first.journal, ...runOf('run-2'), ...runOf('run-3'), ...runOf('run-4')]);
  // Three runs look at two uses at the same moment: two of them go on, and one asks.
  expect(saved).toHaveLength(3);
  const asking = ['run-2', 'run-3', 'run-4'].filter((run) => cardOf(both, run) !== null);
  expect(asking).toHaveLength(1);
  const covered = both.journal.flatMap((fact) => (fact.type === 'approval.covered' ? [fact.approval.cover] : []));
  const { id } = grants(both)[0]!.grant;
  expect(covered).toEqual([
    { kind: 'grant', grant: id, bytes: expect.any(Number) as unknown },
    { kind: 'grant', grant: id, bytes: expect.any(Number) as unknown },
  ]);
  expect(grants(both)[0]!.uses).toHaveLength(2);
  const rows = await ports.store.rows('grant');
  expect(stateFromRows(rows).grants).toEqual(both.agent.state.grants);
});

test('a grant to one agent covers no other agent, not the owner, and not the same agent where another asked it', async () => {
  const first = await lead([adopted(NONE), ...runBy(['mail'], RUN)]);
  expect(await approve(first, RUN, WIDE)).toMatchObject({ ok: true });
  first.stop();
  expect(grants(first)).toMatchObject([{ grant: { agents: ['mail'] } }]);
  const cases: [string, Fact[], boolean][] = [
    ['the same agent', runBy(['mail'], 'run-2'), false],
    ['the owner', runOf('run-2'), true],
    ['another agent', runBy(['calendar'], 'run-2'), true],
    ['another agent for this one', runBy(['mail', 'calendar'], 'run-2'), true],
    ['this agent for another', runBy(['calendar', 'mail'], 'run-2'), true],
  ];
  for (const [what, facts, asks] of cases) {
    const leader = await lead([...first.journal, ...facts]);
    expect(cardOf(leader, 'run-2') !== null, what).toBe(asks);
    leader.stop();
  }
  const owners = await granted();
  const leader = await lead([...owners.journal, ...runBy(['mail'], 'run-2')]);
  expect(cardOf(leader, 'run-2'), "the owner's own").not.toBeNull();
});

test('saving once more what an agent found is done in its name; a run without agents is the owner’s', async () => {
  const leader = await lead([adopted(NONE), ...runBy(['desk', 'mail'], RUN)]);
  await approve(leader, RUN);
  const started = async (run: string, body: Record<string, unknown>): Promise<readonly string[] | undefined> => {
    expect(await order(leader, body)).toMatchObject({ ok: true });
    return leader.agent.state.runs.get(run as RunId)?.agents;
  };
  expect(await started('saved', { type: 'save-answer', run: RUN, as: 'saved', fileName: 'a.md' })).toEqual([
    'desk',
    'mail',
  ]);
  const start = { type: 'start-run', goal: 'What is the budget?', overrides: {} };
  expect(await started('run-2', { ...start, run: 'run-2', agents: ['mail'] })).toEqual(['mail']);
  expect(await started('run-3', { ...start, run: 'run-3', agents: [] })).toBeUndefined();
  expect(await started('run-4', { ...start, run: 'run-4' }), 'an order of before').toBeUndefined();
  leader.stop();
});

test('a grant covers no other file, no more bytes, nothing after its end, and nothing once the rules are others', async () => {
  const first = await granted({ ...WIDE, bytes: 100 });
  const other: RuleSet = {
    packs: [{ id: 'own', text: '', from: null, until: null, rules: [] }],
    scopes: SCOPE_VERSION,
  };
  const cases: [string, Fact[], number][] = [
    ['another name', runOf('run-2', 'budget2.md'), 0],
    ['the end', runOf('run-2'), 91 * 24 * 3_600_000],
    ['other rules', [adopted(other), ...runOf('run-2')], 0],
  ];
  for (const [what, facts, later] of cases) {
    clock.jump(later);
    const leader = await lead([...first.journal, ...facts]);
    expect(cardOf(leader, 'run-2'), what).not.toBeNull();
    leader.stop();
    clock.jump(-later);
  }
  // Of a hundred bytes, one file of 89 is covered and no second.
  const two = await lead([...first.journal, ...runOf('run-2'), ...runOf('run-3')]);
  expect(saved).toHaveLength(2);
  expect([cardOf(two, 'run-2'), cardOf(two, 'run-3')].filter((card) => card !== null)).toHaveLength(1);
});

test('a grant that was taken back spares nothing any more, not even what was decided and not yet done', async () => {
  const first = await granted();
  const revoked: Fact = { type: 'grant.revoked', at: clock.now(), grant: grants(first)[0]!.grant.id };
  const after = await lead([...first.journal, revoked, ...runOf('run-2')]);
  expect(cardOf(after, 'run-2')).not.toBeNull();
  after.stop();
  const used = await lead([...first.journal, ...runOf('run-2')]);
  expect(saved).toHaveLength(2);
  used.stop();
  const until = used.journal.findIndex(({ type }) => type === 'approval.covered') + 1;
  const inFlight = await lead([...used.journal.slice(0, until), revoked]);
  expect(saved).toHaveLength(2);
  expect(cardOf(inFlight, 'run-2')).toMatchObject({ anew: 'uncovered' });
});

test('taking back is an order, done once; a run gives no second grant for the same while one stands', async () => {
  const first = await granted();
  const again = await lead(first.journal);
  const { id } = grants(again)[0]!.grant;
  expect(await order(again, { type: 'revoke-grant', grant: id })).toMatchObject({ ok: true });
  expect(await order(again, { type: 'revoke-grant', grant: id })).toMatchObject({ ok: false, code: 'stale' });
  expect(await order(again, { type: 'revoke-grant', grant: 'other' })).toMatchObject({ ok: false, code: 'stale' });
});

test('a grant is never wider than its card offers, and one without times, size or end is refused', async () => {
  const leader = await lead([adopted(NONE), ...runOf(RUN)]);
  for (const choice of [
    { ...WIDE, uses: 0 },
    { ...WIDE, bytes: NaN },
    { ...WIDE, until: 5 },
  ])
    expect(await approve(leader, RUN, choice)).toMatchObject({ ok: false, code: 'illegal' });
  const { offer } = cardOf(leader, RUN)!;
  const wide = { uses: 1e9, bytes: 1e12, until: 9e15, confidentiality: 'sealed' };
  expect(await approve(leader, RUN, { ...wide, tool: 'send-answer' }), 'for another act').toMatchObject({ ok: false });
  expect(grants(leader)).toEqual([]);
  expect(await approve(leader, RUN, wide)).toMatchObject({ ok: true });
  expect(grants(leader)[0]!.grant).toEqual({ ...offer, run: RUN, id: expect.any(String) as unknown });
});
