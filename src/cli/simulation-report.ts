/** What a simulating process prints for each life, as a line of JSON. */
export interface Report {
  readonly seed: number;
  readonly trace: string;
  readonly events: number;
  readonly entries: number;
  readonly saves: number;
  readonly reported: boolean;
  readonly struck: readonly (readonly [string, number])[];
  readonly violations: readonly string[];
  /** The smallest scenario found that still fails. */
  readonly smallest: unknown;
}
