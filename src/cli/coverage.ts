import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CAREFUL_PARTS } from './careful-parts.ts';

/**
 * `npm run coverage`: whether the tests of the code that must not be wrong reach every branch of it. Names each that they
 * do not reach by file and line, and then ends with status 1.
 */
interface Covered {
  readonly branchMap: {
    readonly [id: string]: { readonly type: string; readonly loc: Range; readonly locations: Range[] };
  };
  readonly b: { readonly [id: string]: readonly number[] };
}

interface Range {
  /** Not there for a branch that is not written: what is done without an `else`. */
  readonly start: { readonly line?: number };
}

/** What is counted runs slower. */
const TEST_MS_MAX = 60_000;

mkdirSync('.cache', { recursive: true });
const folder = mkdtempSync(join('.cache', 'coverage-'));
try {
  process.exitCode = Math.max(runTests(), report());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns the exit status */
function runTests(): number {
  const { status } = spawnSync(
    join('node_modules', '.bin', 'vitest'),
    [
      ...['run', '--project', 'unit', '--reporter=dot'],
      ...['--coverage.enabled', '--coverage.provider=v8', '--coverage.reporter=json', '--coverage.reportOnFailure'],
      ...[`--coverage.reportsDirectory=${folder}`, `--testTimeout=${String(TEST_MS_MAX)}`],
      ...CAREFUL_PARTS.map(
        (part) => `--coverage.include=${part.folder.endsWith('.ts') ? part.folder : `${part.folder}/**/*.ts`}`,
      ),
      ...new Set(CAREFUL_PARTS.flatMap(({ tests }) => tests)),
    ],
    { stdio: 'inherit', shell: process.platform === 'win32' },
  );
  return status ?? 1;
}

function report(): number {
  const files = JSON.parse(readFileSync(join(folder, 'coverage-final.json'), 'utf8')) as { [path: string]: Covered };
  let missed = 0;
  for (const part of CAREFUL_PARTS) {
    const own = Object.entries(files).filter(([path]) =>
      relative('', path).replaceAll('\\', '/').startsWith(part.folder),
    );
    const branches = own.flatMap(([path, covered]) => branchesOf(relative('', path), covered));
    const left = branches.filter(({ reached }) => !reached);
    for (const { place } of left) console.log(`  ${place} is reached by no test`);
    console.log(`${part.folder}: ${String(branches.length - left.length)} of ${String(branches.length)} branches`);
    // A folder of which nothing was counted is one that was renamed.
    missed += branches.length === 0 ? 1 : left.length;
  }
  return missed === 0 ? 0 : 1;
}

function branchesOf(file: string, { branchMap, b }: Covered): { readonly place: string; readonly reached: boolean }[] {
  return Object.entries(branchMap).flatMap(([id, { type, loc, locations }]) =>
    locations.map(({ start }, i) => ({
      place: `${file}:${String(start.line ?? loc.start.line)} (${type})`,
      reached: (b[id]?.[i] ?? 0) > 0,
    })),
  );
}
