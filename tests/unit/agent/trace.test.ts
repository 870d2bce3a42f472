import { describe, expect, test } from 'vitest';
import type { RunEvent } from '#core/agent/events.ts';
import { type Span, type TracedFact, traceOf } from '#core/agent/trace.ts';
import { otlpJson } from '#core/agent/trace-otlp.ts';
import type { ApprovalId, Digest, RunId, StepId, UnixMs } from '#core/base/ids.ts';
import type { Plan, Step } from '#core/planner/plan.ts';
import type { Answer } from '#core/tools/answer.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { traceAxis } from '#lib/format/trace-axis.ts';

const RUN = 'r1' as RunId;
const step = (id: string, dependsOn: string[], more: Partial<Step> = {}): Step => ({
  ...{ id: id as StepId, tool: 'read-threads', title: `Title of ${id}`, args: {}, dependsOn: dependsOn as StepId[] },
  ...{ produces: [], consumes: [], parallelizable: true, approval: false, undo: 'nothing-to-undo' },
  ...more,
});
const ACTS = { tool: 'save-file', approval: true, parallelizable: false } as const;
const goal = {
  ...({ kind: 'write-report', text: 'g', restated: 'g', parameters: [], confidence: 1 } as const),
  ...{ alternatives: [], reason: '', suggestions: [] },
};
const plan: Plan = {
  ...{ goal, method: 'm', digest: 'd' as Digest, answerStep: 'c' as StepId },
  steps: [step('a', []), step('b', []), step('c', ['a', 'b']), step('save', ['c'], ACTS)],
};
const answer: Answer = {
  ...({ outcome: 'answered', sections: [], evidence: [], notes: [] } as const),
  ...{ chart: null, table: null, workings: [], suggestions: [] },
};
const verdict = { result: 'PASS', confidence: 1, checks: [], repairs: [] } as const;
const approval = {
  ...{ id: 'y' as ApprovalId, step: 'save' as StepId, digest: 'ab' as Digest, sentence: 'Save 1 file', reason: 'r' },
  ...{ fileName: 'a.md', mediaType: 'text/markdown', content: 'x', nonce: '0' },
};

type Said<Event> = Event extends { readonly run: RunId } ? Omit<Event, 'run' | 'at'> : never;
const says = (at: number, event: Said<RunEvent>): RunEvent => ({ ...event, run: RUN, at: at as UnixMs });
const begun = (at: number, id: string, attempt = 1): RunEvent =>
  says(at, { type: 'step.started', step: id as StepId, attempt, by: { version: 2, model: null } });
const over = (at: number, id: string): RunEvent =>
  says(at, { type: 'step.finished', step: id as StepId, observation: {}, digest: `of ${id}` as Digest });

/** A run with two steps at once, one that the app ended in the middle of, a question, a pause and a request. */
const FACTS: readonly TracedFact[] = [
  says(0, {
    ...({ type: 'run.started', goal: 'Say it', overrides: {}, sources: [], zone: 'UTC' } as const),
    now: 0 as UnixMs,
  }),
  says(10, { type: 'plan.committed', plan }),
  begun(12, 'a'),
  begun(12, 'b'),
  over(40, 'a'),
  begun(5_000, 'b', 2),
  over(5_030, 'b'),
  begun(5_031, 'c'),
  { type: 'request.sent', id: 'q', at: 5_032 as UnixMs, host: 'https://host.example', method: 'POST', bytes: 9 },
  says(5_035, { type: 'run.paused' }),
  {
    ...({ type: 'request.answered', id: 'q', at: 5_040 as UnixMs, status: 200, failure: null } as const),
    bytes: 70,
  },
  over(5_041, 'c'),
  says(9_000, { type: 'run.resumed' }),
  says(9_004, { type: 'answer.verified', answer, verdict, digest: 'v' as Digest }),
  says(9_005, { type: 'approval.requested', approval }),
  says(69_005, { type: 'approval.given', approval: approval.id, digest: approval.digest }),
  begun(69_006, 'save'),
  over(69_010, 'save'),
  says(69_011, { type: 'run.completed' }),
];
const whole = traceOf(sha256, FACTS);
const spansOf = (kind: Span['kind']): readonly Span[] => whole.spans.filter((span) => span.kind === kind);

describe('the trace of a run', () => {
  test('has a span for all that lasted, the run first, each with when it began and ended', () => {
    expect(whole.spans.map(({ kind, title, from, to, outcome }) => [kind, title, from, to, outcome])).toEqual([
      ['run', 'Say it', 0, 69_011, 'done'],
      ['planning', '', 0, 10, 'done'],
      ['step', 'Title of a', 12, 40, 'done'],
      ['step', 'Title of b', 12, 5_000, 'failed'],
      ['step', 'Title of b', 5_000, 5_030, 'done'],
      ['step', 'Title of c', 5_031, 5_041, 'done'],
      ['request', 'https://host.example', 5_032, 5_040, 'done'],
      ['paused', '', 5_035, 9_000, 'done'],
      ['verifying', '', 9_000, 9_004, 'done'],
      ['waiting', 'Save 1 file', 9_005, 69_005, 'done'],
      ['step', 'Title of save', 69_006, 69_010, 'done'],
    ]);
  });

  test('what left is under the step that was under way, everything else under the run', () => {
    const [root] = whole.spans;
    const [request] = spansOf('request');
    expect(request?.parent).toBe(whole.spans.find(({ title }) => title === 'Title of c')?.id);
    expect(request?.attributes).toMatchObject({ 'http.response.status_code': 200, 'request.bytes': 9 });
    for (const span of whole.spans) {
      if (span !== root && span !== request) expect(span.parent, span.kind).toBe(root?.id);
    }
  });

  test('names every change of the status, steps begun at once, and the beginning of the check', () => {
    const [root] = whole.spans;
    expect(root?.events.filter(({ name }) => name === 'state_transition').map(({ attributes }) => attributes)).toEqual([
      { to: 'planning' },
      { from: 'planning', to: 'executing' },
      { from: 'executing', to: 'paused' },
      { from: 'paused', to: 'verifying' },
      { from: 'verifying', to: 'executing' },
      { from: 'executing', to: 'waiting-approval' },
      { from: 'waiting-approval', to: 'executing' },
      { from: 'executing', to: 'complete' },
    ]);
    expect(root?.events.filter(({ name }) => name === 'scheduler_parallel_batch')).toEqual([
      { name: 'scheduler_parallel_batch', at: 12, attributes: { size: 2, steps: 'a b' } },
    ]);
    expect(spansOf('verifying')[0]?.events).toEqual([{ name: 'verifier_started', at: 9_000, attributes: {} }]);
  });

  test('has ids of W3C Trace Context, the same whenever it is made, also while the run goes on', () => {
    expect(whole.id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(whole.spans.map(({ id }) => id)).size).toBe(whole.spans.length);
    for (const { id } of whole.spans) expect(id).toMatch(/^[0-9a-f]{16}$/);
    for (let length = 1; length <= FACTS.length; length++) {
      const { id, spans } = traceOf(sha256, FACTS.slice(0, length));
      expect(id).toBe(whole.id);
      expect(spans.map((span) => span.id)).toEqual(whole.spans.slice(0, spans.length).map((span) => span.id));
      for (const { from, to, outcome } of spans) {
        expect(to === null).toBe(outcome === 'open');
        expect(to ?? from).toBeGreaterThanOrEqual(from);
      }
    }
  });

  test('a run that is stopped leaves no step going on; a clock that was put back makes no end before its beginning', () => {
    const stopped = traceOf(sha256, [...FACTS.slice(0, 4), says(5, { type: 'run.cancelled' })]);
    expect(stopped.spans.map(({ outcome, note }) => [outcome, note])).toEqual([
      ['failed', 'stopped'],
      ['done', null],
      ['failed', 'stopped'],
      ['failed', 'stopped'],
    ]);
    for (const { from, to } of stopped.spans) expect(to).toBeGreaterThanOrEqual(from);
  });

  test('without its beginning there is none', () => {
    expect(traceOf(sha256, FACTS.slice(1)).spans).toEqual([]);
  });
});

test('as OTLP in JSON: ids in hexadecimal, times in nanoseconds as text, whole numbers as text, a client span for what left', () => {
  interface Otlp {
    resourceSpans: {
      scopeSpans: { spans: { [field: string]: unknown; attributes: { key: string; value: object }[] }[] }[];
    }[];
  }
  const written = JSON.parse(otlpJson(whole, '1.2.3')) as Otlp;
  const spans = written.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
  expect(spans).toHaveLength(whole.spans.length);
  expect(spans[0]).toMatchObject({
    ...{ traceId: whole.id, spanId: whole.spans[0]?.id, name: 'invoke_agent', kind: 1 },
    ...{ startTimeUnixNano: '0', endTimeUnixNano: '69011000000', status: { code: 1 } },
  });
  expect(spans[0]).not.toHaveProperty('parentSpanId');
  const request = spans.find(({ kind }) => kind === 3);
  expect(request?.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: '200' } });
  expect(request?.attributes).toContainEqual({ key: 'windhover.request.bytes', value: { intValue: '9' } });
  const cut = spans.find(({ status }) => (status as { code?: number }).code === 2);
  expect(cut).toMatchObject({ name: 'execute_tool read-threads', status: { message: /middle/ } });
  const open = JSON.parse(otlpJson(traceOf(sha256, FACTS.slice(0, 3)), '1')) as Otlp;
  expect(open.resourceSpans[0]?.scopeSpans[0]?.spans.at(-1)).toMatchObject({ status: {} });
});

describe('where a trace is drawn', () => {
  test('long waits are drawn short, all else to scale, in order from 0 to 1', () => {
    const { at, cuts } = traceAxis(whole.spans, 70_000);
    expect(cuts.map(({ ms }) => ms)).toEqual([3_959, 60_002]);
    for (const { from, to } of cuts) expect(to - from).toBeCloseTo(0.06);
    const moments = FACTS.map((fact) => at(fact.at));
    expect(moments[0]).toBe(0);
    expect(moments.at(-1)).toBeCloseTo(1);
    expect([...moments].sort((a, b) => a - b)).toEqual(moments);
    const scale = (from: number, to: number): number => (at(to) - at(from)) / (to - from);
    expect(scale(5_032, 5_040)).toBeCloseTo(scale(12, 40));
  });

  test('with nothing that lasted, or nothing at all, nothing is out of bounds', () => {
    for (const spans of [[], whole.spans.slice(0, 1).map((span) => ({ ...span, to: span.from }))]) {
      const { at } = traceAxis(spans, 5);
      for (const time of [-1, 0, 3, 10]) expect(at(time)).toBeGreaterThanOrEqual(0);
      for (const time of [-1, 0, 3, 10]) expect(at(time)).toBeLessThanOrEqual(1);
    }
  });
});
