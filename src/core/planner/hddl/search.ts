import { Heap } from '../pddl/heap.ts';
import type { PlanStep } from '../pddl/model.ts';
import type { Stop } from '../pddl/reach.ts';
import { type Allowed, allowedFor, bindings, unify } from './bindings.ts';
import { type Binding, Facts, holds, objectsOf } from './facts.ts';
import { leastSteps } from './least-steps.ts';
import type { Decomposition, HierarchicalProblem, Hierarchy, Method } from './model.ts';
import type { Node, OpenTask } from './node.ts';
import { Signatures } from './signatures.ts';
import { traceOf } from './trace.ts';

export interface HierarchicalSearch {
  readonly kind: 'found' | 'unsolvable' | 'stopped' | 'too-large';
  readonly steps: readonly PlanStep[];
  readonly tree: Decomposition | null;
  readonly expanded: number;
  readonly generated: number;
}

/** What is waiting and what was seen must fit into memory. */
export const NODES_MAX = 1_500_000;
/** How much more what is left counts than what was done. */
const LEFT_WEIGHT = 3;

/**
 * Progression: of the tasks that wait for no other, an action is done or a method taken, in the order of how little seems
 * left. What is left is at least the steps that the tasks take in any state. After Höller et al., "HTN Planning as
 * Heuristic Progression Search", JAIR 67 (2020). It ends without a plan only when everything was tried, which recursion
 * may make endless.
 */
export function searchHierarchy(hierarchy: Hierarchy, problem: HierarchicalProblem, stop: Stop): HierarchicalSearch {
  return new Progression(hierarchy, problem, stop).run();
}

class Progression {
  readonly #hierarchy: Hierarchy;
  readonly #given: HierarchicalProblem;
  readonly #stop: Stop;
  readonly #methods = new Map<string, Method[]>();
  /** By method and action. */
  readonly #allowed = new Map<object, Allowed>();
  readonly #least: ReadonlyMap<string, number>;
  readonly #signatures: Signatures;
  readonly #open = new Heap();
  readonly #nodes: (Node | undefined)[] = [];
  #ids = 1;
  #expanded = 0;
  #generated = 0;
  #isStopped = false;

  constructor(hierarchy: Hierarchy, given: HierarchicalProblem, stop: Stop) {
    [this.#hierarchy, this.#given, this.#stop] = [hierarchy, given, stop];
    for (const method of hierarchy.methods.values()) {
      this.#methods.set(method.task.name, [...(this.#methods.get(method.task.name) ?? []), method]);
    }
    for (const each of [given.root, ...hierarchy.methods.values(), ...hierarchy.domain.actions.values()]) {
      this.#allowed.set(each, allowedFor(each.parameters, hierarchy.domain, given.problem));
    }
    this.#least = leastSteps(hierarchy);
    this.#signatures = new Signatures(hierarchy.domain);
  }

  run(): HierarchicalSearch {
    const { root, problem } = this.#given;
    const everything: OpenTask = { id: 0, name: root.name, objects: [], waits: [] };
    const facts = Facts.of(problem.init);
    this.#takeAll({ facts, network: [everything], moves: 0, parent: null, move: null }, everything, [root]);
    while (this.#open.size > 0 && !this.#mustStop()) {
      if (this.#nodes.length > NODES_MAX) return this.#ends('too-large');
      const number = this.#open.take();
      const node = this.#nodes[number] as Node;
      this.#nodes[number] = undefined;
      if (node.network.length > 0) this.#expand(node);
      else if (problem.goal.every((literal) => holds(literal, [], node.facts))) {
        return { ...this.#ends('found'), ...traceOf(node, root) };
      }
    }
    return this.#ends(this.#isStopped ? 'stopped' : 'unsolvable');
  }

  #expand(node: Node): void {
    this.#expanded++;
    for (const task of node.network.filter(({ waits }) => waits.length === 0)) {
      if (this.#hierarchy.domain.actions.has(task.name)) this.#act(node, task);
      else this.#takeAll(node, task, this.#methods.get(task.name) ?? []);
    }
  }

  #act(node: Node, task: OpenTask): void {
    const action = this.#hierarchy.domain.actions.get(task.name);
    const binding = action && this.#bind(action, [...action.parameters.keys()], task.objects);
    if (!action || !binding || !action.precondition.every((literal) => holds(literal, binding, node.facts))) return;
    this.#add({
      facts: node.facts.after(action.deletes, action.adds, binding),
      network: node.network.flatMap((each) => (each === task ? [] : [withoutWait(each, task, [])])),
      moves: node.moves + 1,
      parent: node,
      move: { kind: 'act', task },
    });
  }

  /** Each of the methods with all arguments under which it can be taken. */
  #takeAll(node: Node, task: OpenTask, methods: readonly Method[]): void {
    for (const method of methods) {
      const binding = this.#bind(method, method.task.terms, task.objects);
      if (!binding) continue;
      for (const objects of bindings(method.precondition, node.facts, this.#allowed.get(method) ?? [], binding)) {
        if (this.#generated % 64 === 63 && this.#mustStop()) return;
        this.#take(node, task, method, objects);
      }
    }
  }

  #take(node: Node, task: OpenTask, method: Method, objects: readonly string[]): void {
    const firstId = this.#ids;
    this.#ids += method.subtasks.length;
    const children = method.subtasks.map(({ name, terms }, index): OpenTask => {
      const waits = (method.before[index] ?? []).map((earlier) => firstId + earlier);
      return { id: firstId + index, name, objects: objectsOf(terms, objects), waits };
    });
    this.#add({
      facts: node.facts,
      network: node.network.flatMap((each) => (each === task ? children : [withoutWait(each, task, children)])),
      moves: node.moves + 1,
      parent: node,
      move: { kind: 'take', task, method, objects, firstId },
    });
  }

  #bind(to: Pick<Method, 'parameters'>, terms: Method['task']['terms'], objects: readonly string[]): Binding | null {
    const unbound = to.parameters.map(() => undefined);
    return unify(terms, objects, this.#allowed.get(to) ?? [], unbound);
  }

  #add(node: Node): void {
    this.#generated++;
    const left = node.network.reduce((sum, { name }) => sum + (this.#least.get(name) ?? Infinity), 0);
    if (left === Infinity || !this.#signatures.isNew(node.facts, node.network)) return;
    // Of those that are as good, the last one.
    this.#open.add(node.moves + LEFT_WEIGHT * left, -this.#nodes.length, this.#nodes.length);
    this.#nodes.push(node);
  }

  #mustStop(): boolean {
    this.#isStopped ||= this.#stop();
    return this.#isStopped;
  }

  #ends(kind: HierarchicalSearch['kind']): HierarchicalSearch {
    return { kind, steps: [], tree: null, expanded: this.#expanded, generated: this.#generated };
  }
}

/** What waited for a task waits for what it is made of. */
function withoutWait(task: OpenTask, done: OpenTask, instead: readonly OpenTask[]): OpenTask {
  if (!task.waits.includes(done.id)) return task;
  return { ...task, waits: [...task.waits.filter((id) => id !== done.id), ...instead.map(({ id }) => id)] };
}
