import { inverse, type Rows } from './int-list.ts';

/** A problem that is ground: facts and operators are integers, conditions positive, deleted before added. */
export interface Task {
  readonly facts: number;
  readonly init: Int32Array;
  readonly goal: Int32Array;
  /** By operator. */
  readonly needs: Rows;
  readonly adds: Rows;
  readonly deletes: Rows;
  readonly costs: Float64Array;
  /** By fact, the operators that need it. */
  readonly neededBy: Rows;
  /** By operator, its number among the instances. */
  readonly instanceOf: Int32Array;
}

export function makeTask(parts: Omit<Task, 'neededBy'>): Task {
  return { ...parts, neededBy: inverse(parts.needs, parts.facts) };
}

/** States are sets of facts, 32 in a word. */
export const wordsOf = ({ facts }: Task): number => Math.max(1, (facts + 31) >>> 5);

export function stateOf(task: Task, facts: Int32Array): Uint32Array {
  const state = new Uint32Array(wordsOf(task));
  for (const fact of facts) state[fact >>> 5] = (state[fact >>> 5] as number) | (1 << (fact & 31));
  return state;
}

export const hasFact = (state: Uint32Array, fact: number): boolean =>
  ((state[fact >>> 5] as number) & (1 << (fact & 31))) !== 0;

export const reachesGoal = ({ goal }: Task, state: Uint32Array): boolean => goal.every((fact) => hasFact(state, fact));

export function canApply({ needs }: Task, operator: number, state: Uint32Array): boolean {
  const end = needs.start[operator + 1] as number;
  for (let i = needs.start[operator] as number; i < end; i++)
    if (!hasFact(state, needs.items[i] as number)) return false;
  return true;
}

/** Does an operator in place. */
export function apply({ adds, deletes }: Task, operator: number, state: Uint32Array): void {
  for (let i = deletes.start[operator] as number; i < (deletes.start[operator + 1] as number); i++) {
    const fact = deletes.items[i] as number;
    state[fact >>> 5] = (state[fact >>> 5] as number) & ~(1 << (fact & 31));
  }
  for (let i = adds.start[operator] as number; i < (adds.start[operator + 1] as number); i++) {
    const fact = adds.items[i] as number;
    state[fact >>> 5] = (state[fact >>> 5] as number) | (1 << (fact & 31));
  }
}

/** The facts of a state, in order. */
export function factsIn(state: Uint32Array, found: { clear: () => void; push: (fact: number) => void }): void {
  found.clear();
  for (let word = 0; word < state.length; word++) {
    for (let bits = state[word] as number; bits !== 0; bits &= bits - 1) {
      found.push((word << 5) + (31 - Math.clz32(bits & -bits)));
    }
  }
}
