import { benchActivation } from '../../tests/bench/activation.ts';
import { benchActorActivation } from '../../tests/bench/actor-activation.ts';
import { benchGoal } from '../../tests/bench/goal.ts';
import { benchImport } from '../../tests/bench/import.ts';
import { benchJournalGrowth } from '../../tests/bench/journal-growth.ts';
import { benchPlanning } from '../../tests/bench/planning.ts';
import { benchPolicy } from '../../tests/bench/policy.ts';
import { benchLoop } from '../../tests/bench/loop.ts';
import { benchToolCache } from '../../tests/bench/tool-cache.ts';
import { benchSchedule } from '../../tests/bench/schedule.ts';
import { benchSize } from '../../tests/bench/size.ts';
import { benchStart } from '../../tests/bench/start.ts';
import { benchAppendInBrowser } from '../../tests/bench/append-in-browser.ts';
import type { Figure, Spread } from '../../tests/bench/statistics.ts';

/**
 * `npm run bench [-- NAME...] [--json] [--long] [--peers]`: figures as a table, or as JSON; `--long` measures larger sizes
 * too, `--peers` fetches what others made into a folder of its own and measures it beside, `--limit=S` gives `planning`
 * other than 30 seconds for a problem.
 */
const BENCHES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  size: benchSize,
  start: benchStart,
  import: benchImport,
  goal: benchGoal,
  append: benchAppendInBrowser,
  growth: benchJournalGrowth,
  activation: benchActivation,
  'actor-activation': benchActorActivation,
  policy: benchPolicy,
  planning: () => Promise.resolve(benchPlanning(limitS())),
  loop: benchLoop,
  'tool-cache': benchToolCache,
  schedule: benchSchedule,
};

const words = process.argv.slice(2);
const json = words.includes('--json');
const asked = words.filter((word) => !word.startsWith('--'));
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(1);
}
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  if (!json) console.error(`measuring ${name} …`);
  figures.push(...(await bench()));
}
console.log(json ? JSON.stringify(figures, null, 2) : table(figures));

function limitS(): number | undefined {
  const given = Number(words.find((word) => word.startsWith('--limit='))?.slice('--limit='.length));
  return given > 0 ? given : undefined;
}

function table(rows: readonly Figure[]): string {
  const cells = rows.map((row) => [
    row.name,
    `${show(row.ours)} ${row.unit}`,
    row.peer ? `${row.peer.name}: ${show(row.peer)} ${row.unit}` : '',
    row.ratio ? `x ${show(row.ratio)}` : '',
    row.goal,
  ]);
  const all = [['what', 'ours: median (min to max)', 'against', 'ratio', 'goal'], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function show({ median, min, max }: Spread): string {
  return min === max ? round(median) : `${round(median)} (${round(min)} to ${round(max)})`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toPrecision(2);
}
