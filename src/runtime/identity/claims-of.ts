import type { OwnerSettings } from '#core/items/owner.ts';
import { canBeClaimed, type Claim } from '#core/identity/claims.ts';
import { keyAt, type Identity } from '#core/identity/verify-identity.ts';
import { POLICY_VERSION } from '#core/policy/decide.ts';

/**
 * Everything the agent can say of itself and its owner, each by itself. Of the owner only what they saved: a browser's guess is
 * no statement.
 */
export function claimsOf(identity: Identity, owner: OwnerSettings | null): readonly Claim[] {
  const agent = [
    { name: 'agent.name', value: identity.genesis.name },
    { name: 'agent.key', value: keyAt(identity, Infinity).keys[0] ?? '' },
    { name: 'agent.policy', value: `version ${POLICY_VERSION}` },
  ];
  if (owner === null) return agent;
  return [
    ...numbered('owner.name', owner.names),
    ...numbered('owner.email', owner.addresses),
    { name: 'owner.zone', value: owner.zone },
    { name: 'owner.language', value: owner.locale },
    ...agent,
  ].filter(canBeClaimed);
}

/** `owner.name`, `owner.name.2`, … */
function numbered(name: string, values: readonly string[]): readonly Claim[] {
  return values.map((value, i) => ({ name: i === 0 ? name : `${name}.${i + 1}`, value }));
}
