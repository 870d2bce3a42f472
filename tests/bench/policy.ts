import { sha256 } from '#adapters/noble/sha256.ts';
import { seededRandom, type Random } from '#core/base/random.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import { decide } from '#core/policy/decide.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import type { RuleRequest } from '#core/policy/rule-request.ts';
import { indexRules, sliceOf, type RuleIndex, type RulePack } from '#core/policy/rule-set.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { cedarInNode } from '../fakes/cedar-in-node.ts';
import { setOf, somePack, someRuleRequest, someRuleText, type Names } from '../fakes/random-rules.ts';
import { type Figure, ratios, spread } from './statistics.ts';

const FEW = 10;
const MANY = 1_000;
const ROUNDS = 30;
const DECISIONS = 60;
/** Requests of one owner: a few dozen ways out, each taken again and again. */
const REQUESTS = 40;
const NAMES: Names = { hosts: 200, channels: 200, tools: 200 };

/**
 * What one decision takes with ten rules and with a thousand: slicing, Cedar and `decide`, beside Cedar over all of them.
 * The ten say something about every request that leaves; the others are about places and tools, as owners write them, or
 * of every kind, or such that no slicing tells them apart.
 */
export async function benchPolicy(): Promise<Figure[]> {
  const engine = cedarInNode();
  return [
    ...(await withRules(engine, 'rules, each about a place or a tool', '<= 2 x', placeText)),
    ...(await withRules(engine, 'rules of every kind', 'reported', someRuleText)),
    ...(await withRules(engine, 'rules that no slicing tells apart', 'reported', generalText)),
  ];
}

async function withRules(
  engine: RuleEngine,
  kind: string,
  goal: string,
  text: (random: Random, names: Names) => string,
): Promise<Figure[]> {
  const random = seededRandom(119);
  const requests: RuleRequest[] = [];
  while (requests.length < REQUESTS) {
    const request = someRuleRequest(random, NAMES);
    if (request.host !== null) requests.push(request);
  }
  const few = await somePack(engine, random, NAMES, FEW, generalText);
  const others = await somePack(engine, random, NAMES, MANY - FEW, text);
  const rest = others.rules.map((rule) => ({ ...rule, id: `other/${rule.id}` }));
  const many: RulePack = { ...few, rules: [...few.rules, ...rest] };
  const [fewIndex, manyIndex] = [indexRules(setOf(few)), indexRules(setOf(many))];
  const slices = new Set(requests.map((request) => sliceOf(manyIndex, request).length));
  const taken = { few: [] as number[], many: [] as number[], all: [] as number[] };
  for (let round = -2; round < ROUNDS; round++) {
    const of = {
      few: await timed(requests, (request) => sliced(engine, fewIndex, request)),
      many: await timed(requests, (request) => sliced(engine, manyIndex, request)),
      all: await timed(requests.slice(0, 10), (request) => engine.judge(many.rules, request)),
    };
    // The first two parse the slices.
    if (round >= 0) for (const name of ['few', 'many', 'all'] as const) taken[name].push(of[name]);
  }
  const most = String(Math.max(...slices));
  return [
    {
      name: `a decision under ${String(MANY)} ${kind} (${most} evaluated at most)`,
      unit: 'ms',
      ours: spread(taken.many),
      peer: { name: `under ${String(FEW)}`, ...spread(taken.few) },
      ratio: spread(ratios(taken.many, taken.few)),
      goal,
    },
    {
      name: `the same under ${String(MANY)}`,
      unit: 'ms',
      ours: spread(taken.many),
      peer: { name: 'Cedar over all rules', ...spread(taken.all) },
      ratio: spread(ratios(taken.many, taken.all)),
      goal: 'reported',
    },
  ];
}

async function sliced(engine: RuleEngine, index: RuleIndex, request: RuleRequest): Promise<void> {
  const verdicts = await engine.judge(sliceOf(index, request), request);
  decide({ approved: new Set(), channels: new Map() }, sinkRequestOf(request), verdicts, sha256);
}

async function timed(
  requests: readonly RuleRequest[],
  one: (request: RuleRequest) => Promise<unknown>,
): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < DECISIONS; i++) await one(requests[i % requests.length] as RuleRequest);
  return (performance.now() - started) / DECISIONS;
}

function sinkRequestOf({ sink, context }: RuleRequest): SinkRequest {
  return {
    action: {
      ...{ tool: context.tool, run: 'r', step: 's', arguments: { to: 'Ada' }, contentDigest: null },
      ...{ host: null, label: OWNER_TYPED, policy: '', nonce: '' },
    },
    sink,
    channel: null,
    arguments: [{ name: 'to', role: 'address', label: OWNER_TYPED }],
    planned: true,
    planner: OWNER_TYPED,
    destructive: false,
  };
}

function generalText(random: Random): string {
  return `forbid (principal, action in Action::"leaves", resource) when { context.bytes > ${String(random.below(2_000))} };`;
}

function placeText(random: Random, { hosts, channels, tools }: Names): string {
  const bytes = `context.bytes > ${String(random.below(2_000))}`;
  return random.pick([
    `forbid (principal, action in Action::"leaves", resource in Host::"h${String(random.below(hosts))}.example.com") when { ${bytes} };`,
    `forbid (principal, action in Action::"leaves", resource == Channel::"channel-${String(random.below(channels))}") when { ${bytes} };`,
    `forbid (principal, action in Action::"leaves", resource) when { context.tool == "tool-${String(random.below(tools))}" && ${bytes} };`,
    `forbid (principal, action == Action::"file-export", resource == Tool::"tool-${String(random.below(tools))}") when { ${bytes} };`,
  ]);
}
