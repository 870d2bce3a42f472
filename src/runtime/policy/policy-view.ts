import type { Digest, Sequence, UnixMs } from '#core/base/ids.ts';
import type { RulePack, RuleSet } from '#core/policy/rule-set.ts';
import type { ProjectionRow } from '#ports/agent-store.ts';
import type { PackState, PackView, PolicyView, VersionView } from '../contract/policy-api.ts';
import type { AdoptedRules } from './policy-facts.ts';
import { OWN_PACK } from './rule-name.ts';
import { PACKS, SHIPPED_RULES } from './shipped-rules.ts';

/** The row of the version in force; those of all versions are named by their entries. */
export const IN_FORCE = 'in-force';

/** The rules as the page shows them, from the rows of all versions. */
export function policyView(rows: readonly ProjectionRow[], shipped: Digest, now: UnixMs): PolicyView {
  const versions = rows
    .filter(({ id }) => id !== IN_FORCE)
    .map(({ sequence, value }) => ({ sequence, adopted: value as AdoptedRules }))
    .sort((a, b) => b.sequence - a.sequence);
  const last = versions[0]?.adopted ?? null;
  const { packs } = last?.set ?? SHIPPED_RULES;
  const own = packs.find(({ id }) => id === OWN_PACK);
  const others = packs.filter(({ id }) => id !== OWN_PACK);
  const off = PACKS.filter(({ id }) => !others.some((pack) => pack.id === id));
  return {
    after: last?.digest ?? null,
    packs: [
      ...others.map((pack) => packView(pack, stateOf(pack, now))),
      ...off.map((pack) => packView(pack, 'off')),
    ].sort((a, b) => placeOf(a.id) - placeOf(b.id)),
    own: {
      text: own?.text ?? '',
      from: own?.from ?? null,
      until: own?.until ?? null,
      state: own === undefined ? 'off' : stateOf(own, now),
    },
    versions: [
      ...versions.map(({ adopted: { digest, at, set }, sequence }, index) =>
        versionView(digest, set, { at, sequence, inForce: index === 0 }),
      ),
      versionView(shipped, SHIPPED_RULES, { at: null, sequence: null, inForce: last === null }),
    ],
  };
}

function packView({ id, text, from, until }: RulePack, state: PackState): PackView {
  return { id, text, from, until, state };
}

function stateOf({ from, until }: Pick<RulePack, 'from' | 'until'>, now: UnixMs): PackState {
  if (until !== null && now >= until) return 'ended';
  return from !== null && now < from ? 'not-yet' : 'in-force';
}

/** As the app lists them; one that it does not know comes last. */
function placeOf(id: string): number {
  const place = PACKS.findIndex((pack) => pack.id === id);
  return place === -1 ? PACKS.length : place;
}

function versionView(
  digest: Digest,
  { packs }: RuleSet,
  rest: { readonly at: UnixMs | null; readonly sequence: Sequence | null; readonly inForce: boolean },
): VersionView {
  return { digest, ...rest, packs: packs.map(({ id, text, from, until }) => ({ id, text, from, until })) };
}
