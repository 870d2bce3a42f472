import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { seededRandom, type Random } from '#core/base/random.ts';
import { CONFIDENTIALITIES, INTEGRITIES, type Label } from '#core/labels/label.ts';
import { decide, requestDigest, type PolicyState, type RuleVerdict } from '#core/policy/decide.ts';
import { SINKS, type SinkRequest } from '#core/policy/request.ts';

/** All that any policy, pack or engine can hand to a decision is a list of verdicts: here every list, true or not. */
const REQUESTS = 10_000;
const EFFECTS: readonly RuleVerdict['effect'][] = ['permit', 'ask', 'forbid', 'error'];
const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const;
const CHANNELS: PolicyState['channels'] = new Map([
  ['bank', { clearance: 'private' }],
  ['weather', { clearance: 'public' }],
]);

function someLabel(random: Random): Label {
  return {
    sources: ['file:a'],
    integrity: random.pick(INTEGRITIES),
    confidentiality: random.pick(CONFIDENTIALITIES),
    readers: random.chance(0.7) ? 'all' : ['bank'],
  };
}

function someRequest(random: Random): SinkRequest {
  const label = someLabel(random);
  return {
    action: {
      ...{ tool: 't', run: 'r', step: 's', arguments: { n: random.below(5) }, host: null, label, policy: '' },
      contentDigest: random.chance(0.5) ? null : ('c' as SinkRequest['action']['contentDigest']),
      nonce: String(random.below(1_000)),
    },
    sink: random.chance(0.02) ? ('unheard-of' as SinkRequest['sink']) : random.pick(SINKS),
    channel: random.pick([null, 'bank', 'weather', 'nowhere']),
    arguments: Array.from({ length: random.below(3) }, (_, index) => ({
      name: String(index),
      role: random.pick(['address', 'content'] as const),
      label: random.chance(0.5) ? label : someLabel(random),
    })),
    planned: random.chance(0.7),
    planner: someLabel(random),
    destructive: random.chance(0.2),
  };
}

test(`whatever rules say, none makes a decision laxer, and what the core denies stays denied: ${REQUESTS.toLocaleString('en')} requests`, () => {
  const random = seededRandom(4);
  const laxer: unknown[] = [];
  const seen = { allow: 0, ask: 0, deny: 0, stricter: 0 };
  for (let i = 0; i < REQUESTS; i++) {
    const request = someRequest(random);
    const approved = random.chance(0.3) ? [requestDigest(request.action, sha256)] : [];
    const state: PolicyState = { approved: new Set(approved), channels: CHANNELS };
    const verdicts = Array.from({ length: random.below(4) }, (_, rule) => ({
      rule: String(rule),
      effect: random.chance(0.05) ? ('allow' as RuleVerdict['effect']) : random.pick(EFFECTS),
    }));
    const [alone, ruled] = [decide(state, request, [], sha256), decide(state, request, verdicts, sha256)];
    if (STRICTNESS[ruled.kind] < STRICTNESS[alone.kind]) laxer.push({ request, verdicts, alone, ruled });
    // A denial of the core is told as such, too, and not as one of a rule that the owner could take back.
    if (alone.kind === 'deny' && JSON.stringify(ruled) !== JSON.stringify(alone)) laxer.push({ request, alone, ruled });
    seen[alone.kind] += 1;
    if (STRICTNESS[ruled.kind] > STRICTNESS[alone.kind]) seen.stricter += 1;
  }
  expect(laxer).toEqual([]);
  expect(Math.min(...Object.values(seen)), 'decisions of every kind').toBeGreaterThan(500);
});
