import { assert } from '../../base/assert.ts';
import type { PlanStep } from '../pddl/model.ts';
import type { Stop } from '../pddl/reach.ts';
import { checkTree } from './check-tree.ts';
import type { Decomposition, HierarchicalProblem, Hierarchy } from './model.ts';
import { searchHierarchy } from './search.ts';

export interface HierarchyFigures {
  readonly expanded: number;
  readonly generated: number;
}

export type HierarchyPlanned =
  | {
      readonly kind: 'solved';
      readonly plan: readonly PlanStep[];
      readonly tree: Decomposition;
      readonly cost: number;
      readonly figures: HierarchyFigures;
    }
  | { readonly kind: 'unsolvable' | 'stopped' | 'too-large'; readonly figures: HierarchyFigures };

/** @param stop asked again and again; what it ends is not known to have no plan */
export function planHierarchy(hierarchy: Hierarchy, problem: HierarchicalProblem, stop: Stop): HierarchyPlanned {
  const { kind, steps, tree, expanded, generated } = searchHierarchy(hierarchy, problem, stop);
  const figures = { expanded, generated };
  if (kind !== 'found') return { kind, figures };
  assert(tree, 'a plan that was found has its tree');
  const verdict = checkTree(hierarchy, problem, steps, tree);
  assert(verdict.valid, `a plan that was found is valid${verdict.valid ? '' : `, but ${verdict.message}`}`);
  return { kind: 'solved', plan: steps, tree, cost: verdict.cost, figures };
}
