import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * `npm run coverage`: how much of the code that must not be wrong its own tests reach, and an exit status of 1 when it is
 * less than it was.
 */
const FOLDERS = ['src/core/audit', 'src/runtime/journal'];
const TESTS = [
  'tests/unit/audit',
  'tests/unit/journal',
  'tests/unit/ballast',
  'tests/unit/vectors',
  'tests/property/audit',
];
/** Per cent; raise them when more is reached. */
const LEAST = { branches: 86, functions: 93, lines: 95 };

const run = spawnSync(
  join('node_modules', '.bin', 'vitest'),
  [
    ...['run', '--project', 'unit', '--coverage.enabled', '--coverage.provider=v8', '--coverage.reporter=text'],
    ...FOLDERS.map((folder) => `--coverage.include=${folder}/**/*.ts`),
    ...Object.entries(LEAST).map(([what, least]) => `--coverage.thresholds.${what}=${String(least)}`),
    ...TESTS,
  ],
  { stdio: 'inherit', shell: process.platform === 'win32' },
);
process.exitCode = run.status ?? 1;
