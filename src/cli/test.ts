import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './check.ts';
import { findBrowser } from './find-browser.ts';
import { failuresIn, troubleIn, type PlaywrightReport, type VitestReport } from './test-reports.ts';

/**
 * `npm test`: the checks, the tests in Node and in the browser, and the finished build from end to end. The last line
 * counts what really ran; anything that did not run is a failure.
 */
const SIMULATED_LIVES = 10_000;
/** So much of what the simulation says last: its failing seeds, each with the smallest life that shows it. */
const SIMULATION_LINES = 20;
const results = mkdtempSync(join(tmpdir(), 'windhover-test-'));
const env = { ...process.env, CHROMIUM_PATH: findBrowser() };
const total = { passed: 0, failed: 0 };
/** What failed and why, said once more at the end, where it is looked for. */
const trouble: string[] = [];

for (const check of await runChecks()) tell(check.name, check.ok);
// By itself it leaves a core to whoever watches.
await vitest('unit', [`--maxWorkers=${String(availableParallelism())}`]);
tell('simulation', await simulated());
await vitest('browser');
const built = await runs('vite', ['build']);
tell('build', built);
if (built) await playwright();

rmSync(results, { recursive: true, force: true });
for (const line of trouble) console.log(line);
console.log(`${String(total.passed)} passed, ${String(total.failed)} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

/** A life that went wrong is told with how to live it again. */
async function simulated(): Promise<boolean> {
  const said: string[] = [];
  const ok = await runs('tsx', ['src/cli/simulate.ts', '--seeds', String(SIMULATED_LIVES)], {}, said);
  if (!ok) trouble.push(...said.join('').split('\n').slice(-SIMULATION_LINES));
  return ok;
}

async function vitest(project: string, more: readonly string[] = []): Promise<void> {
  const file = join(results, `${project}.json`);
  await runs('vitest', [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...more,
  ]);
  const report = read(file) as VitestReport | null;
  if (!report?.numPassedTests) {
    tell(`${project}: no report`, false);
    return;
  }
  trouble.push(...failuresIn(report));
  const failed = report.numFailedTests ?? 0;
  count(report.numPassedTests, failed);
  if (failed === 0 && report.success === false) tell(`${project}: an error outside its tests`, false);
}

async function playwright(): Promise<void> {
  const file = join(results, 'e2e.json');
  // A machine that is shared stands still now and then: what fails is tried once more, and told if it passes then.
  const asked = ['test', '-c', 'tests/playwright.config.ts', '--retries=1'];
  await runs('playwright', asked, { PLAYWRIGHT_JSON_OUTPUT_FILE: file });
  const report = read(file) as PlaywrightReport | null;
  if (!report?.stats) {
    tell('end to end: no report', false);
    return;
  }
  const { expected, flaky, unexpected } = report.stats;
  trouble.push(...troubleIn(report));
  if (flaky > 0) trouble.push(`${String(flaky)} passed only when they were tried again`);
  count(expected + flaky, unexpected);
}

/** @param said what it writes is added here as well */
function runs(
  command: string,
  args: readonly string[],
  more: Record<string, string> = {},
  said?: string[],
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(join('node_modules', '.bin', command), [...args], {
      stdio: ['ignore', said === undefined ? 'inherit' : 'pipe', 'inherit'],
      env: { ...env, ...more },
      shell: process.platform === 'win32',
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text);
      said?.push(text);
    });
    child.on('error', () => {
      resolve(false);
    });
    child.on('close', (code) => {
      resolve(code === 0);
    });
  });
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function tell(name: string, ok: boolean): void {
  if (!ok) trouble.push(`failed: ${name}`);
  count(ok ? 1 : 0, ok ? 0 : 1);
}

function count(passed: number, failed: number): void {
  total.passed += passed;
  total.failed += failed;
}
