import type { Grant } from '#core/policy/grant.ts';
import type { Overview } from '#runtime/contract/views.ts';
import { t } from '#lib/messages/t.ts';

/** What a grant allows, and where to: "Send the answer to https://api.example.com/v1". */
export function grantPlace({ host, arguments: given }: Pick<Grant, 'host' | 'arguments'>): string {
  const text = (name: string): string => {
    const value = (given as { readonly [key: string]: unknown } | null)?.[name];
    return typeof value === 'string' ? value : '';
  };
  return host === null
    ? t('grant.saves', { name: text('name') })
    : t('grant.sends', { method: text('method'), url: text('url') });
}

/** What is left of a grant, or why nothing is. */
export function grantStanding(
  { grant, uses, revokedAt }: Pick<Overview['grants'][number], 'grant' | 'uses' | 'revokedAt'>,
  now: number,
):
  | { readonly stands: true; readonly uses: number; readonly bytes: number }
  | { readonly stands: false; readonly why: 'revoked' | 'expired' | 'used' } {
  if (revokedAt !== null) return { stands: false, why: 'revoked' };
  if (now >= grant.until) return { stands: false, why: 'expired' };
  const left = grant.uses - uses.length;
  const bytes = grant.bytes - uses.reduce((sum, use) => sum + use.bytes, 0);
  return left > 0 && bytes > 0 ? { stands: true, uses: left, bytes } : { stands: false, why: 'used' };
}
