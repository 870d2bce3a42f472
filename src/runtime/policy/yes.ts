import type { Digest } from '#core/base/ids.ts';

/** That the owner said yes to an act: to it alone, or to such as it is. */
export interface Yes {
  readonly digest: Digest;
  readonly by: 'owner' | 'grant';
}

/** The digests of a yes, as a decision takes them. */
export function knownYes(yes: Yes | null): { readonly approved: Set<Digest>; readonly granted: Set<Digest> } {
  return {
    approved: new Set(yes?.by === 'owner' ? [yes.digest] : []),
    granted: new Set(yes?.by === 'grant' ? [yes.digest] : []),
  };
}
