import { scenariosOf, type Mode } from './scenarios/all.ts';
import { COUNTS, type Count, type KeptRun } from './scenarios/compare.ts';
import { play, type RealModel, type Refit } from './scenarios/play.ts';
import { scoreRun } from './scenarios/score-run.ts';

export interface RunOptions {
  readonly mode: Mode;
  /** Ids, or the beginning of some; left out for all. */
  readonly only?: readonly string[];
  readonly repeat?: number;
  /** Needed by the mode `model`. */
  readonly real?: RealModel | null;
  readonly refit?: Refit;
}

/** What would be played, one after the other. */
export function chosen({ mode, only, repeat = 1 }: RunOptions): { readonly id: string; readonly round: number }[] {
  const ids = scenariosOf(mode)
    .map(({ id }) => id)
    .filter((id) => only === undefined || only.some((named) => id === named || id.startsWith(`${named}/`)));
  return Array.from({ length: repeat }, (_, at) => at + 1).flatMap((round) => ids.map((id) => ({ id, round })));
}

/** Plays scenarios one after the other, and tells each as it ended. Whoever asks for no more has those that were played. */
export async function* runScenarios(options: RunOptions): AsyncGenerator<KeptRun & { readonly wallMs: number }> {
  const { mode, real = null, refit } = options;
  if (mode === 'model' && real === null) throw new Error('A model is needed to play with one.');
  const known = new Map(scenariosOf(mode).map((scenario) => [scenario.id, scenario]));
  for (const { id, round } of chosen(options)) {
    const scenario = known.get(id);
    if (scenario === undefined) continue;
    const asked = mode === 'model' ? real : null;
    const played = await play(scenario, asked, refit);
    yield { mode, round, ...scoreRun(scenario, played, asked !== null) };
  }
}

export type Totals = Readonly<Record<Count, number>> & {
  readonly runs: number;
  readonly succeeded: number;
  /** Of those that came to a verdict, how many passed. */
  readonly judged: number;
  readonly passed: number;
  readonly wallMs: number;
};

export function totalsOf(runs: readonly KeptRun[]): Totals {
  const sum = (of: (run: KeptRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    ...(Object.fromEntries(COUNTS.map((count) => [count, sum((run) => run[count])])) as Record<Count, number>),
    runs: runs.length,
    succeeded: sum(({ success }) => Number(success)),
    judged: sum(({ verdict }) => Number(verdict !== null)),
    passed: sum(({ verdict }) => Number(verdict === 'PASS')),
    wallMs: sum(({ wallMs }) => wallMs ?? 0),
  };
}
