import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { bundleSimulation } from './bundle-simulation.ts';
import type { Report } from './simulation-report.ts';
import { SimulationTally } from './simulation-tally.ts';

/**
 * `npm run simulate -- --seeds N --from S`: lives N lives of the whole runtime on simulated disks, tabs, clocks and
 * faults, one a seed, and says what broke. The same seed gives the same trace, byte for byte, on every machine.
 * Exit status 1 when an invariant was violated.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    /** Prints every event of the seeds. */
    log: { type: 'boolean', default: false },
    /** Runs this scenario, as JSON, and no seeds. */
    scenario: { type: 'string' },
  },
});
const [seeds, from] = [Number(values.seeds), Number(values.from)];
const jobs = oneLife() ? 1 : Math.max(1, Number(values.jobs));

const SHOWN_MAX = 5;
/**
 * A life leaves a lot behind that is soon forgotten: room for it makes for fewer collections, and each process has one
 * core. Whoever looks at a single life is told the lines of the sources; for thousands that would cost a tenth of the time.
 */
const NODE_OPTIONS = [
  '--max-semi-space-size=64',
  '--single-threaded-gc',
  ...(oneLife() ? ['--enable-source-maps'] : []),
];
/** Faults that cannot strike and invariants that are not checked, and why; told by the simulating process. */
let unreachableFaults: readonly (readonly [string, string])[] = [];

mkdirSync('node_modules/.cache', { recursive: true });
const folder = mkdtempSync(join('node_modules', '.cache', 'simulation-'));
const children = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
  });
try {
  await bundleSimulation(folder);
  const tally = await runAll();
  process.exitCode = summary(tally, unreachableFaults) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function oneLife(): boolean {
  return values.log || values.scenario !== undefined;
}

async function runAll(): Promise<SimulationTally> {
  const tally = new SimulationTally(from, seeds);
  const started = Date.now();
  let told = started;
  const shares = Array.from({ length: jobs }, (_, index) =>
    run(
      {
        from: from + index,
        seeds: seeds - index,
        step: jobs,
        shrink: 2,
        log: values.log,
        unreachable: true,
        ...given(),
      },
      (report) => {
        tally.add(report);
        if (report.violations.length > 0) console.log(`seed ${report.seed}: ${report.violations[0] ?? ''}`);
        if (Date.now() - told < 20_000) return;
        told = Date.now();
        console.log(`  ${tally.lives} of ${seeds} seeds in ${Math.round((told - started) / 1000)} s`);
      },
    ),
  );
  const ended = await Promise.all(shares);
  if (ended.some((code) => code !== 0)) throw new Error('A simulating process stopped before its end.');
  console.log(`${tally.lives} seeds in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  return tally;
}

function given(): { readonly scenarios?: readonly unknown[] } {
  return values.scenario === undefined ? {} : { scenarios: [JSON.parse(values.scenario)] };
}

function run(assignment: object, told: (report: Report) => void): Promise<number | null> {
  const file = join(folder, 'simulation.mjs');
  const child = spawn(process.execPath, [...NODE_OPTIONS, file, JSON.stringify(assignment)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('[')) unreachableFaults = JSON.parse(line) as typeof unreachableFaults;
    else if (line.startsWith('{')) told(JSON.parse(line) as Report);
    else console.log(line);
  });
  return new Promise((done) => child.on('close', done));
}

function summary(tally: SimulationTally, unreachable: readonly (readonly [string, string])[]): boolean {
  const { failed, lives, events, entries, saves, reported } = tally;
  console.log(`${events} events, ${entries} acknowledged entries, `);
  console.log(`${saves} files saved, ${reported} losses reported.`);
  for (const [fault, struck] of [...tally.struck].sort(([a], [b]) => a.localeCompare(b)))
    console.log(`  ${fault.padEnd(22)} ${String(struck.times).padStart(8)} times in ${struck.lives} lives`);
  for (const [fault, why] of unreachable) console.log(`  ${fault.padEnd(22)} ${why}`);
  console.log(`Trace of all: ${tally.traceOfAll()}`);
  for (const { seed, violations, smallest } of failed.slice(0, SHOWN_MAX)) {
    console.log(`\nSeed ${seed} fails. Again: npm run simulate -- --seeds 1 --from ${seed} --log`);
    for (const violation of violations) console.log(`  ${violation}`);
    if (smallest !== null) console.log(`  Smallest: npm run simulate -- --scenario '${JSON.stringify(smallest)}'`);
  }
  console.log(failed.length === 0 ? 'No invariant was violated.' : `${failed.length} of ${lives} seeds fail.`);
  return failed.length === 0;
}
