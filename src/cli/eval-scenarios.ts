import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { MODES, type Mode } from '#evals/scenarios/all.ts';
import { compare, COUNTS, type Comparison, type KeptRun } from '#evals/scenarios/compare.ts';
import type { RealModel } from '#evals/scenarios/play.ts';
import { chosen, runScenarios, totalsOf } from '#evals/run-scenarios.ts';
import { halvesEgress } from '../../tests/fakes/halves-egress.ts';
import { BASELINE, baselineText, beginBatch, readRuns } from './kept-evals.ts';

const USAGE = `Usage: npm run evals [-- --mode symbolic|scripted|model] [--only ID...] [--repeat N] [--json]
       npm run evals -- --mode model --model URL --model-name NAME
       npm run evals -- --compare A B
       npm run evals -- goal-parsing | tool-calls

  Plays whole runs with known right ends: all without a model and with scripted ones, unless said otherwise. What was
  played is kept under .cache/evals, one line each; Ctrl-C keeps what is done.

  --mode        symbolic: no model; scripted: scripted ones; model: the host of models at --model in all of them
  --model       its address with its path, as http://localhost:11434/v1; its key, where it wants one, in EVALS_MODEL_KEY
  --only        ids of scenarios, or what they begin with: mail, mail/summary
  --compare     two of: the beginning of a commit, a file, last, baseline. Exit status 1 where B is worse
  --keep        makes what was played the baseline that tests compare with`;

export interface Output {
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
  /** Calls back when the user wants no more. */
  readonly stopped: (stop: () => void) => void;
}

/** @returns the exit status: 0; 1 for a regression; 2 for what was not understood or could not be done */
export async function scenariosCommand(args: readonly string[], output: Output): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        mode: { type: 'string', multiple: true },
        model: { type: 'string' },
        'model-name': { type: 'string' },
        only: { type: 'string', multiple: true },
        repeat: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        compare: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      output.print(USAGE);
      return 0;
    }
    if (values.compare) {
      const [a, b, ...more] = positionals;
      if (a === undefined || b === undefined || more.length > 0) throw new Error(USAGE);
      return tell(compare(readRuns(a), readRuns(b)), values.json, output);
    }
    const modes = values.mode?.map(modeOf) ?? ['symbolic', 'scripted'];
    const repeat = Number(values.repeat);
    if (!Number.isInteger(repeat) || repeat < 1) throw new Error('--repeat is a number of times.');
    const only = values.only === undefined ? undefined : [...values.only, ...positionals];
    if (only === undefined && positionals.length > 0) throw new Error(USAGE);
    const real = modes.includes('model') ? realModel(values.model, values['model-name']) : null;
    const options = { repeat, real, ...(only === undefined ? {} : { only }) };
    const runs = await playAll(modes, options, values.json, output);
    if (values.json) output.print(JSON.stringify({ totals: totalsOf(runs), runs }, null, 2));
    if (values.keep) {
      writeFileSync(BASELINE, baselineText(runs));
      output.warn(`${String(runs.length)} runs are the baseline now.`);
      return 0;
    }
    const known = compare(readRuns('baseline'), runs);
    if (known.pairs === 0) return 0;
    output.warn('\nAgainst the baseline:');
    return tell(known, false, { ...output, print: values.json ? output.warn : output.print });
  } catch (error) {
    output.warn(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

async function playAll(
  modes: readonly Mode[],
  options: { readonly repeat: number; readonly real: RealModel | null; readonly only?: readonly string[] },
  quiet: boolean,
  { print, warn, stopped }: Output,
): Promise<KeptRun[]> {
  const all = modes.reduce((sum, mode) => sum + chosen({ mode, ...options }).length, 0);
  if (all === 0) throw new Error('There is no such scenario.');
  const batch = beginBatch(modes, options.repeat, options.real);
  const runs: (KeptRun & { readonly wallMs: number })[] = [];
  const enough = new AbortController();
  stopped(() => enough.abort());
  const wanted = (): boolean => !enough.signal.aborted;
  for (const mode of modes) {
    if (!wanted()) break;
    for await (const run of runScenarios({ mode, ...options })) {
      runs.push(run);
      batch.add(run);
      const told = `${String(runs.length).padStart(4)}/${String(all)}  ${lineOf(run)}`;
      (quiet ? warn : print)(told);
      if (!wanted()) break;
    }
  }
  if (!wanted()) warn(`Stopped: ${String(runs.length)} of ${String(all)} were played.`);
  for (const mode of quiet ? [] : modes) {
    const mine = runs.filter((run) => run.mode === mode);
    if (mine.length > 0) print(totalsLine(mode, mine));
  }
  warn(`Kept in ${batch.file}`);
  return runs;
}

function lineOf(run: KeptRun & { readonly wallMs: number }): string {
  const took = [
    `${String(run.wallMs).padStart(6)} ms`,
    `${String(run.toolCalls).padStart(2)} tool calls`,
    ...(run.modelCalls === 0 ? [] : [`${String(run.modelCalls)} model calls`]),
    ...(run.tokensIn === 0 ? [] : [`${String(run.tokensIn)} + ${String(run.tokensOut)} tokens`]),
    ...(run.questions === 0 ? [] : [`${String(run.questions)} asked`]),
  ];
  const head = `${run.success ? 'right' : 'WRONG'}  ${`${run.mode}/${run.scenario}`.padEnd(36)} ${took.join(', ')}`;
  return [head, ...run.problems.map((problem) => `             ${problem}`)].join('\n');
}

function totalsLine(mode: Mode, runs: readonly KeptRun[]): string {
  const all = totalsOf(runs);
  const share = (part: number, whole: number): string =>
    `${String(part)} of ${String(whole)}${whole === 0 ? '' : ` (${((100 * part) / whole).toFixed(1)} %)`}`;
  return `\n${mode}: right ${share(all.succeeded, all.runs)}, check passed ${share(all.passed, all.judged)}, ${(all.wallMs / 1000).toFixed(1)} s
  tool calls ${String(all.toolCalls)}, model calls ${String(all.modelCalls)}, tokens ${String(all.tokensIn)} in and ${String(all.tokensOut)} out, cost ${(all.costMicro / 1e6).toFixed(4)}, questions asked ${String(all.questions)}`;
}

/** What changed, scenario by scenario, and whether B is worse. */
function tell(found: Comparison, json: boolean, { print }: Output): 0 | 1 {
  if (json) print(JSON.stringify(found, null, 2));
  else {
    const list = (what: string, names: readonly string[]): void => names.forEach((name) => print(`  ${what}  ${name}`));
    print(`${String(found.pairs)} played in both`);
    list('lost       ', found.lost);
    list('won        ', found.won);
    list('unverified ', found.unverified);
    if (found.onlyInA.length + found.onlyInB.length > 0)
      print(
        `  only in A: ${String(found.onlyInA.length)}, only in B: ${String(found.onlyInB.length)}; these are not judged`,
      );
    for (const count of COUNTS) {
      const change = found.counts.find((one) => one.count === count);
      if (change === undefined || change.changed.length === 0) continue;
      print(`  ${count}: ${String(change.a)} to ${String(change.b)} (p = ${change.probability.toPrecision(2)})`);
      for (const { scenario, a, b } of change.changed) print(`    ${scenario}: ${String(a)} to ${String(b)}`);
    }
    found.regressions.forEach((regression) => print(`REGRESSION: ${regression}`));
    if (found.regressions.length === 0) print('no regression');
  }
  return found.regressions.length === 0 ? 0 : 1;
}

function modeOf(name: string): Mode {
  const mode = MODES.find((one) => one === name);
  if (mode === undefined) throw new Error(`--mode is one of ${MODES.join(', ')}.`);
  return mode;
}

function realModel(address: string | undefined, model: string | undefined): RealModel {
  if (address === undefined || model === undefined || !URL.canParse(address))
    throw new Error('With --mode model go --model URL and --model-name NAME.');
  const key = process.env['EVALS_MODEL_KEY'] ?? '';
  return { address, model, key, egress: () => halvesEgress((request) => fetch(request)) };
}
