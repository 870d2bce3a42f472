import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLoop, loopText, type Turn } from '#core/agent/find-loop.ts';
import type { RunEvent } from '#core/agent/events.ts';
import type { Run } from '#core/agent/run.ts';
import { dueEffects, INTERRUPTIONS_MAX, transition } from '#core/agent/transition.ts';
import type { StepId, UnixMs } from '#core/base/ids.ts';
import { factsUntilAsked, planThat, RUN } from '#tests/fakes/waiting-run.ts';

/** One letter a call, one digit its answer: "a1 b2". */
const turns = (text: string, waits = false): Turn[] =>
  text.split(' ').map((each) => ({ call: each.slice(0, 1), result: each.slice(1), waits }));
const loop = (text: string): string | null => findLoop(turns(text), 0, 100)?.kind ?? null;

describe('a run goes round in circles', () => {
  test('when the same call gives the same answer three times in a row', () => {
    expect(loop('a1 a1')).toBeNull();
    expect(loop('b2 a1 a1 a1')).toBe('same-call');
    expect(loop('a1 a1 a2 a1')).toBeNull();
    expect(loop('a1 b1 a1')).toBeNull();
  });

  test('when two or three calls come round three times with the same answers', () => {
    expect(loop('a1 b2 a1 b2 a1')).toBeNull();
    expect(findLoop(turns('x9 a1 b2 a1 b2 a1 b2'), 0, 100)).toEqual({ kind: 'cycle', calls: 2, times: 3 });
    expect(findLoop(turns('a1 b2 c3 a1 b2 c3 a1 b2 c3'), 0, 100)).toEqual({ kind: 'cycle', calls: 3, times: 3 });
    expect(loop('a1 b2 a1 b3 a1 b4'), 'other answers are progress').toBeNull();
    expect(loop('a1 b2 c3 d4 a1 b2 c3 d4 a1 b2 c3 d4')).toBeNull();
  });

  test('when sixteen calls in a row, however different, hear only what is known', () => {
    const known = 'a1 b2';
    const idle = Array.from({ length: 16 }, (_, at) => `${String.fromCodePoint(99 + at)}${String((at % 2) + 1)}`);
    expect(loop([known, ...idle.slice(1)].join(' '))).toBeNull();
    expect(loop([known, ...idle].join(' '))).toBe('nothing-new');
    expect(loop([known, ...idle.slice(0, 8), 'z7', ...idle.slice(9)].join(' '))).toBeNull();
    expect(findLoop(turns([known, ...idle].join(' ')), 0, 100)).toEqual({ kind: 'nothing-new', calls: 16 });
  });

  test('when more calls were begun than there is room for', () => {
    expect(findLoop([], 5, 5)).toBeNull();
    expect(findLoop([], 6, 5)).toEqual({ kind: 'too-many', calls: 6, most: 5 });
  });
});

test('waiting with the owner’s yes is no circle, however often the same is heard', () => {
  const polling = turns(Array.from({ length: 50 }, () => 'a1').join(' '), true);
  expect(findLoop(polling, 50, 100)).toBeNull();
  expect(findLoop([...turns('b2 b2'), ...polling, ...turns('b2')], 53, 100)?.kind).toBe('same-call');
});

test('each is told in words', () => {
  expect(loopText({ kind: 'same-call', times: 3 })).toMatch(/same call .* 3 times.*resume it or stop it/);
  expect(loopText({ kind: 'cycle', calls: 2, times: 3 })).toMatch(/same 2 calls .* 3 times/);
  expect(loopText({ kind: 'nothing-new', calls: 16 })).toMatch(/16 calls in a row/);
  expect(loopText({ kind: 'too-many', calls: 6, most: 5 })).toMatch(/6 calls, .* room for 5/);
});

const turn = fc.record({
  call: fc.constantFrom('a', 'b', 'c', 'd'),
  result: fc.string({ maxLength: 2 }),
  waits: fc.boolean(),
});

test('whatever came before, a circle is found within its bound, and new answers are never one', () => {
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 30 }), fc.array(turn, { minLength: 1, maxLength: 3 }), (before, round) => {
      const circle = round.map((each) => ({ ...each, waits: false }));
      expect(findLoop([...before, ...circle, ...circle, ...circle], 0, 100)).not.toBeNull();
      const fresh = before.map((each, at) => ({ ...each, result: `new ${String(at)}` }));
      expect(findLoop(fresh, 0, 100)).toBeNull();
      expect(
        findLoop(
          [...before, ...before, ...before].map((each) => ({ ...each, waits: true })),
          0,
          100,
        ),
      ).toBeNull();
    }),
    { numRuns: 2_000 },
  );
});

describe('in a run', () => {
  const begun = (attempt: number): RunEvent => ({
    ...{ type: 'step.started', run: RUN, at: 1 as UnixMs, step: '1-answer' as StepId, attempt },
  });
  const facts = (plan = planThat('save-file', {})): RunEvent[] =>
    factsUntilAsked(1 as UnixMs, plan).slice(0, 2) as RunEvent[];
  const fold = (events: readonly RunEvent[]): Run =>
    events.reduce<Run | null>((run, event) => transition(run, event).run, null)!;
  const event = (body: Record<string, unknown>): RunEvent => ({ run: RUN, at: 1, ...body }) as unknown as RunEvent;

  test('a step that ends the app each time it is begun pauses it, and its owner may let it go on', () => {
    const most = 2 * 3 + INTERRUPTIONS_MAX;
    expect(dueEffects(fold([...facts(), begun(most)]))).toEqual([{ type: 'run-step', step: '1-answer' }]);
    const looping = fold([...facts(), begun(most + 1)]);
    const [halt] = dueEffects(looping);
    expect(halt).toEqual({ type: 'halt', loop: { kind: 'too-many', calls: most + 1, most } });
    const paused = [
      ...facts(),
      begun(most + 1),
      event({ type: 'run.paused', loop: halt?.type === 'halt' && halt.loop }),
    ];
    expect(fold(paused)).toMatchObject({ status: 'paused', loop: { kind: 'too-many' } });
    const resumed = fold([...paused, event({ type: 'run.resumed' })]);
    expect(resumed.loop).toBeUndefined();
    expect(dueEffects(resumed)).toEqual([{ type: 'run-step', step: '1-answer' }]);
    expect(dueEffects(fold([...paused, event({ type: 'run.resumed' }), begun(2 * most + 2)]))[0]?.type).toBe('halt');
  });

  test('the same step three times with the same answer pauses it, with other arguments or answers it does not', () => {
    const plan = (of: (at: number) => Record<string, number>) => {
      const base = planThat('save-file', {});
      const again = [1, 2, 3].map((at) => ({ ...base.steps[0]!, id: `s${String(at)}` as StepId, args: of(at) }));
      return {
        ...base,
        steps: [...again, { ...base.steps[0]!, id: 'last' as StepId, dependsOn: again.map(({ id }) => id) }],
        answerStep: 'last' as StepId,
      };
    };
    const done = (at: number, digest: string): RunEvent[] => [
      event({ type: 'step.started', step: `s${String(at)}`, attempt: 1 }),
      event({ type: 'step.finished', step: `s${String(at)}`, observation: {}, digest }),
    ];
    const after = (of: (at: number) => Record<string, number>, digest: (at: number) => string): string | undefined =>
      dueEffects(fold([...facts(plan(of)), ...[1, 2, 3].flatMap((at) => done(at, digest(at)))]))[0]?.type;
    expect(
      after(
        () => ({ a: 1 }),
        () => 'd',
      ),
    ).toBe('halt');
    expect(
      after(
        (at) => ({ a: at }),
        () => 'd',
      ),
    ).toBe('run-step');
    expect(after(() => ({ a: 1 }), String)).toBe('run-step');
  });

  test('an owner’s own pause says nothing of circles', () => {
    const run = fold([...facts(), event({ type: 'run.paused' }), event({ type: 'run.resumed' })]);
    expect([run.loop, run.letGoOn]).toEqual([undefined, undefined]);
  });
});
