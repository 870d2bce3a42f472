import type { UnixMs } from '#core/base/ids.ts';
import { WORST } from '#core/labels/label.ts';
import { whyNotGranted, type Grant, type NotGranted } from '#core/policy/grant.ts';
import type { Overview } from '#runtime/contract/views.ts';
import { t } from '#lib/messages/t.ts';
import type { Format } from './format.ts';

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

/** What a standing yes is measured by, beside its own limits. */
export interface GrantTimes {
  readonly now: number;
  /** The policy in force; null while it is not known. */
  readonly policy: string | null;
  /** The version of the tool as it is; null while it is not known. */
  readonly toolVersion: number | null;
}

export type GrantStanding =
  | { readonly stands: true; readonly uses: number; readonly bytes: number }
  | { readonly stands: false; readonly why: NotGranted };

/** What is left of a grant, or why the same once more, of one byte, is not covered. */
export function grantStanding(
  { grant, uses, revokedAt }: Pick<Overview['grants'][number], 'grant' | 'uses' | 'revokedAt'>,
  { now, policy, toolVersion }: GrantTimes,
): GrantStanding {
  const { tool, host, arguments: given, agents, confidentiality, integrity } = grant;
  const bytes = uses.reduce((sum, use) => sum + use.bytes, 0);
  const action = {
    ...{ tool, host, arguments: given, run: grant.run, step: '', contentDigest: null, nonce: '' },
    policy: policy ?? grant.policy,
    label: { ...WORST, confidentiality, integrity },
  };
  const act = {
    action,
    ...(agents === undefined ? {} : { agents }),
    toolVersion: toolVersion ?? grant.toolVersion,
    bytes: 1,
  };
  const why = whyNotGranted(grant, { uses: uses.length, bytes, revoked: revokedAt !== null }, act, now as UnixMs);
  return why === null
    ? { stands: true, uses: grant.uses - uses.length, bytes: grant.bytes - bytes }
    : { stands: false, why };
}

/** Why a standing yes is over, with what it came to. */
export function grantOver({ grant, revokedAt }: Overview['grants'][number], why: NotGranted, format: Format): string {
  switch (why) {
    case 'revoked':
      return t('grant.over-revoked', { when: format.moment(revokedAt ?? grant.until) });
    case 'expired':
      return t('grant.over-expired', { when: format.moment(grant.until) });
    case 'uses':
      return t('grant.over-uses', { count: grant.uses });
    case 'bytes':
      return t('grant.over-bytes', { bytes: format.bytes(grant.bytes) });
    case 'policy-changed':
      return t('grant.over-policy');
    case 'tool-changed':
      return t('grant.over-tool');
    default:
      return t('grant.over-other');
  }
}
