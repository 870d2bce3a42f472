import type { RunEvent } from '#core/agent/events.ts';
import type { RunId, Sequence, UnixMs } from '#core/base/ids.ts';
import type { Grant, GrantState } from '#core/policy/grant.ts';

/** What the journal says of standing yeses; each use of one is an `approval.covered` that names it. */
export type GrantFact =
  { readonly type: 'grant.given'; readonly grant: Grant } | { readonly type: 'grant.revoked'; readonly grant: string };

/** The order that becomes a fact of these; giving one goes with the yes on a card. */
export interface GrantCommand {
  readonly type: 'revoke-grant';
  readonly grant: string;
}

/** A grant as it stands. */
export interface StoredGrant {
  readonly grant: Grant;
  readonly givenAt: UnixMs;
  readonly revokedAt: UnixMs | null;
  /** The entry that gave it. */
  readonly sequence: Sequence;
  /** In the order they were made. */
  readonly uses: readonly GrantUse[];
}

export interface GrantUse {
  readonly run: RunId;
  readonly at: UnixMs;
  readonly bytes: number;
  /** The entry that says so. */
  readonly sequence: Sequence;
}

export type StoredGrants = ReadonlyMap<string, StoredGrant>;

export function projectGrant(
  grants: StoredGrants,
  fact: GrantFact & { readonly at: UnixMs },
  sequence: Sequence,
): StoredGrant | null {
  if (fact.type === 'grant.given') return { grant: fact.grant, givenAt: fact.at, revokedAt: null, sequence, uses: [] };
  const before = grants.get(fact.grant);
  return before === undefined ? null : { ...before, revokedAt: before.revokedAt ?? fact.at };
}

/** A grant after it was used; null where the fact uses none. */
export function projectUse(grants: StoredGrants, fact: RunEvent, sequence: Sequence): StoredGrant | null {
  if (fact.type !== 'approval.covered' || fact.approval.cover.kind !== 'grant') return null;
  const { grant, bytes } = fact.approval.cover;
  const before = grants.get(grant);
  if (before === undefined) return null;
  return { ...before, uses: [...before.uses, { run: fact.run, at: fact.at, bytes, sequence }] };
}

/** What an order comes to, or why it is refused. */
export function obeyGrant(grants: StoredGrants, { grant }: GrantCommand): GrantFact | { readonly refused: string } {
  return grants.get(grant)?.revokedAt === null
    ? { type: 'grant.revoked', grant }
    : { refused: 'There is no such standing yes, or it was taken back already.' };
}

export function grantState({ uses, revokedAt }: Pick<StoredGrant, 'uses' | 'revokedAt'>): GrantState {
  return { uses: uses.length, bytes: uses.reduce((sum, { bytes }) => sum + bytes, 0), revoked: revokedAt !== null };
}
