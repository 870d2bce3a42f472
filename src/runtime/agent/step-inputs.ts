import type { Run } from '#core/agent/run.ts';
import type { Json } from '#core/base/json.ts';
import { plainArtifact } from '#core/planner/artifacts.ts';
import type { Step } from '#core/planner/plan.ts';
import { observationKey, type AgentState } from './projection.ts';

/** Artifact name -> observation, for what the step consumes; of a step that was left out, why. */
export function inputsOf(run: Run, step: Step, state: Pick<AgentState, 'observations'>): Map<string, Json> {
  const inputs = new Map<string, Json>();
  for (const other of run.plan?.steps ?? []) {
    const { status, error } = run.steps[other.id] ?? {};
    const left = status === 'skipped' ? { kind: 'not-said', why: error?.message ?? '' } : undefined;
    const observation = state.observations.get(observationKey(run.id, other.id)) ?? left;
    if (observation === undefined) continue;
    for (const artifact of other.produces) {
      if (!step.consumes.includes(artifact)) continue;
      inputs.set(step.tool === 'join-answers' ? artifact : plainArtifact(artifact), observation);
    }
  }
  return inputs;
}
