import { broadcastChannel } from '#adapters/broadcast/broadcast-channel.ts';
import { serviceWorkerEgress } from '#adapters/http/egress.ts';
import { EGRESS_CHANNEL, type EgressMessage } from '#adapters/http/egress-wire.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { Signer } from '#ports/crypto.ts';
import type { Egress } from '#ports/egress.ts';
import type { WayOutState } from '#ports/window-api.ts';
import { knock } from './lockdown.ts';

/**
 * This worker's way out. One for each worker: spent permits are remembered in it.
 * @param signer for channels whose requests are signed
 * @param wayOut asks the window whether the service worker is on its way
 */
export function openEgress(signer?: Signer, wayOut?: () => Promise<WayOutState>): Egress {
  return serviceWorkerEgress({
    knock,
    broadcast: broadcastChannel<EgressMessage>(EGRESS_CHANNEL),
    clock: platformClock,
    entropy: webCryptoEntropy,
    sha256,
    ...(signer === undefined ? {} : { signer }),
    ...(wayOut === undefined ? {} : { wayOut }),
  });
}
