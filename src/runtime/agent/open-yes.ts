import type { Run } from '#core/agent/run.ts';
import type { ApprovalId, Digest } from '#core/base/ids.ts';
import { yesHolds } from '#core/policy/approval.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Departure } from '../channels/channel-facts.ts';
import type { StoredGrant } from '../policy/grant-facts.ts';
import type { Yes } from '../policy/yes.ts';
import type { RunSummary } from '../contract/views.ts';

/**
 * The yes of the owner to exactly this that was not used yet: of a step that is begun, not older than it may be, and with
 * which nothing has left.
 * @param by the owner, to this alone, or a standing yes that covers it
 */
export async function openYes(
  store: Pick<AgentStore, 'row' | 'rows'>,
  clock: Pick<Clock, 'now'>,
  digest: Digest,
  by: Yes['by'] = 'owner',
): Promise<ApprovalId | null> {
  const summaries = (await store.rows('summary')).map(({ value }) => value as RunSummary);
  for (const { id } of summaries.filter(({ status }) => status === 'executing' || status === 'paused')) {
    const run = (await store.row('run', id))?.value as Run | undefined;
    const approval = run?.approval;
    if (run === undefined || approval == null || approval.digest !== digest) continue;
    const { cover } = approval;
    // What nobody was asked about is decided on as it is, or by a grant that still stands. A yes to a plan is the owner's to
    // each act alone, once it is that act's turn.
    if ((cover === undefined || cover.kind === 'plan' ? 'owner' : cover.kind) !== by) return null;
    if (cover?.kind === 'grant') {
      const granted = (await store.row('grant', cover.grant))?.value as StoredGrant | undefined;
      if (granted?.revokedAt !== null) return null;
    }
    if (run.steps[approval.step]?.status !== 'running' || !yesHolds(run.approvedAt ?? null, clock.now())) return null;
    const left = (await store.rows('egress')).map(({ value }) => value as Departure);
    return left.some(({ intent }) => intent.approval === approval.id) ? null : approval.id;
  }
  return null;
}
