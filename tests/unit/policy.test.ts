import { describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { Digest, UnixMs } from '#core/base/ids.ts';
import { fileLabel, NEUTRAL, OWNER_TYPED, WORST, type Label } from '#core/labels/label.ts';
import {
  decide,
  NO_RULES,
  POLICY_VERSION,
  policyVersion,
  requestDigest,
  type PolicyState,
  type RuleVerdict,
} from '#core/policy/decide.ts';
import { whyAskedAnew, YES_HOLDS_MS, yesHolds } from '#core/policy/approval.ts';
import { CORE_RULES, type Finding } from '#core/policy/rules.ts';
import { SINKS, type ArgumentRole, type Sink, type SinkRequest } from '#core/policy/request.ts';

const untrusted = fileLabel('mail', false);
const endorsed: Label = { ...untrusted, integrity: 'endorsed' };
const sealed = fileLabel('diary', true);
const published: Label = { ...NEUTRAL, sources: ['app'] };

const state: PolicyState = {
  approved: new Set(),
  channels: new Map([
    ['bank', { clearance: 'private' }],
    ['weather', { clearance: 'public' }],
  ]),
};

/** A planned call that needs no question, with what the test is about changed. */
function request(change: Partial<SinkRequest> = {}): SinkRequest {
  return {
    action: {
      tool: 'pay',
      run: 'r',
      step: 's',
      arguments: { to: 'Ada' },
      contentDigest: 'c' as Digest,
      host: null,
      label: NEUTRAL,
      policy: '',
      nonce: 'n1',
    },
    sink: 'mcp-call',
    channel: 'bank',
    arguments: [argument('address', OWNER_TYPED), argument('content', OWNER_TYPED)],
    planned: true,
    planner: OWNER_TYPED,
    destructive: false,
    ...change,
  };
}

function argument(role: ArgumentRole, label: Label): SinkRequest['arguments'][number] {
  return { name: role, role, label };
}

function said(change: Partial<SinkRequest> = {}, verdicts: readonly RuleVerdict[] = [], from = state): string {
  const decision = decide(from, request(change), verdicts, sha256);
  return `${decision.kind}: ${decision.reason}`;
}

const leaving: readonly Sink[] = ['egress', 'mcp-call', 'premium-model'];
const inside: readonly Sink[] = ['memory-write', 'vault-read', 'sandbox-run', 'render'];
const owners: readonly Sink[] = ['plan-edit', 'policy-edit', 'server-connect', 'approve'];

test('every sink is decided on, one way or another', () => {
  expect([...leaving, ...inside, ...owners, 'file-export'].sort()).toEqual([...SINKS].sort());
});

test.each(leaving)('%s runs unasked when the plan holds it and every argument is the owner’s', (sink) => {
  expect(said({ sink })).toBe('allow: as-planned');
});

test.each(inside)('%s stays inside, so it needs no question whatever it carries', (sink) => {
  const worst = [argument('address', WORST), argument('content', WORST)];
  expect(said({ sink, channel: null, arguments: worst, planned: false, planner: WORST, destructive: true })).toBe(
    'allow: reads-only',
  );
});

test.each(leaving)('%s without an approved channel is denied, and no approval changes that', (sink) => {
  const approved = { ...state, approved: new Set([requestDigest(request().action, sha256)]) };
  expect(said({ sink, channel: null }, [], approved)).toBe('deny: no-channel');
  expect(said({ sink, channel: 'elsewhere' }, [], approved)).toBe('deny: no-channel');
});

test.each([...leaving, 'file-export'] as const)('what is sealed does not leave by %s, approved or not', (sink) => {
  const approved = { ...state, approved: new Set([requestDigest(request().action, sha256)]) };
  for (const role of ['address', 'content'] as const) {
    expect(said({ sink, arguments: [argument(role, sealed)] }, [], approved)).toBe('deny: sealed');
    expect(said({ sink, arguments: [argument(role, WORST)] })).toBe('deny: sealed');
  }
});

test.each(owners)('%s is the owner’s alone: asked when nothing else has touched it, denied otherwise', (sink) => {
  expect(said({ sink })).toBe('ask: owner-decides');
  for (const touched of [endorsed, untrusted]) {
    expect(said({ sink, planner: touched })).toBe('deny: not-for-models');
    expect(said({ sink, arguments: [argument('content', touched)] })).toBe('deny: not-for-models');
  }
});

test('a file is saved only after a question, and only with its content known', () => {
  expect(said({ sink: 'file-export', channel: null })).toBe('ask: writes-outside');
  const unknown = { ...request().action, contentDigest: null };
  expect(said({ sink: 'file-export', channel: null, action: unknown })).toBe('deny: no-content');
});

test('a call that the plan does not hold, or that was planned by who had read anything, is asked', () => {
  expect(said({ planned: false })).toBe('ask: not-planned');
  expect(said({ planner: untrusted })).toBe('ask: planned-by-untrusted');
  expect(said({ planner: endorsed })).toBe('allow: as-planned');
});

test('an address that somebody else wrote is asked; one chosen from a small type is not, unless it destroys', () => {
  expect(said({ arguments: [argument('address', untrusted)] })).toBe('ask: address-untrusted');
  expect(said({ arguments: [argument('address', OWNER_TYPED), argument('address', untrusted)] })).toBe(
    'ask: address-untrusted',
  );
  expect(said({ arguments: [argument('address', endorsed)] })).toBe('allow: as-planned');
  expect(said({ arguments: [argument('address', endorsed)], destructive: true })).toBe('ask: address-not-the-owners');
  expect(said({ arguments: [argument('address', OWNER_TYPED)], destructive: true })).toBe('allow: as-planned');
});

test('content that somebody else wrote is asked, even to the right address', () => {
  expect(said({ arguments: [argument('address', OWNER_TYPED), argument('content', untrusted)] })).toBe(
    'ask: content-untrusted',
  );
  expect(said({ arguments: [argument('content', endorsed)], destructive: true })).toBe('allow: as-planned');
});

test('what is private leaves unasked only by a channel that is cleared for it and may read it', () => {
  expect(said({ channel: 'weather' })).toBe('ask: above-clearance');
  expect(said({ channel: 'weather', arguments: [argument('content', published)] })).toBe('allow: as-planned');
  const toBank: Label = { ...OWNER_TYPED, readers: ['bank'] };
  expect(said({ arguments: [argument('content', toBank)] })).toBe('allow: as-planned');
  expect(said({ sink: 'egress', channel: 'weather', arguments: [argument('content', toBank)] })).toBe(
    'ask: not-a-reader',
  );
});

test('an approval turns the question about exactly its own digest into a yes', () => {
  const asked = decide(state, request({ planned: false }), [], sha256);
  if (asked.kind !== 'ask') throw new Error(asked.kind);
  const approved = { ...state, approved: new Set([asked.digest]) };
  const allowed = decide(approved, request({ planned: false }), [], sha256);
  expect(allowed).toEqual({
    kind: 'allow',
    permit: { digest: requestDigest(request().action, sha256), nonce: 'n1' },
    reason: 'approved',
  });
  const drifts: Partial<SinkRequest['action']>[] = [
    { tool: 'Pay' },
    { run: 'q' },
    { step: 't' },
    { arguments: { to: 'Eve' } },
    { contentDigest: 'd' as Digest },
    { host: 'https://eve.example' },
    { label: OWNER_TYPED },
    { policy: '2' },
    { nonce: 'n2' },
  ];
  for (const drift of drifts) {
    expect(said({ planned: false, action: { ...request().action, ...drift } }, [], approved)).toBe('ask: not-planned');
  }
});

test('the owner’s rules can only narrow: forbid and failure deny, ask asks, permit changes nothing', () => {
  const verdict = (effect: RuleVerdict['effect']): RuleVerdict => ({ rule: 'mine', effect });
  expect(said({}, [verdict('permit')])).toBe('allow: as-planned');
  expect(said({}, [verdict('permit'), verdict('ask')])).toBe('ask: asked-by-rule');
  expect(said({}, [verdict('ask'), verdict('forbid')])).toBe('deny: forbidden-by-rule');
  expect(said({}, [verdict('permit'), verdict('error')])).toBe('deny: rule-failed');
  expect(said({}, [verdict('whatever' as 'permit')])).toBe('deny: rule-failed');
  expect(said({ planned: false }, [verdict('permit')])).toBe('ask: not-planned');
  const approved = { ...state, approved: new Set([requestDigest(request().action, sha256)]) };
  expect(said({}, [verdict('ask')], approved)).toBe('allow: approved');
  expect(said({}, [verdict('forbid')], approved)).toBe('deny: forbidden-by-rule');
});

test('a sink nobody has heard of is denied', () => {
  expect(said({ sink: 'carrier-pigeon' as Sink })).toBe('deny: unknown-sink');
});

test('a version names the rules of the owner that are in force, and of none it is the app’s own', () => {
  expect(policyVersion(NO_RULES)).toBe(String(POLICY_VERSION));
  expect(policyVersion('abc' as Digest)).toBe(`${String(POLICY_VERSION)}+abc`);
  expect(NO_RULES).toBe('');
});

test('a decision names the rule it comes from, and none where it comes from the core', () => {
  const whole = (verdicts: readonly RuleVerdict[], change: Partial<SinkRequest> = {}) =>
    decide(state, request(change), verdicts, sha256);
  const own = (effect: RuleVerdict['effect']): RuleVerdict[] => [{ rule: 'own/1', effect }];
  expect(whole(own('forbid'))).toStrictEqual({ kind: 'deny', reason: 'forbidden-by-rule', rule: 'own/1' });
  expect(whole(own('error'))).toStrictEqual({ kind: 'deny', reason: 'rule-failed', rule: 'own/1' });
  expect(whole(own('ask'))).toMatchObject({ kind: 'ask', reason: 'asked-by-rule', rule: 'own/1' });
  expect(whole([], { channel: null })).toStrictEqual({ kind: 'deny', reason: 'no-channel' });
  expect(Object.keys(whole([], { planned: false }))).toEqual(['kind', 'digest', 'reason']);
});

test('what costs something by a price that nobody knows is asked about', () => {
  const costing = (known: boolean): Partial<SinkRequest> => ({
    action: { ...request().action, spends: { micro: 1, currency: 'EUR', known } },
  });
  expect(said(costing(false))).toBe('ask: price-unknown');
  expect(said(costing(true))).toBe('allow: as-planned');
});

test('only what is saved has to name its content', () => {
  const action = { ...request().action, contentDigest: null };
  expect(said({ sink: 'file-export', channel: null, action })).toBe('deny: no-content');
  for (const sink of inside) expect(said({ sink, channel: null, action }), sink).toBe('allow: reads-only');
});

test('each rule of the core speaks of its own matter alone', () => {
  const rule = (name: string, change: Partial<SinkRequest>): Finding | null =>
    CORE_RULES.find((each) => each.name === name)!(request(change), state.channels);
  const address = [argument('address', untrusted), argument('content', OWNER_TYPED)];
  expect(rule('content', { arguments: address })).toBeNull();
  expect(rule('addresses', { arguments: address })).toEqual({ effect: 'ask', reason: 'address-untrusted' });
  const content = [argument('address', OWNER_TYPED), argument('content', untrusted)];
  expect(rule('content', { arguments: content })).toEqual({ effect: 'ask', reason: 'content-untrusted' });
  expect(rule('addresses', { arguments: content })).toBeNull();
  expect(rule('flow', { channel: 'weather' })).toEqual({ effect: 'ask', reason: 'above-clearance' });
  expect(rule('flow', { channel: 'weather', sink: 'render' })).toBeNull();
  expect(rule('flow', { channel: null })).toBeNull();
});

describe('a question, or the yes to it', () => {
  const { action } = request();
  const asked = { digest: requestDigest(action, sha256), action };
  const why = (change: Partial<typeof action>, of: { digest: Digest; action?: typeof action } = asked) =>
    whyAskedAnew(of, { ...action, ...change }, sha256);

  test('stands while what would be done is the same, and else says what changed', () => {
    expect(why({})).toBeNull();
    expect(why({ policy: 'p2' })).toBe('policy');
    expect(why({ policy: 'p2', label: untrusted })).toBe('policy');
    expect(why({ label: untrusted })).toBe('label');
    expect(why({ host: 'https://b.example' })).toBe('changed');
    expect(why({ nonce: 'n2' }, { digest: asked.digest })).toBe('older');
  });

  test('holds for five minutes, from no time before it was given', () => {
    const at = 1_000_000 as UnixMs;
    const later = (ms: number): boolean => yesHolds(at, (at + ms) as UnixMs);
    expect([later(-1), later(0), later(YES_HOLDS_MS - 1), later(YES_HOLDS_MS)]).toEqual([false, true, true, false]);
    expect(YES_HOLDS_MS).toBe(300_000);
    expect(yesHolds(null, 0 as UnixMs), 'never given').toBe(false);
  });
});
