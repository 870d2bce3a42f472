import { MAIN_AGENT } from '../policy/rule-request.ts';
import type { Run } from './run.ts';

type OfAgents = Pick<Run, 'agents'> | null | undefined;

/** Who acts in a run: the agent whose it is, last, after those that asked it, one for the other. */
export function actingAgents(run: OfAgents): readonly string[] {
  const agents = run?.agents ?? [];
  return agents.length === 0 ? [MAIN_AGENT] : agents;
}

/** The agent whose run it is. */
export function agentOfRun(run: OfAgents): string {
  return run?.agents?.at(-1) ?? MAIN_AGENT;
}
