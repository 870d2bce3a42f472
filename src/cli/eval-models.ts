import { parseArgs } from 'node:util';
import { scoreGoals, type GoalScores, type Reading } from '#evals/goal-parsing/score-goals.ts';
import { shippedReader } from '#evals/goal-parsing/shipped-reader.ts';
import type { CallScores } from '#evals/tool-calls/score-calls.ts';
import { spread, type Spread } from '../../tests/bench/statistics.ts';
import { casesOf, toolCallsInBrowser } from './tool-calls-in-browser.ts';

/**
 * `npm run evals -- goal-parsing [--seeds 5] [--from 1] [--model FILE] [--without-model] [--json]`: how often goals are
 * read right that the built-in model never learned from: by the rules alone, by the model alone, and by both as the app
 * has it; which kinds are confused; and whether the model is as sure as it is right.
 *
 * `npm run evals -- tool-calls [--backend wasm|webgpu] [--cases 200] [--seed 1] [--json]`: how often the model that comes
 * with the app makes exactly the right call, in a browser, and how fast; fewer cases are drawn by the seed. The exit status
 * is 1 where fewer are exact than were when they were last looked at.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '5' },
    from: { type: 'string', default: '1' },
    model: { type: 'string' },
    'without-model': { type: 'boolean', default: false },
    backend: { type: 'string', default: 'wasm' },
    cases: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const { backend } = values;
const cases = casesOf(Number(values.cases), Number(values.seed));

if (positionals[0] === 'goal-parsing') {
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => Number(values.from) + i);
  const reader = values['without-model'] ? null : shippedReader(values.model);
  const scores = await scoreGoals(seeds, reader);
  const model = reader === null ? 'no model' : `model ${reader.digest.slice(0, 16)}`;
  process.stdout.write(values.json ? `${JSON.stringify(scores, null, 2)}\n` : `${model}\n${told(scores)}`);
} else if (positionals[0] === 'tool-calls' && (backend === 'wasm' || backend === 'webgpu') && cases.length > 0) {
  const { scores, graphics } = await toolCallsInBrowser(backend, cases);
  const shown = { backend, graphics, ...scores, tokensPerSecond: spread(scores.tokensPerSecond) };
  process.stdout.write(values.json ? `${JSON.stringify(shown, null, 2)}\n` : toldCalls(shown));
  if (scores.exact < scores.expected) process.exitCode = 1;
} else {
  process.stderr.write(
    `Usage: npm run evals -- goal-parsing [--seeds N] [--from N] [--model FILE] [--without-model] [--json]
       npm run evals -- tool-calls [--backend wasm|webgpu] [--cases N] [--seed N] [--json]
`,
  );
  process.exitCode = 1;
}

type ShownCalls = Omit<CallScores, 'tokensPerSecond'> & {
  readonly backend: string;
  readonly graphics: string;
  readonly tokensPerSecond: Spread;
};

function toldCalls({ backend: on, graphics, exact, cases: of, expected, wrong, tokensPerSecond }: ShownCalls): string {
  const { median, min, max } = tokensPerSecond;
  const [middle, least, most] = [median, min, max].map((value) => value.toFixed(0));
  const lines = [
    `on ${graphics === '' ? on : `${on}, ${graphics}`}`,
    `exact calls: ${String(exact)} of ${String(of)} (expected: ${String(expected)})`,
    `tokens/s of an answer, its prompt read and all: median ${middle ?? ''}, ${least ?? ''} to ${most ?? ''}`,
    ...wrong.map(({ wanted, got }) => `  wanted ${wanted}\n  got    ${got}`),
  ];
  return `${lines.join('\n')}\n`;
}

function told({ tallies, confusions, calibration, won, lost }: GoalScores): string {
  const readings: readonly Reading[] = calibration === null ? ['rules'] : ['rules', 'model', 'both'];
  const lines = [`${'kind right, all right (of)'.padEnd(28)}${readings.map((by) => by.padEnd(18)).join('')}`];
  for (const [group, tally] of Object.entries(tallies))
    lines.push(
      `${`${group} (${String(tally.rules?.goals ?? 0)})`.padEnd(28)}${readings.map((by) => `${percent(tally[by]?.kinds, tally[by]?.goals)} ${percent(tally[by]?.exact, tally[by]?.goals)}`.padEnd(18)).join('')}`,
    );
  for (const by of readings) {
    const most = Object.entries(confusions[by] ?? {}).sort((a, b) => b[1] - a[1]);
    lines.push(`\nConfused by ${by}:`, ...most.map(([what, times]) => `  ${String(times).padStart(4)}  ${what}`));
  }
  if (calibration !== null) {
    lines.push('\nThe model, by how sure it is: goals, mean surety, share of right kinds');
    for (const { from, goals, sure, right } of calibration.bins)
      if (goals > 0)
        lines.push(`  from ${from.toFixed(1)}  ${String(goals).padStart(5)}  ${sure.toFixed(3)}  ${right.toFixed(3)}`);
    lines.push(`  expected calibration error ${calibration.error.toFixed(3)}`);
    lines.push(
      `\nRight by both and not by the rules: ${String(won.length)}; the other way round: ${String(lost.length)}`,
    );
    lines.push(...lost.map((goal) => `  lost: ${goal}`));
  }
  return `${lines.join('\n')}\n`;
}

function percent(part = 0, whole = 0): string {
  return whole === 0 ? '     -' : `${((100 * part) / whole).toFixed(1)} %`.padStart(7);
}
