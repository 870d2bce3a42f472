import type { UnixMs } from '#core/base/ids.ts';
import type { Random } from '#core/base/random.ts';
import { CONFIDENTIALITIES, INTEGRITIES } from '#core/labels/label.ts';
import { SINKS } from '#core/policy/request.ts';
import type { CarriedKind, RuleRequest } from '#core/policy/rule-request.ts';
import { scopeOf, SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import type { RulePack, RuleSet } from '#core/policy/rule-set.ts';
import { leaves } from '#core/policy/rules.ts';
import type { RuleEngine } from '#ports/rules.ts';

const KINDS: readonly CarriedKind[] = ['calendar', 'free-busy', 'mail', 'table', 'document', 'data', 'unknown'];
const FOLDERS = ['contracts', 'contracts/2026', 'mail'];
export const AGENTS = ['main', 'bookkeeper', 'reader'];
const PURPOSES = ['answer', 'report', 'mail-summary'];
const LEAVING = SINKS.filter(leaves);

/** What rules and requests name: as many hosts, ways out and tools as there are of each. */
export interface Names {
  readonly hosts: number;
  readonly channels: number;
  readonly tools: number;
}

const hostOf = (i: number): string => `h${String(i)}.example.com`;
const channelOf = (i: number): string => `channel-${String(i)}`;
const toolOf = (i: number): string => `tool-${String(i)}`;

/** A request like those that are decided on. */
export function someRuleRequest(random: Random, names: Names): RuleRequest {
  const sink = random.pick(SINKS);
  const tool = toolOf(random.below(names.tools));
  const host = leaves(sink) ? hostOf(random.below(names.hosts)) : null;
  return {
    agent: random.pick(AGENTS),
    sink,
    resource: leaves(sink)
      ? { type: 'Channel', id: channelOf(random.below(names.channels)) }
      : { type: 'Tool', id: tool },
    host,
    context: {
      tool,
      purpose: random.pick(PURPOSES),
      integrity: random.pick(INTEGRITIES),
      confidentiality: random.pick(CONFIDENTIALITIES),
      carries: KINDS.filter(() => random.chance(0.2)),
      folders: FOLDERS.filter(() => random.chance(0.3)),
      planned: random.chance(0.5),
      destructive: random.chance(0.2),
      bytes: random.below(2_000),
      time: (1_763_700_000_000 + random.below(1_000)) as UnixMs,
      weekday: 1 + random.below(7),
      hour: random.below(24),
      ...(random.chance(0.3) ? { amount: random.below(10_000) } : {}),
      ...(host === null ? {} : { host, onDevice: random.chance(0.1) }),
    },
  };
}

/** A rule that the schema takes: its head and its conditions of every kind, a few of which overflow. */
export function someRuleText(random: Random, names: Names): string {
  const leaving = random.chance(0.6);
  const principal = random.chance(0.2) ? `principal == Agent::"${random.pick(AGENTS)}"` : 'principal';
  const resource = leaving
    ? random.pick([
        'resource',
        `resource == Channel::"${channelOf(random.below(names.channels))}"`,
        `resource in Host::"${hostOf(random.below(names.hosts))}"`,
      ])
    : random.pick(['resource', `resource == Tool::"${toolOf(random.below(names.tools))}"`]);
  const parts = Array.from({ length: random.below(4) }, () => someCondition(random, names, leaving));
  const clauses = parts.map((part) => ` ${random.chance(0.8) ? 'when' : 'unless'} { ${part} }`);
  const effect = random.chance(0.3) ? '@effect("ask") ' : '';
  return `${effect}forbid (${principal}, ${someAction(random, leaving)}, ${resource})${clauses.join('')};`;
}

function someAction(random: Random, leaving: boolean): string {
  if (leaving) {
    const sink = random.pick(LEAVING);
    const other = random.pick(LEAVING);
    return random.pick([
      'action in Action::"leaves"',
      `action == Action::"${sink}"`,
      `action in [Action::"${sink}", Action::"${other}"]`,
    ]);
  }
  const sinks = SINKS.filter((sink) => !leaves(sink));
  return random.chance(0.9)
    ? `action == Action::"${random.pick(sinks)}"`
    : `action in [Action::"${random.pick(sinks)}", Action::"${random.pick(sinks)}"]`;
}

function someCondition(random: Random, names: Names, leaving: boolean): string {
  const one = (): string => someComparison(random, names, leaving);
  return random.pick([
    one(),
    `${one()} && ${one()}`,
    `${one()} || ${one()}`,
    `!(${one()})`,
    `(${one()}) && !(${one()})`,
  ]);
}

function someComparison(random: Random, names: Names, leaving: boolean): string {
  const tool = (): string => `"${toolOf(random.below(names.tools))}"`;
  const host = (): string => `"${hostOf(random.below(names.hosts))}"`;
  return random.pick([
    `context.tool == ${tool()}`,
    `${tool()} == context.tool`,
    `[${tool()}, ${tool()}].contains(context.tool)`,
    `context.purpose == "${random.pick(PURPOSES)}"`,
    `context.confidentiality == "${random.pick(CONFIDENTIALITIES)}"`,
    `context.integrity != "${random.pick(INTEGRITIES)}"`,
    `context.carries.contains("${random.pick(KINDS)}")`,
    `context.carries.containsAny(["${random.pick(KINDS)}", "${random.pick(KINDS)}"])`,
    `context.folders.containsAll(["${random.pick(FOLDERS)}", "${random.pick(FOLDERS)}"])`,
    `context.folders.contains("${random.pick(FOLDERS)}")`,
    `context has amount && context.amount > ${String(random.below(10_000))}`,
    `context.bytes * 4611686018427387904 > ${String(random.below(10))}`,
    `context.hour >= ${String(random.below(24))}`,
    `if context.planned then context.bytes > ${String(random.below(2_000))} else context.weekday == 1`,
    ...(leaving
      ? [`context.host == ${host()}`, `[${host()}, ${host()}].contains(context.host)`, 'context.onDevice']
      : []),
  ]);
}

/** A pack of so many rules, read by the engine as an owner's are. */
export async function somePack(
  engine: RuleEngine,
  random: Random,
  names: Names,
  count: number,
  text: (random: Random, names: Names) => string = someRuleText,
): Promise<RulePack> {
  // Cedar refuses a rule that it can tell will never apply: another is drawn.
  const rules: RulePack['rules'][number][] = [];
  while (rules.length < count) {
    const read = await engine.read(text(random, names));
    if (!read.ok) continue;
    for (const { text: own, effect, policy } of read.value)
      if (effect !== 'permit')
        rules.push({ id: `some/${String(rules.length)}`, text: own, effect, scope: scopeOf(policy) });
  }
  return { id: 'some', text: rules.map((rule) => rule.text).join('\n'), from: null, until: null, rules };
}

export function setOf(...packs: readonly RulePack[]): RuleSet {
  return { packs, scopes: SCOPE_VERSION };
}
