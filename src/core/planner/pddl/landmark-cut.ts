import { Heap } from './heap.ts';
import { IntList, inverse, type Rows, RowsBuilder, rowOf } from './int-list.ts';
import { factsIn, type Task } from './task.ts';

/** Where a fact stands with respect to the goal, at no cost. */
const ELSEWHERE = 0;
const BEFORE = 1;
const AT_GOAL = 2;

/**
 * A lower bound of what the goal still costs: sets of operators of which every plan needs one are found one after the
 * other, and each counts what its cheapest costs, which is then taken off all of it. After Helmert and Domshlak,
 * "Landmarks, Critical Paths and Abstractions: What's the Difference Anyway?", ICAPS 2009.
 */
export class LandmarkCut {
  readonly #needs: Rows;
  readonly #adds: Rows;
  readonly #neededBy: Rows;
  readonly #addedBy: Rows;
  readonly #costs: Float64Array;
  readonly #goal: number;
  readonly #always: number;
  readonly #left: Float64Array;
  readonly #lacking: Int32Array;
  /** By operator, the costliest fact that it needs, and by fact what it costs. */
  readonly #supporter: Int32Array;
  readonly #factCost: Float64Array;
  readonly #zone: Uint8Array;
  readonly #heap = new Heap();
  readonly #facts = new IntList();
  readonly #stack = new IntList();
  readonly #cut = new IntList();

  constructor(task: Task) {
    // One fact that always holds, so that every operator needs one, and one that the goal as a whole gives.
    [this.#always, this.#goal] = [task.facts, task.facts + 1];
    const [needs, adds] = [new RowsBuilder(), new RowsBuilder()];
    for (let operator = 0; operator < task.costs.length; operator++) {
      const needed = rowOf(task.needs, operator);
      needs.add(needed.length === 0 ? [this.#always] : needed);
      adds.add(rowOf(task.adds, operator));
    }
    needs.add(task.goal.length === 0 ? [this.#always] : task.goal);
    adds.add([this.#goal]);
    [this.#needs, this.#adds] = [needs.build(), adds.build()];
    this.#neededBy = inverse(this.#needs, task.facts + 2);
    this.#addedBy = inverse(this.#adds, task.facts + 2);
    this.#costs = Float64Array.from([...task.costs, 0]);
    this.#left = new Float64Array(this.#costs.length);
    this.#lacking = new Int32Array(this.#costs.length);
    this.#supporter = new Int32Array(this.#costs.length);
    this.#factCost = new Float64Array(task.facts + 2);
    this.#zone = new Uint8Array(task.facts + 2);
  }

  /** @returns Infinity where the goal is out of reach */
  judge(state: Uint32Array): number {
    factsIn(state, this.#facts);
    this.#facts.push(this.#always);
    this.#left.set(this.#costs);
    this.#spread();
    let sum = 0;
    for (;;) {
      const cost = this.#factCost[this.#goal] as number;
      if (cost === 0 || cost === Infinity) return sum + cost;
      this.#zone.fill(ELSEWHERE);
      this.#markGoal();
      this.#findCut();
      sum += this.#takeOff();
    }
  }

  /** What each fact costs by the costliest thing that it needs. */
  #spread(): void {
    this.#factCost.fill(Infinity);
    for (let operator = 0; operator < this.#lacking.length; operator++) {
      this.#lacking[operator] = (this.#needs.start[operator + 1] as number) - (this.#needs.start[operator] as number);
    }
    this.#heap.clear();
    for (let i = 0; i < this.#facts.length; i++) this.#reach(this.#facts.at(i), 0);
    while (this.#heap.size > 0) {
      const cost = this.#heap.lowest;
      const fact = this.#heap.take();
      if (this.#factCost[fact] !== cost) continue;
      for (const operator of rowOf(this.#neededBy, fact)) {
        const left = (this.#lacking[operator] as number) - 1;
        this.#lacking[operator] = left;
        if (left > 0) continue;
        this.#supporter[operator] = fact;
        for (const added of rowOf(this.#adds, operator)) this.#reach(added, cost + (this.#left[operator] as number));
      }
    }
  }

  #reach(fact: number, cost: number): void {
    if (cost >= (this.#factCost[fact] as number)) return;
    this.#factCost[fact] = cost;
    this.#heap.add(cost, 0, fact);
  }

  /** The facts from which the goal costs nothing more. */
  #markGoal(): void {
    this.#stack.clear();
    this.#mark(this.#goal, AT_GOAL);
    while (this.#stack.length > 0) {
      for (const operator of rowOf(this.#addedBy, this.#stack.pop())) {
        if (this.#left[operator] !== 0 || (this.#lacking[operator] as number) > 0) continue;
        this.#mark(this.#supporter[operator] as number, AT_GOAL);
      }
    }
  }

  /** The operators that lead from what is reached without the goal's facts into these. */
  #findCut(): void {
    this.#cut.clear();
    this.#stack.clear();
    for (let i = 0; i < this.#facts.length; i++) this.#mark(this.#facts.at(i), BEFORE);
    while (this.#stack.length > 0) {
      const fact = this.#stack.pop();
      for (const operator of rowOf(this.#neededBy, fact)) {
        if ((this.#lacking[operator] as number) > 0 || this.#supporter[operator] !== fact) continue;
        const added = rowOf(this.#adds, operator);
        if (added.some((each) => this.#zone[each] === AT_GOAL)) this.#cut.push(operator);
        else for (const each of added) this.#mark(each, BEFORE);
      }
    }
  }

  #mark(fact: number, zone: number): void {
    if (this.#zone[fact] !== ELSEWHERE) return;
    this.#zone[fact] = zone;
    this.#stack.push(fact);
  }

  /** Makes the cut cheaper by its cheapest, and what follows from it. */
  #takeOff(): number {
    let least = Infinity;
    for (let i = 0; i < this.#cut.length; i++) least = Math.min(least, this.#left[this.#cut.at(i)] as number);
    for (let i = 0; i < this.#cut.length; i++) {
      const operator = this.#cut.at(i);
      this.#left[operator] = (this.#left[operator] as number) - least;
      this.#cheapen(operator);
    }
    while (this.#heap.size > 0) {
      const cost = this.#heap.lowest;
      const fact = this.#heap.take();
      if (this.#factCost[fact] !== cost) continue;
      for (const operator of rowOf(this.#neededBy, fact)) {
        if ((this.#lacking[operator] as number) > 0 || this.#supporter[operator] !== fact) continue;
        this.#supporter[operator] = this.#costliest(operator);
        this.#cheapen(operator);
      }
    }
    return least;
  }

  #cheapen(operator: number): void {
    const cost = (this.#factCost[this.#supporter[operator] as number] as number) + (this.#left[operator] as number);
    for (const added of rowOf(this.#adds, operator)) this.#reach(added, cost);
  }

  #costliest(operator: number): number {
    let [best, most] = [-1, -1];
    for (const fact of rowOf(this.#needs, operator)) {
      const cost = this.#factCost[fact] as number;
      if (cost > most) [best, most] = [fact, cost];
    }
    return best;
  }
}
