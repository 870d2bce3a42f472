import { err, ok } from '#core/base/result.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { outgoingDigest, type OutgoingRequest } from '#core/channels/outgoing.ts';
import { requestDigest } from '#core/policy/decide.ts';
import type { Permit } from '#core/policy/permit.ts';
import type { Egress, EgressAnswer, EgressFailure } from '#ports/egress.ts';

export interface FakeEgress extends Egress {
  /** What reached the other side, in order. */
  readonly reached: OutgoingRequest[];
  /** The other side. */
  answer: (request: OutgoingRequest, signal: AbortSignal) => Promise<FakeAnswer | EgressFailure>;
}

interface FakeAnswer {
  readonly status: number;
  readonly headers?: EgressAnswer['headers'];
  readonly body?: string | ReadableStream<Uint8Array>;
}

/** The way out, over a host in memory: it checks what the real one checks before anything reaches the host. */
export function fakeEgress(sha256: Sha256): FakeEgress {
  const spent = new Set<Permit>();
  const fake: FakeEgress = {
    reached: [],
    answer: () => Promise.resolve({ status: 200, body: 'ok' }),
    send: async (permit, action, request, _channel, signal) => {
      if (spent.has(permit)) return err({ code: 'spent', message: 'spent', sent: 'no' });
      spent.add(permit);
      if (permit.digest !== requestDigest(action, sha256) || action.contentDigest !== outgoingDigest(request, sha256))
        return err({ code: 'drift', message: 'drift', sent: 'no' });
      if (signal.aborted) return err({ code: 'aborted', message: 'aborted', sent: 'no' });
      fake.reached.push(request);
      const answered = await fake.answer(request, signal);
      if ('code' in answered) return err(answered);
      const { status, headers = [], body = '' } = answered;
      return ok({ status, headers, body: typeof body === 'string' ? new Blob([body]).stream() : body });
    },
  };
  return fake;
}
