import { sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { RuleJudge } from '#runtime/policy/rule-judge.ts';

/** Who judges by the owner's rules in this thread; time zones are loaded when a rule asks for one. */
export function openRuleJudge(rules: AgentPorts['rules']): RuleJudge {
  return new RuleJudge({
    ...{ clock: platformClock, sha256, rules },
    zones: async () => (await import('#adapters/temporal/zones.ts')).createZones(),
  });
}

/** Where the owner is, as the settings say now: an IANA zone. */
export function ownersZone(store: Pick<AgentStore, 'row'>, defaults: OwnerSettings): () => Promise<string> {
  return async () => {
    const owner = (await store.row('settings', 'owner')) ?? (await store.row('settings', 'suggested'));
    return ((owner?.value ?? defaults) as OwnerSettings).zone;
  };
}
