import { assert } from '../../base/assert.ts';
import { checkPlan } from './check-plan.ts';
import { shorten } from './shorten.ts';
import { searchInStages } from './staged-search.ts';
import { ground } from './ground.ts';
import type { Domain, PlanStep, Problem } from './model.ts';
import { searchOptimally } from './optimal-search.ts';
import type { Stop } from './reach.ts';

export interface Figures {
  /** After grounding; zeros where it did not end. */
  readonly facts: number;
  readonly operators: number;
  readonly expanded: number;
  readonly generated: number;
}

export type Planned =
  | { readonly kind: 'solved'; readonly plan: readonly PlanStep[]; readonly cost: number; readonly figures: Figures }
  /** Unsolvable is proved, by exhausting what can be reached; the others are not known. */
  | { readonly kind: 'unsolvable' | 'stopped' | 'too-large'; readonly figures: Figures };

/** @param stop asked again and again; what it ends is not known to have no plan */
export function planProblem(domain: Domain, problem: Problem, optimal: boolean, stop: Stop): Planned {
  const grounding = ground(domain, problem, stop);
  if (grounding.kind !== 'task') {
    return { kind: grounding.kind, figures: { facts: 0, operators: 0, expanded: 0, generated: 0 } };
  }
  const { task, stepOf } = grounding;
  const { kind, operators, expanded, generated } = (optimal ? searchOptimally : searchInStages)(task, stop);
  const figures: Figures = { facts: task.facts, operators: task.costs.length, expanded, generated };
  if (kind !== 'found') return { kind, figures };
  const plan = (optimal ? operators : shorten(task, operators, stop)).map(stepOf);
  const verdict = checkPlan(domain, problem, plan);
  assert(verdict.valid, `a plan that was found is valid${verdict.valid ? '' : `, but ${verdict.message}`}`);
  return { kind: 'solved', plan, cost: verdict.cost, figures };
}
