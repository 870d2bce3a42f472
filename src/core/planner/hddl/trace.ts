import type { PlanStep } from '../pddl/model.ts';
import type { Decomposition, Method } from './model.ts';
import type { Move, Node } from './node.ts';

/** The plan that led to a node, and the tree of the methods that were taken. */
export function traceOf(last: Node, root: Method): { steps: readonly PlanStep[]; tree: Decomposition } {
  const moves: Move[] = [];
  for (let node: Node | null = last; node?.move; node = node.parent) moves.push(node.move);
  moves.reverse();
  const steps: PlanStep[] = [];
  const taken: { readonly move: Extract<Move, { kind: 'take' }>; readonly at: number }[] = [];
  const found = new Map<number, number | Decomposition>();
  for (const move of moves) {
    if (move.kind === 'take') {
      taken.push({ move, at: steps.length });
    } else {
      found.set(move.task.id, steps.length);
      steps.push({ action: move.task.name, objects: move.task.objects });
    }
  }
  // Subtasks are taken after what they are part of.
  for (const { move, at } of taken.reverse()) {
    const { method, objects, firstId } = move;
    const children = method.subtasks.map((_, index) => found.get(firstId + index) ?? -1);
    found.set(move.task.id, { method: method.name, objects, at, children });
  }
  const tree = found.get(0);
  return { steps, tree: typeof tree === 'object' ? tree : { method: root.name, objects: [], at: 0, children: [] } };
}
