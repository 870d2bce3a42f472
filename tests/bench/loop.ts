import type { Digest, RunId, StepId, UnixMs } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Plan } from '#core/planner/plan.ts';
import type { RunInterpreter } from '#runtime/agent/run-interpreter.ts';
import { agentOn } from './activation.ts';
import { LANGGRAPH, langGraph } from './langgraph.ts';
import { journalInMemory } from './memory-journal.ts';
import { type Figure, Laps, ratios, spread } from './statistics.ts';

const STEPS = 1_000;
/** Steps of one plan, one after the other: a plan of the product has at most 64. */
const PLAN_STEPS = 25;
const EARLY = 50;
const RESULT_CHARS = 1_024;
const WARM_ROUNDS = 2;
const ROUNDS = 7;

/**
 * A loop of a thousand steps, each of which finds a kilobyte: the real agent plans, journals that a step begins, does it,
 * and journals what it found, signed and sealed. In Node over a copy that answers at once: what a flush costs is the
 * append benchmark's. Beside it what a checkpointer does that keeps the whole conversation after each step; with `--peers`
 * also LangGraph.js.
 */
export async function benchLoop(): Promise<Figure[]> {
  const rows = { early: [] as number[], late: [] as number[], whole: [] as number[], peer: [] as number[] };
  const peer = process.argv.includes('--peers') ? await langGraph() : null;
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    const [ours, whole, theirs] = [new Laps(STEPS, EARLY), new Laps(STEPS, EARLY), new Laps(STEPS, EARLY)];
    await loop(ours);
    wholeEachStep(whole);
    await peer?.loop(STEPS, textOf, theirs);
    if (round < WARM_ROUNDS) continue;
    rows.early.push(ours.early);
    rows.late.push(ours.late);
    rows.whole.push(whole.late);
    rows.peer.push(theirs.late);
  }
  peer?.remove();
  return [
    {
      name: `G14 a step of a loop, steps ${String(STEPS - EARLY + 1)} to ${String(STEPS)}`,
      unit: 'ms of processor',
      ours: spread(rows.late),
      peer: { name: `steps 1 to ${String(EARLY)}`, ...spread(rows.early) },
      ratio: spread(ratios(rows.late, rows.early)),
      goal: '<= 1.3 x',
    },
    {
      name: `G14 a step of a loop, steps ${String(STEPS - EARLY + 1)} to ${String(STEPS)}, signed and sealed`,
      unit: 'ms of processor',
      ours: spread(rows.late),
      peer: { name: 'all steps so far kept anew, neither signed nor sealed', ...spread(rows.whole) },
      ratio: spread(ratios(rows.late, rows.whole)),
      goal: 'reported',
    },
    ...(peer === null
      ? []
      : [
          {
            name: `G14 a step of a loop, steps ${String(STEPS - EARLY + 1)} to ${String(STEPS)}, signed and sealed`,
            unit: 'ms of processor',
            ours: spread(rows.late),
            peer: { name: `${LANGGRAPH}, in memory`, ...spread(rows.peer) },
            ratio: spread(ratios(rows.late, rows.peer)),
            goal: '<= 0.1 x',
          },
        ]),
  ];
}

async function loop(laps: Laps): Promise<void> {
  const world = journalInMemory();
  const journal = await world.open();
  let done: () => void = () => undefined;
  const interpreter: Partial<RunInterpreter> = {
    plan: () => Promise.resolve(ok({ plan: PLAN, label: OWNER_TYPED, choices: [] })),
    doneBy: () => ({ version: 1, model: null }),
    forget: () => undefined,
    runStep: () => {
      laps.next();
      return Promise.resolve(ok({ observation: { text: textOf(laps.ended) }, label: undefined as never }));
    },
    finished: (step, { observation }) => ({
      type: 'step.finished',
      step,
      observation,
      digest: String(laps.ended).padStart(64, '0') as Digest,
    }),
    // The loop goes on in the next run.
    verify: () => {
      done();
      return Promise.resolve(err({ code: 'internal', message: 'the end of a part of the loop' }));
    },
  };
  const agent = agentOn(world, journal, interpreter as RunInterpreter);
  await agent.commit([{ type: 'agent.created', at: 0 as UnixMs, agent: 'did:key:z6Mk' }]);
  for (let run = 0; laps.ended < STEPS; run++) {
    const ended = new Promise<void>((resolve) => (done = resolve));
    const [id, at] = [`run-${String(run)}` as RunId, run as UnixMs];
    await agent.commit([
      { type: 'run.started', run: id, at, goal: 'Note', overrides: {}, sources: [], now: at, zone: 'UTC' },
    ]);
    await ended;
  }
  await journal.close();
}

const PLAN = {
  goal: {
    kind: 'summarise',
    text: 'Note',
    restated: 'Note',
    parameters: [],
    confidence: 1,
    alternatives: [],
    reason: '',
  },
  method: 'loop',
  steps: Array.from({ length: PLAN_STEPS }, (_, index) => ({
    ...{ id: `s${String(index)}`, tool: 'note', title: 'Note', args: { index }, produces: [], consumes: [] },
    ...{ dependsOn: index === 0 ? [] : [`s${String(index - 1)}`], parallelizable: false, approval: false },
    undo: 'nothing-to-undo',
  })),
  answerStep: `s${String(PLAN_STEPS - 1)}` as StepId,
} as unknown as Plan;

function wholeEachStep(laps: Laps): void {
  const kept: { readonly text: string }[] = [];
  while (laps.ended < STEPS) {
    laps.next();
    kept.push({ text: textOf(laps.ended) });
    if (JSON.stringify(kept).length < RESULT_CHARS) throw new Error('Nothing was kept.');
  }
}

function textOf(step: number): string {
  return String(step).padEnd(RESULT_CHARS, ' the harbour master writes down every ship');
}
