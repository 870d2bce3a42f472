/** The outcome of checking an answer against its evidence. */
export interface Verdict {
  readonly result: 'PASS' | 'FAIL';
  /** 0 to 1: share of checks that passed before repair. */
  readonly confidence: number;
  readonly checks: readonly Check[];
  /** Claims that were changed or dropped so that the rest stands; shown to the owner. */
  readonly repairs: readonly {
    readonly claim: string;
    readonly action: 'repaired' | 'removed';
    readonly before: string;
    readonly after: string;
    readonly reason: string;
  }[];
}

export interface Check {
  readonly claim: string;
  readonly kind: 'quote' | 'number' | 'date' | 'file' | 'name' | 'computation' | 'evidence' | 'bytes';
  readonly passed: boolean;
  /** "the number 1,240 is in row 12", "no evidence says 14:00". */
  readonly reason: string;
}
