import type { PendingApproval } from '#core/agent/run.ts';
import { t } from '#lib/messages/t.ts';
import type { Format } from './format.ts';

/** What an act may cost, and how that stands to the limit of the day. */
export function costText(
  { action, sends }: Pick<PendingApproval, 'action' | 'sends'>,
  format: Pick<Format, 'amount'>,
): string {
  const spends = action?.spends;
  if (spends === undefined) return t('approval.cost-none');
  const money = (micro: number): string => format.amount(micro, spends.currency);
  const most = t(spends.known ? 'approval.cost-most' : 'approval.cost-unknown', { most: money(spends.micro) });
  const today = sends?.today;
  if (today === undefined) return most;
  return `${most}; ${t('approval.cost-today', { used: money(today.used), limit: money(today.limit) })}`;
}
