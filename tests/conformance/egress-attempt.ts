import type { Channel } from '#core/channels/channel.ts';
import type { OutgoingRequest } from '#core/channels/outgoing.ts';
import type { ActionRequest, Permit } from '#core/policy/permit.ts';
import type { Egress, EgressFailure } from '#ports/egress.ts';

/** One use of the way out, as it can be passed to another thread. */
export interface Attempt {
  readonly permit: Permit;
  readonly action: ActionRequest;
  readonly request: Omit<OutgoingRequest, 'body'> & { readonly body: readonly number[] | null };
  readonly channel: Channel;
  /** When whoever asked stops it: before, while it waits for an answer, once the first bytes of one are there, or a while later without reading more. */
  readonly stop?: 'before' | 'waiting' | 'reading' | 'holding';
}

export type Outcome =
  | { readonly kind: 'failure'; readonly failure: EgressFailure }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
      /** As they came. */
      readonly chunks: readonly (readonly number[])[];
      /** Whether the body ended as it should. */
      readonly whole: boolean;
    };

/** Long enough for a host to send much more than is held anywhere. */
const HOLDING_MS = 1_500;
/** The host has the request by then, or never gets it. */
const WAITING_MS = 500;

export async function makeAttempt(egress: Egress, attempt: Attempt): Promise<Outcome> {
  const { permit, action, channel, stop } = attempt;
  const { body } = attempt.request;
  const request = { ...attempt.request, body: body === null ? null : Uint8Array.from(body) };
  const abort = new AbortController();
  if (stop === 'before') abort.abort();
  const sending = egress.send(permit, action, request, channel, abort.signal);
  if (stop === 'waiting') setTimeout(() => abort.abort(), WAITING_MS);
  const sent = await sending;
  if (!sent.ok) return { kind: 'failure', failure: sent.error };
  const chunks: number[][] = [];
  let whole = true;
  try {
    for (const reader = sent.value.body.getReader(); ;) {
      const { value, done } = await reader.read();
      if (done) break;
      chunks.push([...value]);
      if (stop === 'holding') await new Promise((done) => setTimeout(done, HOLDING_MS));
      if (stop === 'reading' || stop === 'holding') abort.abort();
    }
  } catch {
    whole = false;
  }
  return { kind: 'answer', status: sent.value.status, headers: sent.value.headers, chunks, whole };
}
