import type { Stop } from './reach.ts';
import { apply, canApply, reachesGoal, stateOf, type Task } from './task.ts';

/** It takes time with the square of the length; longer plans stay as they were found. */
const STEPS_MAX = 5_000;

/**
 * Leaves out what a plan does not need: each operator with all later ones that cannot be done without it, where the goal
 * is reached all the same. After Nakhost and Müller, "Action Elimination and Plan Neighborhood Graph Search", ICAPS 2010.
 * @param stop ends it with what was left out so far
 */
export function shorten(task: Task, operators: readonly number[], stop: Stop): readonly number[] {
  if (operators.length > STEPS_MAX) return operators;
  let kept = operators;
  const before = stateOf(task, task.init);
  const state = before.slice();
  for (let index = 0; index < kept.length && !stop();) {
    state.set(before);
    const rest = kept.slice(index + 1).filter((operator) => {
      if (!canApply(task, operator, state)) return false;
      apply(task, operator, state);
      return true;
    });
    if (reachesGoal(task, state)) {
      kept = [...kept.slice(0, index), ...rest];
    } else {
      apply(task, kept[index] as number, before);
      index++;
    }
  }
  return kept;
}
