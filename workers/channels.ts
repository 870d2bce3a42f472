import { parseUrl } from '#adapters/http/parse-url.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import { calendarDay } from '#adapters/platform/calendar-day.ts';
import { platformLocalNetwork } from '#adapters/platform/local-network.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Signer } from '#ports/crypto.ts';
import type { WindowApi } from '#ports/window-api.ts';
import { openYes } from '#runtime/agent/open-yes.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import { ConnectionDoctor } from '#runtime/channels/connection-doctor.ts';
import { StoredRules } from '#runtime/policy/stored-rules.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { openEgress } from './egress.ts';
import { openRuleJudge, ownersZone } from './owners-rules.ts';

export interface ChannelsComposition {
  readonly tab: Tab;
  readonly store: AgentStore;
  readonly defaults: OwnerSettings;
  readonly signer: Signer;
  readonly rules: AgentPorts['rules'];
  readonly window: Pick<WindowApi, 'wayOut'>;
}

export interface Gate {
  readonly desk: ChannelDesk;
  readonly doctor: ConnectionDoctor;
}

/** This tab's gate to the outside, and who finds out why a host cannot be used. */
export function openChannels({ tab, store, defaults, signer, rules, window }: ChannelsComposition): Gate {
  const zone = ownersZone(store, defaults);
  const desk = new ChannelDesk({
    ...{ store, sha256, incrementalSha256 },
    clock: platformClock,
    entropy: webCryptoEntropy,
    egress: openEgress(signer, () => window.wayOut()),
    publicKey: () => signer.publicKey,
    parse: parseUrl,
    day: async (at) => calendarDay(at, await zone()),
    rules: new StoredRules({ store, zone, judge: openRuleJudge(rules) }),
    approval: (digest) => openYes(store, platformClock, digest),
    granted: (digest) => openYes(store, platformClock, digest, 'grant'),
    command: (command) => tab.command(command),
  });
  // Whatever tab sends, all of them show it.
  tab.onOverview(() => desk.changed());
  void desk.settle().catch(() => undefined);
  const doctor = new ConnectionDoctor({
    ...{ desk, store, sha256, parse: parseUrl, page: location.origin },
    clock: platformClock,
    entropy: webCryptoEntropy,
    network: platformLocalNetwork,
    command: (command) => tab.command(command),
  });
  return { desk, doctor };
}
