import type { StepId } from '../base/ids.ts';
import { STEPS_PARALLEL_MAX } from '../base/limits.ts';
import type { Plan, Step } from '../planner/plan.ts';
import { RESOURCE_LIMITS, resourceOf, TYPICAL_TIME, type Resource } from './resources.ts';

/** As much of a step's state as readiness depends on. */
export interface StepProgress {
  readonly status: 'waiting' | 'running' | 'asking' | 'approved' | 'done' | 'failed' | 'skipped';
}

/**
 * The steps that may start now: all they depend on is done, or left out where they go on without it; critical path first,
 * as far as there is room for what they need. Steps that are not parallelizable run alone; steps that need an approval are
 * asked about one at a time, when nothing else runs.
 */
export function readySteps(plan: Pick<Plan, 'steps'>, states: Readonly<Record<string, StepProgress>>): Step[] {
  const statusOf = (id: string) => states[id]?.status;
  const busy = plan.steps.filter((step) => ['running', 'asking', 'approved'].includes(statusOf(step.id) ?? ''));
  if (busy.some((step) => !step.parallelizable || step.approval)) return [];
  const isOver = (step: Step, id: StepId): boolean =>
    statusOf(id) === 'done' || (statusOf(id) === 'skipped' && step.withoutToo?.includes(id) === true);
  const left = remainingTimes(plan);
  const ready = plan.steps
    .filter((step) => statusOf(step.id) === 'waiting' && step.dependsOn.every((id) => isOver(step, id)))
    // The sort is stable: of equals, the plan's order.
    .sort((a, b) => (left.get(b.id) ?? 0) - (left.get(a.id) ?? 0));
  const together = ready.filter((step) => step.parallelizable && !step.approval);
  if (together.length > 0) return withRoom(together, busy);
  return busy.length === 0 ? ready.slice(0, 1) : [];
}

/** Those for which there is room beside what is busy; one that finds none keeps nobody back who needs something else. */
function withRoom(ready: readonly Step[], busy: readonly Step[]): Step[] {
  const taken: Record<Resource, number> = { owner: 0, gpu: 0, network: 0, cpu: 0 };
  for (const step of busy) taken[resourceOf(step)] += 1;
  let room = STEPS_PARALLEL_MAX - busy.length;
  return ready.filter((step) => {
    const resource = resourceOf(step);
    if (room <= 0 || taken[resource] >= RESOURCE_LIMITS[resource]) return false;
    taken[resource] += 1;
    room -= 1;
    return true;
  });
}

/** A plan never changes, and is asked about after each entry. */
const known = new WeakMap<readonly Step[], ReadonlyMap<string, number>>();

/** The longest path from each step to an end, itself included, in typical times. */
function remainingTimes({ steps }: Pick<Plan, 'steps'>): ReadonlyMap<string, number> {
  const before = known.get(steps);
  if (before !== undefined) return before;
  const followers = new Map<string, Step[]>();
  for (const step of steps) for (const id of step.dependsOn) followers.set(id, [...(followers.get(id) ?? []), step]);
  const times = new Map<string, number>();
  const timeOf = (step: Step): number => {
    const found = times.get(step.id);
    if (found !== undefined) return found;
    const after = Math.max(0, ...(followers.get(step.id) ?? []).map(timeOf));
    times.set(step.id, TYPICAL_TIME[resourceOf(step)] + after);
    return TYPICAL_TIME[resourceOf(step)] + after;
  };
  for (const step of steps) timeOf(step);
  known.set(steps, times);
  return times;
}
