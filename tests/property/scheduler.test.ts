import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { CommandId, Digest, Ms, RunId, StepId } from '#core/base/ids.ts';
import { digestOf } from '#core/base/json.ts';
import { RETRY_WAIT_MS, STEP_ATTEMPTS_MAX, STEPS_PARALLEL_MAX } from '#core/base/limits.ts';
import { seededRandom, type Random } from '#core/base/random.ts';
import { err, ok } from '#core/base/result.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Plan, Step } from '#core/planner/plan.ts';
import { RESOURCE_LIMITS, resourceOf, type Resource } from '#core/scheduler/resources.ts';
import { LeadingAgent } from '#runtime/agent/leading-agent.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { EMPTY_STATE } from '#runtime/agent/projection.ts';
import type { RunInterpreter } from '#runtime/agent/run-interpreter.ts';
import type { Command } from '#runtime/contract/commands.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memoryBlobStore } from '#tests/fakes/memory-blob-store.ts';
import { memoryJournalSink } from '#tests/fakes/memory-journal-sink.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';

/**
 * Plans of any shape, over steps that need different things, take seeded times and fail now and then, done by the agent
 * itself: what is under way is looked at whenever a step begins.
 */
const RUN = 'run' as RunId;
const ENGINES = [undefined, { at: 'device', model: 'm' }, { at: 'provider', provider: 'p', model: 'm' }];

const plans = fc
  .record({
    seed: fc.integer(),
    size: fc.integer({ min: 1, max: 24 }),
    edges: fc.double({ min: 0, max: 0.5, noNaN: true }),
  })
  .map(({ seed, size, edges }) => ({ seed, plan: planOf(seededRandom(seed), size, edges) }));

function planOf(random: Random, size: number, edges: number): Plan {
  const ids = Array.from({ length: size }, (_, index) => `s${String(index)}` as StepId);
  const steps = ids.map((id, index): Step => {
    const engine = random.pick(ENGINES);
    return {
      ...{ id, tool: 'read-threads', title: id, args: engine === undefined ? {} : { engine } },
      ...{ produces: [], consumes: [], approval: false, undo: 'nothing-to-undo' },
      dependsOn: ids.slice(0, index).filter(() => random.chance(edges)),
      parallelizable: random.chance(0.9),
    };
  });
  // The answer is last, and needs the others: a step after it would wait for the verifier.
  const answer: Step = {
    ...{ id: 'answer' as StepId, tool: 'compose-report', title: 'answer', args: {}, dependsOn: ids },
    ...{ produces: ['answer'], consumes: [], parallelizable: true, approval: false, undo: 'nothing-to-undo' },
  };
  const goal = { kind: 'write-report', text: 'g', restated: 'g', parameters: [], confidence: 1, alternatives: [] };
  return {
    ...{ goal: { ...goal, reason: '', suggestions: [] } as unknown as Plan['goal'], method: 'm' },
    ...{ steps: [...steps, answer], answerStep: answer.id, digest: 'plan' as Digest },
  };
}

interface Begun {
  readonly step: Step;
  readonly at: number;
  readonly signal: AbortSignal;
}

/** Has the plan done, and `look` at what is under way whenever a step begins. */
function world(
  plan: Plan,
  seed: number,
  look: (begun: Begun, underWay: readonly Begun[], done: (id: StepId) => boolean) => void,
) {
  const clock = fakeClock();
  const random = seededRandom(seed);
  const facts: JournalFact[] = [];
  const underWay = new Set<Begun>();
  const failedAt = new Map<StepId, number>();
  /** What `look` found: the agent takes what is thrown at it for a step that failed. */
  const wrong: unknown[] = [];
  const interpreter: Partial<RunInterpreter> = {
    plan: () => Promise.resolve(ok({ plan, label: OWNER_TYPED, choices: [] })),
    doneBy: () => (seed % 2 === 0 ? { version: 1, model: null } : Promise.resolve({ version: 1, model: null })),
    mayRetry: (_error, attempt) => attempt < STEP_ATTEMPTS_MAX,
    runStep: async (_run, id, state, signal) => {
      const begun = { step: plan.steps.find((step) => step.id === id)!, at: clock.monotonic(), signal };
      underWay.add(begun);
      const attempt = state.runs.get(RUN)!.steps[id]!.attempts;
      const before = failedAt.get(id);
      if (before !== undefined && begun.at - before < RETRY_WAIT_MS * 2 ** (attempt - 2))
        wrong.push(`${id} was tried again after ${String(begun.at - before)} ms`);
      try {
        look(begun, [...underWay], (other) => state.runs.get(RUN)!.steps[other]?.status === 'done');
      } catch (error) {
        wrong.push(error);
      }
      await new Promise<void>((resolve) => clock.after((1 + random.below(50)) as Ms, resolve));
      underWay.delete(begun);
      // It fails at first, and not for ever: what fails for ever ends the run.
      if (attempt === 1 && id !== 'answer' && random.chance(0.2)) {
        failedAt.set(id, clock.monotonic());
        return err({ code: 'io', message: 'not now' });
      }
      return ok({ observation: { id, seed }, label: OWNER_TYPED });
    },
    finished: (step, { observation, label }) => ({
      ...{ type: 'step.finished', step, observation, label },
      digest: digestOf(sha256, { step, observation }),
    }),
    verify: () =>
      Promise.resolve(
        ok({
          answer: { outcome: 'answered', sections: [], evidence: [], notes: [] } as never,
          verdict: { result: 'PASS', confidence: 1, checks: [], repairs: [] } as const,
          ...{ digest: 'answer' as Digest, label: OWNER_TYPED },
        }),
      ),
  };
  const lost = new AbortController();
  const agent = new LeadingAgent(EMPTY_STATE, {
    ports: {
      clock,
      entropy: seededEntropy(1),
      sha256,
      store: memoryAgentStore(),
      blobs: memoryBlobStore(),
    } as unknown as AgentPorts,
    ...{ journal: memoryJournalSink(facts), interpreter: interpreter as RunInterpreter, epoch: 0 as never, size: 0 },
    ...{ zone: () => 'UTC', history: () => noHistory(), headAt: () => Promise.resolve(null), lost: lost.signal },
    ...{ changed: () => undefined, working: () => undefined, progress: () => undefined },
    contents: { find: () => Promise.reject(new Error()), destroy: () => Promise.resolve(null) },
    broken: (code, reason) => {
      throw new Error(`${code}: ${reason}`);
    },
  });
  let orders = 0;
  const order = (body: Record<string, unknown>): Promise<unknown> =>
    agent.handle({ id: `order-${String(orders++)}` as CommandId, ...body } as Command);
  const begin = (): Promise<unknown> => order({ type: 'start-run', run: RUN, goal: 'g', overrides: {} });
  return { agent, clock, facts, underWay, failedAt, wrong, order, begin };
}

async function* noHistory(): AsyncGenerator<never> {
  // A new journal.
}

const RUNS = { numRuns: 60 };

test(
  'no step begins before all that it depends on is done, and none has more beside it than there is room for',
  { timeout: 120_000 },
  async () => {
    let [together, failed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(plans, async ({ plan, seed }) => {
        const { agent, clock, failedAt, wrong, begin } = world(plan, seed, ({ step }, underWay, done) => {
          expect(step.dependsOn.filter((id) => !done(id))).toEqual([]);
          if (underWay.some((other) => !other.step.parallelizable)) expect(underWay).toHaveLength(1);
          expect(underWay.length).toBeLessThanOrEqual(STEPS_PARALLEL_MAX);
          for (const [resource, most] of Object.entries(RESOURCE_LIMITS) as [Resource, number][])
            expect(underWay.filter((other) => resourceOf(other.step) === resource).length).toBeLessThanOrEqual(most);
          together = Math.max(together, underWay.length);
        });
        await begin();
        for (let turn = 0; turn < 400 && agent.state.runs.get(RUN)?.status !== 'complete'; turn++)
          await clock.advance(20);
        expect(agent.state.runs.get(RUN)?.status).toBe('complete');
        expect(wrong).toEqual([]);
        failed += failedAt.size;
      }),
      RUNS,
    );
    expect(failed).toBeGreaterThan(0);
    // Else the limits were never come near.
    expect(together).toBe(STEPS_PARALLEL_MAX);
  },
);

test(
  'a run that is stopped at any moment begins nothing more, and whatever is under way is told',
  { timeout: 120_000 },
  async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 0, max: 400 }), async ({ plan, seed }, moment) => {
        let stopped = false;
        const { agent, clock, facts, underWay, wrong, begin, order } = world(plan, seed, ({ step }) => {
          expect(stopped, `${step.id} began in a run that was stopped`).toBe(false);
        });
        await begin();
        await clock.advance(moment);
        if (agent.state.runs.get(RUN)?.status === 'complete') return;
        const going = [...underWay];
        await order({ type: 'stop-run', run: RUN });
        stopped = true;
        expect(going.filter(({ signal }) => !signal.aborted)).toEqual([]);
        told += going.length;
        await clock.advance(5_000);
        expect(agent.state.runs.get(RUN)?.status).toBe('cancelled');
        expect(facts.at(-1)?.type).toBe('run.cancelled');
        expect(wrong).toEqual([]);
      }),
      RUNS,
    );
    expect(told).toBeGreaterThan(0);
  },
);

test(
  'a run that is paused while a failed step waits to be tried again tries it when it goes on',
  { timeout: 60_000 },
  async () => {
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 0, max: 400 }), async ({ plan, seed }, moment) => {
        let paused = false;
        const { agent, clock, wrong, begin, order } = world(plan, seed, ({ step }) => {
          expect(paused, `${step.id} began in a run that was paused`).toBe(false);
        });
        await begin();
        await clock.advance(moment);
        if (agent.state.runs.get(RUN)?.status === 'complete') return;
        await order({ type: 'pause-run', run: RUN });
        paused = true;
        await clock.advance(2_000);
        expect(wrong).toEqual([]);
        if (agent.state.runs.get(RUN)?.status !== 'paused') return;
        tried += Object.values(agent.state.runs.get(RUN)!.steps).filter(({ error }) => error !== null).length;
        paused = false;
        await order({ type: 'resume-run', run: RUN });
        for (let turn = 0; turn < 400 && agent.state.runs.get(RUN)?.status !== 'complete'; turn++)
          await clock.advance(20);
        expect(agent.state.runs.get(RUN)?.status).toBe('complete');
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(0);
  },
);
