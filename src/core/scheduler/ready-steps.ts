import type { StepId } from '../base/ids.ts';
import type { Plan, Step } from '../planner/plan.ts';
import { STEPS_PARALLEL_MAX } from '../base/limits.ts';

/** As much of a step's state as readiness depends on. */
export interface StepProgress {
  readonly status: 'waiting' | 'running' | 'asking' | 'approved' | 'done' | 'failed' | 'skipped';
}

/**
 * The steps that may start now: all they depend on is done, or left out where they go on without it; longest remaining path
 * first. Steps that are not parallelizable run alone; steps that need an approval are asked about one at a time, when
 * nothing else runs.
 */
export function readySteps(
  plan: Plan,
  states: Readonly<Record<string, StepProgress>>,
  limit = STEPS_PARALLEL_MAX,
): Step[] {
  const statusOf = (id: string) => states[id]?.status;
  const busy = plan.steps.filter((step) => ['running', 'asking', 'approved'].includes(statusOf(step.id) ?? ''));
  if (busy.some((step) => !step.parallelizable || step.approval)) return [];
  const isOver = (step: Step, id: StepId): boolean =>
    statusOf(id) === 'done' || (statusOf(id) === 'skipped' && step.withoutToo?.includes(id) === true);
  const depth = remainingDepths(plan);
  const ready = plan.steps
    .filter((step) => statusOf(step.id) === 'waiting' && step.dependsOn.every((id) => isOver(step, id)))
    .sort((a, b) => (depth.get(b.id) ?? 0) - (depth.get(a.id) ?? 0) || plan.steps.indexOf(a) - plan.steps.indexOf(b));
  const together = ready.filter((step) => step.parallelizable && !step.approval);
  if (together.length > 0) return together.slice(0, Math.max(0, limit - busy.length));
  return busy.length === 0 ? ready.slice(0, 1) : [];
}

/** Steps on the longest path from each step to an end, itself included. */
function remainingDepths(plan: Plan): Map<string, number> {
  const followers = new Map<string, string[]>();
  for (const step of plan.steps)
    for (const id of step.dependsOn) followers.set(id, [...(followers.get(id) ?? []), step.id]);
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    const depth = 1 + Math.max(0, ...(followers.get(id) ?? []).map(depthOf));
    depths.set(id, depth);
    return depth;
  };
  for (const step of plan.steps) depthOf(step.id);
  return depths;
}
