import type { Facts } from './facts.ts';
import type { Method } from './model.ts';

/** A task that is still to be done. */
export interface OpenTask {
  readonly id: number;
  readonly name: string;
  readonly objects: readonly string[];
  /** Those that must be done before. */
  readonly waits: readonly number[];
}

export type Move =
  | { readonly kind: 'act'; readonly task: OpenTask }
  | {
      readonly kind: 'take';
      readonly task: OpenTask;
      readonly method: Method;
      readonly objects: readonly string[];
      /** The number of the first subtask, the others follow. */
      readonly firstId: number;
    };

export interface Node {
  readonly facts: Facts;
  readonly network: readonly OpenTask[];
  readonly moves: number;
  readonly parent: Node | null;
  readonly move: Move | null;
}
