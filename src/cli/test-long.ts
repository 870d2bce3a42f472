import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findBrowser } from './find-browser.ts';

/**
 * `npm run test:long`: what `npm test` takes a part of each day, here whole. Takes long, and stops at nothing: every step
 * runs, and the exit status is 1 when any failed.
 */
const STEPS: readonly { readonly command: string; readonly args: readonly string[]; readonly env?: object }[] = [
  { command: 'tsx', args: ['src/cli/simulate.ts', '--seeds', '1000000', '--from', '1000001'] },
  { command: 'vite', args: ['build'] },
  {
    command: 'playwright',
    args: ['test', '-c', 'tests/playwright.config.ts', 'tests/e2e/kill-', 'tests/e2e/resume'],
    // Every point at which something can be killed.
    env: { KILL_ALL: '1' },
  },
];

const env = { ...process.env, CHROMIUM_PATH: findBrowser() };
for (const step of STEPS) {
  const { status } = spawnSync(join('node_modules', '.bin', step.command), [...step.args], {
    stdio: 'inherit',
    env: { ...env, ...step.env },
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exitCode = 1;
}
