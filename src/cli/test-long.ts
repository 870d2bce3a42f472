import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findBrowser } from './find-browser.ts';

/**
 * `npm run test:long`: what `npm test` takes a part of each day, here whole. Takes long, and stops at nothing: every step
 * runs, and the exit status is 1 when any failed. `-- --seeds N --kills N --tenth` makes it shorter.
 */
const { values } = parseArgs({
  options: {
    /** Simulated lives. */
    seeds: { type: 'string', default: '1000000' },
    from: { type: 'string', default: '1000001' },
    /** How often each of two owners has the browser killed; as in `npm test` when it is not given. */
    kills: { type: 'string' },
    /** A tenth of the points at which something can be killed, as in `npm test`. */
    tenth: { type: 'boolean', default: false },
  },
});

const STEPS: readonly { readonly command: string; readonly args: readonly string[]; readonly env?: object }[] = [
  { command: 'tsx', args: ['src/cli/simulate.ts', '--seeds', values.seeds, '--from', values.from] },
  { command: 'vite', args: ['build'] },
  {
    command: 'playwright',
    args: ['test', '-c', 'tests/playwright.config.ts', 'tests/e2e/kill-', 'tests/e2e/resume'],
    env: {
      ...(!values.tenth && { KILL_ALL: '1' }),
      ...(values.kills !== undefined && { KILLS: values.kills }),
    },
  },
];

const env = { ...process.env, CHROMIUM_PATH: findBrowser() };
for (const step of STEPS) {
  const { status } = spawnSync(join('node_modules', '.bin', step.command), [...step.args], {
    stdio: 'inherit',
    env: { ...env, ...step.env },
    shell: process.platform === 'win32',
  });
  console.log(`${step.command}: ${status === 0 ? 'passed' : 'failed'}`);
  if (status !== 0) process.exitCode = 1;
}
