import { goalStages } from './agenda.ts';
import { type Search, searchGreedily } from './greedy-search.ts';
import { IntList } from './int-list.ts';
import type { Stop } from './reach.ts';
import { apply, factsIn, stateOf, type Task } from './task.ts';

/** A stage that takes longer was a bad guess. */
const STAGE_EXPANDED_MAX = 5_000;

/** Reaches the goal stage by stage, each from where the one before ended; where that fails, the whole goal at once. */
export function searchInStages(task: Task, stop: Stop): Search {
  const stages = goalStages(task, stop);
  if (stages.length <= 1) return searchGreedily(task, stop);
  const state = stateOf(task, task.init);
  const facts = new IntList();
  const operators: number[] = [];
  let [expanded, generated] = [0, 0];
  for (let stage = 1; stage <= stages.length; stage++) {
    factsIn(state, facts);
    const part = { ...task, init: facts.toArray(), goal: Int32Array.from(stages.slice(0, stage).flat()) };
    const found = searchGreedily(part, stop, STAGE_EXPANDED_MAX);
    expanded += found.expanded;
    generated += found.generated;
    if (found.kind !== 'found') {
      const whole = searchGreedily(task, stop);
      return { ...whole, expanded: expanded + whole.expanded, generated: generated + whole.generated };
    }
    for (const operator of found.operators) {
      apply(task, operator, state);
      operators.push(operator);
    }
  }
  return { kind: 'found', operators, expanded, generated };
}
