import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findBrowser } from './find-browser.ts';

/**
 * `npm run test:long`: what `npm test` takes a part of each day, here whole. Takes long, and stops at no failure:
 * every step runs, and the exit status is 1 when any failed. `-- --seeds N --kills N --tenth` makes it shorter; an
 * interrupt ends the step it is at, and with it the whole.
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

const propertySeed = String(Math.trunc(Math.random() * 2 ** 31));
console.log(`PROPERTY_SEED=${propertySeed}`);

const STEPS: readonly { readonly command: string; readonly args: readonly string[]; readonly env?: object }[] = [
  { command: 'tsx', args: ['src/cli/simulate.ts', '--seeds', values.seeds, '--from', values.from] },
  {
    command: 'vitest',
    args: ['run', '--project', 'unit', 'tests/property'],
    env: { PROPERTY_SEED: propertySeed },
  },
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
let running: ChildProcess | null = null;
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    stopping.abort();
    running?.kill(signal);
  });

for (const step of STEPS) {
  const ok = await passes(step);
  if (!ok) process.exitCode = 1;
  console.log(`${step.command}: ${ok ? 'passed' : stopping.signal.aborted ? 'stopped' : 'failed'}`);
  if (stopping.signal.aborted) break;
}

function passes({ command, args, env: more }: (typeof STEPS)[number]): Promise<boolean> {
  return new Promise((resolve) => {
    running = spawn(join('node_modules', '.bin', command), [...args], {
      stdio: 'inherit',
      env: { ...env, ...more },
      shell: process.platform === 'win32',
    });
    running.on('error', () => resolve(false));
    running.on('close', (code) => resolve(code === 0));
  });
}
