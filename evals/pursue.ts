import { sourceGate } from '#runtime/blobs/source-gate.ts';
import { memoryBytes } from '#adapters/files/file-bytes.ts';
import { loadParser } from '#adapters/files/parser-list.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { hex } from '#core/base/bytes.ts';
import type { RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Run } from '#core/agent/run.ts';
import type { Item } from '#core/items/item.ts';
import type { UnderstoodGoal } from '#core/planner/goal.ts';
import type { Plan } from '#core/planner/plan.ts';
import type { Answer } from '#core/tools/answer.ts';
import type { Verdict } from '#core/verifier/verdict.ts';
import { Interpreter } from '#runtime/agent/interpreter.ts';
import { EMPTY_STATE, observationKey, type AgentState } from '#runtime/agent/projection.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import type { EngineFinder } from '#runtime/models/step-model.ts';
import type { SourceView } from '#runtime/contract/views.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { GoalReader } from '#ports/goal-reader.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memoryBlobStore } from '#tests/fakes/memory-blob-store.ts';
import { realClock } from '#tests/fakes/real-clock.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';
import { evaluationLanguage } from './language.ts';
import type { World, WorldFile } from './world.ts';

/** What became of one goal. `failure` is set when the product gave up or threw, with where. */
export interface Pursuit {
  readonly goal: UnderstoodGoal | null;
  readonly plan: Plan | null;
  readonly answer: Answer | null;
  readonly verdict: Verdict | null;
  readonly failure: string | null;
}

/** A vault with the product's own parsers, planner, tools and verifier over it, and no browser. */
export interface Vault {
  readonly pursue: (goal: string) => Promise<Pursuit>;
  /** What the goal is taken to be; null when it cannot be planned. */
  readonly understand: (goal: string) => Promise<UnderstoodGoal | null>;
  /** What the import complained about. */
  readonly problems: readonly string[];
}

/** @param reader the built-in model; null for the rules alone @param engineFor what answers under the owner's choices */
export async function openVault(
  world: Pick<World, 'files' | 'owner' | 'now'>,
  reader: GoalReader | null = null,
  engineFor?: EngineFinder,
): Promise<Vault> {
  const clock = realClock();
  const blobs = memoryBlobStore(clock);
  const sources = new Map<SourceId, SourceView>();
  const problems: string[] = [];
  for (const file of world.files) {
    const { source, complaints } = await importFile(blobs, file, world.now);
    problems.push(...complaints);
    if (source) sources.set(source.id, source);
  }
  const ports: AgentPorts = {
    clock,
    entropy: seededEntropy(1),
    sha256,
    store: memoryAgentStore(),
    blobs: sourceGate(blobs),
    files: {
      save: () => Promise.resolve({ ok: false, error: { code: 'no-window', message: 'There is no folder here.' } }),
      written: () => Promise.resolve(null),
    },
    language: evaluationLanguage,
    goalReader: () => Promise.resolve(reader),
    ...(engineFor === undefined ? {} : { engineFor }),
    rules: () => Promise.reject(new Error('The owner of this world has no rules about what it does.')),
  };
  const interpreter = new Interpreter(ports, () => world.owner);
  const state: AgentState = { ...EMPTY_STATE, sources };
  const runFor = (goal: string): Run => runOf(goal, world, [...sources.keys()]);
  return {
    problems,
    pursue: (goal) => pursue(interpreter, state, runFor(goal), engineFor !== undefined),
    understand: async (goal) => {
      const planned = await interpreter.plan(runFor(goal), state);
      return planned.ok ? planned.value.plan.goal : null;
    },
  };
}

async function pursue(interpreter: Interpreter, empty: AgentState, unplanned: Run, helped: boolean): Promise<Pursuit> {
  let plan: Plan | null = null;
  let doing = 'planning';
  const given = (failure: string): Pursuit => ({
    goal: plan?.goal ?? null,
    plan,
    answer: null,
    verdict: null,
    failure,
  });
  try {
    const { signal } = new AbortController();
    const planned = await interpreter.plan(unplanned, empty, helped ? { run: unplanned.id, signal } : undefined);
    if (!planned.ok) return given(`planning: ${planned.error.message}`);
    const { label: planLabel, choices } = planned.value;
    plan = planned.value.plan;
    const run: Run = { ...unplanned, plan, planLabel, choices };
    const observations = new Map<string, Json>();
    const state: AgentState = { ...empty, observations };
    for (const step of inOrder(plan)) {
      doing = step.title;
      if (step.approval) continue;
      const done = await interpreter.runStep(run, step.id, state, signal, () => undefined);
      if (!done.ok) return given(`${step.tool}: ${done.error.code}, ${done.error.message}`);
      observations.set(observationKey(run.id, step.id), done.value.observation);
    }
    doing = 'verifying';
    const verified = await interpreter.verify(run, state);
    if (!verified.ok) return given(`verifying: ${verified.error.message}`);
    return { goal: plan.goal, plan, answer: verified.value.answer, verdict: verified.value.verdict, failure: null };
  } catch (error) {
    return given(
      `${doing}: threw ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error)}`,
    );
  }
}

/** Every step after those it depends on. */
function inOrder(plan: Plan): Plan['steps'][number][] {
  const left = [...plan.steps];
  const done: Plan['steps'][number][] = [];
  while (left.length > 0) {
    const next = left.findIndex((step) => step.dependsOn.every((id) => done.some((other) => other.id === id)));
    if (next < 0) throw new Error('the plan has a cycle');
    done.push(...left.splice(next, 1));
  }
  return done;
}

async function importFile(
  blobs: BlobStore,
  file: WorldFile,
  now: UnixMs,
): Promise<{ source: SourceView | null; complaints: string[] }> {
  const id = hex(sha256(file.bytes)) as SourceId;
  const complaints: string[] = [];
  const parser = await loadParser(file.path.slice(file.path.lastIndexOf('.')));
  if (!parser) return { source: null, complaints: [`${file.path}: no parser`] };
  const stage = await blobs.stage();
  const items: Item[] = [];
  const warnings: SourceView['warnings'][number][] = [];
  await stage.write(file.bytes);
  for await (const parsed of parser.parse(memoryBytes(file.path, file.bytes), id, new AbortController().signal)) {
    if (parsed.type === 'item') items.push(parsed.item);
    if (parsed.type === 'warning') warnings.push(parsed.problem);
    if (parsed.type === 'failed') return { source: null, complaints: [`${file.path}: ${parsed.problem.message}`] };
  }
  await stage.writeItems(items);
  const committed = await stage.commit();
  if (!committed.ok) return { source: null, complaints: [`${file.path}: ${committed.error.message}`] };
  complaints.push(...warnings.map((warning) => `${file.path}: ${warning.where} ${warning.message}`));
  const count = (kind: Item['kind']) => items.filter((item) => item.kind === kind).length;
  const counts = {
    messages: count('message'),
    events: count('event'),
    documents: count('document'),
    tables: count('table'),
  };
  const view = {
    path: file.path,
    kind: parser.kind,
    bytes: file.bytes.length,
    importedAt: now,
    modifiedAt: null,
    counts,
    warnings,
  };
  return { source: { id, ...view, sample: false, removedAt: null }, complaints };
}

function runOf(goal: string, world: Pick<World, 'owner' | 'now'>, sources: readonly SourceId[]): Run {
  return {
    id: 'evaluation' as RunId,
    status: 'executing',
    pausedFrom: null,
    goal,
    overrides: {},
    startedAt: world.now,
    endedAt: null,
    sources,
    now: world.now,
    zone: world.owner.zone,
    plan: null,
    steps: {},
    approval: null,
    answer: null,
    answerDigest: null,
    verdict: null,
    failure: null,
  };
}
