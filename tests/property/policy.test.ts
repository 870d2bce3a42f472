import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { canonicalJson, type Json } from '#core/base/json.ts';
import { seededRandom, type Random } from '#core/base/random.ts';
import { ENDORSEMENT_BITS_MAX, type FiniteType } from '#core/labels/finite.ts';
import { CONFIDENTIALITIES, fileLabel, INTEGRITIES, NEUTRAL, OWNER_TYPED, type Label } from '#core/labels/label.ts';
import {
  labelCall,
  NOT_BEGUN,
  type CommittedPlan,
  type Origin,
  type PlanProgress,
  type ProposedCall,
} from '#core/policy/committed-plan.ts';
import { decide, type PolicyState, type RuleVerdict } from '#core/policy/decide.ts';
import { SINKS, type ArgumentRole, type SinkRequest } from '#core/policy/request.ts';

const TRACES = 10_000;
const REQUESTS = 20_000;
const TOOLS = ['pay', 'post', 'send'];
const NAMES = ['amount', 'body', 'to'];
const CHANNEL = 'bank';
const STATE: PolicyState = { approved: new Set(), channels: new Map([[CHANNEL, { clearance: 'private' }]]) };

interface SentCall {
  readonly whole: string;
  /** Without what a reader chose from a small type. */
  readonly planned: string;
  readonly bits: number;
}

test(`what nobody vouches for changes no unasked call, in ${TRACES.toLocaleString('en')} runs read twice with other texts`, () => {
  const random = seededRandom(2026);
  const differing: number[] = [];
  let sent = 0;
  for (let i = 0; i < TRACES; i++) {
    const plan = somePlan(random);
    const schedule = random.below(2 ** 31);
    const [one, other] = [carryOut(plan, 'A', schedule), carryOut(plan, 'B', schedule)];
    sent += one.length;
    const chosen = one.some(({ bits }) => bits > 0);
    const same = (of: (call: SentCall) => string): boolean =>
      canonicalJson(one.map(of)) === canonicalJson(other.map(of));
    if (!(chosen ? same(({ planned }) => planned) : same(({ whole }) => whole))) differing.push(i);
    for (const run of [one, other])
      if (run.reduce((bits, call) => bits + call.bits, 0) > ENDORSEMENT_BITS_MAX) differing.push(i);
  }
  expect(differing).toEqual([]);
  expect(sent, 'calls that ran unasked, so that there was something to differ').toBeGreaterThan(TRACES);
});

test(`every request is decided, and a rule more never allows more (${REQUESTS.toLocaleString('en')} cases)`, () => {
  const random = seededRandom(7);
  const order = { deny: 0, ask: 1, allow: 2 };
  const widened: unknown[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const request = someRequest(random);
    const verdicts = Array.from({ length: random.below(3) }, () => someVerdict(random));
    const before = decide(STATE, request, verdicts, sha256);
    const after = decide(STATE, request, [...verdicts, someVerdict(random)], sha256);
    if (order[after.kind] > order[before.kind]) widened.push({ request, before, after });
  }
  expect(widened).toEqual([]);
});

/** What ran unasked when a model reads this payload: the plan's calls in order, and between them whatever it wants. */
function carryOut(plan: CommittedPlan, payload: string, schedule: number): SentCall[] {
  const random = seededRandom(schedule);
  const context = fileLabel('mail', false);
  let progress: PlanProgress = NOT_BEGUN;
  const sent: SentCall[] = [];
  const attempt = (call: ProposedCall): void => {
    const { planned, labels, after } = labelCall(plan, progress, call, context);
    const names = Object.keys(call.arguments);
    const request: SinkRequest = {
      action: {
        tool: call.tool,
        run: 'r',
        step: 's',
        arguments: call.arguments,
        contentDigest: null,
        host: null,
        label: NEUTRAL,
        policy: '',
        nonce: '',
      },
      sink: 'mcp-call',
      channel: CHANNEL,
      arguments: names.map((name) => ({ name, role: roleOf(name), label: labels.get(name) ?? context })),
      planned,
      planner: plan.planner,
      destructive: false,
    };
    if (decide(STATE, request, [], sha256).kind !== 'allow') return;
    sent.push(sentCall(call, labels, progress, after));
    progress = after;
  };
  for (const planned of plan.calls) {
    if (random.chance(0.5)) attempt(wanted(random, payload));
    const values = Object.entries(planned.arguments).map(([name, origin]) => [name, readAs(origin, payload, random)]);
    attempt({ tool: planned.tool, arguments: Object.fromEntries(values) as Record<string, Json> });
  }
  return sent;
}

function sentCall(
  call: ProposedCall,
  labels: ReadonlyMap<string, Label>,
  before: PlanProgress,
  after: PlanProgress,
): SentCall {
  const trusted = Object.entries(call.arguments).filter(([name]) => labels.get(name)?.integrity === 'trusted');
  return {
    whole: canonicalJson([call.tool, call.arguments]),
    planned: canonicalJson([call.tool, Object.fromEntries(trusted)]),
    bits: before.budget.bitsLeft - after.budget.bitsLeft,
  };
}

function somePlan(random: Random): CommittedPlan {
  const calls = Array.from({ length: 1 + random.below(6) }, (_, index) => ({
    tool: random.pick(TOOLS),
    arguments: Object.fromEntries(
      NAMES.filter(() => random.chance(0.7)).map((name) => [name, someOrigin(random, `${name} ${index}`)]),
    ),
  }));
  return { calls, planner: OWNER_TYPED };
}

function someOrigin(random: Random, value: string): Origin {
  if (random.chance(0.6)) return { from: 'plan', value };
  return { from: 'reader', type: random.chance(0.5) ? null : someType(random) };
}

function someType(random: Random): FiniteType {
  return random.pick<FiniteType>([
    { kind: 'boolean' },
    { kind: 'enum', members: ['Ada', 'Bo', 'Cy'] },
    { kind: 'number', min: 0, max: 65_535, per: 1 },
    { kind: 'date', from: '2026-01-01', to: '2026-12-31' },
  ]);
}

/** What a reader makes of the payload where the plan leaves it the choice: a value of the type, and another for another text. */
function readAs(origin: Origin, payload: string, random: Random): Json {
  const second = payload === 'B' ? 1 : 0;
  const draw = random.below(100);
  if (origin.from === 'plan') return origin.value;
  if (origin.type === null) return `text of ${payload}`;
  switch (origin.type.kind) {
    case 'boolean':
      return payload === 'A';
    case 'enum':
      return origin.type.members[(draw + second) % origin.type.members.length] ?? '';
    case 'number':
      return draw + second;
    case 'date':
      return payload === 'A' ? '2026-03-01' : '2026-04-01';
  }
}

/** A call that only the payload asks for; its words stand in no plan. */
function wanted(random: Random, payload: string): ProposedCall {
  const names = NAMES.filter(() => random.chance(0.7));
  return {
    tool: random.pick(TOOLS),
    arguments: Object.fromEntries(
      names.map((name) => [name, random.chance(0.5) ? `as ${payload} says` : payload.charCodeAt(0)]),
    ),
  };
}

function someRequest(random: Random): SinkRequest {
  return {
    action: {
      tool: 't',
      run: 'r',
      step: 's',
      arguments: {},
      contentDigest: null,
      host: null,
      label: NEUTRAL,
      policy: '',
      nonce: '',
    },
    sink: random.pick(SINKS),
    channel: random.pick([null, CHANNEL, 'elsewhere']),
    arguments: Array.from({ length: random.below(3) }, (_, i) => ({
      name: String(i),
      role: random.pick<ArgumentRole>(['address', 'content']),
      label: someLabel(random),
    })),
    planned: random.chance(0.7),
    planner: someLabel(random),
    destructive: random.chance(0.2),
  };
}

function someLabel(random: Random): Label {
  return {
    sources: [],
    integrity: random.pick(INTEGRITIES),
    confidentiality: random.pick(CONFIDENTIALITIES),
    readers: random.chance(0.5) ? 'all' : [CHANNEL],
  };
}

function someVerdict(random: Random): RuleVerdict {
  return { rule: 'some', effect: random.pick(['permit', 'ask', 'forbid', 'error']) };
}

function roleOf(name: string): ArgumentRole {
  return name === 'body' ? 'content' : 'address';
}
