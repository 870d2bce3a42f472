import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { Digest, UnixMs } from '#core/base/ids.ts';
import { CONFIDENTIALITIES, INTEGRITIES, OWNER_TYPED, type Label } from '#core/labels/label.ts';
import { decide, requestDigest } from '#core/policy/decide.ts';
import {
  GRANT_BYTES_MAX,
  GRANT_MS_MAX,
  GRANT_USES_MAX,
  attenuate,
  grantId,
  grantOffer,
  samePlace,
  whyNotGranted,
  type GrantChoice,
  type GrantedAct,
  type GrantLimits,
  type NotGranted,
} from '#core/policy/grant.ts';
import type { ActionRequest } from '#core/policy/permit.ts';
import type { SinkRequest } from '#core/policy/request.ts';

const NOW = 1_750_000_000_000 as UnixMs;
const UNUSED = { uses: 0, bytes: 0, revoked: false };
const FILE: Label = { ...OWNER_TYPED, integrity: 'untrusted' };
const ACTION: ActionRequest = {
  ...{ tool: 'send-answer', run: 'r1', step: 's1', host: 'https://a.example', policy: 'p1', nonce: 'n' },
  arguments: { url: 'https://a.example/x', method: 'POST' },
  contentDigest: 'c'.repeat(64) as Digest,
  label: FILE,
};
const ACT: GrantedAct = { action: ACTION, toolVersion: 1, bytes: 100 };
const GRANT = { ...grantOffer(ACT, NOW), uses: 2, bytes: 250, until: NOW + 1_000 };

test('the offer of a card is what was on the card, up to the most there is', () => {
  expect(grantOffer(ACT, NOW)).toEqual({
    ...{ tool: 'send-answer', toolVersion: 1, host: 'https://a.example', arguments: ACTION.arguments, policy: 'p1' },
    ...{ confidentiality: 'private', integrity: 'untrusted' },
    ...{ uses: GRANT_USES_MAX, bytes: GRANT_BYTES_MAX, until: NOW + GRANT_MS_MAX },
  });
  const open = { ...ACTION, label: { ...FILE, confidentiality: 'public' } } as const;
  expect(grantOffer({ ...ACT, action: open }, NOW).confidentiality).toBe('public');
  expect([GRANT_USES_MAX, GRANT_BYTES_MAX, GRANT_MS_MAX]).toEqual([100, 10_000_000, 7_776_000_000]);
});

test('each limit ends a grant by itself, at its very edge', () => {
  const of = (action: Partial<ActionRequest>): GrantedAct => ({ ...ACT, action: { ...ACTION, ...action } });
  const cases: [NotGranted | null, GrantedAct, Partial<typeof UNUSED>, number][] = [
    [null, ACT, {}, NOW],
    [null, ACT, { uses: 1, bytes: 150 }, NOW + 999],
    ['revoked', ACT, { revoked: true }, NOW],
    ['other-agent', { ...ACT, agents: ['desk'] }, {}, NOW],
    ['other-act', of({ tool: 'save-file' }), {}, NOW],
    ['other-act', of({ spends: { micro: 1, currency: 'EUR', known: true } }), {}, NOW],
    ['other-place', of({ host: 'https://b.example' }), {}, NOW],
    ['other-place', of({ host: null }), {}, NOW],
    ['other-place', of({ arguments: { url: 'https://a.example/x ', method: 'POST' } }), {}, NOW],
    ['tool-changed', { ...ACT, toolVersion: 2 }, {}, NOW],
    ['policy-changed', of({ policy: 'p2' }), {}, NOW],
    ['label', of({ label: { ...FILE, confidentiality: 'sealed' } }), {}, NOW],
    ['expired', ACT, {}, NOW + 1_000],
    ['uses', ACT, { uses: 2 }, NOW],
    ['bytes', ACT, { bytes: 151 }, NOW],
  ];
  for (const [why, act, used, now] of cases)
    expect(whyNotGranted(GRANT, { ...UNUSED, ...used }, act, now as UnixMs), String(why)).toBe(why);
});

test('a grant covers what is as trusted and as confidential as its card showed, and nothing beyond', () => {
  for (const [a, confidentiality] of CONFIDENTIALITIES.entries())
    for (const [b, integrity] of INTEGRITIES.entries())
      for (const [c, most] of (['public', 'private'] as const).entries())
        for (const [d, least] of INTEGRITIES.entries()) {
          const act = { ...ACT, action: { ...ACTION, label: { ...FILE, confidentiality, integrity } } };
          const covered = whyNotGranted({ ...GRANT, confidentiality: most, integrity: least }, UNUSED, act, NOW);
          expect(covered, [confidentiality, integrity, most, least].join()).toBe(a <= c && b <= d ? null : 'label');
        }
});

test('of any two chains of agents, what was granted to one covers the other only where they are the same', () => {
  const agents = fc.option(fc.array(fc.constantFrom('desk', 'figures', 'mail', 'desk,figures'), { maxLength: 3 }), {
    nil: undefined,
  });
  let same = 0;
  fc.assert(
    fc.property(agents, agents, (of, by) => {
      const offer = grantOffer({ ...ACT, ...(of === undefined ? {} : { agents: of }) }, NOW);
      const act = { ...ACT, ...(by === undefined ? {} : { agents: by }) };
      const equal = JSON.stringify(of ?? []) === JSON.stringify(by ?? []);
      expect(whyNotGranted(offer, UNUSED, act, NOW)).toBe(equal ? null : 'other-agent');
      // Nor does handing it on to another make it theirs.
      if (!equal) expect(attenuate(offer, { agents: by ?? [] })).toBeNull();
      same += equal ? 1 : 0;
    }),
    { numRuns: 2_000 },
  );
  expect(same, 'some were the same').toBeGreaterThan(20);
});

test('limits that are no numbers cover nothing', () => {
  for (const limit of ['uses', 'bytes', 'until'])
    expect(whyNotGranted({ ...GRANT, [limit]: NaN }, UNUSED, ACT, NOW), limit).not.toBeNull();
  expect(whyNotGranted(GRANT, UNUSED, { ...ACT, bytes: NaN }, NOW)).toBe('bytes');
});

const amount = (max: number): fc.Arbitrary<number> => fc.oneof(fc.integer({ min: -5, max }), fc.double());
const confidentiality = fc.constantFrom(...(['public', 'private', 'sealed', 'none'] as never[]));
const limits: fc.Arbitrary<Partial<GrantLimits>> = fc.record(
  {
    uses: amount(300),
    bytes: amount(20_000_000),
    until: fc.oneof(fc.integer({ min: NOW - 5, max: NOW + 5 }), fc.double()),
    confidentiality,
    integrity: fc.constantFrom(...INTEGRITIES, 'none' as never),
  },
  { requiredKeys: [] },
);
/** Mostly of the same act, place, tool and policy. */
const elsewhere: fc.Arbitrary<Partial<GrantLimits>> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  fc.constantFrom({ tool: 'save-file' }, { host: null }, { arguments: {} }, { toolVersion: 2 }, { policy: 'p2' }),
);
const wish = fc.tuple(limits, elsewhere).map(([a, b]) => ({ ...a, ...b }));
const anyAct = fc
  .tuple(fc.constantFrom(...CONFIDENTIALITIES), fc.constantFrom(...INTEGRITIES), fc.nat(400), elsewhere)
  .map(([conf, integrity, bytes, { toolVersion = 1, ...other }]) => ({
    ...{ toolVersion, bytes },
    action: { ...ACTION, ...other, label: { ...FILE, confidentiality: conf, integrity } },
  }));
const used = fc.record({ uses: fc.nat(3), bytes: fc.nat(400), revoked: fc.boolean() });
const moment = fc.integer({ min: NOW - 5, max: NOW + 5 }).map((at) => at as UnixMs);
const covers = (grant: GrantLimits, ...[act, state, now]: [GrantedAct, typeof UNUSED, UnixMs]): boolean =>
  whyNotGranted(grant, state, act, now) === null;

test('over 10,000 random pairs, what was handed on covers nothing that its giver’s does not, nor what was not asked for', () => {
  let both = 0;
  fc.assert(
    fc.property(wish, wish, anyAct, used, moment, (first, second, act, state, now) => {
      const parent = attenuate({ ...GRANT, uses: 100, bytes: 1_000 }, first);
      const child = parent === null ? null : attenuate(parent, second);
      if (parent === null || child === null) return;
      if (!covers(child, act, state, now)) return;
      both += 1;
      expect(covers(parent, act, state, now)).toBe(true);
      for (const limit of ['uses', 'bytes', 'until'] as const)
        expect(child[limit]).toBeLessThanOrEqual(second[limit] ?? parent[limit]);
    }),
    { numRuns: 10_000 },
  );
  expect(both, 'some were covered').toBeGreaterThan(20);
});

test('over any chain of hands each is within the one before it in every limit, whatever was wished', () => {
  fc.assert(
    fc.property(fc.array(limits, { maxLength: 8 }), (chain) => {
      let parent: GrantLimits = grantOffer(ACT, NOW);
      for (const to of chain) {
        const child: GrantLimits = attenuate(parent, to)!;
        for (const limit of ['uses', 'bytes', 'until'] as const) {
          expect(child[limit]).toBeLessThanOrEqual(parent[limit]);
          expect(child[limit]).toBeGreaterThanOrEqual(0);
        }
        const at = <T>(order: readonly T[], a: T, b: T): boolean =>
          order.includes(a) && order.indexOf(a) <= order.indexOf(b);
        expect(at(CONFIDENTIALITIES, child.confidentiality, parent.confidentiality)).toBe(true);
        expect(at(INTEGRITIES, child.integrity, parent.integrity)).toBe(true);
        expect(samePlace(child, parent) && child.policy === parent.policy).toBe(true);
        expect(attenuate(child, parent)).toEqual(child);
        expect(attenuate(child, {})).toEqual(child);
        parent = child;
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what is chosen is what is granted, where it is within the offer; of another act, place, tool or policy nothing is', () => {
  const offer = grantOffer(ACT, NOW);
  const choice: GrantChoice = { uses: 3.9, bytes: 500, until: NOW + 5, confidentiality: 'public' };
  expect(attenuate(offer, choice)).toEqual({ ...offer, ...choice, uses: 3 });
  expect(attenuate(offer, { integrity: 'endorsed' })?.integrity).toBe('endorsed');
  const others: Partial<GrantLimits>[] = [
    { tool: 'x' },
    { toolVersion: 2 },
    { host: null },
    { host: 'https://b.example' },
    { arguments: {} },
    { policy: 'p2' },
    { agents: ['desk'] },
  ];
  for (const other of others) expect(attenuate(offer, { ...choice, ...other }), JSON.stringify(other)).toBeNull();
});

test('a grant that names what no grant may cover covers nothing sealed, and handed on it is of less', () => {
  const forged = { ...GRANT, confidentiality: 'sealed' as never };
  const sealed = { ...ACT, action: { ...ACTION, label: { ...FILE, confidentiality: 'sealed' } as Label } };
  expect(whyNotGranted(forged, UNUSED, sealed, NOW)).toBe('label');
  expect(attenuate(forged, { confidentiality: 'private' })?.confidentiality).toBe('private');
});

test('the same place is the same tool, host and arguments; a name is of all of it and of its card', () => {
  const others: Partial<GrantLimits>[] = [{ tool: 'x' }, { host: null }, { arguments: {} }, { agents: ['desk'] }];
  for (const other of others) expect(samePlace(GRANT, { ...GRANT, ...other })).toBe(false);
  expect(samePlace(GRANT, { ...GRANT, uses: 1, policy: 'p2' })).toBe(true);
  const named = { ...GRANT, run: 'r1' };
  const ids = [grantId(named, 'a', sha256), grantId(named, 'b', sha256), grantId({ ...named, uses: 1 }, 'a', sha256)];
  expect(new Set(ids).size).toBe(3);
});

test('a grant answers what may be granted and nothing else: a denial, an asking rule and who planned it stay', () => {
  const request: SinkRequest = {
    ...{ action: ACTION, sink: 'egress', channel: 'c', planned: true, planner: OWNER_TYPED, destructive: false },
    arguments: [
      { name: 'url', role: 'address', label: OWNER_TYPED },
      { name: 'content', role: 'content', label: FILE },
    ],
  };
  const digest = requestDigest(ACTION, sha256);
  const channels = new Map([['c', { clearance: 'public' as const }]]);
  const granted = { approved: new Set<Digest>(), granted: new Set([digest]), channels };
  const of = (change: Partial<SinkRequest>, effect: 'permit' | 'ask' | 'forbid' | 'error' = 'permit') =>
    decide(granted, { ...request, ...change }, [{ rule: 'own', effect }], sha256);
  expect(of({})).toMatchObject({ kind: 'allow', reason: 'granted' });
  expect(of({}, 'ask')).toMatchObject({ kind: 'ask', reason: 'content-untrusted' });
  expect(of({}, 'forbid')).toMatchObject({ kind: 'deny' });
  expect(of({}, 'error')).toMatchObject({ kind: 'deny' });
  expect(of({ planned: false })).toMatchObject({ kind: 'ask' });
  expect(of({ planner: FILE })).toMatchObject({ kind: 'ask' });
  expect(of({ channel: 'other' })).toMatchObject({ kind: 'deny', reason: 'no-channel' });
  expect(of({ arguments: [{ name: 'url', role: 'address', label: FILE }] })).toMatchObject({ kind: 'ask' });
  for (const sink of ['policy-edit', 'server-connect', 'approve', 'plan-edit'] as const)
    expect(of({ sink, arguments: [] }), sink).toMatchObject({ kind: 'ask', reason: 'owner-decides' });
  const sealed = [{ name: 'content', role: 'content', label: { ...FILE, confidentiality: 'sealed' } }] as const;
  expect(of({ arguments: sealed })).toMatchObject({ kind: 'deny', reason: 'sealed' });
  expect(of({ action: { ...ACTION, nonce: 'o' } })).toMatchObject({ kind: 'ask' });
  const file = { sink: 'file-export', channel: null } as const;
  expect(of(file)).toMatchObject({ kind: 'allow', reason: 'granted' });
  const both = { ...granted, approved: new Set([digest]) };
  expect(decide(both, request, [], sha256)).toMatchObject({ kind: 'allow', reason: 'approved' });
});
