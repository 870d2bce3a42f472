/** Code that must not be wrong, each folder with the tests that answer for it: what they must reach, and must notice. */
export interface CarefulPart {
  readonly folder: string;
  /** Beginnings of paths. */
  readonly tests: readonly string[];
}

export const CAREFUL_PARTS: readonly CarefulPart[] = [
  { folder: 'src/core/labels', tests: ['tests/unit/labels', 'tests/unit/policy'] },
  { folder: 'src/core/policy', tests: ['tests/unit/policy', 'tests/unit/agent/approvals'] },
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
