import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueEffects, LEGAL, transition } from '#core/agent/transition.ts';
import type { RunEvent } from '#core/agent/events.ts';
import type { Run, RunStatus } from '#core/agent/run.ts';
import { InvariantError } from '#core/base/assert.ts';
import type { ApprovalId, Digest, RunId, StepId, UnixMs } from '#core/base/ids.ts';
import { budgetAfter, type Choice } from '#core/labels/finite.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Plan, Step } from '#core/planner/plan.ts';
import type { Answer } from '#core/tools/answer.ts';

const run = 'r1' as RunId;
const at = 1 as UnixMs;
const step = (id: string, dependsOn: string[], more: Partial<Step> = {}): Step => ({
  id: id as StepId,
  tool: 'read-threads',
  title: id,
  args: {},
  dependsOn: dependsOn as StepId[],
  produces: [],
  consumes: [],
  parallelizable: true,
  approval: false,
  undo: 'nothing-to-undo',
  ...more,
});
const goal = {
  kind: 'write-report',
  text: 'g',
  restated: 'g',
  parameters: [],
  confidence: 1,
  alternatives: [],
  reason: '',
  suggestions: [],
} as const;
const plan: Plan = {
  goal,
  method: 'm',
  steps: [
    step('a', []),
    step('b', []),
    step('c', ['a', 'b']),
    step('save', ['c'], { approval: true, parallelizable: false }),
  ],
  answerStep: 'c' as StepId,
  digest: 'd' as Digest,
};
const answer: Answer = {
  outcome: 'answered',
  sections: [],
  evidence: [],
  notes: [],
  chart: null,
  table: null,
  workings: [],
  suggestions: [],
};
const verdict = { result: 'PASS', confidence: 1, checks: [], repairs: [] } as const;
const approval = {
  id: 'ap' as ApprovalId,
  step: 'save' as StepId,
  digest: 'x' as Digest,
  sentence: '',
  reason: '',
  fileName: 'r.md',
  mediaType: 'text/markdown',
  content: 'c',
  nonce: 'n',
};

const event = (body: Record<string, unknown>): RunEvent => ({ run, at, ...body }) as unknown as RunEvent;
const started = event({ type: 'run.started', goal: 'g', overrides: {}, sources: [], now: at, zone: 'UTC' });
const happyPath: RunEvent[] = [
  started,
  event({ type: 'plan.committed', plan }),
  event({ type: 'step.started', step: 'a', attempt: 1 }),
  event({ type: 'step.started', step: 'b', attempt: 1 }),
  event({ type: 'step.finished', step: 'b', observation: 1, digest: 'd1' }),
  event({ type: 'step.finished', step: 'a', observation: 2, digest: 'd2' }),
  event({ type: 'step.started', step: 'c', attempt: 1 }),
  event({ type: 'step.finished', step: 'c', observation: 3, digest: 'd3' }),
  event({ type: 'answer.verified', answer, verdict, digest: 'ad' }),
  event({ type: 'approval.requested', approval }),
  event({ type: 'approval.given', approval: 'ap', digest: 'x' }),
  event({ type: 'step.started', step: 'save', attempt: 1 }),
  event({ type: 'step.finished', step: 'save', observation: {}, digest: 'd4' }),
  event({ type: 'run.completed' }),
];
const fold = (events: readonly RunEvent[]): Run => {
  const folded = events.reduce<Run | null>((state, next) => transition(state, next).run, null);
  if (folded === null) throw new Error('no events');
  return folded;
};
const due = (count: number): string[] =>
  dueEffects(fold(happyPath.slice(0, count))).map((effect) =>
    'step' in effect ? `${effect.type} ${effect.step}` : effect.type,
  );

test('a run goes from goal to complete, and at each entry what is due is exactly what comes next', () => {
  expect(Array.from({ length: happyPath.length }, (_, i) => due(i + 1))).toEqual([
    ['plan'],
    ['run-step a', 'run-step b'],
    ['run-step a', 'run-step b'],
    ['run-step a', 'run-step b'],
    ['run-step a'],
    ['run-step c'],
    ['run-step c'],
    ['verify'],
    ['ask save'],
    [],
    ['act save'],
    ['reconcile save'],
    ['complete'],
    [],
  ]);
  expect(fold(happyPath).status).toBe('complete');
});

test('an unverified answer cannot become complete', () => {
  expect(() => fold([...happyPath.slice(0, 8), event({ type: 'run.completed' })])).toThrow('unverified');
});

test('an answer that fails its checks makes the run fail and is never saved', () => {
  const failed = fold([
    ...happyPath.slice(0, 8),
    event({ type: 'answer.verified', answer, verdict: { ...verdict, result: 'FAIL' }, digest: 'ad' }),
  ]);
  expect(dueEffects(failed)).toEqual([{ type: 'fail', step: 'c' }]);
});

test('an approval for other bytes than were shown is refused', () => {
  expect(() =>
    fold([...happyPath.slice(0, 10), event({ type: 'approval.given', approval: 'ap', digest: 'other' })]),
  ).toThrow('digest');
});

test('a denied save is skipped and the run still completes', () => {
  const denied = fold([...happyPath.slice(0, 10), event({ type: 'approval.denied', approval: 'ap', reason: 'no' })]);
  expect(denied.steps['save']?.status).toBe('skipped');
  expect(dueEffects(denied)).toEqual([{ type: 'complete' }]);
});

test.each([
  ['a question', 10],
  ['a yes', 11],
  ['a yes whose use was begun', 12],
])(
  '%s that stands no more is asked anew, with the reason, and answers to the old one are refused',
  (_what, entries) => {
    const before = happyPath.slice(0, entries);
    const voided = fold([...before, event({ type: 'approval.voided', approval: 'ap', why: 'policy' })]);
    expect(voided).toMatchObject({ status: 'executing', approval: null, anew: { why: 'policy' } });
    expect(voided.approvedAt).toBeNull();
    expect(dueEffects(voided)).toEqual([{ type: 'ask', step: 'save' }]);
    expect(() => transition(voided, event({ type: 'approval.given', approval: 'ap', digest: 'x' }))).toThrow('waits');
    expect(() => transition(voided, event({ type: 'approval.voided', approval: 'ap', why: 'policy' }))).toThrow(
      'stands',
    );
    const anew = transition(voided, event({ type: 'approval.requested', approval: { ...approval, id: 'ap2' } }));
    expect(anew.run).toMatchObject({ status: 'waiting-approval', approval: { id: 'ap2' } });
    expect(anew.run.anew).toBeNull();
  },
);

test('a step that reports while the run is paused is kept, and resuming goes on from there', () => {
  const paused = fold([
    ...happyPath.slice(0, 7),
    event({ type: 'run.paused' }),
    event({ type: 'step.finished', step: 'c', observation: 3, digest: 'd3' }),
  ]);
  expect(paused.status).toBe('paused');
  expect(dueEffects(paused)).toEqual([]);
  const resumed = transition(paused, event({ type: 'run.resumed' }));
  expect(resumed.run.status).toBe('verifying');
  expect(resumed.effects).toEqual([{ type: 'verify' }]);
});

test('pausing and resuming at any entry changes nothing about the end', () => {
  for (let i = 1; i < happyPath.length; i++) {
    const before = happyPath.slice(0, i);
    const status = fold(before).status;
    const detour = fold([...before, event({ type: 'run.paused' }), event({ type: 'run.resumed' })]);
    expect(detour.status).toBe(status);
    expect(
      fold([...before, event({ type: 'run.paused' }), event({ type: 'run.resumed' }), ...happyPath.slice(i)]),
    ).toEqual(fold(happyPath));
  }
});

test('stopping at any entry ends the run, and nothing is due or accepted after', () => {
  for (let i = 1; i < happyPath.length; i++) {
    const stopped = fold([...happyPath.slice(0, i), event({ type: 'run.cancelled' })]);
    expect(stopped.status).toBe('cancelled');
    expect(dueEffects(stopped)).toEqual([]);
    for (const later of happyPath) expect(() => transition(stopped, later)).toThrow();
  }
});

test('whatever order events come in, a status only changes along the legal map or the event is refused', () => {
  const extra = [
    event({ type: 'run.paused' }),
    event({ type: 'run.resumed' }),
    event({ type: 'run.cancelled' }),
    event({ type: 'step.failed', step: 'a', error: { code: 'io', message: '' }, retry: true }),
    event({ type: 'approval.voided', approval: 'ap', why: 'expired' }),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...happyPath.slice(1), ...extra), { maxLength: 30 }), (events) => {
      let state = fold([started]);
      for (const next of events) {
        const before: RunStatus = state.status;
        try {
          state = transition(state, next).run;
        } catch {
          continue;
        }
        expect(before === state.status || LEGAL[before].includes(state.status)).toBe(true);
        if (state.status === 'complete') expect(state.verdict?.result).toBe('PASS');
      }
    }),
    { numRuns: 2000 },
  );
});

test('what untrusted text chooses in a plan is kept with the run, and a plan that lets it choose too much is none', () => {
  const choice = (bits: number): Choice => ({ name: 'method', type: { kind: 'boolean' }, value: true, bits });
  const committed = (...bits: number[]): RunEvent =>
    event({ type: 'plan.committed', plan, label: OWNER_TYPED, choices: bits.map(choice) });
  const { run: begun } = transition(null, started);
  const { run: planned } = transition(begun, committed(16, 16));
  expect(planned).toMatchObject({ planLabel: OWNER_TYPED, choices: [{ bits: 16 }, { bits: 16 }] });
  expect(budgetAfter(planned.choices ?? [])).toEqual({ bitsLeft: 0 });
  expect(() => transition(begun, committed(16, 17))).toThrow(InvariantError);
  // A second plan would be a second budget, and not the plan that was committed.
  expect(() => transition(planned, committed())).toThrow(InvariantError);
  expect(() => transition(planned, committed(16, 16))).toThrow(InvariantError);
});

const asking: Plan = {
  ...plan,
  steps: [
    step('find', []),
    step('ask', ['find'], { approval: true, parallelizable: false }),
    step('answer', ['find', 'ask'], { withoutToo: ['ask' as StepId], parallelizable: false }),
  ],
  answerStep: 'answer' as StepId,
};

test.each<[string, RunEvent[]]>([
  [
    'denied',
    [
      event({ type: 'approval.requested', approval: { ...approval, step: 'ask' } }),
      event({ type: 'approval.denied', approval: 'ap', reason: 'no' }),
    ],
  ],
  [
    'refused before it could be asked about',
    [event({ type: 'step.failed', step: 'ask', error: { code: 'denied', message: 'no' }, retry: false })],
  ],
])('an act that others go on without is left out when it is %s, and the rest goes on to the answer', (_, events) => {
  const found = event({ type: 'step.finished', step: 'find', observation: 1, digest: 'd1' });
  const before = [
    started,
    event({ type: 'plan.committed', plan: asking }),
    event({ type: 'step.started', step: 'find', attempt: 1 }),
    found,
  ];
  const fold = (all: readonly RunEvent[]): Run =>
    all.reduce<Run | null>((now, each) => transition(now, each).run, null) as Run;
  expect(dueEffects(fold(before))).toEqual([{ type: 'ask', step: 'ask' }]);
  const left = fold([...before, ...events]);
  expect(left.steps['ask']?.status).toBe('skipped');
  expect(dueEffects(left)).toEqual([{ type: 'run-step', step: 'answer' }]);
  const ended = fold([
    ...before,
    ...events,
    event({ type: 'step.started', step: 'answer', attempt: 1 }),
    event({ type: 'step.finished', step: 'answer', observation: 1, digest: 'd1' }),
    event({ type: 'answer.verified', answer, digest: 'd2', verdict }),
  ]);
  expect(dueEffects(ended)).toEqual([{ type: 'complete' }]);
});
