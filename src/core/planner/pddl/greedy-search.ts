import { BucketQueue } from './bucket-queue.ts';
import { IntList } from './int-list.ts';
import type { Stop } from './reach.ts';
import { RelaxedPlan } from './relaxed-plan.ts';
import { StateStore } from './state-store.ts';
import { apply, canApply, reachesGoal, stateOf, type Task, wordsOf } from './task.ts';

export interface Search {
  readonly kind: 'found' | 'unsolvable' | 'stopped' | 'too-large';
  /** Operators in order; empty unless found. */
  readonly operators: readonly number[];
  /** States whose successors were made. */
  readonly expanded: number;
  /** Successors made. */
  readonly generated: number;
}

/** Taken from the helpful ones before others, each time the goal came nearer than ever. */
const HELPFUL_AHEAD = 1_000;
const WAITING_MAX = 60_000_000;

/**
 * Greedy best-first search: next comes what was made from the state that looks nearest to the goal. A state is judged when
 * it is taken up, and helpful operators wait in a queue of their own that is ahead as long as it leads nearer. From each
 * state it looks ahead first: as much of the relaxed plan as can really be done is done at once. After Helmert, "The Fast
 * Downward Planning System", JAIR 26 (2006), and Vidal, "A Lookahead Strategy for Heuristic Search Planning", ICAPS 2004.
 * It ends without a plan only when it judged every state that can be reached and may lead to the goal.
 */
export function searchGreedily(task: Task, stop: Stop, expandedMax = Infinity): Search {
  return new GreedySearch(task).run(stop, expandedMax);
}

class GreedySearch {
  readonly #task: Task;
  readonly #states: StateStore;
  /** By state, from which and by which operator it was first met, and whether it was judged. */
  readonly #parents = new IntList();
  readonly #makers = new IntList();
  readonly #judged = new IntList();
  readonly #judge: RelaxedPlan;
  readonly #all = new BucketQueue();
  readonly #helpful = new BucketQueue();
  readonly #state: Uint32Array;
  #allTurn = 0;
  #helpfulTurn = 0;
  #nearest = Infinity;
  #expanded = 0;
  #generated = 0;

  constructor(task: Task) {
    this.#task = task;
    this.#states = new StateStore(wordsOf(task));
    this.#judge = new RelaxedPlan(task);
    this.#state = stateOf(task, task.init);
  }

  run(stop: Stop, expandedMax: number): Search {
    let number = this.#meet(-1, -1);
    for (;;) {
      if (reachesGoal(this.#task, this.#state)) return this.#ends('found', pathTo(number, this.#parents, this.#makers));
      if (this.#expanded >= expandedMax || stop()) return this.#ends('stopped');
      if (this.#states.isFull || this.#all.size + this.#helpful.size > WAITING_MAX) return this.#ends('too-large');
      const ahead = this.#judged.at(number) === 0 && this.#expand(number) ? this.#lookAhead(number) : number;
      if (ahead !== number && this.#judged.at(ahead) === 0) {
        number = ahead;
        continue;
      }
      const queue = this.#nextQueue();
      if (!queue.take()) return this.#ends('unsolvable');
      this.#states.read(queue.first, this.#state);
      apply(this.#task, queue.second, this.#state);
      number = this.#meet(queue.first, queue.second);
    }
  }

  /** The number of the state at hand. */
  #meet(parent: number, maker: number): number {
    const number = this.#states.add(this.#state);
    if (this.#states.isNew) {
      this.#parents.push(parent);
      this.#makers.push(maker);
      this.#judged.push(0);
    }
    return number;
  }

  /** Puts what can be done in the state at hand into the queues. @returns false where the goal is out of reach */
  #expand(number: number): boolean {
    this.#judged.set(number, 1);
    const distance = this.#judge.judge(this.#state);
    if (distance < 0) return false;
    const { helpful, applicable } = this.#judge;
    this.#expanded++;
    this.#generated += applicable.length;
    if (distance < this.#nearest) {
      this.#nearest = distance;
      this.#helpfulTurn -= HELPFUL_AHEAD;
    }
    for (let i = 0; i < helpful.length; i++) this.#helpful.add(distance, number, helpful.at(i));
    for (let i = 0; i < applicable.length; i++) this.#all.add(distance, number, applicable.at(i));
    return true;
  }

  /** Does what it can of the relaxed plan, in rounds. @returns the state that it leads to */
  #lookAhead(from: number): number {
    let number = from;
    let waiting = this.#judge.plan;
    for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
      before = waiting.length;
      waiting = waiting.filter((operator) => {
        if (!canApply(this.#task, operator, this.#state)) return true;
        apply(this.#task, operator, this.#state);
        number = this.#meet(number, operator);
        return false;
      });
    }
    return number;
  }

  #nextQueue(): BucketQueue {
    const isHelpful = this.#helpful.size > 0 && this.#helpfulTurn <= this.#allTurn;
    if (isHelpful) this.#helpfulTurn++;
    else this.#allTurn++;
    return isHelpful ? this.#helpful : this.#all;
  }

  #ends(kind: Search['kind'], operators: readonly number[] = []): Search {
    return { kind, operators, expanded: this.#expanded, generated: this.#generated };
  }
}

export function pathTo(last: number, parents: IntList, makers: IntList): number[] {
  const path: number[] = [];
  for (let number = last; parents.at(number) !== -1; number = parents.at(number)) path.push(makers.at(number));
  return path.reverse();
}
