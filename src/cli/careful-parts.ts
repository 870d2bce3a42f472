/** Code that must not be wrong, with the tests that answer for it: what they must reach, and must notice. */
export interface CarefulPart {
  /** A folder, or one file of a folder whose rest others answer for. */
  readonly folder: string;
  /** Beginnings of paths. */
  readonly tests: readonly string[];
  /** The share of mutants that must be noticed, of 1; nine tenths when it is not given. */
  readonly least?: number;
}

/** Of what decides whether anything leaves. */
const GATE_LEAST = 0.95;

export const CAREFUL_PARTS: readonly CarefulPart[] = [
  { folder: 'src/core/labels', tests: ['tests/unit/labels', 'tests/unit/policy'], least: GATE_LEAST },
  { folder: 'src/core/policy', tests: ['tests/unit/policy', 'tests/unit/agent/approvals'], least: GATE_LEAST },
  { folder: 'src/core/agent/plan-consent.ts', tests: ['tests/unit/agent/plan-consent'], least: GATE_LEAST },
  { folder: 'src/core/spend', tests: ['tests/unit/spend'], least: GATE_LEAST },
  { folder: 'src/core/audit', tests: ['tests/unit/audit', 'tests/unit/vectors'] },
  {
    folder: 'src/runtime/journal',
    tests: ['tests/unit/journal', 'tests/unit/ballast', 'tests/unit/second-copies'],
  },
  {
    folder: 'src/runtime/vault',
    tests: ['tests/unit/vault', 'tests/unit/migrate-profile', 'tests/unit/second-copies'],
  },
];
