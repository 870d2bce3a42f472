import { expect, test } from 'vitest';
import type { Run } from '#core/agent/run.ts';
import { hex } from '#core/base/bytes.ts';
import type { ApprovalId, CommandId, Digest, Ms, RunId, Sequence, StepId } from '#core/base/ids.ts';
import { digestOf } from '#core/base/json.ts';
import { seededRandom } from '#core/base/random.ts';
import { ok } from '#core/base/result.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Plan, Step } from '#core/planner/plan.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import { LeadingAgent } from '#runtime/agent/leading-agent.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';
import { EMPTY_STATE, project, type AgentState } from '#runtime/agent/projection.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { RunInterpreter } from '#runtime/agent/run-interpreter.ts';
import type { Command } from '#runtime/contract/commands.ts';
import { fakeClock, type FakeClock } from '../../fakes/fake-clock.ts';
import { memoryAgentStore, memoryStoreDisk, type MemoryStoreDisk } from '../../fakes/memory-agent-store.ts';
import { memoryBlobStore } from '../../fakes/memory-blob-store.ts';
import { memoryCheckpoint, memoryJournalSink } from '../../fakes/memory-journal-sink.ts';
import { seededEntropy } from '../../fakes/seeded-entropy.ts';

const RUN = 'run-1' as RunId;
const SILENT = {
  headAt: () => Promise.resolve(null),
  working: () => undefined,
  progress: () => undefined,
  contents: {
    find: () => Promise.resolve({ entries: [], runs: [] }),
    destroy: () => Promise.resolve(null),
  },
};

/** A world that outlives the tab: the journal, the folder on disk and what the tools were asked to do. */
interface World {
  readonly facts: JournalFact[];
  readonly folder: string[];
  readonly calls: string[];
}

const step = (id: string, dependsOn: string[], approval = false): Step => ({
  id: id as StepId,
  tool: approval ? 'save-file' : 'read-threads',
  title: id,
  args: {},
  dependsOn: dependsOn as StepId[],
  produces: [id],
  consumes: dependsOn,
  parallelizable: !approval,
  approval,
  undo: 'nothing-to-undo',
});
const steps = [step('a', []), step('b', []), step('c', ['a']), step('d', ['b', 'c']), step('save', ['d'], true)];
const plan: Plan = {
  goal: {
    kind: 'write-report',
    text: 'g',
    restated: 'g',
    parameters: [],
    confidence: 1,
    alternatives: [],
    reason: '',
    suggestions: [],
  },
  method: 'm',
  steps,
  answerStep: 'd' as StepId,
  digest: 'plan' as Digest,
};

const MAKER = { version: 1, model: null };

/** Tools that take seeded times; the answer depends on every observation, so a lost or doubled one would show. */
function interpreter(world: World, clock: FakeClock, seed: number): RunInterpreter {
  const random = seededRandom(seed);
  const wait = (): Promise<void> => new Promise((resolve) => clock.after((1 + random.below(20)) as Ms, resolve));
  return {
    plan: async () => {
      await wait();
      return ok({ plan, label: OWNER_TYPED, choices: [] });
    },
    forget: () => undefined,
    runStep: async (_run, id, state) => {
      world.calls.push(id);
      await wait();
      const inputs = steps
        .find((candidate) => candidate.id === id)!
        .dependsOn.map((other) => state.observations.get(`${RUN}/${other}`) ?? null);
      return ok({ observation: { id, inputs: inputs }, label: OWNER_TYPED });
    },
    // Known at once by some, found out by others.
    doneBy: () => (seed % 2 === 0 ? MAKER : Promise.resolve(MAKER)),
    stillCovers: () => true,
    mayRetry: () => false,
    whyAnew: () => Promise.resolve(null),
    ask: async (run, id, _state, again) => {
      await wait();
      const content = JSON.stringify(run.answer);
      return ok({
        id: `ask-${String(world.calls.length)}-${String(again)}` as ApprovalId,
        step: id,
        digest: digestOf(sha256, content),
        sentence: '',
        reason: '',
        fileName: 'r.md',
        mediaType: '',
        content,
        nonce: '',
      });
    },
    act: async (run) => {
      await wait();
      world.folder.push(run.approval!.content);
      await wait();
      return ok({ observation: { name: 'r.md' }, label: OWNER_TYPED });
    },
    reconcile: async (run) => {
      await wait();
      const written = world.folder.includes(run.approval!.content);
      return written ? { observation: { name: 'r.md' }, label: OWNER_TYPED } : null;
    },
    verify: async (_run, state) => {
      await wait();
      const value = state.observations.get(`${RUN}/d`) ?? null;
      const answer = {
        outcome: 'answered',
        sections: [],
        evidence: [],
        notes: [JSON.stringify(value)],
        chart: null,
        table: null,
        workings: [],
        suggestions: [],
      } as const;
      return ok({
        answer,
        verdict: { result: 'PASS', confidence: 1, checks: [], repairs: [] },
        digest: digestOf(sha256, answer),
        label: OWNER_TYPED,
      });
    },
    finished: (id, { observation, label }) => ({
      type: 'step.finished',
      step: id,
      observation,
      digest: digestOf(sha256, observation),
      label,
    }),
  };
}

function replay(facts: readonly JournalFact[]): AgentState {
  return facts.reduce<AgentState>(
    (state, fact, index) => project(state, fact.value as unknown as Fact, index as Sequence).state,
    EMPTY_STATE,
  );
}

async function* recorded(facts: readonly JournalFact[], from = 0): AsyncIterable<{ sequence: number; fact: Fact }> {
  for (let at = from; at < facts.length; at++)
    yield await Promise.resolve({ sequence: at, fact: facts[at]!.value as unknown as Fact });
}

/** One tab's life: takes up the journal, obeys, and goes on until the run ends or the journal stops taking entries. */
async function live(world: World, seed: number, stopAfter: number): Promise<Run | undefined> {
  const clock = fakeClock();
  const gone = new AbortController();
  const store = memoryAgentStore();
  const epoch = await store.raiseEpoch();
  const ports = {
    clock,
    entropy: seededEntropy(seed),
    sha256,
    store,
    blobs: memoryBlobStore(),
  } as unknown as AgentPorts;
  const agent = new LeadingAgent(replay(world.facts), {
    ports,
    journal: memoryJournalSink(world.facts, stopAfter),
    interpreter: interpreter(world, clock, seed),
    epoch: epoch,
    size: world.facts.length,
    zone: () => 'UTC',
    history: (from) => recorded(world.facts, from),
    changed: () => undefined,
    ...SILENT,
    lost: gone.signal,
    broken: () => {
      gone.abort();
    },
  });
  const order = (body: Record<string, unknown>): Promise<unknown> =>
    agent.handle({ id: hex(seededEntropy(world.facts.length + 1).bytes(8)) as CommandId, ...body } as Command);
  agent.resume();
  if (!agent.state.runs.has(RUN)) void order({ type: 'start-run', run: RUN, goal: 'write it', overrides: {} });
  for (let turn = 0; turn < 60 && !gone.signal.aborted; turn++) {
    await clock.advance(10);
    const run = agent.state.runs.get(RUN);
    if (run?.status === 'waiting-approval')
      void order({ type: 'approve', run: RUN, approval: run.approval!.id, digest: run.approval!.digest });
    if (run?.status === 'complete') break;
  }
  gone.abort();
  await clock.advance(100);
  return replay(world.facts).runs.get(RUN);
}

const world = (): World => ({ facts: [], folder: [], calls: [] });

async function uninterrupted(seed: number): Promise<{ run: Run; entries: number }> {
  const whole = world();
  const run = await live(whole, seed, Infinity);
  return { run: run!, entries: whole.facts.length };
}

test(
  'a run killed at each entry boundary resumes there and ends with the same answer, the file saved once',
  { timeout: 60_000 },
  async () => {
    const { run: expected, entries } = await uninterrupted(1);
    expect(expected.status).toBe('complete');
    for (let boundary = 1; boundary < entries; boundary++) {
      const killed = world();
      await live(killed, 1, boundary);
      expect(killed.facts.length).toBeLessThanOrEqual(boundary);
      const run = await live(killed, 2, Infinity);
      expect(run?.status, `killed after entry ${String(boundary)}`).toBe('complete');
      expect(run?.answerDigest).toBe(expected.answerDigest);
      expect(killed.folder).toHaveLength(1);
    }
  },
);

test(
  'a run killed again and again at seeded moments ends the same, and no finished step is done twice',
  { timeout: 60_000 },
  async () => {
    const { run: expected } = await uninterrupted(1);
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const killed = world();
      for (let kill = 0; kill < 4; kill++)
        await live(killed, seed * 10 + kill, killed.facts.length + 1 + random.below(4));
      const run = await live(killed, seed, Infinity);
      expect(run?.status, `seed ${String(seed)}`).toBe('complete');
      expect(run?.answerDigest).toBe(expected.answerDigest);
      expect(killed.folder).toHaveLength(1);
      const finished = killed.facts
        .filter((fact) => fact.type === 'step.finished')
        .map((fact) => (fact.value as { step: string }).step);
      expect(new Set(finished).size).toBe(finished.length);
    }
  },
);

test('an order is done once, however often it is given', async () => {
  const clock = fakeClock();
  const facts: JournalFact[] = [];
  const store = memoryAgentStore();
  const epoch = await store.raiseEpoch();
  const agent = new LeadingAgent(EMPTY_STATE, {
    ports: { clock, entropy: seededEntropy(1), sha256, store } as unknown as AgentPorts,
    journal: memoryJournalSink(facts),
    interpreter: interpreter(world(), clock, 1),
    epoch,
    size: 0,
    zone: () => 'UTC',
    history: () => recorded([]),
    changed: () => undefined,
    ...SILENT,
    lost: new AbortController().signal,
    broken: () => undefined,
  });
  const command = { id: 'c1' as CommandId, type: 'start-run', run: RUN, goal: 'g', overrides: {} } as const;
  const first = await agent.handle(command);
  expect(await agent.handle(command)).toEqual(first);
  expect(facts.filter((fact) => fact.type === 'run.started')).toHaveLength(1);
});

test('a run goes on while the views are made again, and ends as it would have', async () => {
  const { run: expected } = await uninterrupted(1);
  const running = world();
  const clock = fakeClock();
  const store = memoryAgentStore();
  const epoch = await store.raiseEpoch();
  const broken: string[] = [];
  const agent = new LeadingAgent(EMPTY_STATE, {
    ports: { clock, entropy: seededEntropy(1), sha256, store } as unknown as AgentPorts,
    journal: memoryJournalSink(running.facts),
    interpreter: interpreter(running, clock, 1),
    epoch,
    size: 0,
    zone: () => 'UTC',
    // So slow that steps finish while the journal is still being read.
    history: async function* () {
      for (const [sequence, { value }] of [...running.facts].entries()) {
        await new Promise<void>((resolve) => clock.after(20 as Ms, resolve));
        yield { sequence, fact: value as unknown as Fact };
      }
    },
    changed: () => undefined,
    ...SILENT,
    lost: new AbortController().signal,
    broken: (code) => broken.push(code),
  });
  void agent.handle({ id: 'c1' as CommandId, type: 'start-run', run: RUN, goal: 'write it', overrides: {} });
  for (let turn = 1; turn <= 3; turn++) {
    await clock.advance(15);
    const before = running.facts.length;
    const rebuilt = agent.handle({ id: `rebuild-${String(turn)}` as CommandId, type: 'rebuild' });
    await clock.advance(20 * before + 1);
    expect(running.facts.length, 'what came meanwhile waited, and came then').toBeGreaterThan(before);
    expect(await rebuilt).toMatchObject({ ok: true });
  }
  await clock.advance(500);
  const run = agent.state.runs.get(RUN);
  expect(run?.status).toBe('waiting-approval');
  expect(run?.answerDigest).toBe(expected.answerDigest);
  expect(replay(running.facts)).toEqual(agent.state);
  expect((await store.row('run', RUN))?.value).toEqual(run);
  expect(running.calls).toEqual([...new Set(running.calls)]);
  expect(broken).toEqual([]);
});

test('after a stop no effect begins', async () => {
  const running = world();
  const clock = fakeClock();
  const store = memoryAgentStore();
  const epoch = await store.raiseEpoch();
  const agent = new LeadingAgent(EMPTY_STATE, {
    ports: { clock, entropy: seededEntropy(1), sha256, store } as unknown as AgentPorts,
    journal: memoryJournalSink(running.facts),
    interpreter: interpreter(running, clock, 1),
    epoch,
    size: 0,
    zone: () => 'UTC',
    history: () => recorded([]),
    changed: () => undefined,
    ...SILENT,
    lost: new AbortController().signal,
    broken: () => undefined,
  });
  await agent.handle({ id: 'c1' as CommandId, type: 'start-run', run: RUN, goal: 'g', overrides: {} });
  await clock.advance(25);
  const stopped = await agent.handle({ id: 'c2' as CommandId, type: 'stop-run', run: RUN });
  const calls = running.calls.length;
  expect(stopped.ok).toBe(true);
  await clock.advance(500);
  expect(running.calls).toHaveLength(calls);
  expect(agent.state.runs.get(RUN)?.status).toBe('cancelled');
  expect(running.facts.at(-1)?.type).toBe('run.cancelled');
});

/** An agent over a journal that writes when it is told to, and what was written together. */
async function slowlyWriting(): Promise<{
  readonly agent: LeadingAgent;
  readonly running: World;
  readonly clock: FakeClock;
  readonly writes: string[][];
  /** Lets what waits be written. */
  readonly write: () => Promise<void>;
}> {
  const running = world();
  const clock = fakeClock();
  const store = memoryAgentStore();
  const sink = memoryJournalSink(running.facts);
  const writes: string[][] = [];
  const waiting: (() => void)[] = [];
  const agent = new LeadingAgent(EMPTY_STATE, {
    ports: { clock, entropy: seededEntropy(2), sha256, store } as unknown as AgentPorts,
    journal: {
      ...sink,
      get head() {
        return sink.head;
      },
      append: async (facts) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        writes.push(facts.map(({ type, value }) => [type, (value as { step?: string }).step].join(' ').trim()));
        return sink.append(facts);
      },
    },
    interpreter: interpreter(running, clock, 2),
    epoch: await store.raiseEpoch(),
    size: 0,
    zone: () => 'UTC',
    history: () => recorded([]),
    changed: () => undefined,
    ...SILENT,
    lost: new AbortController().signal,
    broken: () => undefined,
  });
  const write = async (): Promise<void> => {
    await clock.advance(30);
    for (const resolve of waiting.splice(0)) resolve();
    await clock.advance(0);
  };
  return { agent, running, clock, writes, write };
}

test('the intent of a step is written together with what makes it due, and the step begins once both are durable', async () => {
  const { agent, running, clock, writes, write } = await slowlyWriting();
  void agent.handle({ id: 'c1' as CommandId, type: 'start-run', run: RUN, goal: 'g', overrides: {} });
  await write();
  await write();
  expect(writes).toEqual([['run.started'], ['plan.committed', 'step.started a', 'step.started b']]);
  expect([...running.calls].sort()).toEqual(['a', 'b']);
  await clock.advance(25);
  expect(agent.state.runs.get(RUN)?.steps.c?.status).toBe('running');
  expect(running.calls, 'its intent is not durable yet').not.toContain('c');
  await write();
  expect(writes.flat()).toContain('step.finished b');
  expect(writes.find((together) => together.includes('step.finished a'))).toEqual([
    'step.finished a',
    'step.started c',
  ]);
  expect(running.calls).toContain('c');
  expect((running.facts[2]!.value as { attempt: number }).attempt).toBe(1);
  expect(replay(running.facts)).toEqual(agent.state);
});

test('a step whose intent is being written when its run is stopped is not begun', async () => {
  const { agent, running, clock, writes, write } = await slowlyWriting();
  void agent.handle({ id: 'c1' as CommandId, type: 'start-run', run: RUN, goal: 'g', overrides: {} });
  await write();
  await clock.advance(30);
  expect(agent.state.runs.get(RUN)?.steps.a?.status).toBe('running');
  const stopping = agent.handle({ id: 'c2' as CommandId, type: 'stop-run', run: RUN });
  await write();
  await write();
  expect(await stopping).toMatchObject({ ok: true });
  expect(writes.flat()).toEqual(['run.started', 'plan.committed', 'step.started a', 'step.started b', 'run.cancelled']);
  expect(running.calls).toEqual([]);
  expect(agent.state.runs.get(RUN)?.status).toBe('cancelled');
});

/** A leader over a store that outlives it, which says what the rows held when a step, a question or an act began. */
async function overStore(running: World, disk: MemoryStoreDisk) {
  const clock = fakeClock();
  const gone = new AbortController();
  const store = memoryAgentStore(disk);
  const epoch = await store.raiseEpoch();
  const inRows = async (id: StepId): Promise<string | undefined> =>
    ((await store.row('run', RUN))?.value as Run | undefined)?.steps[id]?.status;
  const acted: (string | undefined)[] = [];
  const stored: number[] = [];
  const does = interpreter(running, clock, 2);
  const agent = new LeadingAgent(EMPTY_STATE, {
    ports: {
      ...{ clock, entropy: seededEntropy(2), sha256, blobs: memoryBlobStore() },
      store: {
        ...store,
        apply: (by: typeof epoch, batch: Parameters<AgentStore['apply']>[1]) => {
          expect(batch.applied, 'no row is ahead of the journal').toBeLessThan(running.facts.length);
          stored.push(batch.applied);
          return store.apply(by, batch);
        },
      },
    } as unknown as AgentPorts,
    journal: memoryJournalSink(running.facts),
    interpreter: {
      ...does,
      act: async (run, id, state, stopped) => {
        acted.push(await inRows(id));
        return does.act(run, id, state, stopped);
      },
    },
    epoch,
    size: running.facts.length,
    zone: () => 'UTC',
    history: (from) => recorded(running.facts, from),
    changed: () => undefined,
    ...SILENT,
    headAt: (sequence) => Promise.resolve(memoryCheckpoint(running.facts, sequence)),
    lost: gone.signal,
    broken: () => gone.abort(),
  });
  await agent.takeUp();
  return { agent, store, clock, gone, acted, stored, inRows };
}

test('what steps find goes into the rows soon; what is asked and what is done outside is in them before it is', async () => {
  const running = world();
  const { agent, store, clock, acted, stored, inRows } = await overStore(running, memoryStoreDisk());
  await agent.handle({ id: 'c1' as CommandId, type: 'start-run', run: RUN, goal: 'g', overrides: {} });
  let begun = 0;
  for (let turn = 0; agent.state.runs.get(RUN)?.status !== 'waiting-approval'; turn++) {
    expect(turn).toBeLessThan(400);
    await clock.advance(1);
    const steps = agent.state.runs.get(RUN)?.steps ?? {};
    if (begun === 0 && steps.a !== undefined) begun = turn;
    if (turn === begun + 55)
      expect([await inRows('a' as StepId), await inRows('b' as StepId)]).toEqual(['done', 'done']);
  }
  const { approval } = (await store.row('run', RUN))?.value as Run;
  expect(approval).toEqual(agent.state.runs.get(RUN)?.approval);
  expect(stored.length, 'some entries went into the rows together').toBeLessThan(running.facts.length - 2);
  await agent.handle({
    ...{ id: 'c2' as CommandId, type: 'approve', run: RUN },
    ...{ approval: approval!.id, digest: approval!.digest },
  });
  await clock.advance(100);
  expect(acted).toEqual(['running']);
  expect(((await store.row('run', RUN))?.value as Run).status).toBe('complete');
});

test('a leader that ends before its rows are written leaves them behind the journal, and the next brings them up', async () => {
  const [running, disk] = [world(), memoryStoreDisk()];
  const first = await overStore(running, disk);
  await first.agent.handle({ id: 'c1' as CommandId, type: 'start-run', run: RUN, goal: 'g', overrides: {} });
  for (let turn = 0; !running.facts.some(({ type }) => type === 'step.finished'); turn++) {
    expect(turn).toBeLessThan(100);
    await first.clock.advance(1);
  }
  first.gone.abort();
  await first.clock.advance(200);
  expect(disk.applied).toBeLessThan(running.facts.length - 1);
  const next = await overStore(running, disk);
  expect(disk.applied).toBe(running.facts.length - 1);
  expect(next.agent.state.runs).toEqual(replay(running.facts).runs);
  expect((await next.store.row('run', RUN))?.value).toEqual(next.agent.state.runs.get(RUN));
  expect((await next.store.row('timeline', RUN))?.value).toEqual(next.agent.state.timelines.get(RUN));
});
