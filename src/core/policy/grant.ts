import type { Digest, Sha256, UnixMs } from '../base/ids.ts';
import { canonicalJson, digestOf, type Json } from '../base/json.ts';
import { CONFIDENTIALITIES, INTEGRITIES, type Confidentiality, type Integrity } from '../labels/label.ts';
import type { ActionRequest } from './permit.ts';
import type { Reason } from './reason.ts';

/** The owner's standing yes to more of what one card showed, within all of these limits at once (SECURITY.md, rule 20). */
export interface Grant extends GrantLimits {
  readonly id: string;
  /** The run on whose card it was given. */
  readonly run: string;
}

export interface GrantLimits {
  readonly tool: string;
  readonly toolVersion: number;
  /** The exact origin; null where nothing leaves the device. */
  readonly host: string | null;
  /**
   * The agent whose runs it covers, last, after those that asked it, one for the other; missing for the owner's own runs.
   * Whoever is asked by another has nothing of what either may do alone.
   */
  readonly agents?: readonly string[];
  /** Every argument, as it was on the card: address, way out, file name. */
  readonly arguments: Json;
  /** The policy under which it was given. */
  readonly policy: string;
  /** The most confidential that it covers; sealed content never leaves. */
  readonly confidentiality: Exclude<Confidentiality, 'sealed'>;
  /** The least trusted that it covers. */
  readonly integrity: Integrity;
  readonly uses: number;
  /** In all. */
  readonly bytes: number;
  /** Milliseconds since 1970: no longer from then on. */
  readonly until: number;
}

/** What of a grant is used up, and whether it was taken back. */
export interface GrantState {
  readonly uses: number;
  readonly bytes: number;
  readonly revoked: boolean;
}

/** What a grant is asked for. */
export interface GrantedAct {
  readonly action: ActionRequest;
  /** Of the run. */
  readonly agents?: readonly string[];
  readonly toolVersion: number;
  /** That would be written or sent. */
  readonly bytes: number;
}

export type NotGranted =
  | 'revoked'
  | 'other-agent'
  | 'other-act'
  | 'other-place'
  | 'tool-changed'
  | 'policy-changed'
  | 'label'
  | 'expired'
  | 'uses'
  | 'bytes';

export const GRANT_USES_MAX = 100;
export const GRANT_BYTES_MAX = 10_000_000;
export const GRANT_MS_MAX = 90 * 24 * 3_600_000;

/**
 * The questions that a standing yes may answer: that something leaves, unseen and as confidential as it was said. Who
 * planned it and who named the address, a rule of the owner's that asks, and what is the owner's alone are asked each time.
 */
export const GRANTABLE: readonly Reason[] = ['writes-outside', 'content-untrusted', 'above-clearance'];

/** Why a grant does not cover an act; null where it does. A limit that is no number covers nothing. */
export function whyNotGranted(grant: GrantLimits, state: GrantState, act: GrantedAct, now: UnixMs): NotGranted | null {
  const { action, toolVersion, bytes } = act;
  const { label } = action;
  if (state.revoked) return 'revoked';
  if (!sameAgents(grant, act)) return 'other-agent';
  // No limit of a grant is about money.
  if (action.tool !== grant.tool || action.spends !== undefined) return 'other-act';
  if (action.host !== grant.host || canonicalJson(action.arguments) !== canonicalJson(grant.arguments))
    return 'other-place';
  if (toolVersion !== grant.toolVersion) return 'tool-changed';
  if (action.policy !== grant.policy) return 'policy-changed';
  if (label.confidentiality === 'sealed' || isAbove(CONFIDENTIALITIES, label.confidentiality, grant.confidentiality))
    return 'label';
  if (isAbove(INTEGRITIES, label.integrity, grant.integrity)) return 'label';
  if (!(now < grant.until)) return 'expired';
  if (!(state.uses < grant.uses)) return 'uses';
  return state.bytes + bytes <= grant.bytes ? null : 'bytes';
}

/** What may be granted at most on a card. */
export function grantOffer({ action, agents, toolVersion }: Omit<GrantedAct, 'bytes'>, now: UnixMs): GrantLimits {
  const { tool, host, arguments: given, policy, label } = action;
  return {
    ...{ tool, toolVersion, host, arguments: given, policy, integrity: label.integrity },
    ...(agents === undefined ? {} : { agents }),
    confidentiality: label.confidentiality === 'public' ? 'public' : 'private',
    uses: GRANT_USES_MAX,
    bytes: GRANT_BYTES_MAX,
    until: now + GRANT_MS_MAX,
  };
}

/** The part of the limits that the owner chooses. */
export type GrantChoice = Pick<GrantLimits, 'uses' | 'bytes' | 'until'> & Partial<Pick<GrantLimits, 'confidentiality'>>;

/**
 * A grant as whoever holds it may hand it on: in each limit the lower of the two, or null where it would be for another act,
 * place, tool or policy. So nobody is given what the giver may not do, through however many hands it goes.
 * @param to what it is to be; what is left out stays
 */
export function attenuate<T extends GrantLimits>(grant: T, to: Partial<GrantLimits>): T | null {
  const wish: GrantLimits = { ...grant, ...to };
  if (!samePlace(grant, wish) || wish.toolVersion !== grant.toolVersion || wish.policy !== grant.policy) return null;
  return {
    ...grant,
    confidentiality: lower(CONFIDENTIALITIES, grant.confidentiality, wish.confidentiality),
    integrity: lower(INTEGRITIES, grant.integrity, wish.integrity),
    uses: least(grant.uses, wish.uses),
    bytes: least(grant.bytes, wish.bytes),
    until: least(grant.until, wish.until),
  };
}

/** Two grants to the same agent for the same act at the same place. */
export function samePlace(a: GrantLimits, b: GrantLimits): boolean {
  return (
    sameAgents(a, b) &&
    a.tool === b.tool &&
    a.host === b.host &&
    canonicalJson(a.arguments) === canonicalJson(b.arguments)
  );
}

type ForAgents = Pick<GrantLimits, 'agents'>;

function sameAgents(a: ForAgents, b: ForAgents): boolean {
  return canonicalJson([...(a.agents ?? [])]) === canonicalJson([...(b.agents ?? [])]);
}

/** The name of a grant: of what it allows, and of the card on which it was given. */
export function grantId(grant: Omit<Grant, 'id'>, approval: string, sha256: Sha256): Digest {
  return digestOf(sha256, { ...grant, approval });
}

function isAbove<T>(order: readonly T[], value: T, limit: T): boolean {
  return order.indexOf(value) > order.indexOf(limit);
}

function lower<T>(order: readonly T[], a: T, b: T): T {
  return order.includes(b) && order.indexOf(b) < order.indexOf(a) ? b : a;
}

/** What is not a number of something is none of it. */
function least(a: number, b: number): number {
  return Number.isFinite(b) ? Math.max(0, Math.min(a, Math.floor(b))) : 0;
}
