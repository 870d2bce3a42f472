import { hex } from '#core/base/bytes.ts';
import type { Ms } from '#core/base/ids.ts';
import { checkOutgoing, UNUSED } from '#core/channels/check-outgoing.ts';
import { outgoingText, type OutgoingRequest } from '#core/channels/outgoing.ts';
import type { AddressSpace } from '#core/channels/target.ts';
import type { Clock } from '#ports/clock.ts';
import type { Broadcast } from '#ports/coordination.ts';
import type { Entropy } from '#ports/crypto.ts';
import { EGRESS_MARKER, replyText, type EgressMessage, type HeldRequest, type Reply } from './egress-wire.ts';
import { parseUrl } from './parse-url.ts';

/** Whoever holds a request listens when its token arrives here; a busy machine may need a while. */
export const PULL_MS = 3_000 as Ms;
const QUESTION_BYTES = 16;
const REDIRECTS = [301, 302, 303, 307, 308];

/** A browser's option against DNS that answers otherwise than it did (Local Network Access); others ignore it. */
type OutgoingInit = RequestInit & { readonly targetAddressSpace?: AddressSpace };

export interface ExitParts {
  readonly broadcast: Broadcast<EgressMessage>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly entropy: Entropy;
  /** SHA-256. */
  readonly hash: (bytes: Uint8Array) => Promise<Uint8Array>;
  readonly send: (request: Request) => Promise<Response>;
  /** Whether it was this thread's own content policy that stopped what was just to be sent there. */
  readonly blocked: (origin: string) => Promise<boolean>;
}

/** The service worker's half of the way out: fetches what lies under a token, checks it all again and sends it. */
export async function answerEgress(token: string, parts: ExitParts): Promise<Response> {
  const stopped = new AbortController();
  const deafen = parts.broadcast.listen((message) => {
    if (message.kind === 'stop' && message.token === token) stopped.abort();
  });
  try {
    const held = await pull(token, parts);
    if (held === null)
      return new Response(null, { headers: { [EGRESS_MARKER]: replyText({ kind: 'missed', token }) } });
    const { reply, body } = await exchange(held, stopped.signal, parts);
    // Made anew: a browser refuses to pass on the response of another origin itself. The body streams through untouched,
    // and whoever stops reading it closes the connection.
    return new Response(body, { headers: { [EGRESS_MARKER]: replyText(reply) } });
  } finally {
    deafen();
  }
}

async function exchange(
  held: HeldRequest,
  signal: AbortSignal,
  { clock, hash, send, blocked }: ExitParts,
): Promise<{ readonly reply: Reply; readonly body: ReadableStream<Uint8Array> | null }> {
  const { request, digest, channel } = held;
  const refused = (reply: Reply) => ({ reply, body: null });
  const target = checkOutgoing(channel, request, parseUrl, UNUSED, clock.now());
  if (!target.ok) return refused({ digest, kind: 'not-admitted', problem: target.error });
  if (channel.signed === true && !request.headers.some(([name]) => name === 'signature'))
    return refused({ digest, kind: 'not-admitted', problem: 'unsigned' });
  const bodyHash = request.body === null ? null : await hash(request.body);
  if (hex(await hash(outgoingText(request, bodyHash))) !== digest) return refused({ digest, kind: 'drift' });
  const outgoing = platformRequest(request, target.value.space, signal);
  if (outgoing === null) return refused({ digest, kind: 'not-admitted', problem: 'odd-headers' });
  let response: Response;
  try {
    response = await send(outgoing);
  } catch {
    const stoppedHere = await blocked(target.value.origin);
    return refused({ digest, kind: stoppedHere ? 'blocked-here' : 'unreachable' });
  }
  if (response.type === 'opaqueredirect' || REDIRECTS.includes(response.status)) {
    await response.body?.cancel();
    return refused({ digest, kind: 'redirect' });
  }
  const { status, headers, body } = response;
  return { reply: { digest, kind: 'answer', status, headers: [...headers] }, body };
}

/**
 * The request as the platform will send it. Redirects are not followed; `manual` and not `error`, which could not be told
 * from a host that is not there.
 * @returns null when the platform would send something else: it drops the headers that are its own and trims values
 */
function platformRequest(request: OutgoingRequest, space: AddressSpace, signal: AbortSignal): Request | null {
  const { method, url, headers, body } = request;
  const init: OutgoingInit = {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    body: body as Uint8Array<ArrayBuffer> | null,
    mode: 'cors',
    redirect: 'manual',
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal,
    ...(space === 'public' ? {} : { targetAddressSpace: space }),
  };
  try {
    const made = new Request(url, init);
    const same =
      made.method === method && made.url === url && JSON.stringify([...made.headers]) === JSON.stringify(headers);
    return same ? made : null;
  } catch {
    return null;
  }
}

/** Asks every tab for the request that lies under a token. @returns null when none has it */
function pull(token: string, { broadcast, clock, entropy }: ExitParts): Promise<HeldRequest | null> {
  const question = hex(entropy.bytes(QUESTION_BYTES));
  return new Promise((resolve) => {
    const end = (held: HeldRequest | null): void => {
      cancel();
      stop();
      resolve(held);
    };
    const cancel = clock.after(PULL_MS, () => end(null));
    const stop = broadcast.listen((message) => {
      if (message.kind === 'held' && message.question === question) end(message.held);
    });
    broadcast.post({ kind: 'pull', token, question });
  });
}
