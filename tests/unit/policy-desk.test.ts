import { beforeEach, expect, test } from 'vitest';
import type { Sequence, SourceId, UnixMs } from '#core/base/ids.ts';
import { fileLabel, OWNER_TYPED } from '#core/labels/label.ts';
import { rulesDigest } from '#core/policy/rule-set.ts';
import { utf8 } from '#core/base/bytes.ts';
import { prettyJson } from '#core/base/json.ts';
import { outgoingDigest } from '#core/channels/outgoing.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { createZones } from '#adapters/temporal/zones.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { EMPTY_STATE, project } from '#runtime/agent/projection.ts';
import type { PolicyDraft, PolicyView } from '#runtime/contract/policy-api.ts';
import { PolicyDesk, type PolicyDeskParts } from '#runtime/policy/policy-desk.ts';
import { RuleJudge } from '#runtime/policy/rule-judge.ts';
import { SHIPPED_RULES } from '#runtime/policy/shipped-rules.ts';
import { aroundChanges, lineDiff } from '#lib/format/line-diff.ts';
import type { ProjectionRow } from '#ports/agent-store.ts';
import { cedarInNode } from '../fakes/cedar-in-node.ts';
import { fakeClock, type FakeClock } from '../fakes/fake-clock.ts';
import { seededEntropy } from '../fakes/seeded-entropy.ts';
import { factsUntilAsked, leaderOver, planThat, RUN, savingPorts } from '../fakes/waiting-run.ts';

const FORBIDS = '@id("no saving")\nforbid (principal, action == Action::"file-export", resource);\n';
const NONE = { text: '', from: null, until: null };
const SHIPPED_DRAFT: PolicyDraft['packs'] = SHIPPED_RULES.packs.map(({ id }) => ({ id, from: null, until: null }));

let clock: FakeClock;
let ports: AgentPorts;

beforeEach(() => {
  clock = fakeClock();
  ports = savingPorts(clock, []);
});

function deskOver(store: Pick<AgentPorts['store'], 'row' | 'rows'>, command: PolicyDeskParts['command']): PolicyDesk {
  const rules = (): Promise<ReturnType<typeof cedarInNode>> => Promise.resolve(cedarInNode());
  return new PolicyDesk({
    ...{ store, clock, rules, command, sha256 },
    entropy: seededEntropy(7),
    judge: new RuleJudge({ clock, sha256, rules, zones: createZones }),
    zone: () => Promise.resolve('UTC'),
  });
}

async function world(facts: readonly Fact[] = []): Promise<{
  readonly desk: PolicyDesk;
  readonly other: PolicyDesk;
  readonly views: PolicyView[];
  readonly journal: () => readonly Fact[];
  readonly stop: () => void;
}> {
  const leader = await leaderOver(ports, facts);
  const command: PolicyDeskParts['command'] = (body) => leader.agent.handle(body);
  const [desk, other] = [deskOver(ports.store, command), deskOver(ports.store, command)];
  const views: PolicyView[] = [];
  await other.onView((view) => void views.push(view));
  return { desk, other, views, journal: () => leader.journal, stop: leader.stop };
}

test('the page shows what is shipped, and each change as a version of which the last is in force, in every tab', async () => {
  const { desk, other, views, stop } = await world();
  const shipped = rulesDigest(SHIPPED_RULES, sha256);
  expect(views[0]).toMatchObject({ after: null, own: { text: '', state: 'off' } });
  expect(views[0]?.packs.map(({ id, state }) => [id, state])).toEqual([
    ['calendar-free-busy', 'in-force'],
    ['local-mail-summaries', 'in-force'],
    ['mail-stays', 'off'],
    ['quiet-nights', 'off'],
  ]);
  expect(views[0]?.versions).toMatchObject([{ digest: shipped, at: null, sequence: null, inForce: true }]);

  expect(await desk.adopt({ packs: SHIPPED_DRAFT, own: { ...NONE, text: FORBIDS } }, null)).toEqual({
    ok: true,
    value: undefined,
  });
  await other.changed();
  await other.changed();
  expect(views).toHaveLength(2);
  const mine = views[1]!.after;
  expect(views[1]).toMatchObject({ own: { text: FORBIDS, state: 'in-force' } });
  expect(views[1]?.versions.map(({ digest, inForce, sequence }) => [digest, inForce, sequence])).toEqual([
    [mine, true, 0],
    [shipped, false, null],
  ]);

  expect(await desk.restore(shipped, mine)).toMatchObject({ ok: true });
  expect(await desk.restore(mine!, shipped)).toMatchObject({ ok: true });
  await other.changed();
  expect(views.at(-1)?.versions.map(({ digest }) => digest)).toEqual([mine, shipped, mine, shipped]);
  expect(views.at(-1)?.own.text).toBe(FORBIDS);
  expect(await desk.restore('unknown' as never, mine)).toMatchObject({ ok: false });
  stop();
});

test('only what the owner writes or chooses is adopted, and only over the version that was looked at', async () => {
  const { desk, journal, stop } = await world();
  const draft = { packs: SHIPPED_DRAFT, own: { ...NONE, text: FORBIDS } };
  expect(await desk.adopt(draft, null, fileLabel('mail', false))).toMatchObject({
    ok: false,
    error: expect.stringContaining('Only what you write') as unknown,
  });
  expect(journal()).toEqual([]);
  expect(await desk.adopt(draft, 'another' as never)).toMatchObject({ ok: false });
  expect(await desk.adopt(draft, null, OWNER_TYPED)).toMatchObject({ ok: true });
  expect(journal()).toMatchObject([{ type: 'policy.adopted', decided: { reason: 'approved' } }]);
  stop();
});

test('packs are on or off, with their dates; one that ends before it begins is refused', async () => {
  const { desk, other, views, stop } = await world();
  const now = clock.now();
  const packs = (from: number | null, until: number | null): PolicyDraft => ({
    packs: [{ id: 'quiet-nights', from, until }],
    own: NONE,
  });
  expect(await desk.adopt(packs(now + 5, now + 5), null)).toMatchObject({ ok: false });
  expect(
    await desk.adopt({ ...packs(null, null), packs: [{ id: 'none', from: null, until: null }] }, null),
  ).toMatchObject({
    ok: false,
  });
  expect(await desk.adopt({ packs: [], own: { text: FORBIDS, from: 7, until: 7 } }, null)).toMatchObject({ ok: false });
  const states: unknown[] = [];
  for (const dates of [
    [now + 1, null],
    [null, now],
    [now, now + 1],
  ] as const) {
    expect(await desk.adopt(packs(dates[0], dates[1]), views.at(-1)!.after)).toMatchObject({ ok: true });
    await other.changed();
    states.push(views.at(-1)?.packs.map(({ state }) => state));
  }
  expect(states).toEqual([
    ['off', 'off', 'off', 'not-yet'],
    ['off', 'off', 'off', 'ended'],
    ['off', 'off', 'off', 'in-force'],
  ]);
  stop();
});

test('rules are read with their names, and what is wrong with them is told with its place', async () => {
  const { desk, stop } = await world();
  const any = 'forbid (principal, action, resource);';
  expect(await desk.check('  \n')).toEqual({ ok: true, value: [] });
  expect(await desk.check(`${any}\n@id("b") @effect("ask") ${any}`)).toMatchObject({
    ok: true,
    value: [
      { name: 'rule 1', effect: 'forbid', line: 1, words: 'This forbids everything that the agent does.' },
      { name: 'b', effect: 'ask', line: 2, words: 'This asks before everything that the agent does.' },
    ],
  });
  const problems = async (text: string): Promise<unknown> => {
    const read = await desk.check(text);
    return read.ok ? [] : read.error.map(({ message, place }) => [place?.line, message.slice(0, 24)]);
  };
  expect(await problems(`@id("a") ${any}\n@id("a") ${any}`)).toEqual([[2, 'Another rule is called “']]);
  expect(await problems(`@id("rule 2") ${any}\n${any}`)).toEqual([[2, 'Another rule is called “']]);
  expect(await problems('// x\npermit (principal, action, resource);')).toEqual([[2, 'A permit changes nothing']]);
  expect(await problems(`@id("own/x") ${any}`)).toEqual([[1, '“own/x” is not a name.']]);
  expect(await problems(`${any} // ${'x'.repeat(60_000)}`)).toEqual([[undefined, 'These are more than 6000']]);
  expect(await problems(`${any}\n`.repeat(201))).toEqual([
    [undefined, 'These are more than 201 '.replace('201', '200')],
  ]);
  expect(await desk.adopt({ packs: [], own: { ...NONE, text: 'forbid' } }, null)).toMatchObject({ ok: false });
  stop();
});

/** The rows that facts are folded into. */
function rowsOf(facts: readonly Fact[]): Pick<AgentPorts['store'], 'row' | 'rows'> {
  const rows = new Map<string, ProjectionRow>();
  facts.reduce((state, fact, index) => {
    const projected = project(state, fact, index as Sequence);
    for (const row of projected.rows) rows.set(`${row.kind}/${row.id}`, row);
    return projected.state;
  }, EMPTY_STATE);
  return {
    row: (kind, id) => Promise.resolve(rows.get(`${kind}/${id}`) ?? null),
    rows: (kind) => Promise.resolve([...rows.values()].filter((row) => row.kind === kind)),
  };
}

test('a draft is tried on what was done: what it would have denied, and asked about where nobody was asked', async () => {
  const at = clock.now();
  const label = fileLabel('cal', false);
  const intent = (id: string, reason: string, run: string, kept: object): Fact =>
    ({
      ...{ type: 'egress.intent', at: at + 10 },
      intent: {
        ...{ id, channel: 'c', host: 'https://api.example.com', method: 'POST', bytes: 500, request: 'r', action: 'a' },
        ...{ by: { tool: 'send-answer', run, step: '2-send-answer' }, reason, approval: null, policy: '', day: '' },
        ...kept,
      },
    }) as unknown as Fact;
  const source = { id: 'cal' as SourceId, path: 'home/cal.ics', kind: 'calendar', bytes: 1, importedAt: at };
  const plan = planThat('send-answer', { method: 'POST', url: 'https://api.example.com' });
  const store = rowsOf([
    { type: 'source.imported', at, source } as unknown as Fact,
    ...factsUntilAsked(at, plan),
    intent('1', 'approved', RUN, {}),
    intent('2', 'as-planned', 'witness', { label }),
  ]);
  const desk = deskOver(store, () => Promise.reject(new Error('nothing is ordered')));
  const tried = async (text: string, dates: { from?: number } = {}): Promise<unknown> => {
    const result = await desk.tryOut({ packs: [], own: { ...NONE, ...dates, text } });
    if (!result.ok) throw new Error(result.error);
    const { calls, looked, denied, asked, changed } = result.value;
    expect(looked).toBe(calls);
    return [calls, denied, asked, changed.map(({ run, tool, host, would, rules }) => [run, tool, host, would, rules])];
  };
  const leaves = 'forbid (principal, action in Action::"leaves", resource)';
  expect(await tried(FORBIDS)).toEqual([3, 0, 0, []]);
  expect(await tried(`@id("x") ${leaves};`, { from: at + 1e9 })).toEqual([
    ...[3, 2, 0],
    [
      [RUN, 'send-answer', 'api.example.com', 'denied', ['own/x']],
      [null, 'send-answer', 'api.example.com', 'denied', ['own/x']],
    ],
  ]);
  expect(await tried(`@effect("ask") ${leaves};`)).toEqual([
    ...[3, 0, 1],
    [[null, 'send-answer', 'api.example.com', 'asked', ['own/rule 1']]],
  ]);
  expect(await tried(`${leaves} when { context.folders.contains("home") };`), 'its label').toEqual([
    ...[3, 1, 0],
    [[null, 'send-answer', 'api.example.com', 'denied', ['own/rule 1']]],
  ]);
  expect(await tried(`${leaves} when { context.bytes >= 501 };`)).toEqual([3, 0, 0, []]);
  expect(await tried('forbid (principal, action == Action::"vault-read", resource);')).toEqual([
    ...[3, 1, 0],
    [[RUN, 'answer-from-passages', null, 'denied', ['own/rule 1']]],
  ]);
  expect(await desk.tryOut({ packs: [], own: { ...NONE, text: 'x' } })).toMatchObject({ ok: false });
});

test('a draft is tried on what left: how much of it would have left, and what was free times only', async () => {
  const at = clock.now();
  const url = 'https://api.example.com/in';
  const source = { id: 'cal' as SourceId, path: 'home/cal.ics', kind: 'calendar', bytes: 1, importedAt: at };
  const planned = planThat('send-answer', { method: 'POST', url, format: 'free-busy', channel: 'c' });
  const steps = planned.steps.map((step) => (step.approval ? step : { ...step, tool: 'read-busy-times' as const }));
  const slot = {
    kind: 'free-slot',
    start: 1_772_442_000_000,
    end: 1_772_443_800_000,
    busy: [],
    windows: [],
    shown: '',
  };
  const answer = {
    sections: [{ title: '', claims: [{ id: 'c1', text: '', cites: [], computation: slot }] }],
    evidence: [{ id: 'e1', source: 'cal' }],
  };
  const times = utf8(prettyJson([{ start: '2026-03-02T09:00:00Z', end: '2026-03-02T09:30:00Z', status: 'free' }]));
  const digestWith = (headers: readonly (readonly [string, string])[], body = times): string =>
    outgoingDigest({ method: 'POST', url, headers, body }, sha256);
  const json = ['content-type', 'application/json'] as const;
  const sent = (id: string, request: string, bytes: number): Fact =>
    ({
      ...{ type: 'egress.intent', at: at + 10 },
      intent: {
        ...{ id, channel: 'c', host: 'https://api.example.com', method: 'POST', bytes, request, action: 'a' },
        ...{ by: { tool: 'send-answer', run: RUN, step: '2-send-answer' }, reason: 'approved', approval: null },
        ...{ policy: '', day: '', label: fileLabel('cal', false) },
      },
    }) as unknown as Fact;
  const answered = (id: string, left: 'yes' | 'no'): Fact =>
    ({ type: 'egress.answered', at: at + 11, intent: id, answer: { sent: left, bytes: 0, status: null } }) as never;
  const store = rowsOf([
    { type: 'source.imported', at, source } as unknown as Fact,
    ...factsUntilAsked(at, { ...planned, steps }).map((fact) =>
      fact.type === 'answer.verified' ? ({ ...fact, answer: { ...fact.answer, ...answer } } as unknown as Fact) : fact,
    ),
    sent('1', digestWith([json]), 100),
    sent('2', digestWith([]), 20),
    sent('3', digestWith([json], utf8('Dentist, Monday at nine')), 3_000),
    sent('4', digestWith([json]), 50_000),
    answered('1', 'yes'),
    answered('4', 'no'),
  ]);
  const desk = deskOver(store, () => Promise.reject(new Error('nothing is ordered')));
  const tried = async (text: string): Promise<unknown> => {
    const result = await desk.tryOut({ packs: [], own: { ...NONE, text } });
    if (!result.ok) throw new Error(result.error);
    return [result.value.left, result.value.kept];
  };
  const calendar = '(principal, action in Action::"leaves", resource) when { context.carries.contains("calendar") };';
  const nothing = { requests: 0, bytes: 0, freeBusy: 0 };
  expect(await tried('')).toEqual([{ requests: 3, bytes: 3_120, freeBusy: 2 }, nothing]);
  expect(await tried(`forbid ${calendar}`), 'what was changed before it left is more than times').toEqual([
    { requests: 2, bytes: 120, freeBusy: 2 },
    { requests: 1, bytes: 3_000, freeBusy: 0 },
  ]);
  expect(await tried(`@effect("ask") forbid ${calendar}`)).toEqual([
    { requests: 3, bytes: 3_120, freeBusy: 2 },
    nothing,
  ]);
  expect(await tried('forbid (principal, action in Action::"leaves", resource);')).toEqual([
    nothing,
    { requests: 3, bytes: 3_120, freeBusy: 2 },
  ]);
});

test('a rule that a run’s saving was asked about denies it, and asking changes nothing', async () => {
  const at = clock.now();
  const facts = factsUntilAsked(at);
  const step = '2-save-file';
  const store = rowsOf([
    ...facts,
    { type: 'step.started', run: RUN, at: (at + 1) as UnixMs, step, attempt: 1 } as never,
  ]);
  const desk = deskOver(store, () => Promise.reject(new Error('nothing is ordered')));
  const tried = async (text: string): Promise<unknown> => {
    const result = await desk.tryOut({ packs: [], own: { ...NONE, text } });
    return result.ok ? [result.value.calls, result.value.denied, result.value.asked] : result.error;
  };
  const saving = 'forbid (principal, action == Action::"file-export", resource)';
  expect(await tried(FORBIDS)).toEqual([2, 1, 0]);
  expect(await tried(`@effect("ask") ${saving};`)).toEqual([2, 0, 0]);
  expect(await tried(`${saving} when { context.bytes > 40 && context.bytes < 400 };`), 'its size').toEqual([2, 1, 0]);
});

test('what a version changed is told line by line', () => {
  const diff = (before: string, after: string): string[] =>
    lineDiff(before, after).map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`);
  expect(diff('a\nb\nc\n', 'a\nx\nc\n')).toEqual([' a', '-b', '+x', ' c']);
  expect(diff('', 'a\nb')).toEqual(['+a', '+b']);
  expect(diff('a', '')).toEqual(['-a']);
  expect(diff('a\nb', 'a\nb\n')).toEqual([' a', ' b']);
  expect(diff('a\nb\nc\nd', 'b\nd\na')).toEqual(['-a', ' b', '-c', ' d', '+a']);
  expect(diff('a\na', 'a')).toEqual([' a', '-a']);
  const many = (of: string): string => Array.from({ length: 1_500 }, (_, line) => `${of}${String(line)}`).join('\n');
  expect(diff(many('a'), many('b'))).toHaveLength(3_000);
});

test('lines far from a change are told by their number', () => {
  const lines = (...changed: number[]): string =>
    Array.from({ length: 9 }, (_, line) => (changed.includes(line) ? 'new' : String(line))).join('\n');
  const told = aroundChanges(lineDiff(lines(), lines(4)), 1).map((line) =>
    line.kind === 'left-out' ? line.count : line.text,
  );
  expect(told).toEqual([3, '3', '4', 'new', '5', 3]);
  expect(aroundChanges(lineDiff('a\nb', 'a\nb'))).toEqual([{ kind: 'left-out', count: 2 }]);
  expect(aroundChanges([])).toEqual([]);
});
