import { pathTo, type Search } from './greedy-search.ts';
import { Heap } from './heap.ts';
import { IntList, rowOf } from './int-list.ts';
import { LandmarkCut } from './landmark-cut.ts';
import type { Stop } from './reach.ts';
import { StateStore } from './state-store.ts';
import { apply, factsIn, reachesGoal, stateOf, type Task, wordsOf } from './task.ts';

/** A* with LM-cut: the plan that it finds is a cheapest. States are taken up again where a cheaper way to them is found. */
export function searchOptimally(task: Task, stop: Stop): Search {
  const states = new StateStore(wordsOf(task));
  const [parents, makers] = [new IntList(), new IntList()];
  const spent: number[] = [];
  const bounds: number[] = [];
  const bound = new LandmarkCut(task);
  const open = new Heap();
  const successors = new Successors(task);
  const [state, next] = [stateOf(task, task.init), stateOf(task, task.init)];
  const counts = { expanded: 0, generated: 0 };
  const ends = (kind: Search['kind'], operators: readonly number[] = []): Search => ({ kind, operators, ...counts });
  const meet = (met: Uint32Array, cost: number, parent: number, maker: number): void => {
    const number = states.add(met);
    if (states.isNew) {
      parents.push(parent);
      makers.push(maker);
      spent.push(cost);
      bounds.push(bound.judge(met));
    } else {
      if (cost >= (spent[number] as number)) return;
      parents.set(number, parent);
      makers.set(number, maker);
      spent[number] = cost;
    }
    const left = bounds[number] as number;
    if (left < Infinity) open.add(cost + left, left, number);
  };
  meet(state, 0, -1, -1);
  while (open.size > 0) {
    if (stop()) return ends('stopped');
    if (states.isFull) return ends('too-large');
    const total = open.lowest;
    const number = open.take();
    const cost = spent[number] as number;
    // A cheaper way to it was taken up since.
    if (total > cost + (bounds[number] as number)) continue;
    states.read(number, state);
    if (reachesGoal(task, state)) return ends('found', pathTo(number, parents, makers));
    counts.expanded++;
    for (const operator of successors.of(state)) {
      if (counts.generated++ % 64 === 63 && stop()) return ends('stopped');
      next.set(state);
      apply(task, operator, next);
      meet(next, cost + (task.costs[operator] as number), number, operator);
    }
  }
  return ends('unsolvable');
}

/** The operators that can be done in a state. */
class Successors {
  readonly #task: Task;
  readonly #counts: Int32Array;
  readonly #round: Int32Array;
  readonly #free: number[];
  readonly #facts = new IntList();
  #rounds = 0;

  constructor(task: Task) {
    this.#task = task;
    this.#counts = new Int32Array(task.costs.length);
    this.#round = new Int32Array(task.costs.length);
    this.#free = [...task.costs.keys()].filter((operator) => rowOf(task.needs, operator).length === 0);
  }

  of(state: Uint32Array): readonly number[] {
    const { needs, neededBy } = this.#task;
    const found = [...this.#free];
    this.#rounds++;
    factsIn(state, this.#facts);
    for (let i = 0; i < this.#facts.length; i++) {
      for (const operator of rowOf(neededBy, this.#facts.at(i))) {
        const before = this.#round[operator] === this.#rounds ? (this.#counts[operator] as number) : 0;
        this.#round[operator] = this.#rounds;
        this.#counts[operator] = before + 1;
        const all = (needs.start[operator + 1] as number) - (needs.start[operator] as number);
        if (before + 1 === all) found.push(operator);
      }
    }
    return found;
  }
}
