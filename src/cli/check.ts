import { runSteps } from './run-steps.ts';

/** `npm run check`: everything that can be said without running the product. */
export const CHECKS = [
  { name: 'format', command: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'kit files', command: 'svelte-kit', args: ['sync'] },
  { name: 'types of core', command: 'tsc', args: ['-p', 'src/core'] },
  { name: 'types of workers', command: 'tsc', args: ['-p', 'workers'] },
  {
    name: 'types of app',
    command: 'svelte-check',
    args: ['--tsconfig', './tsconfig.json', '--threshold', 'error', '--output', 'human'],
  },
  { name: 'lint', command: 'eslint', args: ['--max-warnings', '0', '.'] },
  {
    name: 'layers',
    command: 'depcruise',
    args: ['--config', 'tests/architecture/layers.cjs', 'src', 'workers', 'evals'],
  },
  { name: 'dead code', command: 'knip', args: [] },
] as const;

if (process.argv[1]?.endsWith('check.ts') === true) {
  const results = await runSteps(CHECKS);
  process.exitCode = results.every((result) => result.ok) ? 0 : 1;
}
