import type { Scenario } from './scenario.ts';

/** What a process of the simulation is asked to do: seeds, or scenarios as they are given. */
export interface Assignment {
  readonly from: number;
  readonly seeds: number;
  /** Takes every so many-th seed. */
  readonly step: number;
  readonly scenarios?: readonly Scenario[];
  /** Name of a mutation to live with; the first seed that notices ends it. */
  readonly mutation?: string;
  /** Failures to make smaller before they are told. */
  readonly shrink: number;
  /** Prints first which faults cannot strike yet, and which invariants are not checked. */
  readonly unreachable?: boolean;
  /** Prints every event. */
  readonly log: boolean;
}
