// Loaded here, so that nothing waits for the disk while a test's clock stands.
import '#core/planner/sending.ts';
import '#core/tools/answer-json.ts';
import '#core/tools/answer-markdown.ts';
import '#core/tools/definitions.ts';
import '#runtime/agent/ask-model-act.ts';
import '#runtime/agent/outward-acts.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { Digest, RunId, StepId, UnixMs } from '#core/base/ids.ts';
import { digestOf, type Json } from '#core/base/json.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Plan } from '#core/planner/plan.ts';
import type { Answer } from '#core/tools/answer.ts';
import type { ToolName } from '#core/tools/definition.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { windowFileTarget } from '#adapters/platform/save-file.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import { Interpreter } from '#runtime/agent/interpreter.ts';
import { LeadingAgent } from '#runtime/agent/leading-agent.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { EMPTY_STATE, project, type AgentState } from '#runtime/agent/projection.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';
import type { Sequence } from '#core/base/ids.ts';
import type { WindowApi } from '#ports/window-api.ts';
import type { FakeClock } from './fake-clock.ts';
import { memoryAgentStore } from './memory-agent-store.ts';
import { memoryJournalSink } from './memory-journal-sink.ts';
import { seededEntropy } from './seeded-entropy.ts';

/** A run that has its verified answer and is about to save it: what of an approval there is to test begins here. */
export const RUN = 'run-1' as RunId;
export const SAVE = '2-save-file' as StepId;

const ANSWER: Answer = {
  outcome: 'answered',
  sections: [{ title: 'Budget', claims: [] }],
  evidence: [],
  notes: ['The Kestrel budget is 4,200 euro.'],
  chart: null,
  table: null,
  workings: [],
  suggestions: [],
};

const step = (id: string, tool: ToolName, args: Plan['steps'][number]['args']): Plan['steps'][number] => ({
  id: id as StepId,
  tool,
  title: id,
  args,
  dependsOn: tool === 'answer-from-passages' ? [] : ['1-answer' as StepId],
  produces: [tool === 'answer-from-passages' ? 'answer' : 'done'],
  consumes: tool === 'answer-from-passages' ? [] : ['answer'],
  parallelizable: false,
  approval: tool !== 'answer-from-passages',
  undo: 'nothing-to-undo',
});

/** A plan that answers, and then does this with the answer. */
export const planThat = (tool: ToolName, args: Plan['steps'][number]['args']): Plan => ({
  goal: {
    kind: 'answer-question',
    text: 'What is the Kestrel budget?',
    restated: 'Say what the Kestrel budget is.',
    parameters: [],
    confidence: 1,
    alternatives: [],
    reason: '',
    suggestions: [],
  },
  method: 'answer-question',
  steps: [step('1-answer', 'answer-from-passages', {}), step(`2-${tool}`, tool, args)],
  answerStep: '1-answer' as StepId,
  digest: 'plan' as Digest,
});

const PLAN = planThat('save-file', { name: 'budget.md', mediaType: 'text/markdown' });

/** @param plan its last step is the one that waits */
export function factsUntilAsked(at: UnixMs, plan = PLAN): Fact[] {
  const of = (body: Record<string, unknown>): Fact => ({ run: RUN, at, ...body }) as unknown as Fact;
  const verdict = { result: 'PASS', confidence: 1, checks: [], repairs: [] };
  return [
    of({ type: 'run.started', goal: PLAN.goal.text, overrides: {}, sources: [], now: at, zone: 'UTC' }),
    of({ type: 'plan.committed', plan, label: OWNER_TYPED, choices: [] }),
    of({ type: 'step.started', step: '1-answer', attempt: 1 }),
    of({ type: 'step.finished', step: '1-answer', observation: {}, digest: digestOf(sha256, {}) }),
    of({ type: 'answer.verified', answer: ANSWER, verdict, digest: digestOf(sha256, ANSWER) }),
  ];
}

/** What the window was asked to write. */
export interface SavedFile {
  readonly name: string;
  readonly text: string;
}

/** Ports whose window keeps what it is asked to save, under a folder that can be read back, or downloads that cannot. */
export function savingPorts(clock: FakeClock, saved: SavedFile[], folder = false): AgentPorts {
  const window = {
    saveFile: (name: string, _type: string, bytes: Uint8Array) => {
      saved.push({ name, text: new TextDecoder().decode(bytes) });
      return Promise.resolve({ name, where: folder ? 'folder' : 'downloads' });
    },
    findFile: (name: string, digest: string) =>
      Promise.resolve(folder && saved.some(({ text }) => hex(sha256(utf8(text))) === digest) ? name : null),
  } as unknown as WindowApi;
  return {
    clock,
    entropy: seededEntropy(saved.length + 1),
    sha256,
    store: memoryAgentStore(),
    files: windowFileTarget(window, sha256),
  } as unknown as AgentPorts;
}

export function interpreterOf(ports: AgentPorts): Interpreter {
  return new Interpreter(ports, () => defaultSettings('UTC', 'en-GB'));
}

export function stateAfter(facts: readonly Fact[]): AgentState {
  return facts.reduce((state, fact, index) => project(state, fact, index as Sequence).state, EMPTY_STATE);
}

/** A leader that takes up a journal, and the journal as it grows. */
export async function leaderOver(
  ports: AgentPorts,
  facts: readonly Fact[],
): Promise<{ readonly agent: LeadingAgent; readonly journal: readonly Fact[]; readonly stop: () => void }> {
  const written: JournalFact[] = facts.map((fact) => ({
    ...{ time: fact.at, type: fact.type },
    ...{ run: RUN, value: structuredClone(fact) as unknown as Json },
  }));
  const lost = new AbortController();
  const agent = new LeadingAgent(stateAfter(facts), {
    ports,
    journal: memoryJournalSink(written),
    interpreter: interpreterOf(ports),
    epoch: await ports.store.raiseEpoch(),
    size: facts.length,
    zone: () => 'UTC',
    history: async function* (from) {
      for (let at = from; at < written.length; at++)
        yield await Promise.resolve({ sequence: at, fact: written[at]!.value as unknown as Fact });
    },
    headAt: () => Promise.resolve(null),
    contents: { find: () => Promise.resolve({ entries: [], runs: [] }), destroy: () => Promise.resolve(null) },
    changed: () => undefined,
    working: () => undefined,
    progress: () => undefined,
    lost: lost.signal,
    broken: (code, reason) => {
      throw new Error(`${code}: ${reason}`);
    },
  });
  return {
    agent,
    get journal() {
      return written.map(({ value }) => value as unknown as Fact);
    },
    stop: () => lost.abort(),
  };
}
