import type { GoalContext, GoalKind, Parameter, UnderstoodGoal } from './goal.ts';
import type { Method, Network } from './htn.ts';
import type { Reading } from './reading.ts';

/** What planning knows: the goal, the files, and which artifacts the steps so far give. */
export interface PlanningState {
  readonly goal: UnderstoodGoal;
  readonly context: GoalContext;
  readonly artifacts: ReadonlySet<string>;
}

/** One kind of goal: how it is recognised, said again, and broken into tasks. */
export interface GoalMethod {
  readonly kind: Exclude<GoalKind, 'parts' | 'not-understood'>;
  /** How much speaks for this kind, from 0 to 1. */
  readonly score: (reading: Reading, context: GoalContext) => number;
  /** What the goal says about each parameter, with defaults for the rest; possible for any text. */
  readonly parameters: (reading: Reading, context: GoalContext) => Parameter[];
  /** One sentence, itself a goal that is understood the same way. */
  readonly restate: (parameters: readonly Parameter[], context: GoalContext) => string;
  /** Why the files do not allow it, or null. */
  readonly missing: (context: GoalContext) => string | null;
  readonly network: (goal: UnderstoodGoal, context: GoalContext) => Network;
  /** Methods for the compound tasks of `network`. */
  readonly subtasks: Readonly<Record<string, readonly Method<PlanningState>[]>>;
}
