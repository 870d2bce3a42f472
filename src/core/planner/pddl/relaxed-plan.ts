import { IntList } from './int-list.ts';
import { factsIn, type Task } from './task.ts';

const FAR = 0x3fffffff;

/**
 * How far the goal is, by a plan for the problem in which nothing is ever deleted, which takes for each fact the operator
 * that looks cheapest by the sum of what it needs; every operator counts 1. After Hoffmann and Nebel, "The FF Planning
 * System", JAIR 14 (2001), and Keyder and Geffner, "Heuristics for Planning with Action Costs Revisited", ECAI 2008.
 */
export class RelaxedPlan {
  /** What can be done in the state that was judged last. */
  readonly applicable = new IntList();
  /** What of it the relaxed plan begins with. */
  readonly helpful = new IntList();
  /** The relaxed plan, in the order in which it can be begun. */
  plan: readonly number[] = [];
  readonly #task: Task;
  readonly #needCounts: Int32Array;
  readonly #free: number[] = [];
  readonly #isGoal: Uint8Array;
  readonly #lacking: Int32Array;
  readonly #operatorCost: Int32Array;
  readonly #factCost: Int32Array;
  readonly #supporter: Int32Array;
  /** Facts by cost; a fact may stand in several, the lowest counts. */
  readonly #layers: IntList[] = [];
  readonly #chosen: Int32Array;
  readonly #seen: Int32Array;
  readonly #facts = new IntList();
  #round = 0;

  constructor(task: Task) {
    this.#task = task;
    const operators = task.costs.length;
    this.#needCounts = Int32Array.from({ length: operators }, (_, operator) => {
      return (task.needs.start[operator + 1] as number) - (task.needs.start[operator] as number);
    });
    for (const [operator, count] of this.#needCounts.entries()) if (count === 0) this.#free.push(operator);
    this.#isGoal = new Uint8Array(task.facts);
    for (const fact of task.goal) this.#isGoal[fact] = 1;
    this.#lacking = new Int32Array(operators);
    this.#operatorCost = new Int32Array(operators);
    this.#factCost = new Int32Array(task.facts);
    this.#supporter = new Int32Array(task.facts);
    this.#chosen = new Int32Array(operators);
    this.#seen = new Int32Array(task.facts);
  }

  /** @returns the number of operators in the relaxed plan, or -1 where there is none: the goal is out of reach */
  judge(state: Uint32Array): number {
    return this.#spread(state) ? this.#extract() : -1;
  }

  #spread(state: Uint32Array): boolean {
    const { neededBy, goal } = this.#task;
    this.#factCost.fill(FAR);
    this.#lacking.set(this.#needCounts);
    this.#operatorCost.fill(0);
    this.applicable.clear();
    for (const layer of this.#layers) layer.clear();
    factsIn(state, this.#facts);
    for (let i = 0; i < this.#facts.length; i++) this.#reach(this.#facts.at(i), 0, -1);
    for (const operator of this.#free) this.#fire(operator, 0);
    let goalsLeft = goal.length;
    for (let cost = 0; cost < this.#layers.length; cost++) {
      const layer = this.#layers[cost] as IntList;
      for (let i = 0; i < layer.length; i++) {
        const fact = layer.at(i);
        if (this.#factCost[fact] !== cost) continue;
        if (this.#isGoal[fact] === 1) goalsLeft--;
        const end = neededBy.start[fact + 1] as number;
        for (let j = neededBy.start[fact] as number; j < end; j++) {
          const operator = neededBy.items[j] as number;
          const sum = (this.#operatorCost[operator] as number) + cost;
          this.#operatorCost[operator] = sum;
          const left = (this.#lacking[operator] as number) - 1;
          this.#lacking[operator] = left;
          if (left === 0) this.#fire(operator, sum);
        }
      }
      if (goalsLeft === 0) return true;
    }
    return false;
  }

  #fire(operator: number, sum: number): void {
    const { adds } = this.#task;
    if (sum === 0) this.applicable.push(operator);
    const end = adds.start[operator + 1] as number;
    for (let i = adds.start[operator] as number; i < end; i++) this.#reach(adds.items[i] as number, sum + 1, operator);
  }

  #reach(fact: number, cost: number, operator: number): void {
    if (cost >= (this.#factCost[fact] as number)) return;
    this.#factCost[fact] = cost;
    this.#supporter[fact] = operator;
    while (this.#layers.length <= cost) this.#layers.push(new IntList());
    this.#layers[cost]?.push(fact);
  }

  #extract(): number {
    const { goal, needs } = this.#task;
    this.#round++;
    this.helpful.clear();
    this.#facts.clear();
    for (const fact of goal) this.#facts.push(fact);
    const plan: number[] = [];
    while (this.#facts.length > 0) {
      const fact = this.#facts.pop();
      const operator = this.#supporter[fact] as number;
      if (this.#seen[fact] === this.#round || operator === -1) continue;
      this.#seen[fact] = this.#round;
      if (this.#chosen[operator] === this.#round) continue;
      this.#chosen[operator] = this.#round;
      plan.push(operator);
      if (this.#operatorCost[operator] === 0) this.helpful.push(operator);
      const end = needs.start[operator + 1] as number;
      for (let i = needs.start[operator] as number; i < end; i++) this.#facts.push(needs.items[i] as number);
    }
    this.plan = plan.sort((a, b) => (this.#operatorCost[a] as number) - (this.#operatorCost[b] as number));
    return plan.length;
  }
}
