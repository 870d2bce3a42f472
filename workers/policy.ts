import { sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { PolicyDesk } from '#runtime/policy/policy-desk.ts';
import type { ChannelsComposition } from './channels.ts';
import { openRuleJudge, ownersZone } from './owners-rules.ts';

/** Where the owner looks at rules in this tab. */
export function openPolicy({
  tab,
  store,
  defaults,
  rules,
}: Omit<ChannelsComposition, 'signer' | 'window'>): PolicyDesk {
  const desk = new PolicyDesk({
    ...{ store, rules, sha256 },
    clock: platformClock,
    entropy: webCryptoEntropy,
    judge: openRuleJudge(rules),
    zone: ownersZone(store, defaults),
    command: (command) => tab.command(command),
  });
  // Whatever tab changes them, all of them show it.
  tab.onOverview(() => void desk.changed().catch(() => undefined));
  return desk;
}
