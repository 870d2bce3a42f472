import type { Run } from '#core/agent/run.ts';
import type { RunId, SourceId, StepId, UnixMs } from '#core/base/ids.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Plan } from '#core/planner/plan.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { evaluationLanguage } from '#evals/language.ts';
import { Interpreter } from '#runtime/agent/interpreter.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { EMPTY_STATE } from '#runtime/agent/projection.ts';
import type { SourceView } from '#runtime/contract/views.ts';
import { parseFile } from '../fakes/parse-file.ts';
import { realClock } from '../fakes/real-clock.ts';
import { OWNER } from '../fakes/tool-context.ts';
import { type Figure, ratios, spread } from './statistics.ts';

const QUESTIONS = 12;
const CALL_MS = 40;
const ROUNDS = 9;

/**
 * Twelve questions to a tool that takes 40 ms, each asked twice, one after the other: as the agent takes steps, decision,
 * key and label included, with the cache and, in turn, with nothing kept from one call to the next.
 */
export async function benchToolCache(): Promise<Figure[]> {
  const world = await slowWorld();
  const rows = { on: [] as number[], off: [] as number[], hits: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const on = await world.pursue(true);
    const off = await world.pursue(false);
    if (on.hits.length !== QUESTIONS || off.hits.length !== 0) throw new Error('Half the calls are repeated.');
    if (on.found !== off.found) throw new Error('What was found is not the same.');
    // The first loads the tools.
    if (round === 0) continue;
    rows.on.push(on.ms);
    rows.off.push(off.ms);
    rows.hits.push(...on.hits);
  }
  return [
    {
      name: `G23 ${String(QUESTIONS)} calls of ${String(CALL_MS)} ms, each repeated`,
      unit: 'ms',
      ours: spread(rows.on),
      peer: { name: 'without the cache', ...spread(rows.off) },
      ratio: spread(ratios(rows.on, rows.off)),
      goal: '0.5 x: the repeated half is gone',
    },
    {
      name: 'G23 a call that was made before',
      unit: 'ms',
      ours: spread(rows.hits),
      peer: null,
      ratio: null,
      goal: '<= 0.5 ms',
    },
  ];
}

interface Pursued {
  readonly ms: number;
  /** Milliseconds of each call that was not made again. */
  readonly hits: readonly number[];
  readonly found: string;
}

/** A vault of one file that takes its time to be read. */
async function slowWorld(): Promise<{ readonly pursue: (keep: boolean) => Promise<Pursued> }> {
  const text = '# Boats\n\nThe sailing boat is berthed at pier 12.\n';
  const { items } = await parseFile('boats.md', text);
  const id = items[0]?.span.source as SourceId;
  const counts = { messages: 0, events: 0, documents: items.length, tables: 0 };
  const file = { id, path: 'boats.md', counts, sample: false, removedAt: null } as unknown as SourceView;
  const slow = {
    items: async function* () {
      await new Promise((resolve) => setTimeout(resolve, CALL_MS));
      yield items;
    },
  };
  const ports = {
    ...{ clock: realClock(), sha256, language: evaluationLanguage },
    blobs: { readFor: () => slow },
  } as unknown as AgentPorts;
  const state = { ...EMPTY_STATE, sources: new Map([[id, file]]) };
  const run = runOver(id);
  const { signal } = new AbortController();
  return {
    pursue: async (keep) => {
      const interpreter = new Interpreter(ports, () => OWNER);
      const hits: number[] = [];
      const found: unknown[] = [];
      const begin = performance.now();
      for (const step of run.plan?.steps ?? []) {
        const at = performance.now();
        const done = await interpreter.runStep(run, step.id, state, signal, () => undefined);
        if (!done.ok) throw new Error(done.error.message);
        const { observation, label, from } = done.value;
        if (from !== undefined) hits.push(performance.now() - at);
        found.push(observation, label);
        if (!keep) interpreter.forget();
      }
      return { ms: performance.now() - begin, hits, found: JSON.stringify(found) };
    },
  };
}

function runOver(source: SourceId): Run {
  const steps = Array.from({ length: 2 * QUESTIONS }, (_, at) => ({
    ...{ id: `s${String(at)}` as StepId, tool: 'search-passages', title: 'Search', dependsOn: [], consumes: [] },
    args: { question: `Which boat is at pier ${String(at % QUESTIONS)}?` },
    ...{ produces: [`found-${String(at)}`], parallelizable: true, approval: false, undo: 'nothing-to-undo' },
  }));
  const plan = { steps, answerStep: steps[0]?.id } as unknown as Plan;
  return {
    ...{ id: 'run-bench' as RunId, status: 'executing', pausedFrom: null, goal: 'Search', overrides: {}, plan },
    ...{ startedAt: 0 as UnixMs, endedAt: null, sources: [source], now: 0 as UnixMs, zone: 'UTC', steps: {} },
    ...{ planLabel: OWNER_TYPED, approval: null, answer: null, answerDigest: null, verdict: null, failure: null },
  };
}
