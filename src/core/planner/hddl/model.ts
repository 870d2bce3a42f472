import type { Domain, Literal, Parameter, Problem, Term } from '../pddl/model.ts';

/** A domain in HDDL: actions as in PDDL, tasks, and methods that say what a task may be made of. */
export interface Hierarchy {
  readonly domain: Domain;
  /** By name of a compound task. */
  readonly tasks: ReadonlyMap<string, readonly Parameter[]>;
  /** By name. */
  readonly methods: ReadonlyMap<string, Method>;
}

export interface Network {
  readonly subtasks: readonly Task[];
  /** By subtask, those that must be done before it begins. */
  readonly before: readonly (readonly number[])[];
}

/** Of an action or a compound task. */
export interface Task {
  readonly name: string;
  readonly terms: readonly Term[];
}

export interface Method extends Network {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly task: Task;
  /** Constraints among them. */
  readonly precondition: readonly Literal[];
}

export interface HierarchicalProblem {
  readonly problem: Problem;
  /** What is to be done, as a method whose task is nothing. */
  readonly root: Method;
}

/** A method taken: everything that is needed to check it. */
export interface Decomposition {
  readonly method: string;
  /** Its arguments. */
  readonly objects: readonly string[];
  /** How many actions were done when it was taken. */
  readonly at: number;
  /** By subtask: the number of an action in the plan, or a decomposition. */
  readonly children: readonly (number | Decomposition)[];
}

export const ROOT = 'root';
