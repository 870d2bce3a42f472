import type { Digest, Sha256, UnixMs } from '#core/base/ids.ts';
import { labelOf, type Label } from '#core/labels/label.ts';
import { decide, policyVersion, requestDigest } from '#core/policy/decide.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import { rulesDigest, type RuleSet } from '#core/policy/rule-set.ts';
import type { Reason } from '#core/policy/reason.ts';
import { SHIPPED_RULES } from './shipped-rules.ts';

/** What the journal says of the owner's rules: each version with its texts, from here on in force. */
export interface PolicyFact {
  readonly type: 'policy.adopted';
  readonly digest: Digest;
  readonly set: RuleSet;
  /** Why it was allowed. Missing in journals of before. */
  readonly decided?: {
    /** `requestDigest` of what was decided. */
    readonly action: Digest;
    readonly reason: Reason;
    /** The version that decided: the one before. */
    readonly policy: string;
  };
}

/** A version as it was adopted. */
export interface AdoptedRules {
  readonly digest: Digest;
  readonly set: RuleSet;
  readonly at: UnixMs;
}

/** The order that becomes this fact. */
export interface PolicyCommand {
  readonly type: 'adopt-rules';
  /** The version that was in force when the owner looked; null for the one that the app came with. */
  readonly after: Digest | null;
  readonly digest: Digest;
  readonly set: RuleSet;
  /** Where the texts came from; without it they came from nobody knows where. */
  readonly label?: Label;
  readonly nonce?: string;
}

/** What an order comes to, or why it is refused. */
export function obeyPolicy(
  inForce: AdoptedRules | null,
  order: PolicyCommand,
  sha256: Sha256,
): PolicyFact | { readonly refused: string } {
  const { after, digest, set } = order;
  if ((inForce?.digest ?? null) !== after)
    return { refused: 'The rules were changed in another tab meanwhile. Look at them again.' };
  if (digest === (inForce?.digest ?? rulesDigest(SHIPPED_RULES, sha256)))
    return { refused: 'These rules are in force already.' };
  if (digest !== rulesDigest(set, sha256)) return { refused: 'These are not the rules that were shown.' };
  const request = adoptionRequest(inForce, order, sha256);
  const action = requestDigest(request.action, sha256);
  // The order is the yes to exactly this set. What the owner did not write is denied before that counts. The owner's own
  // rules are not asked: they bind the agent, and one that forbids everything could otherwise never be taken back.
  const decision = decide({ approved: new Set([action]), channels: new Map() }, request, [], sha256);
  if (decision.kind !== 'allow')
    return { refused: 'Only what you write or choose yourself becomes a rule, so these stay as they are.' };
  return {
    ...{ type: 'policy.adopted', digest, set },
    decided: { action, reason: decision.reason, policy: request.action.policy },
  };
}

/** The adoption as the gate sees it: a change of the policy, made of these texts. */
function adoptionRequest(inForce: AdoptedRules | null, order: PolicyCommand, sha256: Sha256): SinkRequest {
  const label = labelOf(order.label);
  const { after, digest } = order;
  return {
    action: {
      ...{ tool: 'rules.adopt', run: 'owner', step: 'rules' },
      arguments: { after, rules: digest },
      contentDigest: digest,
      host: null,
      label,
      policy: policyVersion(inForce?.digest ?? rulesDigest(SHIPPED_RULES, sha256)),
      nonce: order.nonce ?? '',
    },
    sink: 'policy-edit',
    channel: null,
    arguments: [{ name: 'rules', role: 'content', label }],
    planned: true,
    planner: label,
    destructive: false,
  };
}
