import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeGroup } from '#core/audit/group-frame.ts';
import type { Digest, RunId, StepId, UnixMs } from '#core/base/ids.ts';
import { seededRandom } from '#core/base/random.ts';
import { err, ok } from '#core/base/result.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Plan, Step } from '#core/planner/plan.ts';
import type { RunInterpreter } from '#runtime/agent/run-interpreter.ts';
import { agentOn } from './activation.ts';
import { LANGGRAPH, langGraph, type Peer, type Task } from './langgraph.ts';
import { journalInMemory } from './memory-journal.ts';
import { type Figure, ratios, spread } from './statistics.ts';

const ROUNDS = 9;
const WARM_ROUNDS = 1;

/**
 * Plans whose steps take their time, done by the real agent with every transition journaled, signed and flushed to a file,
 * beside the shortest that the dependencies allow; with `--peers` also LangGraph.js with its state in memory.
 */
export async function benchSchedule(): Promise<Figure[]> {
  const peer = process.argv.includes('--peers') ? await langGraph() : null;
  try {
    return [
      ...(await figures(
        'G1 six chains of six steps, a long one at a different depth in each',
        SKEWED,
        peer,
        '<= 1.08 x',
        '<= 0.25 x',
      )),
      ...(await figures('G2 four layers of eight steps of 50 ms', LAYERED, peer, '<= 1.05 x', 'reported')),
      ...(await overheads(peer)),
    ];
  } finally {
    peer?.remove();
  }
}

/** Six chains of six steps; in each one of 200 ms at a different depth, the others 10 ms; and a join. */
const SKEWED: readonly Task[] = [
  ...Array.from({ length: 36 }, (_, index): Task => {
    const [chain, depth] = [Math.floor(index / 6), index % 6];
    return {
      id: `c${String(chain)}-${String(depth)}`,
      ms: depth === chain ? 200 : 10,
      after: depth === 0 ? [] : [`c${String(chain)}-${String(depth - 1)}`],
    };
  }),
  { id: 'join', ms: 1, after: Array.from({ length: 6 }, (_, chain) => `c${String(chain)}-5`) },
];

/** Every step of a layer needs every step of the one before. */
const LAYERED: readonly Task[] = [
  ...Array.from({ length: 32 }, (_, index): Task => {
    const layer = Math.floor(index / 8);
    return { id: `l${String(layer)}-${String(index % 8)}`, ms: 50, after: layer === 0 ? [] : namesIn(layer - 1) };
  }),
  { id: 'join', ms: 0, after: namesIn(3) },
];

function namesIn(layer: number): string[] {
  return Array.from({ length: 8 }, (_, index) => `l${String(layer)}-${String(index)}`);
}

async function figures(
  name: string,
  tasks: readonly Task[],
  peer: Peer | null,
  goal: string,
  peerGoal: string,
): Promise<Figure[]> {
  const least = criticalPath(tasks);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    const [mine, other] = [await doneBy(tasks), peer === null ? Number.NaN : await peer.graph(tasks)];
    if (round < WARM_ROUNDS) continue;
    ours.push(mine);
    theirs.push(other);
  }
  const limit = { name: 'critical path', ...spread([least]) };
  return [
    { name, unit: 'ms', ours: spread(ours), peer: limit, ratio: spread(ours.map((ms) => ms / least)), goal },
    ...(peer === null
      ? []
      : [
          {
            name,
            unit: 'ms',
            ours: spread(ours),
            peer: { name: LANGGRAPH, ...spread(theirs) },
            ratio: spread(ratios(ours, theirs)),
            goal: peerGoal,
          },
        ]),
  ];
}

/** Steps that take no time: what scheduling and journaling one of them costs, beside so many flushes alone. */
async function overheads(peer: Peer | null): Promise<Figure[]> {
  const sizes = [64, 250, 1_000];
  const rows = sizes.map((size) => ({
    size,
    tasks: noOps(size),
    ours: [] as number[],
    theirs: [] as number[],
    flushes: [] as number[],
  }));
  for (let round = 0; round < WARM_ROUNDS + 5; round++)
    for (const row of rows) {
      const flushed = { count: 0 };
      const mine = await doneBy(row.tasks, flushed);
      const floor = flushesAlone(flushed.count);
      const other = peer === null ? Number.NaN : await peer.graph(row.tasks);
      if (round < WARM_ROUNDS) continue;
      row.ours.push((mine - floor) / row.size);
      row.theirs.push(other / row.size);
      row.flushes.push(floor / row.size);
    }
  return rows.map(({ size, ours, theirs, flushes }) => ({
    name: `G3 a step that does nothing, of ${String(size)} in a random DAG, above its flushes (${spread(flushes).median.toFixed(2)} ms)`,
    unit: 'ms',
    ours: spread(ours),
    peer: peer === null ? null : { name: LANGGRAPH, ...spread(theirs) },
    ratio: peer === null ? null : spread(ratios(ours, theirs)),
    goal: '<= 0.1 ms',
  }));
}

/** A random DAG, no wider than sixteen. */
function noOps(size: number): Task[] {
  const random = seededRandom(size);
  const tasks = Array.from({ length: size - 1 }, (_, index): Task => {
    const layer = Math.floor(index / 16);
    const before = Array.from(
      { length: layer === 0 ? 0 : 16 },
      (_unused, other) => `n${String((layer - 1) * 16 + other)}`,
    );
    return { id: `n${String(index)}`, ms: 0, after: before.filter(() => random.chance(0.2)) };
  });
  return [...tasks, { id: 'join', ms: 0, after: tasks.map(({ id }) => id) }];
}

function criticalPath(tasks: readonly Task[]): number {
  const ends = new Map<string, number>();
  for (const { id, ms, after } of tasks) ends.set(id, ms + Math.max(0, ...after.map((other) => ends.get(other) ?? 0)));
  return Math.max(...ends.values());
}

/** @returns milliseconds from the order to the last step's end */
async function doneBy(tasks: readonly Task[], flushed = { count: 0 }): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'windhover-bench-'));
  const file = openSync(join(folder, 'journal'), 'w');
  const world = journalInMemory((groups) => {
    flushed.count++;
    for (const group of groups) writeSync(file, encodeGroup(group));
    fdatasyncSync(file);
  });
  const journal = await world.open();
  const plan = planOf(tasks);
  const times = new Map(tasks.map(({ id, ms }) => [id, ms]));
  let end: (at: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => (end = resolve));
  const interpreter: Partial<RunInterpreter> = {
    plan: () => Promise.resolve(ok({ plan, label: OWNER_TYPED, choices: [] })),
    doneBy: () => ({ version: 1, model: null }),
    runStep: async (_run, id) => {
      const ms = times.get(id) ?? 0;
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      return ok({ observation: { id }, label: OWNER_TYPED });
    },
    finished: (step, { observation, label }) => ({
      ...{ type: 'step.finished', step, observation, label },
      digest: step.padStart(64, '0') as Digest,
    }),
    verify: () => {
      end(performance.now());
      return Promise.resolve(err({ code: 'internal', message: 'The steps are done.' }));
    },
  };
  const agent = agentOn(world, journal, interpreter as RunInterpreter);
  await agent.commit([{ type: 'agent.created', at: 0 as UnixMs, agent: 'did:key:z6Mk' }]);
  flushed.count = 0;
  const begun = performance.now();
  const [run, at] = ['run' as RunId, 0 as UnixMs];
  await agent.commit([
    { type: 'run.started', run, at, goal: 'Wait', overrides: {}, sources: [], now: at, zone: 'UTC' },
  ]);
  const took = (await ended) - begun;
  await journal.close();
  closeSync(file);
  rmSync(folder, { recursive: true, force: true });
  return took;
}

/** As many groups written and flushed, and nothing else. */
function flushesAlone(count: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'windhover-bench-'));
  const file = openSync(join(folder, 'journal'), 'w');
  const bytes = new Uint8Array(2_048);
  const begun = performance.now();
  for (let written = 0; written < count; written++) {
    writeSync(file, bytes);
    fdatasyncSync(file);
  }
  const took = performance.now() - begun;
  closeSync(file);
  rmSync(folder, { recursive: true, force: true });
  return took;
}

function planOf(tasks: readonly Task[]): Plan {
  const steps = tasks.map(({ id, after }): Step => ({
    ...{ id: id as StepId, tool: 'read-threads', title: id, args: {}, dependsOn: after as readonly StepId[] },
    ...{ produces: [], consumes: [], parallelizable: true, approval: false, undo: 'nothing-to-undo' },
  }));
  const goal = { kind: 'summarise', text: 'Wait', restated: 'Wait', parameters: [], confidence: 1 };
  return { goal, method: 'bench', steps, answerStep: steps.at(-1)?.id, digest: 'plan' } as unknown as Plan;
}
