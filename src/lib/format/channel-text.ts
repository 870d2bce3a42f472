import type { AddressSpace } from '#core/channels/target.ts';
import type { Reason } from '#core/policy/reason.ts';
import type { DepartureView, SpendingView } from '#runtime/contract/channels-api.ts';
import { t } from '#lib/messages/t.ts';
import type { Format } from './format.ts';
import type { Shown } from './status.ts';

/** Where a host lies, where that is worth a word. */
export function spaceText(space: AddressSpace): string | null {
  if (space === 'public') return null;
  return space === 'loopback' ? t('channels.on-device') : t('channels.on-network');
}

/** Why something was allowed to leave. */
export function whyText(reason: Reason): string {
  switch (reason) {
    case 'as-planned':
      return t('channels.why-planned');
    case 'approved':
      return t('channels.why-approved');
    case 'granted':
      return t('channels.why-granted');
    default:
      return reason;
  }
}

/** How it went. */
export function showOutcome({ sent, status, failure }: DepartureView): Shown {
  if (sent === 'no') return { word: t('channels.outcome-no'), tone: 'plain', icon: 'minus' };
  if (sent === 'unknown') return { word: t('channels.outcome-unknown'), tone: 'asks', icon: 'alert' };
  if (failure !== null) return { word: t('channels.outcome-broken'), tone: 'failed', icon: 'cross' };
  const fine = status !== null && status < 400;
  return {
    word: t('channels.outcome-answered', { status: status ?? 0 }),
    tone: fine ? 'verified' : 'failed',
    icon: fine ? 'check' : 'cross',
  };
}

/** What a spending came to, as far as that is known. */
export function spendingText({ actual, reserved, by, currency, underWay }: SpendingView, format: Format): string {
  const held = format.amount(reserved, currency);
  if (actual === null) return underWay ? t('money.held', { held }) : t('money.held-unknown', { held });
  if (by === 'not-sent') return t('money.given-back', { held });
  const spent = format.amount(actual, currency);
  if (actual > reserved) return t('money.over', { spent, held });
  return actual === reserved ? t('money.spent', { spent }) : t('money.spent-of', { spent, held });
}
