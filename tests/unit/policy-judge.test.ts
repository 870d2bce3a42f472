import { describe, expect, test } from 'vitest';
import { createZones } from '#adapters/temporal/zones.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { Digest, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { answeredBy, fileLabel, join, NEUTRAL, OWNER_TYPED, WORST, type Label } from '#core/labels/label.ts';
import { POLICY_VERSION } from '#core/policy/decide.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import { MAIN_AGENT } from '#core/policy/rule-request.ts';
import { scopeOf, SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import { rulesDigest, type RuleSet } from '#core/policy/rule-set.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { guardedEngine, RULES_MS } from '#runtime/policy/guarded-engine.ts';
import { obeyPolicy, type AdoptedRules, type PolicyCommand } from '#runtime/policy/policy-facts.ts';
import { RuleJudge, type Circumstances } from '#runtime/policy/rule-judge.ts';
import { SHIPPED_RULES } from '#runtime/policy/shipped-rules.ts';
import { cedarInNode } from '#tests/fakes/cedar-in-node.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { plainRuleEngine } from '#tests/fakes/plain-rule-engine.ts';

const HERE: Circumstances = {
  agents: [MAIN_AGENT],
  purpose: 'answer',
  zone: 'Europe/Berlin',
  bytes: null,
  fileOf: (source) =>
    ({ cal: { kind: 'calendar' as const, path: 'home/cal.ics' }, box: { kind: 'mailbox' as const, path: 'box.mbox' } })[
      source
    ],
  reads: null,
  quoted: null,
};

function judgeWith(rules: () => Promise<RuleEngine>): RuleJudge {
  const clock = { now: () => 1_763_700_000_000 as UnixMs };
  return new RuleJudge({ clock, sha256, rules, zones: createZones });
}

function request(
  sink: SinkRequest['sink'],
  source: string,
  value: Json,
  host = 'https://api.example.com',
): SinkRequest {
  return {
    action: {
      ...{ tool: 'send', run: 'r', step: 's', arguments: { body: value }, contentDigest: 'c' as Digest },
      ...{ host, label: NEUTRAL, policy: '', nonce: '' },
    },
    sink,
    channel: 'c1',
    arguments: [
      { name: 'to', role: 'address', label: OWNER_TYPED },
      { name: 'body', role: 'content', label: fileLabel(source, false) },
    ],
    planned: true,
    planner: OWNER_TYPED,
    destructive: false,
  };
}

const BUSY = [{ start: '2026-03-01T09:00Z', end: '2026-03-01T10:00Z' }];

test.each([
  ['egress', 'cal', 'Dentist', 'calendar-free-busy/free-busy'],
  ['mcp-call', 'gone', 'text', 'calendar-free-busy/free-busy'],
  ['egress', 'cal', BUSY, null],
  ['egress', 'box', 'Dear Ada', null],
  ['premium-model', 'box', 'Dear Ada', 'local-mail-summaries/local-engine'],
] as const)('as shipped: by %s, of %s, %j is forbidden by %s', async (sink, source, value, rule) => {
  for (const engine of [cedarInNode(), plainRuleEngine()]) {
    const judge = judgeWith(() => Promise.resolve(engine));
    const verdicts = await judge.verdicts(SHIPPED_RULES, request(sink, source, value), HERE);
    expect(verdicts).toEqual(rule === null ? [] : [{ rule, effect: 'forbid' }]);
  }
});

test('what no step read is not carried, though the run was allowed to read it', async () => {
  const judge = judgeWith(() => Promise.resolve(cedarInNode()));
  const send = request('egress', 'cal', 'Dentist');
  expect(await judge.verdicts(SHIPPED_RULES, send, { ...HERE, reads: ['tables', 'messages'] })).toEqual([]);
  expect(await judge.verdicts(SHIPPED_RULES, send, { ...HERE, reads: ['tables', 'events'] })).toHaveLength(1);
  const gone = request('egress', 'gone', 'Dentist');
  expect(await judge.verdicts(SHIPPED_RULES, gone, { ...HERE, reads: ['tables'] })).toHaveLength(1);
});

test('a verified answer carries what it quotes, and not what was only looked through', async () => {
  const judge = judgeWith(() => Promise.resolve(cedarInNode()));
  const send = request('egress', 'cal', 'Hotels: 160 EUR');
  expect(await judge.verdicts(SHIPPED_RULES, send, { ...HERE, quoted: new Set(['box']) })).toEqual([]);
  expect(await judge.verdicts(SHIPPED_RULES, send, { ...HERE, quoted: new Set(['box', 'cal']) })).toHaveLength(1);
});

test('what a rule forbids one agent, it gets from no other that it asks, nor that asks it; others are free to do it', async () => {
  const texts = {
    one: 'forbid (principal == Agent::"desk", action in Action::"leaves", resource);',
    others: 'forbid (principal, action in Action::"leaves", resource) unless { principal == Agent::"figures" };',
    own: 'forbid (principal == Agent::"main", action, resource);',
  };
  const cases: [readonly string[], readonly (keyof typeof texts)[]][] = [
    [['desk'], ['one', 'others']],
    [['figures'], []],
    [['main'], ['others', 'own']],
    [[], ['others', 'own']],
    [
      ['desk', 'figures'],
      ['one', 'others'],
    ],
    [
      ['figures', 'desk'],
      ['one', 'others'],
    ],
    [['figures', 'notes'], ['others']],
  ];
  const engine = cedarInNode();
  const rules = await Promise.all(
    Object.entries(texts).map(async ([id, text]) => {
      const read = await engine.read(text);
      if (!read.ok) throw new Error(JSON.stringify(read.error));
      return { id, text, effect: 'forbid' as const, scope: scopeOf(read.value[0]?.policy ?? null) };
    }),
  );
  const set: RuleSet = { packs: [{ id: 'own', text: '', from: null, until: null, rules }], scopes: SCOPE_VERSION };
  const judge = judgeWith(() => Promise.resolve(engine));
  for (const [agents, forbidding] of cases) {
    const said = await judge.verdicts(set, request('egress', 'box', 'x'), { ...HERE, agents });
    expect(said.map(({ rule }) => rule).sort(), agents.join()).toEqual(forbidding);
  }
});

test('mail goes to a model on this device', async () => {
  const judge = judgeWith(() => Promise.resolve(cedarInNode()));
  const local = request('premium-model', 'box', 'Dear Ada', 'http://localhost:11434');
  expect(await judge.verdicts(SHIPPED_RULES, local, HERE)).toEqual([]);
});

test('the shipped rules are what Cedar reads in their texts', async () => {
  const engine = cedarInNode();
  for (const pack of SHIPPED_RULES.packs) {
    const read = await engine.read(pack.text);
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    const rules = read.value.map(({ text, effect, policy, annotations }) => ({
      ...{ id: `${pack.id}/${annotations['id'] ?? ''}`, text, effect, scope: scopeOf(policy) },
    }));
    expect(rules).toEqual(pack.rules);
  }
});

test('nothing is loaded where no rule could say anything', async () => {
  const judge = judgeWith(() => Promise.reject(new Error('it was loaded')));
  expect(await judge.verdicts(SHIPPED_RULES, request('vault-read', 'cal', 'x'), HERE)).toEqual([]);
  expect(await judge.verdicts(SHIPPED_RULES, request('file-export', 'cal', 'x'), HERE)).toEqual([]);
  const checkpoint: SinkRequest = {
    ...request('egress', 'cal', 'a checkpoint'),
    arguments: [{ name: 'checkpoint', role: 'content', label: NEUTRAL }],
  };
  expect(await judge.verdicts(SHIPPED_RULES, checkpoint, HERE), 'carries nothing of a calendar').toEqual([]);
});

test('an engine that cannot be loaded has failed, and so has one that throws', async () => {
  const fails = [() => Promise.reject(new Error('offline')), () => Promise.resolve(throwing)];
  for (const rules of fails)
    expect(await judgeWith(rules).verdicts(SHIPPED_RULES, request('egress', 'cal', 'x'), HERE)).toEqual([
      { rule: '', effect: 'error' },
    ]);
});

const throwing: RuleEngine = {
  read: () => Promise.reject(new Error('broken')),
  judge: () => Promise.reject(new Error('broken')),
};

test('the owner’s hour and weekday are those where the owner is', async () => {
  const judge = judgeWith(() => Promise.resolve(plainRuleEngine()));
  const at = Date.UTC(2026, 2, 1, 23, 30) as UnixMs;
  const { context } = await judge.describe(request('egress', 'cal', 'x'), HERE, at);
  expect([context.time, context.weekday, context.hour]).toEqual([at, 1, 0]);
});

test('a thread that hangs or breaks is stopped and begun anew, and what it was asked has failed', async () => {
  const clock = fakeClock();
  const stopped: number[] = [];
  const hanging: RuleEngine = { read: () => new Promise(() => undefined), judge: () => new Promise(() => undefined) };
  const threads = [hanging, throwing, plainRuleEngine()];
  let begun = 0;
  const engine = guardedEngine(() => {
    const mine = begun++;
    return { engine: threads[mine] as RuleEngine, stop: () => void stopped.push(mine) };
  }, clock);
  const rules = [{ id: 'a', text: 'forbid (principal, action, resource);', effect: 'forbid' as const }];
  const of = await judgeWith(() => Promise.resolve(engine)).describe(request('egress', 'cal', 'x'), HERE, 0 as UnixMs);
  const late = engine.judge(rules, of);
  await clock.advance(RULES_MS);
  expect(await late).toEqual([{ rule: 'a', effect: 'error' }]);
  expect((await engine.read('')).ok).toBe(false);
  expect(await engine.judge(rules, of)).toEqual([{ rule: 'a', effect: 'forbid' }]);
  expect([stopped, begun]).toEqual([[0, 1], 3]);
});

describe('adopting rules', () => {
  const pack = (text: string): RuleSet => ({
    packs: [{ id: 'own', text, from: null, until: null, rules: [] }],
    scopes: SCOPE_VERSION,
  });
  const [one, two] = [pack('// one'), pack('// two')];
  const named = (set: RuleSet): Digest => rulesDigest(set, sha256);
  const inForce: AdoptedRules = { digest: named(one), set: one, at: 0 as UnixMs };
  const order = (after: Digest | null, set: RuleSet, label: Label = OWNER_TYPED): PolicyCommand => ({
    ...{ type: 'adopt-rules' as const, after, digest: named(set), set, nonce: 'n' },
    label,
  });

  test('goes over the version that was looked at, and over no other; the version before decides', () => {
    const shipped = named(SHIPPED_RULES);
    expect(obeyPolicy(null, order(null, one), sha256)).toEqual({
      ...{ type: 'policy.adopted', digest: named(one), set: one },
      decided: {
        ...{ action: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, reason: 'approved' },
        policy: `${String(POLICY_VERSION)}+${shipped}`,
      },
    });
    expect(obeyPolicy(inForce, order(named(one), two), sha256)).toMatchObject({
      digest: named(two),
      decided: { policy: `${String(POLICY_VERSION)}+${named(one)}` },
    });
    expect(obeyPolicy(inForce, order(null, two), sha256)).toHaveProperty('refused');
    expect(obeyPolicy(inForce, order(named(two), two), sha256)).toHaveProperty('refused');
    expect(obeyPolicy(inForce, order(named(one), one), sha256)).toHaveProperty('refused');
    expect(obeyPolicy(null, order(null, SHIPPED_RULES), sha256)).toHaveProperty('refused');
    expect(obeyPolicy(inForce, order(named(one), SHIPPED_RULES), sha256)).toMatchObject({ digest: shipped });
  });

  test('is the owner’s alone: nothing of a file, of a run, of a model or of nobody knows whom becomes a rule', () => {
    const others: readonly Label[] = [
      fileLabel('cal', false),
      join(OWNER_TYPED, fileLabel('cal', false)),
      { ...OWNER_TYPED, integrity: 'endorsed' },
      answeredBy('model', OWNER_TYPED),
      WORST,
    ];
    for (const label of others)
      expect(obeyPolicy(inForce, order(named(one), two, label), sha256), JSON.stringify(label)).toEqual({
        refused: expect.stringContaining('Only what you write') as unknown,
      });
    const { label, ...unsigned } = order(named(one), two);
    expect(label).toBe(OWNER_TYPED);
    expect(obeyPolicy(inForce, unsigned, sha256)).toHaveProperty('refused');
  });

  test('is of the set that is named, and each time another act', () => {
    const swapped = { ...order(named(one), two), digest: named(pack('// three')) };
    expect(obeyPolicy(inForce, swapped, sha256)).toHaveProperty('refused');
    const [first, again] = ['a', 'b'].map((nonce) => obeyPolicy(inForce, { ...order(named(one), two), nonce }, sha256));
    expect(first).not.toEqual(again);
  });
});
