import { hex } from '#core/base/bytes.ts';
import type { Ms, Sha256 } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Channel } from '#core/channels/channel.ts';
import { checkOutgoing, UNUSED } from '#core/channels/check-outgoing.ts';
import { toSign } from '#core/channels/http-signature.ts';
import { keyThumbprint } from '#core/channels/key-directory.ts';
import { outgoingDigest, type OutgoingRequest } from '#core/channels/outgoing.ts';
import { requestDigest } from '#core/policy/decide.ts';
import type { ActionRequest, Permit } from '#core/policy/permit.ts';
import type { Clock } from '#ports/clock.ts';
import type { Broadcast } from '#ports/coordination.ts';
import type { Entropy, Signer } from '#ports/crypto.ts';
import type { Egress, EgressAnswer, EgressFailure } from '#ports/egress.ts';
import type { WayOutState } from '#ports/window-api.ts';
import { failure, notAdmitted } from './egress-failures.ts';
import { replyOf, type EgressMessage, type HeldRequest, type Reply } from './egress-wire.ts';
import { parseUrl } from './parse-url.ts';

const TOKEN_BYTES = 32;
const NONCE_BYTES = 16;
/** On the first visit the service worker comes once the offline copy is whole. */
export const COMING_MS = 50_000 as Ms;
const AGAIN_MS = 250 as Ms;
/** A claim reaches the page before its workers, and on a busy machine one half may not hear the other in time. */
export const HERE_MS = 15_000 as Ms;

export interface EgressParts {
  /** An empty GET of `EGRESS_PATH` and the token: in a worker, the lockdown's. */
  readonly knock: (token: string, signal: AbortSignal) => Promise<Response>;
  readonly broadcast: Broadcast<EgressMessage>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly entropy: Entropy;
  readonly sha256: Sha256;
  /** Asked where no service worker answers; left out where none will come. */
  readonly wayOut?: () => Promise<WayOutState>;
  /** For channels whose requests are signed; the signature goes round what was decided and is no part of it. */
  readonly signer?: Pick<Signer, 'publicKey' | 'sign'>;
}

/** The holder's half of the way out: what is sent never leaves this thread's memory but to the service worker that asks for it. */
export function serviceWorkerEgress(parts: EgressParts): Egress {
  const { knock, broadcast, entropy } = parts;
  const held = new Map<string, HeldRequest>();
  const spent = new Set<string>();
  broadcast.listen((message) => {
    if (message.kind !== 'pull') return;
    const request = held.get(message.token);
    // Deleted before it is answered: whoever asks again gets nothing.
    if (request === undefined || !held.delete(message.token)) return;
    broadcast.post({ kind: 'held', question: message.question, held: request });
  });
  const handOver = async (request: HeldRequest, signal: AbortSignal): Promise<Result<EgressAnswer, EgressFailure>> => {
    const { digest, channel } = request;
    const token = hex(entropy.bytes(TOKEN_BYTES));
    held.set(token, request);
    let missed = false;
    try {
      const response = await knock(token, signal);
      const reply = replyOf(response);
      if (reply?.kind === 'missed') missed = reply.token === token;
      else if (reply?.digest === digest && !signal.aborted) return answerOf(reply, response, channel);
      await response.body?.cancel();
    } catch {
      // Nothing answers, or it was stopped.
    }
    // Still there, so nobody asked for it, and now nobody can; or whoever asked no longer listened.
    const kept = held.delete(token) || missed;
    if (signal.aborted) {
      broadcast.post({ kind: 'stop', token });
      return err(failure('aborted', channel, kept ? 'no' : 'unknown'));
    }
    return err(failure(kept ? 'no-way-out' : 'broken', channel));
  };
  return {
    send: async (permit, action, request, channel, signal) => {
      const refusal = refuse(parts, permit, action, request, channel);
      if (refusal !== null) return err(refusal);
      if (spent.has(permit.nonce)) return err(failure('spent', channel));
      if (signal.aborted) return err(failure('aborted', channel, 'no'));
      spent.add(permit.nonce);
      const leaving = channel.signed === true ? await signed(request, parts) : request;
      if (leaving === null) return err(notAdmitted('unsigned', channel));
      const digest = outgoingDigest(leaving, parts.sha256);
      return onceThere(parts, () => handOver({ request: leaving, digest, channel }, signal));
    },
  };
}

/** Nobody took it while there is no way out: then it never left, and is offered again as long as one is on its way. */
async function onceThere(
  { clock, wayOut }: EgressParts,
  offer: () => Promise<Result<EgressAnswer, EgressFailure>>,
): Promise<Result<EgressAnswer, EgressFailure>> {
  const since = clock.now();
  let hereSince: number | null = null;
  for (;;) {
    const outcome = await offer();
    if (outcome.ok || outcome.error.code !== 'no-way-out' || wayOut === undefined) return outcome;
    const state = await wayOut().catch(() => 'none' as const);
    const now = clock.now();
    if (state === 'here') hereSince ??= now;
    const late = Math.abs(now - since) > COMING_MS || Math.abs(now - (hereSince ?? now)) > HERE_MS;
    if (state === 'none' || late) return outcome;
    await new Promise<void>((again) => void clock.after(AGAIN_MS, again));
  }
}

/** What cannot be sent under this permit, found before anything is handed over. */
function refuse(
  { clock, sha256 }: EgressParts,
  permit: Permit,
  action: ActionRequest,
  request: OutgoingRequest,
  channel: Channel,
): EgressFailure | null {
  const target = checkOutgoing(channel, request, parseUrl, UNUSED, clock.now());
  if (!target.ok) return notAdmitted(target.error, channel);
  const decided = action.host === target.value.origin && wasDecided(permit, action, request, sha256);
  return decided ? null : failure('drift', channel);
}

function wasDecided(permit: Permit, action: ActionRequest, request: OutgoingRequest, sha256: Sha256): boolean {
  try {
    return (
      permit.nonce === action.nonce &&
      permit.digest === requestDigest(action, sha256) &&
      action.contentDigest === outgoingDigest(request, sha256)
    );
  } catch {
    return false; // what has no canonical form was decided by nobody
  }
}

/** @returns null without a key */
async function signed(request: OutgoingRequest, parts: EgressParts): Promise<OutgoingRequest | null> {
  const { signer, clock, entropy, sha256 } = parts;
  if (signer === undefined) return null;
  const made = toSign(
    request,
    {
      keyId: keyThumbprint(signer.publicKey, sha256),
      created: Math.floor(clock.now() / 1_000),
      nonce: hex(entropy.bytes(NONCE_BYTES)),
    },
    sha256,
  );
  return made.signed(await signer.sign(made.base));
}

function answerOf(
  reply: Exclude<Reply, { kind: 'missed' }>,
  response: Response,
  channel: Channel,
): Result<EgressAnswer, EgressFailure> {
  if (reply.kind === 'not-admitted') return err(notAdmitted(reply.problem, channel));
  if (reply.kind !== 'answer') return err(failure(reply.kind, channel));
  const { status, headers } = reply;
  return ok({ status, headers, body: response.body ?? new Blob([]).stream() });
}
