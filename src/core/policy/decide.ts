import { digestOf } from '../base/json.ts';
import type { Digest, Sha256 } from '../base/ids.ts';
import type { ActionRequest, Decision, Permit } from './permit.ts';
import { GRANTABLE } from './grant.ts';
import type { SinkRequest } from './request.ts';
import { CORE_RULES, leaves, type ChannelClearance, type Finding } from './rules.ts';

/** Raised whenever `decide` would decide anything otherwise: what an agent says of its policy. */
export const POLICY_VERSION = 4;

/** The owner has written no rules. */
export const NO_RULES = '';

/**
 * What a decision is bound to and every entry about one names.
 * @param rules digest of the owner's rules in force; `NO_RULES` where there are none
 */
export function policyVersion(rules: Digest | typeof NO_RULES): string {
  return rules === NO_RULES ? String(POLICY_VERSION) : `${String(POLICY_VERSION)}+${rules}`;
}

/** What a decision depends on beside the request. */
export interface PolicyState {
  /** The digests the owner said yes to and that were not used yet. */
  readonly approved: ReadonlySet<Digest>;
  /** The digests that a standing yes of the owner covers (`whyNotGranted`). */
  readonly granted?: ReadonlySet<Digest>;
  /** The approved ways out, by id. */
  readonly channels: ReadonlyMap<string, ChannelClearance>;
}

/** What one of the owner's own rules said of a request; `error` when it could not be evaluated. */
export interface RuleVerdict {
  readonly rule: string;
  readonly effect: 'permit' | 'ask' | 'forbid' | 'error';
}

/**
 * Decides whether something may be done. Pure and total: no clock, no model, no I/O. Deny beats ask, ask beats allow,
 * so more rules can never widen; an approval turns the ask of exactly its own digest into a yes, and never a denial; a grant
 * does so where each of the questions is one that a standing yes may answer.
 * @param verdicts what the owner's own rules said; one that failed denies
 */
export function decide(
  state: PolicyState,
  request: SinkRequest,
  verdicts: readonly RuleVerdict[],
  sha256: Sha256,
): Decision {
  const digest = requestDigest(request.action, sha256);
  const findings = [...CORE_RULES.map((rule) => rule(request, state.channels)), ...verdicts.map(findingOf)].filter(
    (finding) => finding !== null,
  );
  const denied = findings.find(({ effect }) => effect === 'deny');
  if (denied !== undefined) return { kind: 'deny', ...saidBy(denied) };
  const questions = findings.filter(({ effect }) => effect === 'ask');
  const [asked] = questions;
  const approved = state.approved.has(digest);
  const granted = state.granted?.has(digest) === true && questions.every(({ reason }) => GRANTABLE.includes(reason));
  if (asked !== undefined && !approved && !granted) return { kind: 'ask', digest, ...saidBy(asked) };
  return {
    kind: 'allow',
    permit: { digest, nonce: request.action.nonce } as Permit,
    reason:
      asked !== undefined ? (approved ? 'approved' : 'granted') : leaves(request.sink) ? 'as-planned' : 'reads-only',
  };
}

/** The digest an approval of this request is bound to. */
export function requestDigest(request: ActionRequest, sha256: Sha256): Digest {
  return digestOf(sha256, request);
}

function saidBy({ reason, rule }: Finding): Pick<Finding, 'reason' | 'rule'> {
  return rule === undefined ? { reason } : { reason, rule };
}

function findingOf({ effect, rule }: RuleVerdict): Finding | null {
  switch (effect) {
    case 'permit':
      return null;
    case 'ask':
      return { effect: 'ask', reason: 'asked-by-rule', rule };
    case 'forbid':
      return { effect: 'deny', reason: 'forbidden-by-rule', rule };
    default:
      return { effect: 'deny', reason: 'rule-failed', rule };
  }
}
