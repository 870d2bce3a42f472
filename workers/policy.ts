import { sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import { PolicyDesk } from '#runtime/policy/policy-desk.ts';
import { RuleJudge } from '#runtime/policy/rule-judge.ts';
import type { ChannelsComposition } from './channels.ts';

/** Where the owner looks at rules in this tab. */
export function openPolicy({
  tab,
  store,
  defaults,
  rules,
}: Omit<ChannelsComposition, 'signer' | 'window'>): PolicyDesk {
  const desk = new PolicyDesk({
    ...{ store, rules },
    clock: platformClock,
    entropy: webCryptoEntropy,
    judge: new RuleJudge({
      ...{ clock: platformClock, sha256, rules },
      zones: async () => (await import('#adapters/temporal/zones.ts')).createZones(),
    }),
    zone: async () => {
      const owner = (await store.row('settings', 'owner')) ?? (await store.row('settings', 'suggested'));
      return ((owner?.value ?? defaults) as OwnerSettings).zone;
    },
    command: (command) => tab.command(command),
  });
  // Whatever tab changes them, all of them show it.
  tab.onOverview(() => void desk.changed().catch(() => undefined));
  return desk;
}
