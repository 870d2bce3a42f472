import { availableParallelism } from 'node:os';
import { runSteps, type CommandStep } from './run-steps.ts';

/** What others read. */
const FIRST: readonly CommandStep[] = [{ name: 'kit files', command: 'svelte-kit', args: ['sync'] }];

/** The one that takes longest begins first. */
const CHECKS: readonly CommandStep[] = [
  { name: 'lint', command: 'eslint', args: ['--max-warnings', '0', '.'] },
  { name: 'format', command: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'types of core', command: 'tsc', args: ['-p', 'src/core'] },
  { name: 'types of workers', command: 'tsc', args: ['-p', 'workers'] },
  {
    name: 'types of app',
    command: 'svelte-check',
    args: ['--tsconfig', './tsconfig.json', '--threshold', 'error', '--output', 'human'],
  },
  {
    name: 'layers',
    command: 'depcruise',
    args: ['--config', 'tests/architecture/layers.cjs', 'src', 'workers', 'evals'],
  },
  { name: 'dead code', command: 'knip', args: [] },
];

/** `npm run check`: everything that can be said without running the product. */
export async function runChecks(): Promise<readonly { readonly name: string; readonly ok: boolean }[]> {
  return [...(await runSteps(FIRST)), ...(await runSteps(CHECKS, Math.min(2, availableParallelism())))];
}

if (process.argv[1]?.endsWith('check.ts') === true) {
  const results = await runChecks();
  process.exitCode = results.every((result) => result.ok) ? 0 : 1;
}
