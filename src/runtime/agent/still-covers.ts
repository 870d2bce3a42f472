import type { PendingApproval, Run } from '#core/agent/run.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { whyNotGranted } from '#core/policy/grant.ts';
import { grantState } from '../policy/grant-facts.ts';
import type { AgentState } from './projection.ts';

/** Whether what spared a question stands as the question is about to be spared: somebody else may have used it up. */
export function stillCovers(
  { cover, action }: PendingApproval,
  { agents }: Pick<Run, 'agents'>,
  { grants }: AgentState,
  now: UnixMs,
): boolean {
  if (cover?.kind !== 'grant' || action === undefined) return true;
  const stored = grants.get(cover.grant);
  if (stored === undefined) return false;
  const { grant } = stored;
  const act = {
    action,
    ...(agents === undefined ? {} : { agents }),
    toolVersion: grant.toolVersion,
    bytes: cover.bytes,
  };
  return whyNotGranted(grant, grantState(stored), act, now) === null;
}
