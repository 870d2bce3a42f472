import type { Digest, Sha256, UnixMs } from '../base/ids.ts';
import { canonicalJson } from '../base/json.ts';
import { requestDigest } from './decide.ts';
import type { ActionRequest } from './permit.ts';

/** A yes that was not used by then is asked anew (SECURITY.md, rule 19). */
export const YES_HOLDS_MS = 5 * 60_000;

/** Why a question, or the yes to it, stands no more. */
export type WhyAnew =
  | 'expired' // the yes is older than it may be
  | 'policy' // other rules are in force
  | 'label' // what it carries has another label
  | 'changed' // something else of what would be done
  | 'older' // asked by a version of the app that bound it to less
  | 'edited' // the owner changed the content
  | 'unknown' // begun, and nobody can tell whether it was done
  | 'uncovered'; // what spared the question holds no more

/** A question as it was put: the digest it is bound to, and what that is of, where the journal has it. */
export interface Asked {
  readonly digest: Digest;
  readonly action?: ActionRequest;
}

/** Whether a question still is about what would be done now, and why not. */
export function whyAskedAnew(asked: Asked, now: ActionRequest, sha256: Sha256): WhyAnew | null {
  if (requestDigest(now, sha256) === asked.digest) return null;
  const { action } = asked;
  if (action === undefined) return 'older';
  if (action.policy !== now.policy) return 'policy';
  return canonicalJson(action.label) === canonicalJson(now.label) ? 'changed' : 'label';
}

/**
 * Whether a yes may be used now. A clock that stands before the yes was set back: nobody knows how long ago it was.
 * @param at when it was given; null where nothing says so
 */
export function yesHolds(at: UnixMs | null, now: UnixMs): boolean {
  return at !== null && at <= now && now < at + YES_HOLDS_MS;
}
