import { beforeAll, describe, expect, test } from 'vitest';
import { ruleInWords } from '#core/policy/rule-words.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { PACKS } from '#runtime/policy/shipped-rules.ts';
import { cedarInNode } from '#tests/fakes/cedar-in-node.ts';
import { RULE_EXAMPLES } from '#lib/format/rule-examples.ts';

const LEAVES = 'forbid (principal, action in Action::"leaves", resource)';
const ALL = 'forbid (principal, action, resource)';

let engine: RuleEngine;
beforeAll(() => {
  engine = cedarInNode();
});

async function words(text: string): Promise<string | null> {
  const read = await engine.read(text);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const [rule] = read.value;
  return rule === undefined ? '' : ruleInWords(rule.effect, rule.policy, { '3f00': 'Figures' });
}

describe('a rule in words', () => {
  test.each<[rule: string, words: string]>([
    [`${ALL};`, 'This forbids everything that the agent does.'],
    [`${LEAVES};`, 'This forbids sending anything.'],
    [`@effect("ask") ${LEAVES};`, 'This asks before sending anything.'],
    // Who, what and where.
    [
      'forbid (principal == Agent::"main", action, resource);',
      'This forbids everything that the agent does in runs that you start yourself.',
    ],
    [
      'forbid (principal == Agent::"3f00", action in Action::"leaves", resource);',
      'This forbids sending anything by the agent “Figures”.',
    ],
    [
      'forbid (principal == Agent::"toString", action in Action::"leaves", resource);',
      'This forbids sending anything by the agent “toString”.',
    ],
    [
      'forbid (principal, action == Action::"egress", resource == Channel::"c1");',
      'This forbids sending anything in a request by the way out “c1”.',
    ],
    [
      'forbid (principal, action == Action::"mcp-call", resource in Host::"h.org");',
      'This forbids handing anything to tools on servers to h.org.',
    ],
    [
      'forbid (principal, action == Action::"premium-model", resource);',
      'This forbids handing anything to models outside the app.',
    ],
    ['forbid (principal, action == Action::"file-export", resource);', 'This forbids saving anything as a file.'],
    [
      'forbid (principal, action == Action::"vault-read", resource == Tool::"read-table");',
      'This forbids reading your files with the tool “read-table”.',
    ],
    ['forbid (principal, action == Action::"memory-write", resource);', 'This forbids remembering anything.'],
    ['forbid (principal, action == Action::"sandbox-run", resource);', 'This forbids running code.'],
    ['forbid (principal, action == Action::"render", resource);', 'This forbids showing anything.'],
    ['forbid (principal, action == Action::"plan-edit", resource);', 'This forbids changing a plan.'],
    ['forbid (principal, action == Action::"policy-edit", resource);', 'This forbids changing rules.'],
    ['forbid (principal, action == Action::"server-connect", resource);', 'This forbids opening a way out.'],
    ['forbid (principal, action == Action::"approve", resource);', 'This forbids approving anything.'],
    [
      'forbid (principal, action in [Action::"leaves", Action::"file-export"], resource);',
      'This forbids sending anything or saving anything as a file.',
    ],
    [
      'forbid (principal, action == Action::"vault-read", resource) when { context.confidentiality == "private" };',
      'This forbids reading your files when what it carries is private.',
    ],
    [
      'forbid (principal, action in [Action::"leaves", Action::"file-export"], resource) when { context.confidentiality == "private" };',
      'This forbids sending anything or saving anything as a file when what it carries is private.',
    ],
    // What is sent, and where to.
    [
      `${LEAVES} when { context.confidentiality == "private" } unless { context.host == "api.example.com" };`,
      'This forbids sending private data to hosts other than api.example.com.',
    ],
    [
      `${LEAVES} unless { ["a.org", "b.org", "c.org"].contains(context.host) };`,
      'This forbids sending anything to hosts other than a.org, b.org or c.org.',
    ],
    [`${LEAVES} when { "a.org" == context.host };`, 'This forbids sending anything to a.org.'],
    [`${LEAVES} when { context.host != "a.org" };`, 'This forbids sending anything to hosts other than a.org.'],
    [`${LEAVES} unless { context.host != "a.org" };`, 'This forbids sending anything to a.org.'],
    [
      `${LEAVES} when { context.host != "a.org" && context.host != "b.org" };`,
      'This forbids sending anything to hosts other than a.org when the host is not b.org.',
    ],
    [
      `${LEAVES} when { context.carries.containsAny(["calendar", "unknown"]) };`,
      'This forbids sending calendar entries or what came from files that are gone.',
    ],
    [
      `${LEAVES} when { context.folders.contains("contracts") && context.carries.contains("mail") };`,
      'This forbids sending what came from the folder “contracts” when it carries mail.',
    ],
    [
      `${LEAVES} unless { context.carries.contains("free-busy") };`,
      'This forbids sending anything unless it carries free/busy times.',
    ],
    [
      `${LEAVES} when { context.carries.containsAny(["table", "document", "data"]) };`,
      'This forbids sending tables, documents or data files.',
    ],
    [`${LEAVES} when { context.carries.contains("photos") };`, 'This forbids sending “photos”.'],
    // Conditions.
    [
      `${LEAVES} when { "send-answer" == context.tool };`,
      'This forbids sending anything when the tool is “send-answer”.',
    ],
    [`${LEAVES} when { context.hour >= 0 };`, 'This forbids sending anything when it is 0:00 or later.'],
    [`${LEAVES} when { context.hour < 24 };`, 'This forbids sending anything when it is before 24:00.'],
    [
      `${LEAVES} when { context.planned || (context has amount && context.amount >= 5000) };`,
      'This forbids sending anything when it is in the plan or an amount in it or its cost is 50.00 or more.',
    ],
    [
      `${LEAVES} when { !(context.destructive || context.onDevice) } when { context.planned };`,
      'This forbids sending anything when it takes nothing away for good and it goes to another machine and it is in the plan.',
    ],
    [
      `${LEAVES} unless { context.planned && context.onDevice };`,
      'This forbids sending anything unless it is in the plan and it goes to this device itself.',
    ],
    [
      `${LEAVES} unless { context.planned || context.onDevice } unless { context.destructive };`,
      'This forbids sending anything unless it is in the plan or it goes to this device itself or it takes away what cannot be had back.',
    ],
    [
      `${ALL} when { context.confidentiality == "sealed" };`,
      'This forbids everything that the agent does when what it carries is sealed.',
    ],
    [
      `${LEAVES} when { context.confidentiality != "public" };`,
      'This forbids sending anything when what it carries is not public.',
    ],
    [
      `${LEAVES} when { context.integrity == "untrusted" };`,
      'This forbids sending anything when what it carries is untrusted.',
    ],
    [
      `${LEAVES} when { context.hour >= 22 || context.hour < 7 };`,
      'This forbids sending anything when it is 22:00 or later or it is before 7:00.',
    ],
    [
      `${LEAVES} when { context.hour > 21 && context.planned };`,
      'This forbids sending anything when it is 22:00 or later and it is in the plan.',
    ],
    [`${LEAVES} when { context.hour <= 6 };`, 'This forbids sending anything when it is before 7:00.'],
    [`${LEAVES} when { 22 <= context.hour };`, 'This forbids sending anything when it is 22:00 or later.'],
    [`${LEAVES} when { 7 > context.hour };`, 'This forbids sending anything when it is before 7:00.'],
    [`${LEAVES} when { context.weekday >= 6 };`, 'This forbids sending anything when it is Saturday or Sunday.'],
    [`${LEAVES} when { context.weekday < 2 };`, 'This forbids sending anything when it is Monday.'],
    [`${LEAVES} when { context.weekday <= 2 };`, 'This forbids sending anything when it is Monday or Tuesday.'],
    [`${LEAVES} when { context.weekday > 6 };`, 'This forbids sending anything when it is Sunday.'],
    [`${LEAVES} when { context.weekday == 3 };`, 'This forbids sending anything when it is Wednesday.'],
    [
      `${LEAVES} when { 5 <= context.weekday };`,
      'This forbids sending anything when it is Friday, Saturday or Sunday.',
    ],
    [
      `${LEAVES} unless { context.weekday <= 5 };`,
      'This forbids sending anything unless it is Monday, Tuesday, Wednesday, Thursday or Friday.',
    ],
    [`${LEAVES} when { !(context.weekday != 4) };`, 'This forbids sending anything when it is Thursday.'],
    [
      `${LEAVES} when { context.bytes > 1234567 };`,
      'This forbids sending anything when it has 1,234,568 bytes or more.',
    ],
    [`${LEAVES} when { context.bytes < 100 };`, 'This forbids sending anything when it has fewer than 100 bytes.'],
    [
      `${LEAVES} when { !(context.bytes >= 1000) };`,
      'This forbids sending anything when it has fewer than 1,000 bytes.',
    ],
    [`${LEAVES} when { !(context.bytes < 1000) };`, 'This forbids sending anything when it has 1,000 bytes or more.'],
    [`${LEAVES} when { !(context.bytes <= 999) };`, 'This forbids sending anything when it has 1,000 bytes or more.'],
    [`${LEAVES} when { !(context.bytes > 999) };`, 'This forbids sending anything when it has fewer than 1,000 bytes.'],
    [
      `${ALL} when { context has amount && context.amount >= 5000 };`,
      'This forbids everything that the agent does when an amount in it or its cost is 50.00 or more.',
    ],
    [
      `${ALL} when { context has amount && 4999 < context.amount && context.planned };`,
      'This forbids everything that the agent does when an amount in it or its cost is 50.00 or more and it is in the plan.',
    ],
    [
      `${ALL} when { context has amount };`,
      'This forbids everything that the agent does when it names an amount or costs something.',
    ],
    [
      `${ALL} unless { context has amount };`,
      'This forbids everything that the agent does unless it names an amount or costs something.',
    ],
    [
      `${ALL} when { !(context has amount) };`,
      'This forbids everything that the agent does when it names no amount and costs nothing.',
    ],
    [
      `${ALL} when { context has amount && context.amount < 5000 };`,
      'This forbids everything that the agent does when it names an amount or costs something and every amount in it and its cost is below 50.00.',
    ],
    [
      `${ALL} unless { context has amount && context.amount > 99 };`,
      'This forbids everything that the agent does unless an amount in it or its cost is 1.00 or more.',
    ],
    [
      `${LEAVES} when { context.time >= 1767225600000 };`,
      'This forbids sending anything when it is 2026-01-01 00:00 UTC or later.',
    ],
    [
      `${LEAVES} when { context.time < 1767318065000 };`,
      'This forbids sending anything when it is before 2026-01-02 01:41 UTC.',
    ],
    [`${LEAVES} when { !(context.planned) };`, 'This forbids sending anything when it is not in the plan.'],
    [`${LEAVES} when { !(!(context.planned)) };`, 'This forbids sending anything when it is in the plan.'],
    [
      `${LEAVES} when { context.destructive };`,
      'This forbids sending anything when it takes away what cannot be had back.',
    ],
    [
      `${LEAVES} when { !(context.destructive) };`,
      'This forbids sending anything when it takes nothing away for good.',
    ],
    [`${LEAVES} unless { context.onDevice };`, 'This forbids sending anything unless it goes to this device itself.'],
    [`${LEAVES} when { !(context.onDevice) };`, 'This forbids sending anything when it goes to another machine.'],
    [
      `${LEAVES} when { context.tool == "send-answer" } when { ["report", "answer"].contains(context.purpose) };`,
      'This forbids sending anything when the tool is “send-answer” and the purpose is “report” or “answer”.',
    ],
    [
      `${LEAVES} when { context.host like "*.example.com" };`,
      'This forbids sending anything when the host is like *.example.com.',
    ],
    [`${LEAVES} unless { context.host like "api.*" };`, 'This forbids sending anything unless the host is like api.*.'],
    [`${LEAVES} when { !(context.host like "a*") };`, 'This forbids sending anything when the host is not like a*.'],
    [
      `${LEAVES} when { !(context.carries.contains("mail") || context.planned) };`,
      'This forbids sending anything when it does not carry mail and it is not in the plan.',
    ],
    [
      `${LEAVES} when { !(context.destructive && context.planned) };`,
      'This forbids sending anything when it takes nothing away for good or it is not in the plan.',
    ],
    [
      `${LEAVES} when { context.planned && (context.destructive || context.bytes > 9) };`,
      'This forbids sending anything when it is in the plan and either it takes away what cannot be had back or it has 10 bytes or more.',
    ],
    [
      `${LEAVES} when { context.planned || (context.destructive && context.bytes > 9) };`,
      'This forbids sending anything when it is in the plan or both it takes away what cannot be had back and it has 10 bytes or more.',
    ],
    [
      `${LEAVES} when { context.planned || context.destructive || context.onDevice };`,
      'This forbids sending anything when it is in the plan or it takes away what cannot be had back or it goes to this device itself.',
    ],
    [
      `${LEAVES} when { context.planned } unless { context.destructive } unless { context.onDevice && context.planned };`,
      'This forbids sending anything when it is in the plan unless it takes away what cannot be had back or both it goes to this device itself and it is in the plan.',
    ],
    [
      `${LEAVES} when { context.confidentiality == "private" } when { ["private", "sealed"].contains(context.confidentiality) };`,
      'This forbids sending private data when what it carries is private or sealed.',
    ],
  ])('%s', async (text, said) => {
    expect(await words(text)).toBe(said);
  });

  test.each([
    'permit (principal, action, resource);',
    'forbid (principal in Agent::"main", action, resource);',
    'forbid (principal is Agent, action, resource);',
    'forbid (principal, action, resource is Tool);',
    'forbid (principal, action, resource in Channel::"c");',
    'forbid (principal, action, resource is Channel in Host::"h");',
    `${LEAVES} when { context.bytes * 2 > 10 };`,
    `${LEAVES} when { context.bytes == 10 };`,
    `${LEAVES} when { context.hour > 5 && context.bytes + 1 > 2 };`,
    `${LEAVES} unless { context.bytes - 1 > 2 };`,
    `${LEAVES} when { context.tool like "x*" };`,
    `${LEAVES} when { context.carries.containsAll(["mail", "table"]) };`,
    `${LEAVES} when { context.carries.isEmpty() };`,
    `${LEAVES} when { context.tool == context.purpose };`,
    `${LEAVES} when { [context.purpose].contains(context.tool) };`,
    `${LEAVES} when { ["report", context.purpose].contains(context.tool) };`,
    `${LEAVES} when { context.carries.contains(context.tool) };`,
    `${LEAVES} when { context.planned == true };`,
    `${LEAVES} when { if context.planned then context.hour > 5 else true };`,
    `${LEAVES} when { context.hour > 30 };`,
    `${LEAVES} when { context.hour < -1 };`,
    `${LEAVES} when { context.weekday < 9 };`,
    `${LEAVES} when { context.weekday > 9 };`,
    `${LEAVES} when { context.bytes > context.time };`,
    `${LEAVES} when { principal == Agent::"main" };`,
    `${LEAVES} when { context.planned || context.bytes + 1 > 2 };`,
  ])('what has no words that mean the same is left as it is written: %s', async (text) => {
    expect(await words(text)).toBeNull();
  });

  test('of a form that nobody knows nothing is said', () => {
    const all = { op: 'All' };
    const rule = { principal: all, action: all, resource: all, conditions: [] };
    expect(ruleInWords('forbid', rule)).toBe('This forbids everything that the agent does.');
    for (const wrong of [
      null,
      [],
      'text',
      { ...rule, principal: {} },
      { ...rule, action: {} },
      { ...rule, action: { op: 'in', entities: [] } },
      { ...rule, action: { op: 'in', entities: [{ type: 'Action', id: 'unheard-of' }] } },
      { ...rule, action: { op: '==', entity: { type: 'Action', id: 7 } } },
      { ...rule, action: { op: 'in', entities: 'all' } },
      { ...rule, resource: { op: '==', entity: { type: 'Agent', id: 'x' } } },
      { ...rule, principal: { op: '==', entity: { type: 'Tool', id: 'x' } } },
      { ...rule, conditions: 'none' },
      { ...rule, conditions: [null] },
      { ...rule, conditions: [{ kind: 'when' }] },
      { ...rule, conditions: [{ kind: 'when', body: {} }] },
      { ...rule, conditions: [{ kind: 'when', body: { '!': {} } }] },
      { ...rule, conditions: [{ kind: 'when', body: { '.': { left: { Var: 'principal' }, attr: 'planned' } } }] },
      { ...rule, conditions: [{ kind: 'when', body: { '.': { left: { Var: 'context' }, attr: 7 } } }] },
      { ...rule, conditions: [{ kind: 'when', body: { has: { left: { Var: 'principal' }, attr: 'amount' } } }] },
    ])
      expect(ruleInWords('forbid', wrong), JSON.stringify(wrong)).toBeNull();
    const context = (attr: string) => ({ '.': { left: { Var: 'context' }, attr } });
    for (const body of [
      context('hour'),
      { contains: { left: { Set: [] }, right: context('tool') } },
      { contains: { left: { Set: [] }, right: context('integrity') } },
      { contains: { left: null, right: context('tool') } },
      { contains: { left: {}, right: context('tool') } },
      { containsAny: { left: context('carries'), right: { Set: [] } } },
      { '==': { left: context('tool'), right: null } },
      { '>': { left: context('hour'), right: null } },
      { '>': { left: context('minute'), right: { Value: 3 } } },
      { like: { left: context('host'), pattern: ['Wildcard', { Regex: 'x' }] } },
      { has: { left: { Var: 'context' }, attr: 'host' } },
    ])
      expect(ruleInWords('forbid', { ...rule, conditions: [{ kind: 'when', body }] }), JSON.stringify(body)).toBeNull();
    const host = { op: '==', entity: { type: 'Host', id: 'h.org' } };
    expect(
      ruleInWords('forbid', { ...rule, resource: host }),
      'a host is where things lie, not one of them',
    ).toBeNull();
    expect(ruleInWords('forbid', { principal: all, action: all, resource: all })).toBe(
      'This forbids everything that the agent does.',
    );
    const older = { op: '==', entity: { __entity: { type: 'Action', id: 'render' } } };
    expect(ruleInWords('forbid', { ...rule, action: older })).toBe('This forbids showing anything.');
  });

  test('every pack and every example can be put in words', async () => {
    const said = await Promise.all([...PACKS, ...RULE_EXAMPLES].map(({ text }) => words(text)));
    expect(said).toEqual([
      'This forbids sending calendar entries or what came from files that are gone.',
      'This forbids handing mail or what came from files that are gone to models outside the app when it goes to another machine.',
      'This forbids sending mail or what came from files that are gone when it goes to another machine.',
      'This forbids sending anything when it is 22:00 or later or it is before 7:00.',
      'This forbids sending what came from the folder “contracts” or what came from files that are gone.',
      'This asks before sending anything when it has 100,001 bytes or more.',
      'This forbids sending anything when it is 22:00 or later or it is before 7:00.',
      'This forbids sending private data to hosts other than api.example.com or localhost:11434.',
      'This asks before everything that the agent does when an amount in it or its cost is 50.01 or more.',
    ]);
  });
});
