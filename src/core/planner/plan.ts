import type { Digest, StepId } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { ToolName } from '../tools/definition.ts';
import type { UnderstoodGoal } from './goal.ts';

/** One step of a plan. `produces` and `consumes` name artifacts; a step consumes what a step it depends on produces. */
export interface Step {
  readonly id: StepId;
  readonly tool: ToolName;
  /** What it does for this goal, in plain words: "Read Alice's calendar for 23 to 27 Nov". */
  readonly title: string;
  readonly args: { readonly [key: string]: Json };
  readonly dependsOn: readonly StepId[];
  readonly produces: readonly string[];
  readonly consumes: readonly string[];
  readonly parallelizable: boolean;
  /** The owner is asked, with the exact content, before it runs. */
  readonly approval: boolean;
  /** Steps it depends on without which it goes on where they are denied or fail; left out for none. */
  readonly withoutToo?: readonly StepId[];
  /** Whether the app can take it back. */
  readonly undo: 'nothing-to-undo' | 'can-undo' | 'cannot-undo';
}

export interface Plan {
  readonly goal: UnderstoodGoal;
  /** Name of the HTN method at the root. */
  readonly method: string;
  readonly steps: readonly Step[];
  /** The step whose observation is the answer draft. */
  readonly answerStep: StepId;
  /** SHA-256 of the canonical JSON of {goal, method, steps, answerStep}. */
  readonly digest: Digest;
}

/** The root of a plan whose parts a model named. */
export const BY_MODEL = 'parts-by-model';
