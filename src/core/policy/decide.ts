import { digestOf } from '../base/json.ts';
import type { Digest, Sha256 } from '../base/ids.ts';
import type { ActionRequest, Decision, Permit, SinkEffects } from './permit.ts';

/** Raised whenever `decide` would decide anything otherwise: what an agent says of its policy. */
export const POLICY_VERSION = 1;

/**
 * Decides whether a tool call may run. Pure and total, default deny: reading the owner's own data inside the app is
 * allowed, everything that changes the world outside the journal is asked, and nothing leaves the device at all.
 * @param approved the digests the owner said yes to and that were not used yet
 */
export function decide(
  request: ActionRequest,
  effects: SinkEffects,
  approved: ReadonlySet<Digest>,
  sha256: Sha256,
): Decision {
  const digest = digestOf(sha256, request);
  if (effects.egress !== 'none') return { kind: 'deny', reason: 'no-channel' };
  if (effects.writes.length > 0 && request.contentDigest === null) return { kind: 'deny', reason: 'no-content' };
  if (effects.writes.length > 0 && !approved.has(digest)) return { kind: 'ask', digest, reason: 'writes-outside' };
  return {
    kind: 'allow',
    permit: permitFor(digest, request.nonce),
    reason: effects.writes.length > 0 ? 'approved' : 'reads-only',
  };
}

/** The digest an approval of this request is bound to. */
export function requestDigest(request: ActionRequest, sha256: Sha256): Digest {
  return digestOf(sha256, request);
}

function permitFor(digest: Digest, nonce: string): Permit {
  return { digest, nonce } as Permit;
}
