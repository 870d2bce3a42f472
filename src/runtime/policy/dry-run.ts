import type { Sha256 } from '#core/base/ids.ts';
import type { RuleVerdict } from '#core/policy/decide.ts';
import type { RuleRequest } from '#core/policy/rule-request.ts';
import type { RuleSet } from '#core/policy/rule-set.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { ChangedCall, DryRun, PastRequests } from '../contract/policy-api.ts';
import { pastCalls } from './past-calls.ts';
import type { RuleJudge } from './rule-judge.ts';

/** More of the past is not looked at. */
export const CALLS_MAX = 1_000;

/** What rules would have said of what was done. Their dates do not count: it is asked as if they had been in force. */
export async function dryRun(
  set: RuleSet,
  judge: RuleJudge,
  store: Pick<AgentStore, 'rows'>,
  zone: string,
  sha256: Sha256,
): Promise<DryRun> {
  const calls = await pastCalls(store, zone, sha256);
  const undated: RuleSet = { ...set, packs: set.packs.map((pack) => ({ ...pack, from: null, until: null })) };
  const looked = calls.slice(0, CALLS_MAX);
  const changed: ChangedCall[] = [];
  let [left, kept] = [NOTHING_LEFT, NOTHING_LEFT];
  for (const { request, circumstances, at, run, title, asked, denied, left: gone } of looked) {
    const described = await judge.describe(request, circumstances, at);
    const verdicts = await judge.judge(undated, described, circumstances.agents);
    const would = strictest(verdicts);
    if (gone && would === 'denied') kept = withRequest(kept, described);
    else if (gone) left = withRequest(left, described);
    if (would === null || denied || (would === 'asked' && asked)) continue;
    const rules = verdicts.filter(({ effect }) => (effect === 'ask') === (would === 'asked')).map(({ rule }) => rule);
    changed.push({ at, run, title, tool: request.action.tool, host: described.host, would, rules });
  }
  const count = (kind: ChangedCall['would']): number => changed.filter(({ would }) => would === kind).length;
  return {
    looked: looked.length,
    calls: calls.length,
    denied: count('denied'),
    asked: count('asked'),
    left,
    kept,
    changed,
  };
}

const NOTHING_LEFT: PastRequests = { requests: 0, bytes: 0, freeBusy: 0 };

function withRequest({ requests, bytes, freeBusy }: PastRequests, { context }: RuleRequest): PastRequests {
  const { carries } = context;
  const timesOnly = carries.length > 0 && carries.every((kind) => kind === 'free-busy');
  return { requests: requests + 1, bytes: bytes + context.bytes, freeBusy: freeBusy + (timesOnly ? 1 : 0) };
}

/** Deny beats ask; a rule that cannot be evaluated denies. */
function strictest(verdicts: readonly RuleVerdict[]): ChangedCall['would'] | null {
  if (verdicts.some(({ effect }) => effect === 'forbid' || effect === 'error')) return 'denied';
  return verdicts.some(({ effect }) => effect === 'ask') ? 'asked' : null;
}
