import { answerEgress } from '#adapters/http/egress-exit.ts';
import type { EgressMessage } from '#adapters/http/egress-wire.ts';
import { serviceWorkerEgress } from '#adapters/http/egress.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { Signer } from '#ports/crypto.ts';
import type { Egress } from '#ports/egress.ts';
import { memoryBroadcast } from './memory-broadcast.ts';

/**
 * The way out with both its halves in one thread.
 * @param send what brings a request to its host
 */
export function halvesEgress(send: (request: Request) => Promise<Response>, signer?: Signer): Egress {
  const { join } = memoryBroadcast<EgressMessage>();
  const parts = { clock: platformClock, entropy: webCryptoEntropy };
  const exit = {
    ...{ ...parts, broadcast: join(), send },
    hash: (bytes: Uint8Array) => Promise.resolve(sha256(bytes)),
    blocked: () => Promise.resolve(false),
  };
  // As browsers do: whoever is stopped waits no longer, and the other half is not told.
  const knock = (token: string, signal: AbortSignal): Promise<Response> =>
    Promise.race([answerEgress(token, exit).then((answer) => untilAborted(answer, signal)), aborted(signal)]);
  return serviceWorkerEgress({
    ...parts,
    knock,
    broadcast: join(),
    sha256,
    ...(signer === undefined ? {} : { signer }),
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
  });
}

/** The response, whose body ends with the waiting. */
function untilAborted(response: Response, signal: AbortSignal): Response {
  const body = response.body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal }) ?? null;
  return new Response(body, response);
}
