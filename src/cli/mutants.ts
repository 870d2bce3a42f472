import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { CAREFUL_PARTS, type CarefulPart } from './careful-parts.ts';

/**
 * `npm run mutants -- [FOLDER or FILE ...] [--sample N --seed S]`: changes the code that must not be wrong in small ways, one at a
 * time, runs the tests that reach the place, and lists each change that no test notices. A sample is drawn by its seed.
 * Exit status 1 when of any part fewer are noticed than must be.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
  },
});

type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const LEAST_SCORE = 0.9;
const WORK_FOLDER = join('.cache', `mutants-${String(process.pid)}`);
const LINE_CHARS_MAX = 110;

let failed = false;
for (const part of CAREFUL_PARTS) {
  const narrowed = narrow(part);
  if (narrowed === null) continue;
  // The files may change while this runs: what is shown is what was tried.
  const texts = textsOf(part);
  failed = !report(part, texts, await runMutants(part, narrowed)) || failed;
}
process.exitCode = failed ? 1 : 0;

/** What of a part is asked for: all of it, some of its files, or nothing. */
function narrow({ folder }: CarefulPart): readonly string[] | null {
  const all = [isFile(folder) ? folder : `${folder}/**/*.ts`];
  const given = positionals.map((path) => path.replace(/\/$/, ''));
  if (given.length === 0 || given.some((path) => folder.startsWith(path))) return all;
  const files = given.filter((path) => path.startsWith(`${folder}/`) && isFile(path));
  return files.length === 0 ? null : files;
}

async function runMutants({ tests }: CarefulPart, mutate: readonly string[]): Promise<Mutant[]> {
  rmSync(WORK_FOLDER, { recursive: true, force: true });
  mkdirSync(WORK_FOLDER, { recursive: true });
  // Tests read public vectors beside the project: they find them beside its copy too.
  const shared = resolve('..', 'shared');
  if (existsSync(shared)) symlinkSync(shared, join(WORK_FOLDER, 'shared'));
  process.env.MUTANT_TESTS = tests.join(',');
  try {
    return await new Stryker({
      mutate: [...mutate],
      testRunner: 'vitest',
      coverageAnalysis: 'perTest',
      plugins: ['@stryker-mutator/vitest-runner', resolve('src', 'cli', 'mutant-sample.mjs')],
      checkers: ['sample'],
      concurrency: Number(values.jobs),
      tempDirName: WORK_FOLDER,
      cleanTempDir: 'always',
      ignorePatterns: ['.cache', 'build', 'static', 'docs', 'evals', '.svelte-kit', 'test-results'],
      reporters: ['progress-append-only'],
      logLevel: 'warn' as never,
      timeoutMS: 30_000,
      timeoutFactor: 4,
      warnings: false,
      vitest: { configFile: 'tests/mutants.config.ts' },
      ...{ sampleSize: values.sample === undefined ? null : Number(values.sample), sampleSeed: values.seed },
    }).runMutationTest();
  } finally {
    rmSync(WORK_FOLDER, { recursive: true, force: true });
  }
}

function textsOf({ folder }: CarefulPart): ReadonlyMap<string, string> {
  if (isFile(folder)) return new Map([[resolve(folder), readFileSync(folder, 'utf8')]]);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return new Map(files.map((file) => [resolve(folder, file), readFileSync(join(folder, file), 'utf8')]));
}

function isFile(folder: string): boolean {
  return folder.endsWith('.ts');
}

/** @returns whether enough were noticed */
function report(
  { folder, least = LEAST_SCORE }: CarefulPart,
  texts: ReadonlyMap<string, string>,
  mutants: readonly Mutant[],
): boolean {
  const all = (...statuses: readonly Mutant['status'][]): readonly Mutant[] =>
    mutants.filter(({ status }) => statuses.includes(status));
  const [killed, timeout] = [all('Killed').length, all('Timeout').length];
  const missed = [...all('Survived', 'NoCoverage')].sort(
    (a, b) => a.fileName.localeCompare(b.fileName) || a.location.start.line - b.location.start.line,
  );
  const tried = killed + timeout + missed.length;
  const score = tried === 0 ? 0 : (killed + timeout) / tried;
  const drawn = values.sample === undefined ? 'all' : `a sample of seed ${values.seed}`;
  for (const mutant of missed) console.log(described(mutant, texts.get(mutant.fileName) ?? ''));
  console.log(
    `${folder}: ${String(tried)} of ${String(mutants.length)} mutants (${drawn}): ${String(killed)} killed, ${String(timeout)} ran too long, ${String(missed.length)} survived: ${(100 * score).toFixed(1)} % noticed`,
  );
  return score >= least;
}

/** `src/core/audit/note.ts:70: x < y  ->  x <= y` */
function described({ fileName, location: { start, end }, replacement, status }: Mutant, text: string): string {
  const file = fileName.slice(resolve().length + 1);
  const lines = text.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  const before = lines.map((line, i) =>
    line.slice(i === 0 ? start.column - 1 : 0, i === last ? end.column - 1 : undefined),
  );
  const short = (change: string): string => {
    const one = change.replaceAll(/\s+/g, ' ');
    return one.length > LINE_CHARS_MAX ? `${one.slice(0, LINE_CHARS_MAX)}…` : one;
  };
  const reached = status === 'NoCoverage' ? ' (no test gets there)' : '';
  return `  ${file}:${String(start.line)}${reached}: ${short(before.join('\n'))}  ->  ${short(replacement)}`;
}
