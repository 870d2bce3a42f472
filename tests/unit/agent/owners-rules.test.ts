import { beforeEach, expect, test, vi } from 'vitest';
import type { Run } from '#core/agent/run.ts';
import type { CommandId, Sequence, StepId } from '#core/base/ids.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import { POLICY_VERSION } from '#core/policy/decide.ts';
import { scopeOf, SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import { rulesDigest, type RuleSet } from '#core/policy/rule-set.ts';
import { createZones } from '#adapters/temporal/zones.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { project, stateFromRows, type AgentState } from '#runtime/agent/projection.ts';
import { readRequest } from '#runtime/policy/run-rules.ts';
import type { Command } from '#runtime/contract/commands.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { SHIPPED_RULES } from '#runtime/policy/shipped-rules.ts';
import { StoredRules } from '#runtime/policy/stored-rules.ts';
import { RuleJudge } from '#runtime/policy/rule-judge.ts';
import { fakeClock, type FakeClock } from '../../fakes/fake-clock.ts';
import { plainRuleEngine } from '../../fakes/plain-rule-engine.ts';
import {
  factsUntilAsked,
  interpreterOf,
  leaderOver,
  RUN,
  SAVE,
  type SavedFile,
  savingPorts,
  stateAfter,
} from '../../fakes/waiting-run.ts';

let clock: FakeClock;
let ports: AgentPorts;

beforeEach(() => {
  clock = fakeClock();
  const language = async (): Promise<unknown> => ({ zones: await createZones() });
  const rules = () => Promise.resolve(plainRuleEngine());
  ports = { ...savingPorts(clock, []), rules, language } as unknown as AgentPorts;
});

async function setOf(...texts: readonly string[]): Promise<RuleSet> {
  const packs = await Promise.all(
    texts.map(async (text, index) => {
      const read = await plainRuleEngine().read(text);
      if (!read.ok) throw new Error(JSON.stringify(read.error));
      const rules = read.value.map(({ text: own, effect, policy }, rule) => ({
        ...{ id: `own-${String(index)}/${String(rule)}`, text: own, scope: scopeOf(policy) },
        effect: effect as 'ask' | 'forbid',
      }));
      return { id: `own-${String(index)}`, text, from: null, until: null, rules };
    }),
  );
  return { packs, scopes: SCOPE_VERSION };
}

const adopted = (set: RuleSet): Fact => ({
  ...{ type: 'policy.adopted', at: clock.now(), digest: rulesDigest(set, sha256), set },
});

function runOf(state: AgentState): Run {
  const run = state.runs.get(RUN);
  if (run === undefined) throw new Error('There is a run.');
  return run;
}

test('every decision names the version of the rules in force, that of the shipped ones too', async () => {
  const facts = factsUntilAsked(clock.now());
  const own = await setOf('forbid (principal == Agent::"other", action, resource);');
  for (const [state, set] of [
    [stateAfter(facts), SHIPPED_RULES],
    [stateAfter([...facts, adopted(own)]), own],
  ] as const) {
    const asked = await interpreterOf(ports).ask(runOf(state), SAVE, state, null);
    if (!asked.ok) throw new Error(asked.error.message);
    expect(asked.value.action?.policy).toBe(`${String(POLICY_VERSION)}+${rulesDigest(set, sha256)}`);
  }
});

test('a rule of the owner’s forbids what a plan would do, whatever was approved', async () => {
  const facts = factsUntilAsked(clock.now());
  const before = stateAfter(facts);
  const asked = await interpreterOf(ports).ask(runOf(before), SAVE, before, null);
  if (!asked.ok) throw new Error(asked.error.message);
  const approval = asked.value;
  const said: Fact[] = [
    { type: 'approval.requested', run: RUN, at: clock.now(), approval },
    { type: 'approval.given', run: RUN, at: clock.now(), approval: approval.id, digest: approval.digest },
  ];
  const forbids = adopted(await setOf('forbid (principal, action == Action::"file-export", resource);'));
  const after = stateAfter([...facts, ...said, forbids]);
  const interpreter = interpreterOf(ports);
  expect(await interpreter.whyAnew(runOf(after), after, true)).toBe('policy');
  expect(await interpreter.act(runOf(after), SAVE, after, () => Promise.resolve(false))).toMatchObject({
    ok: false,
    error: { code: 'denied' },
  });
  expect(await interpreter.ask(runOf(after), SAVE, after, null)).toMatchObject({
    ok: false,
    error: { code: 'denied' },
  });
});

test('a rule about one agent refuses its run, and what it asks another to do, and no run of another or of the owner', async () => {
  const forbids = adopted(
    await setOf('forbid (principal == Agent::"desk", action == Action::"file-export", resource);'),
  );
  const refused = async (agents?: readonly string[]): Promise<boolean> => {
    const facts = factsUntilAsked(clock.now()).map((fact) =>
      fact.type === 'run.started' && agents !== undefined ? { ...fact, agents } : fact,
    );
    const state = stateAfter([...facts, forbids]);
    const asked = await interpreterOf(ports).ask(runOf(state), SAVE, state, null);
    expect(asked.ok || asked.error.code === 'denied').toBe(true);
    return !asked.ok;
  };
  const runs = [undefined, ['figures'], ['desk'], ['desk', 'figures'], ['figures', 'desk']];
  expect(await Promise.all(runs.map((agents) => refused(agents)))).toEqual([false, false, true, true, true]);
});

test('a tab that does not lead judges a run as that of its agents', async () => {
  const set = await setOf('forbid (principal == Agent::"desk", action, resource);');
  const judge = new RuleJudge({ clock, sha256, rules: ports.rules, zones: createZones });
  const zone = (): Promise<string> => Promise.resolve('UTC');
  const said = async (agents: readonly string[]): Promise<number> => {
    const facts = factsUntilAsked(clock.now()).map((fact) =>
      fact.type === 'run.started' ? { ...fact, agents } : fact,
    );
    const run = runOf(stateAfter(facts));
    const value = { set, digest: rulesDigest(set, sha256) };
    const row = (kind: string) => Promise.resolve({ kind, value: kind === 'rules' ? value : run });
    const store = { row, rows: () => Promise.resolve([]) } as unknown as AgentPorts['store'];
    const step = run.plan?.steps.at(-1);
    if (step === undefined) throw new Error('The plan has steps.');
    return (await new StoredRules({ store, judge, zone }).verdicts(readRequest(run, step, ''), null)).length;
  };
  expect([await said(['figures']), await said(['desk']), await said(['desk', 'figures'])]).toEqual([0, 1, 1]);
});

test('a rule of the owner’s keeps a step from reading', async () => {
  const forbids = adopted(await setOf('forbid (principal, action, resource == Tool::"answer-from-passages");'));
  const state = stateAfter([...factsUntilAsked(clock.now()), forbids]);
  const read = interpreterOf(ports).runStep(
    ...([runOf(state), '1-answer' as StepId, state, new AbortController().signal, () => undefined] as const),
  );
  expect(await read).toMatchObject({ ok: false, error: { code: 'denied' } });
});

/** Rules that are asked for, and answer only once they may. */
function slowRules(): { readonly asked: () => number; readonly answer: () => void } {
  let asked = 0;
  let answer = (): void => undefined;
  const may = new Promise<void>((resolve) => (answer = resolve));
  const rules = async (): Promise<RuleEngine> => {
    asked++;
    await may;
    return plainRuleEngine();
  };
  ports = { ...ports, rules };
  return { asked: () => asked, answer };
}

const ASKS = '@effect("ask") forbid (principal, action == Action::"file-export", resource);';
const FORBIDS = 'forbid (principal, action == Action::"file-export", resource);';

const adoption = async (after: RuleSet, set: RuleSet): Promise<Command> => ({
  ...{ id: 'adopt' as CommandId, type: 'adopt-rules', set, label: OWNER_TYPED },
  ...{ after: rulesDigest(after, sha256), digest: rulesDigest(set, sha256) },
});

test('rules that come into force while an act is being decided on: it is not done, and asked about anew', async () => {
  const saved: SavedFile[] = [];
  ports = { ...ports, ...savingPorts(clock, saved), language: ports.language };
  const own = await setOf(ASKS);
  const facts = [...factsUntilAsked(clock.now()), adopted(own)];
  const before = stateAfter(facts);
  const asked = await interpreterOf(ports).ask(runOf(before), SAVE, before, null);
  if (!asked.ok) throw new Error(asked.error.message);
  const approval = asked.value;
  const { asked: looked, answer } = slowRules();
  const leader = await leaderOver(ports, [
    ...facts,
    { type: 'approval.requested', run: RUN, at: clock.now(), approval },
    { type: 'approval.given', run: RUN, at: clock.now(), approval: approval.id, digest: approval.digest },
  ]);
  leader.agent.resume();
  await vi.waitUntil(() => looked() > 0);
  expect(await leader.agent.handle(await adoption(own, await setOf(FORBIDS)))).toMatchObject({ ok: true });
  answer();
  const types = (): string[] => leader.journal.slice(facts.length + 2).map(({ type }) => type);
  await vi.waitUntil(() => types().includes('run.completed') || types().includes('run.failed'));
  expect(types().slice(0, 4)).toEqual(['step.started', 'policy.adopted', 'approval.voided', 'step.failed']);
  expect(leader.journal.find(({ type }) => type === 'approval.voided')).toMatchObject({ why: 'policy' });
  expect(saved).toEqual([]);
  leader.stop();
});

test('a question that was being put by rules of before is put by those in force', async () => {
  const [own, next] = [await setOf(ASKS), await setOf(ASKS, 'forbid (principal == Agent::"other", action, resource);')];
  const { asked: looked, answer } = slowRules();
  const leader = await leaderOver(ports, [...factsUntilAsked(clock.now()), adopted(own)]);
  leader.agent.resume();
  await vi.waitUntil(() => looked() > 0);
  await leader.agent.handle(await adoption(own, next));
  answer();
  await vi.waitUntil(() => leader.journal.some(({ type }) => type === 'approval.requested'));
  const questions = leader.journal.flatMap((fact) => (fact.type === 'approval.requested' ? [fact.approval] : []));
  expect(questions.map(({ action }) => action?.policy)).toEqual([
    `${String(POLICY_VERSION)}+${rulesDigest(next, sha256)}`,
  ]);
  leader.stop();
});

test('versions are facts: the last one is in force, all stay, and a crossed order is refused', async () => {
  const leader = await leaderOver(ports, []);
  const { agent, stop } = leader;
  const [one, two] = [await setOf('forbid (principal, action, resource is Tool);'), await setOf()];
  let orders = 0;
  const adopt = (set: RuleSet, after: RuleSet | null): ReturnType<typeof agent.handle> =>
    agent.handle({
      ...{ id: `order-${String(++orders)}` as CommandId, type: 'adopt-rules', set },
      after: after === null ? null : rulesDigest(after, sha256),
      digest: rulesDigest(set, sha256),
      label: OWNER_TYPED,
    });
  expect(await adopt(one, null)).toMatchObject({ ok: true });
  expect(await adopt(two, null)).toMatchObject({ ok: false, code: 'stale' });
  expect(await adopt(two, one)).toMatchObject({ ok: true });
  expect(leader.journal.map(({ type }) => type)).toEqual(['policy.adopted', 'policy.adopted']);
  const rows = await ports.store.rows('rules');
  expect(rows.map(({ id }) => id).sort()).toEqual(['0', '1', 'in-force']);
  expect(stateFromRows(rows).rules).toEqual(agent.state.rules);
  expect(agent.state.rules?.set).toEqual(two);
  const folded = leader.journal.reduce<AgentState>(
    (state, fact, index) => project(state, fact, index as Sequence).state,
    stateFromRows([]),
  );
  expect(folded.rules).toEqual(agent.state.rules);
  const judge = new RuleJudge({ clock, sha256, rules: ports.rules, zones: createZones });
  const stored = new StoredRules({ store: ports.store, zone: () => Promise.resolve('UTC'), judge });
  expect((await stored.inForce()).set).toEqual(two);
  expect(await stored.digest()).toBe(rulesDigest(two, sha256));
  stop();
});
