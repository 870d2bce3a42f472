import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCENARIOS, type Mode } from '#evals/scenarios/all.ts';
import { COUNTS, type KeptRun } from '#evals/scenarios/compare.ts';
import type { RealModel } from '#evals/scenarios/play.ts';

/** What tests compare with. */
export const BASELINE = fileURLToPath(new URL('../../evals/scenarios/baseline.json', import.meta.url));
const KEPT = fileURLToPath(new URL('../../.cache/evals', import.meta.url));
const SHA_CHARS_MIN = 4;

/** The first line of a file of runs: what was played, and of which state of the code. */
interface Batch {
  readonly at: string;
  /** The commit. */
  readonly sha: string;
  /** There were changes beside it. */
  readonly dirty: boolean;
  readonly node: string;
  readonly modes: readonly Mode[];
  readonly repeat: number;
  /** What the generated vaults are made from. */
  readonly seeds: readonly string[];
  /** The model that was asked, and where; null for none. */
  readonly model: string | null;
}

/** A new file of runs; each is in it as soon as it is added. */
export function beginBatch(
  modes: readonly Mode[],
  repeat: number,
  real: RealModel | null,
): { readonly file: string; readonly add: (run: KeptRun) => void } {
  mkdirSync(KEPT, { recursive: true });
  const seeds = [
    ...new Set(SCENARIOS.flatMap(({ files }) => ('seed' in files ? [`${files.from} ${String(files.seed)}`] : []))),
  ];
  const batch: Batch = {
    at: new Date().toISOString(),
    sha: git('rev-parse', 'HEAD'),
    dirty: git('status', '--porcelain') !== '',
    node: process.version,
    ...{ modes, repeat, seeds },
    model: real === null ? null : `${real.model} at ${real.address}`,
  };
  const file = join(KEPT, `${batch.at.replaceAll(/[:.]/g, '-')}-${batch.sha.slice(0, 9)}.jsonl`);
  writeFileSync(file, `${JSON.stringify(batch)}\n`);
  return { file, add: (run) => appendFileSync(file, `${JSON.stringify(run)}\n`) };
}

/** @param of the beginning of a commit, a file, `last`, or `baseline` */
export function readRuns(of: string): KeptRun[] {
  if (of === 'baseline') return (JSON.parse(readFileSync(BASELINE, 'utf8')) as { runs: KeptRun[] }).runs;
  if (existsSync(of)) return runsIn(of);
  const kept = existsSync(KEPT) ? readdirSync(KEPT).sort() : [];
  const files =
    of === 'last'
      ? kept.slice(-1)
      : of.length < SHA_CHARS_MIN
        ? []
        : kept.filter((name) => shaOf(name).startsWith(of.slice(0, 9)));
  if (files.length === 0) throw new Error(`No runs are kept of ${of}.`);
  // What was played again later stands for what was played before.
  const runs = new Map(
    files
      .flatMap((name) => runsIn(join(KEPT, name)))
      .map((run) => [`${run.mode} ${run.scenario} ${String(run.round)}`, run]),
  );
  return [...runs.values()];
}

/** One run a line, without what differs from machine to machine. */
export function baselineText(runs: readonly KeptRun[]): string {
  const lines = runs.map(({ mode, scenario, round, success, problems, status, verdict, ...rest }) => {
    const counts = Object.fromEntries(COUNTS.map((count) => [count, rest[count]]));
    return `    ${JSON.stringify({ mode, scenario, round, success, problems, status, verdict, ...counts })}`;
  });
  return `{\n  "runs": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

function runsIn(file: string): KeptRun[] {
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as KeptRun);
}

function shaOf(name: string): string {
  return basename(name, '.jsonl').split('-').at(-1) ?? '';
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
