import { beforeAll, describe, expect, test } from 'vitest';
import type { UnixMs } from '#core/base/ids.ts';
import type { RuleContext, RuleRequest } from '#core/policy/rule-request.ts';
import { mayApply, scopeOf } from '#core/policy/rule-scope.ts';
import type { ReadRule, RuleEngine } from '#ports/rules.ts';

const CONTEXT: RuleContext = {
  tool: 'send',
  purpose: 'answer',
  integrity: 'trusted',
  confidentiality: 'private',
  carries: ['calendar', 'mail'],
  folders: ['contracts', 'contracts/2026'],
  planned: true,
  destructive: false,
  bytes: 120,
  time: 1_763_700_000_000 as UnixMs,
  weekday: 5,
  hour: 23,
};
const INSIDE: RuleRequest = {
  agent: 'main',
  sink: 'vault-read',
  resource: { type: 'Tool', id: 'send' },
  host: null,
  context: CONTEXT,
};
const host = 'api.example.com';
const LEAVING: RuleRequest = {
  agent: 'main',
  sink: 'egress',
  resource: { type: 'Channel', id: 'c1' },
  host,
  context: { ...CONTEXT, host, onDevice: false },
};

/** A rule, and whether it says something of what is read inside, and of what leaves. */
const RULES: readonly (readonly [rule: string, inside: boolean, leaving: boolean])[] = [
  ['forbid (principal, action, resource);', true, true],
  ['forbid (principal == Agent::"main", action, resource);', true, true],
  ['forbid (principal == Agent::"other", action, resource);', false, false],
  ['forbid (principal, action == Action::"egress", resource);', false, true],
  ['forbid (principal, action in Action::"leaves", resource);', false, true],
  ['forbid (principal, action in [Action::"vault-read", Action::"mcp-call"], resource);', true, false],
  ['forbid (principal, action, resource == Channel::"c1");', false, true],
  ['forbid (principal, action, resource == Channel::"c2");', false, false],
  ['forbid (principal, action, resource in Host::"api.example.com");', false, true],
  ['forbid (principal, action, resource in Host::"other.example.com");', false, false],
  ['forbid (principal, action, resource == Tool::"send");', true, false],
  ['forbid (principal, action, resource is Channel);', false, true],
  ['forbid (principal, action, resource) when { context.confidentiality == "private" };', true, true],
  ['forbid (principal, action, resource) when { context.confidentiality == "public" };', false, false],
  ['forbid (principal, action, resource) when { "send" == context.tool && context.bytes > 100 };', true, true],
  ['forbid (principal, action, resource) when { context.bytes > 120 || context.bytes < 120 };', false, false],
  ['forbid (principal, action, resource) when { context.hour >= 22 || context.hour < 6 };', true, true],
  ['forbid (principal, action, resource) when { ["send", "post"].contains(context.tool) };', true, true],
  ['forbid (principal, action, resource) when { context.carries.contains("calendar") };', true, true],
  ['forbid (principal, action, resource) when { context.carries.containsAny(["table", "mail"]) };', true, true],
  ['forbid (principal, action, resource) when { context.carries.containsAll(["calendar", "table"]) };', false, false],
  ['forbid (principal, action, resource) when { context.carries.containsAll(["calendar", "mail"]) };', true, true],
  ['forbid (principal, action, resource) when { context.folders.contains("contracts") };', true, true],
  ['forbid (principal, action, resource) when { context.folders.containsAny(["contracts/2025", "x"]) };', false, false],
  ['forbid (principal, action, resource) when { !(context.planned) };', false, false],
  ['forbid (principal, action, resource) unless { context.weekday <= 5 };', false, false],
  ['forbid (principal, action, resource) when { context has amount && context.amount > 100 };', false, false],
  [
    'forbid (principal, action in Action::"leaves", resource) unless { context.host == "api.example.com" };',
    false,
    false,
  ],
  ['forbid (principal, action in Action::"leaves", resource) when { context.host != "a.example.com" };', false, true],
  ['forbid (principal, action in Action::"leaves", resource) unless { context.onDevice };', false, true],
];

/** What every engine of rules must do, whatever it is made of. */
export function ruleEngineSuite(name: string, make: () => RuleEngine): void {
  describe(`${name} as an engine of rules`, () => {
    let engine: RuleEngine;
    beforeAll(() => {
      engine = make();
    });

    async function readOne(text: string): Promise<ReadRule> {
      const read = await engine.read(text);
      if (!read.ok) throw new Error(JSON.stringify(read.error));
      expect(read.value).toHaveLength(1);
      return read.value[0] as ReadRule;
    }

    async function said(text: string, request: RuleRequest): Promise<string | null> {
      const { effect } = await readOne(text);
      if (effect === 'permit') throw new Error('a permit is not judged');
      const verdicts = await engine.judge([{ id: 'one', text, effect }], request);
      expect(verdicts.every(({ rule }) => rule === 'one')).toBe(true);
      expect(verdicts.length).toBeLessThan(2);
      return verdicts[0]?.effect ?? null;
    }

    test.each(RULES)('%s', async (text, inside, leaving) => {
      expect([await said(text, INSIDE), await said(text, LEAVING)]).toEqual([
        inside ? 'forbid' : null,
        leaving ? 'forbid' : null,
      ]);
    });

    test.each(RULES)('its scope says no more than it does: %s', async (text, inside, leaving) => {
      const scope = scopeOf((await readOne(text)).policy);
      if (inside) expect(mayApply(scope, INSIDE)).toBe(true);
      if (leaving) expect(mayApply(scope, LEAVING)).toBe(true);
    });

    test('a rule that is annotated to ask asks', async () => {
      const text = '@effect("ask") @id("first") forbid (principal, action, resource);';
      expect((await readOne(text)).annotations).toEqual({ effect: 'ask', id: 'first' });
      expect(await said(text, INSIDE)).toBe('ask');
    });

    test('each rule of a text is read, in its order, with its line; a permit too', async () => {
      const text = [
        '// first',
        ...Array.from(
          { length: 12 },
          (_, i) => `forbid (principal, action, resource) when { context.bytes > ${String(i)} };`,
        ),
        'permit (principal, action, resource); // a semicolon; in a comment',
        '',
        '@effect("ask")',
        'forbid (principal, action, resource) when { context.tool == "a;b" };',
      ].join('\n');
      const read = await engine.read(text);
      if (!read.ok) throw new Error(JSON.stringify(read.error));
      expect(read.value.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16]);
      expect(read.value.map(({ effect }) => effect)).toEqual([
        ...Array.from({ length: 12 }, () => 'forbid'),
        'permit',
        'ask',
      ]);
      expect(read.value.map(({ text: own }) => own).slice(-2)).toEqual([
        'permit (principal, action, resource);',
        '@effect("ask")\nforbid (principal, action, resource) when { context.tool == "a;b" };',
      ]);
    });

    test('a text without a rule has none', async () => {
      expect(await engine.read(' // nothing here\n')).toEqual({ ok: true, value: [] });
    });

    test.each([
      ['forbid (principal, action resource);', 1, 27],
      ['// ä\nforbid (principal, action, resource) when { context.lables == "x" };', 2, null],
      ['forbid (principal, action, resource) when { context.host == "x" };', 1, null],
      ['forbid (principal, action == Action::"egres", resource);', 1, null],
      ['@effect("deny") forbid (principal, action, resource);', 1, null],
      ['@effect("ask") permit (principal, action, resource);', 1, null],
      ['forbid (principal, action, resource)', 1, null],
    ])('what cannot be read is told, with its place: %s', async (text, line, column) => {
      const read = await engine.read(text);
      if (read.ok) throw new Error('it was read');
      expect(read.error.length).toBeGreaterThan(0);
      expect(read.error[0]?.place?.line).toBe(line);
      if (column !== null) expect(read.error[0]?.place?.column).toBe(column);
    });

    test('all rules that match are told, each by its name', async () => {
      const verdicts = await engine.judge(
        [
          { id: 'a', text: 'forbid (principal, action, resource);', effect: 'forbid' },
          { id: 'b', text: 'forbid (principal, action == Action::"egress", resource);', effect: 'forbid' },
          { id: 'c', text: '@effect("ask") forbid (principal, action, resource);', effect: 'ask' },
        ],
        INSIDE,
      );
      expect(verdicts).toEqual([
        { rule: 'a', effect: 'forbid' },
        { rule: 'c', effect: 'ask' },
      ]);
    });

    test('a rule that cannot be read, or that asks for what the request has not, fails', async () => {
      const text = 'forbid (principal, action, resource) when { context.amount > 1 };';
      expect(await engine.judge([{ id: 'x', text, effect: 'forbid' }], INSIDE)).toEqual([
        { rule: 'x', effect: 'error' },
      ]);
      expect(await engine.judge([{ id: 'y', text: 'forbid', effect: 'forbid' }], INSIDE)).toEqual([
        { rule: 'y', effect: 'error' },
      ]);
      expect(await said('forbid (principal, action, resource);', INSIDE)).toBe('forbid');
    });

    test('of no rules nothing is said', async () => {
      expect(await engine.judge([], INSIDE)).toEqual([]);
    });

    test('so many different slices are judged in turn that none can stay parsed', async () => {
      const text = (bound: number): string =>
        `forbid (principal, action, resource) when { context.bytes > ${String(bound)} };`;
      for (const bound of [...Array(200).keys(), ...Array(200).keys()]) {
        const rules = [{ id: 'r', text: text(bound), effect: 'forbid' as const }];
        expect(await engine.judge(rules, INSIDE), String(bound)).toHaveLength(bound < 120 ? 1 : 0);
      }
    });
  });
}
