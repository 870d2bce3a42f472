import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Digest, UnixMs } from '#core/base/ids.ts';
import { prettyJson, type Json } from '#core/base/json.ts';
import { fileLabel, NEUTRAL, OWNER_TYPED, type Label } from '#core/labels/label.ts';
import { withContent } from '#core/policy/carried-content.ts';
import { SINKS, type SinkRequest } from '#core/policy/request.ts';
import { isFreeBusy, ruleRequestOf, type CarriedKind, type Situation } from '#core/policy/rule-request.ts';
import { ANY_SCOPE, mayApply, mayConcern, scopeOf, SCOPE_VERSION, type RuleScope } from '#core/policy/rule-scope.ts';
import { anyConcerns, indexRules, rulesDigest, sliceOf, type RulePack } from '#core/policy/rule-set.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { cedarInNode } from '#tests/fakes/cedar-in-node.ts';

const NOON = 1_763_700_000_000 as UnixMs;

const SITUATION: Situation = {
  agent: 'main',
  purpose: 'answer',
  bytes: null,
  time: NOON,
  weekday: 5,
  hour: 12,
  kindOf: (source) =>
    (({ cal: 'calendar', box: 'mail', sheet: 'table' })[source] as CarriedKind | null | undefined) ?? null,
  pathOf: (source) => ({ cal: 'home/2026/cal.ics', box: 'box.mbox', sheet: 'home/sheet.csv' })[source] ?? null,
};

function request(change: Partial<SinkRequest> = {}, values: Json = { to: 'Ada' }): SinkRequest {
  return {
    action: {
      ...{ tool: 'send', run: 'r', step: 's', arguments: values, contentDigest: 'c' as Digest },
      ...{ host: 'https://api.example.com', label: NEUTRAL, policy: '', nonce: 'n' },
    },
    sink: 'egress',
    channel: 'c1',
    arguments: [{ name: 'to', role: 'address', label: OWNER_TYPED }],
    planned: true,
    planner: OWNER_TYPED,
    destructive: false,
    ...change,
  };
}

const content = (name: string, label: Label): SinkRequest['arguments'][number] => ({ name, role: 'content', label });

describe('what a rule sees of a request', () => {
  test('of what leaves: the way out, the host as it is written, and the labels of all it carries', () => {
    const carries = [content('a', fileLabel('box', false)), content('b', OWNER_TYPED)];
    expect(ruleRequestOf(request({ arguments: carries, destructive: true }), { ...SITUATION, bytes: 7 })).toEqual({
      agent: 'main',
      sink: 'egress',
      resource: { type: 'Channel', id: 'c1' },
      host: 'api.example.com',
      context: {
        tool: 'send',
        purpose: 'answer',
        integrity: 'untrusted',
        confidentiality: 'private',
        carries: ['mail'],
        folders: [],
        planned: true,
        destructive: true,
        bytes: 7,
        time: NOON,
        weekday: 5,
        hour: 12,
        host: 'api.example.com',
        onDevice: false,
      },
    });
  });

  test('of what stays: the tool, and no host', () => {
    const seen = ruleRequestOf(request({ sink: 'vault-read', channel: null, planned: false }), SITUATION);
    expect(seen.resource).toEqual({ type: 'Tool', id: 'send' });
    expect(seen.host).toBeNull();
    expect(Object.keys(seen.context)).not.toContain('host');
    expect(Object.keys(seen.context)).not.toContain('onDevice');
    expect(seen.context.planned).toBe(false);
    expect(seen.context.bytes, 'bytes of {"to":"Ada"}').toBe(12);
  });

  test('a way out that is not named, and a host that is not known, are empty and no other', () => {
    const { action } = request();
    const seen = ruleRequestOf(request({ channel: null, action: { ...action, host: null } }), SITUATION);
    expect([seen.resource, seen.host]).toEqual([{ type: 'Channel', id: '' }, '']);
  });

  test.each([
    ['http://localhost:11434', 'localhost:11434', true],
    ['http://127.0.0.1', '127.0.0.1', true],
    ['http://127.8.0.21:80', '127.8.0.21:80', true],
    ['http://[::1]:8080', '[::1]:8080', true],
    ['https://localhost.example.com', 'localhost.example.com', false],
    ['https://alocalhost', 'alocalhost', false],
    ['https://a127.0.0.1', 'a127.0.0.1', false],
    ['https://127.0.0.1.example.com', '127.0.0.1.example.com', false],
    ['http://192.168.1.4', '192.168.1.4', false],
    ['1https://api.example.com', '1https://api.example.com', false],
  ])('%s is %s, on this device: %s', (origin, host, onDevice) => {
    const { action } = request();
    const { context } = ruleRequestOf(request({ action: { ...action, host: origin } }), SITUATION);
    expect([context.host, context.onDevice]).toEqual([host, onDevice]);
  });

  test('kinds of files are told once each and in order; a file that is gone is of an unknown kind', () => {
    const carries = ['sheet', 'box', 'gone', 'box'].map((id) => content(id, fileLabel(id, false)));
    const others: Label = { ...NEUTRAL, sources: ['owner', 'tool:cal', 'file'] };
    expect(
      ruleRequestOf(request({ arguments: [...carries, content('x', others)] }), SITUATION).context.carries,
    ).toEqual(['mail', 'table', 'unknown']);
  });

  test('folders are told with those they lie in, once each and in order; where a file that is gone lay is not known', () => {
    const folders = (...ids: readonly string[]): readonly string[] =>
      ruleRequestOf(request({ arguments: ids.map((id) => content(id, fileLabel(id, false))) }), SITUATION).context
        .folders;
    expect(folders('sheet', 'cal')).toEqual(['home', 'home/2026']);
    expect(folders('cal'), 'also those that no other file lies in').toEqual(['home', 'home/2026']);
    expect(folders('box')).toEqual([]);
    expect(folders('gone', 'sheet')).toEqual(['home', 'unknown']);
    const unread: Situation = { ...SITUATION, kindOf: (source) => (source === 'cal' ? 'nothing' : 'table') };
    const both = ['sheet', 'cal'].map((id) => content(id, fileLabel(id, false)));
    expect(ruleRequestOf(request({ arguments: both }), unread).context.folders).toEqual(['home']);
  });

  test('what was there and nobody read is not carried', () => {
    const carries = ['cal', 'box'].map((id) => content(id, fileLabel(id, false)));
    const read: Situation = { ...SITUATION, kindOf: (source) => (source === 'cal' ? 'nothing' : 'mail') };
    expect(ruleRequestOf(request({ arguments: carries }), read).context.carries).toEqual(['mail']);
  });

  test('of a calendar, only what says when somebody is busy counts as free/busy', () => {
    const kinds = (values: Json, name = 'when'): readonly string[] =>
      ruleRequestOf(request({ arguments: [content(name, fileLabel('cal', false))] }, values), SITUATION).context
        .carries;
    const busy = [{ start: '2026-03-01T09:00Z', end: '2026-03-01T10:00Z' }];
    expect(kinds({ when: busy })).toEqual(['free-busy']);
    expect(kinds({ when: [{ ...busy[0], title: 'Dentist' }] as Json })).toEqual(['calendar']);
    expect(kinds({ when: 'busy' })).toEqual(['calendar']);
    expect(kinds({ other: busy })).toEqual(['calendar']);
    expect(kinds({}, 'toString')).toEqual(['calendar']);
    expect(kinds('text')).toEqual(['calendar']);
    expect(kinds(null)).toEqual(['calendar']);
    const said = withContent([content('content', fileLabel('cal', false))], utf8(prettyJson(busy)));
    expect(ruleRequestOf(request({ arguments: said }, {}), SITUATION).context.carries).toEqual(['free-busy']);
    const mail = [content('when', fileLabel('box', false))];
    expect(ruleRequestOf(request({ arguments: mail }, { when: busy }), SITUATION).context.carries).toEqual(['mail']);
  });

  test.each<[string, boolean]>([
    [prettyJson([{ start: '2026-03-01T09:00Z', end: '2026-03-01T10:00Z' }]), true],
    [prettyJson([{ start: '2026-03-01T09:00Z', end: '2026-03-01T10:00Z' }]).trimEnd(), false],
    ['[\n  {\n    "start": "Dentist",\n    "start": "2026-03-01T09:00Z",\n    "end": "2026-03-01"\n  }\n]\n', false],
    ['[{"start":"2026-03-01","end":"2026-03-02"}]', false],
    [prettyJson([{ start: '2026-03-01', end: '2026-03-02', at: 'Praxis für Zähne' }]), false],
    [' '.repeat(70_000), false],
    [prettyJson(['x'.repeat(64 * 1024 - 9)]), true],
    [prettyJson(['x'.repeat(64 * 1024 - 8)]), false],
    [prettyJson(['\u007f']), true],
    [prettyJson(['\u0080']), false],
    ['Dentist', false],
    ['', false],
  ])('the bytes %j are looked into: %s', (body, looked) => {
    const [read] = withContent([content('content', OWNER_TYPED)], utf8(body));
    expect(read !== undefined && 'value' in read).toBe(looked);
    const claimed = { ...content('content', OWNER_TYPED), value: [] };
    expect(withContent([claimed], utf8(body))).toEqual([read]);
    expect(withContent([claimed], null)[0]).not.toHaveProperty('value');
    expect(withContent([{ ...claimed, role: 'address' }], utf8(body))[0]).not.toHaveProperty('value');
  });

  test.each<[Json | undefined, boolean]>([
    [[], true],
    [[{ start: '2026-03-01', end: '2026-03-02' }], true],
    [[{ start: '2026-03-01T09:00', end: '2026-03-01T10:00:30+01:00', status: 'tentative' }], true],
    [[{ start: '2026-03-01T09:00:00.000Z', end: '2026-03-01T10:00Z', status: 'free' }], true],
    [[{ start: '2026-03-01', end: '2026-03-02', status: 'busy' }], true],
    [[{ start: '2026-03-01', end: '2026-03-02', status: 'dentist' }], false],
    [[{ start: '2026-03-01', end: '2026-03-02', status: '' }], false],
    [[{ start: '2026-03-01', end: '2026-03-02', status: 1 }], false],
    [[{ start: '2026-03-01', end: '2026-03-02', note: 'x' }], false],
    [[{ start: '2026-03-01' }], false],
    [[{ end: '2026-03-01' }], false],
    [[{ start: 'x2026-03-01', end: '2026-03-02' }], false],
    [[{ start: '2026-03-01 Dentist', end: '2026-03-02' }], false],
    [[{ start: '2026-03-01T09:00Zx', end: '2026-03-02' }], false],
    [[{ start: 1, end: 2 }], false],
    [[{ start: '2026-03-01', end: '2026-03-02' }, 'Dentist'], false],
    [[null], false],
    [[[]], false],
    [{}, false],
    [null, false],
    ['2026-03-01', false],
    [undefined, false],
  ])('%j is free/busy: %s', (value, is) => {
    expect(isFreeBusy(value)).toBe(is);
  });

  test.each<[Json, number | null]>([
    [{ to: 'Ada', amount: 12.5 }, 1250],
    [{ total_price: '12.50' }, 1250],
    [{ amount: 0.29 }, 29],
    [{ amount: 1.1 }, 110],
    [{ amount: 1.111 }, 112],
    [{ amount: -7 }, 700],
    [{ amount: '-7' }, 700],
    [{ amount: 'x7' }, Number.MAX_SAFE_INTEGER],
    [{ amount: '7x' }, Number.MAX_SAFE_INTEGER],
    [{ amount: '1,000' }, Number.MAX_SAFE_INTEGER],
    [{ amount: '' }, Number.MAX_SAFE_INTEGER],
    [{ amount: true }, Number.MAX_SAFE_INTEGER],
    [{ amount: 1e300 }, Number.MAX_SAFE_INTEGER],
    [{ order: [{ price: 1 }, { price: 3 }, { price: 2 }] }, 300],
    [{ payment: { value: 2, currency: 'EUR' } }, Number.MAX_SAFE_INTEGER],
    [{ payment: { value: 2 } }, 200],
    [{ amount: null }, null],
    [{ amount: [] }, null],
    [{ count: 5 }, null],
    [5, null],
    [null, null],
  ])('the amount in %j is %s hundredths', (values, amount) => {
    const { context } = ruleRequestOf(request({}, values), SITUATION);
    expect(context.amount ?? null).toBe(amount);
    expect('amount' in context).toBe(amount !== null);
  });

  test.each<[Json, number, number]>([
    [{ to: 'Ada' }, 2_500_000, 250],
    [{ to: 'Ada' }, 2_500_001, 251],
    [{ amount: 3 }, 2_500_000, 300],
    [{ amount: 2 }, 2_500_000, 250],
  ])('what sending %j costs, %s millionths, is an amount too: %s hundredths', (values, micro, amount) => {
    const { action } = request({}, values);
    const costing = request({ action: { ...action, spends: { micro, currency: 'EUR', known: true } } });
    expect(ruleRequestOf(costing, SITUATION).context.amount).toBe(amount);
  });
});

describe('which rules can say something', () => {
  let engine: RuleEngine;
  beforeAll(() => {
    engine = cedarInNode();
  });

  async function scope(text: string): Promise<RuleScope> {
    const read = await engine.read(text);
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    return scopeOf(read.value[0]?.policy ?? null);
  }

  const LEAVING = ['egress', 'mcp-call', 'premium-model'];
  const leaving = { sink: LEAVING };
  const head = 'forbid (principal, action in Action::"leaves", resource)';

  test.each<[string, RuleScope]>([
    ['forbid (principal, action, resource);', {}],
    ['forbid (principal == Agent::"a", action, resource);', { agent: ['a'] }],
    ['forbid (principal in Agent::"a", action, resource);', { agent: ['a'] }],
    ['forbid (principal is Agent, action, resource);', {}],
    ['forbid (principal, action == Action::"render", resource);', { sink: ['render'] }],
    ['forbid (principal, action in [Action::"render", Action::"approve"], resource);', { sink: ['render', 'approve'] }],
    [`${head};`, leaving],
    ['forbid (principal, action in [Action::"leaves", Action::"render"], resource);', { sink: [...LEAVING, 'render'] }],
    ['forbid (principal, action, resource is Tool);', { kind: ['Tool'] }],
    ['forbid (principal, action, resource is Channel in Host::"h");', { kind: ['Channel'], host: ['h'] }],
    ['forbid (principal, action, resource in Host::"h");', { host: ['h'] }],
    ['forbid (principal, action, resource == Channel::"c");', { channel: ['c'] }],
    ['forbid (principal, action, resource in Channel::"c");', { channel: ['c'] }],
    ['forbid (principal, action, resource == Tool::"t");', { ownTool: ['t'] }],
    [`${head} when { context.host == "h" && context.bytes > 1 };`, { ...leaving, host: ['h'] }],
    [`${head} when { "t" == context.tool };`, { ...leaving, tool: ['t'] }],
    [`${head} when { ["p", "q"].contains(context.purpose) };`, { ...leaving, purpose: ['p', 'q'] }],
    [
      `${head} when { context.integrity == "untrusted" } when { context.confidentiality == "sealed" };`,
      { ...leaving, integrity: ['untrusted'], confidentiality: ['sealed'] },
    ],
    [
      `${head} when { ["a", "b"].contains(context.tool) && ["b", "c"].contains(context.tool) };`,
      { ...leaving, tool: ['b'] },
    ],
    // What is carried.
    [`${head} when { context.carries.contains("mail") };`, { ...leaving, carries: ['mail'] }],
    [`${head} when { context.folders.containsAny(["a", "b"]) };`, { ...leaving, folders: ['a', 'b'] }],
    [`${head} when { context.folders.containsAll(["a", "b"]) };`, { ...leaving, folders: ['a'] }],
    [
      `${head} when { context.carries.contains("mail") && context.folders.contains("a") && context.carries.contains("table") };`,
      { ...leaving, carries: ['mail'], folders: ['a'] },
    ],
    // What is not in every match is not told apart.
    [`${head} when { context.tool == "t" || context.tool == "u" };`, leaving],
    [`${head} when { context.tool != "t" };`, leaving],
    [`${head} unless { context.tool == "t" };`, leaving],
    [`${head} when { context.carries == ["mail"] };`, leaving],
    [`${head} when { context.carries.containsAny([context.tool]) };`, leaving],
    [`${head} when { context.carries.containsAll([context.tool]) };`, leaving],
    [`${head} when { context.carries.contains(context.tool) };`, leaving],
    [`${head} when { ["mail"].containsAny(context.carries) };`, leaving],
    [`${head} when { ["mail"].containsAll(context.folders) };`, leaving],
    [`${head} when { !(context.carries.contains("mail")) };`, leaving],
    [`${head} when { context.tool == context.purpose };`, leaving],
    [`${head} when { ["a", context.purpose].contains(context.tool) };`, leaving],
    // What comes after something that can fail is not reached by every request that it would be told apart from.
    [`${head} when { context.bytes * 2 > 1 && context.tool == "t" };`, leaving],
    [
      `${head} when { context.tool == "t" && context.bytes + 1 > 1 && context.host == "h" };`,
      { ...leaving, tool: ['t'] },
    ],
    [`${head} when { context.bytes - 1 > 1 } when { context.tool == "t" };`, leaving],
    [`${head} unless { context.bytes * 2 > 1 } when { context.tool == "t" };`, leaving],
    [`${head} unless { context.planned } when { context.tool == "t" };`, { ...leaving, tool: ['t'] }],
    [`${head} when { decimal("1.0").lessThan(decimal("2.0")) && context.tool == "t" };`, leaving],
    [`${head} when { [context.bytes + 1].contains(2) && context.tool == "t" };`, leaving],
    [
      `${head} when { (if context.planned then context.bytes > 1 else true) && context.tool == "t" };`,
      { ...leaving, tool: ['t'] },
    ],
    [`${head} when { (if context.planned then -(context.bytes) > 1 else true) && context.tool == "t" };`, leaving],
    [`${head} when { context has amount && context.amount > 1 && context.tool == "t" };`, { ...leaving, tool: ['t'] }],
    [`${head} when { context.host like "*.example.com" && context.tool == "t" };`, { ...leaving, tool: ['t'] }],
    [`${head} when { principal == Agent::"a" && context.tool == "t" };`, { ...leaving, tool: ['t'] }],
    [`${head} when { principal is Agent && context.tool == "t" };`, { ...leaving, tool: ['t'] }],
    [`${head} when { {a: context.bytes + 1}.a > 1 && context.tool == "t" };`, leaving],
  ])('%s', async (text, expected) => {
    expect(await scope(text)).toEqual(expected);
  });

  test('what no request is like is told apart from every request', () => {
    const nobody = { op: '==', entity: { type: 'Host', id: 'h' } };
    const all = { op: 'All' };
    expect(scopeOf({ principal: all, action: all, resource: nobody, conditions: [] })).toEqual({ sink: [] });
    expect(scopeOf({ principal: nobody, action: all, resource: all, conditions: [] })).toEqual({ sink: [] });
    const stranger = { op: 'in', entity: { __entity: { type: 'Agent', id: 'a' } } };
    expect(scopeOf({ principal: stranger, action: all, resource: stranger, conditions: [] })).toEqual({
      agent: ['a'],
      sink: [],
    });
    const leaves = { op: '==', entity: { type: 'Action', id: 'leaves' } };
    expect(scopeOf({ principal: all, action: leaves, resource: all, conditions: [] })).toEqual({ sink: [] });
  });

  test('of a form that nobody knows nothing is told apart', () => {
    expect(scopeOf(null)).toEqual({});
    expect(
      scopeOf({
        conditions: [
          { kind: 'when', body: {} },
          { kind: 'when', body: tool('t') },
        ],
      }),
    ).toEqual({});
    expect(scopeOf({ conditions: [{ kind: 'when', body: { ...tool('t'), or: 1 } }] })).toEqual({});
    expect(scopeOf({ conditions: [{ kind: 'when', body: tool('t') }] })).toEqual({ tool: ['t'] });
    const byNumber = { '==': { left: attribute('tool'), right: { Value: 1 } } };
    expect(scopeOf({ conditions: [{ kind: 'when', body: byNumber }] })).toEqual({});
    const ofResource = { '==': { left: { '.': { left: { Var: 'resource' }, attr: 'tool' } }, right: { Value: 't' } } };
    expect(scopeOf({ conditions: [{ kind: 'when', body: ofResource }] })).toEqual({});
  });

  const attribute = (attr: string): Json => ({ '.': { left: { Var: 'context' }, attr } });
  const tool = (value: string): { readonly [key: string]: Json } => ({
    '==': { left: attribute('tool'), right: { Value: value } },
  });

  test('each part of a scope is looked for where it stands in a request', () => {
    const out = ruleRequestOf(request(), SITUATION);
    const inside = ruleRequestOf(request({ sink: 'render', channel: null }), SITUATION);
    const matching: [RuleScope, RuleScope][] = [
      [{ agent: ['main'] }, { agent: ['other'] }],
      [{ sink: ['render', 'egress'] }, { sink: ['approve'] }],
      [{ channel: ['c1'] }, { channel: ['c2'] }],
      [{ kind: ['Channel'] }, { kind: ['Host'] }],
      [{ host: ['api.example.com'] }, { host: ['example.com'] }],
      [{ tool: ['send'] }, { tool: ['post'] }],
      [{ purpose: ['answer'] }, { purpose: [] }],
      [{ integrity: ['trusted'] }, { integrity: ['untrusted'] }],
      [{ confidentiality: ['private'] }, { confidentiality: ['public', 'sealed'] }],
      [
        { tool: ['send'], host: ['api.example.com'] },
        { tool: ['send'], host: ['h'] },
      ],
    ];
    for (const [yes, no] of matching) {
      expect(mayApply(yes, out), JSON.stringify(yes)).toBe(true);
      expect(mayApply(no, out), JSON.stringify(no)).toBe(false);
    }
    const both = { ...out, context: { ...out.context, carries: ['mail', 'table'], folders: ['a'] } } as const;
    expect([mayApply({ carries: ['x', 'table'] }, both), mayApply({ carries: ['x'] }, both)]).toEqual([true, false]);
    expect([mayApply({ folders: ['a'] }, both), mayApply({ folders: ['b'] }, both)]).toEqual([true, false]);
    expect(mayApply({ carries: ['mail'] }, out), 'carries nothing').toBe(false);
    expect(mayApply({ ownTool: ['send'] }, out)).toBe(false);
    expect(mayApply({ ownTool: ['send'] }, inside)).toBe(true);
    expect(mayApply({ ownTool: ['c1'] }, out), 'a way out of that name is no tool').toBe(false);
    expect(mayApply({ channel: ['send'] }, inside), 'a tool of that name is no way out').toBe(false);
    expect(mayApply({ channel: ['c1'] }, inside)).toBe(false);
    expect(mayApply({ host: ['api.example.com'] }, inside)).toBe(false);
    expect(mayApply(ANY_SCOPE, inside)).toBe(true);
    expect([mayConcern({ sink: ['render'] }, 'render'), mayConcern({ sink: ['render'] }, 'egress')]).toEqual([
      true,
      false,
    ]);
    expect(mayConcern({ tool: ['t'] }, 'egress')).toBe(true);
  });

  const rule = (id: string, where: RuleScope): RulePack['rules'][number] => ({
    id,
    text: id,
    effect: 'forbid',
    scope: where,
  });
  const pack = (id: string, rules: RulePack['rules'], dates: Partial<RulePack> = {}): RulePack => ({
    ...{ id, text: id, from: null, until: null, rules },
    ...dates,
  });

  test('a slice has the rules of every pack that may apply, in their order, and no others', () => {
    const set = {
      packs: [
        pack('one', [rule('a', ANY_SCOPE), rule('b', { sink: ['render'] }), rule('c', { host: ['h'] })]),
        pack('two', [rule('d', { sink: ['egress'] })]),
      ],
      scopes: SCOPE_VERSION,
    };
    const index = indexRules(set);
    const ids = (of: SinkRequest): string[] => sliceOf(index, ruleRequestOf(of, SITUATION)).map(({ id }) => id);
    expect(ids(request())).toEqual(['a', 'd']);
    expect(ids(request({ sink: 'render', channel: null }))).toEqual(['a', 'b']);
    expect(ids(request({ sink: 'pigeon' as 'render' }))).toEqual([]);
    expect([...index.keys()]).toEqual([...SINKS]);
    const before = { ...set, scopes: SCOPE_VERSION + 1 };
    const all = sliceOf(indexRules(before), ruleRequestOf(request(), SITUATION));
    expect(
      all.map(({ id }) => id),
      'scopes that another version read',
    ).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a pack begins and ends at its dates', () => {
    const from = (at: number): Partial<RulePack> => ({ from: (NOON + at) as UnixMs });
    const until = (at: number): Partial<RulePack> => ({ until: (NOON + at) as UnixMs });
    const inForce = (dates: Partial<RulePack>): boolean => {
      const index = indexRules({ packs: [pack('p', [rule('r', { sink: ['egress'] })], dates)], scopes: SCOPE_VERSION });
      const sliced = sliceOf(index, ruleRequestOf(request(), SITUATION)).length > 0;
      expect(anyConcerns(index, 'egress', NOON)).toBe(sliced);
      expect(anyConcerns(index, 'render', NOON)).toBe(false);
      return sliced;
    };
    expect([{}, from(0), from(1), from(-1)].map(inForce)).toEqual([true, true, false, true]);
    expect([until(0), until(1), until(-1)].map(inForce)).toEqual([false, true, false]);
    expect(inForce({ ...from(-5), ...until(5) })).toBe(true);
  });

  test('a version is named by its texts and dates, and by nothing that was read out of them', () => {
    const set = { packs: [pack('p', [rule('r', {})])], scopes: SCOPE_VERSION };
    const of = (packs: readonly RulePack[]): Digest => rulesDigest({ packs, scopes: 0 }, sha256);
    expect(rulesDigest(set, sha256)).toBe(of([pack('p', [])]));
    const others = [
      pack('q', [], { text: 'p' }),
      pack('p', [], { text: 'other' }),
      pack('p', [], { from: NOON }),
      pack('p', [], { until: NOON }),
    ];
    const names = [set.packs, ...others.map((each) => [each]), []].map(of);
    expect(new Set(names).size).toBe(names.length);
  });
});
