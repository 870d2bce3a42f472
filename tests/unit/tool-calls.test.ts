import { expect, test } from 'vitest';
import { ok } from '#core/base/result.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import { scoreToolCalls } from '#evals/tool-calls/score-calls.ts';
import type { Engine, ToolCall } from '#ports/engine.ts';
import { TOOL_CASES } from '../fakes/tinytool-bench.ts';
import { asked } from '../fakes/tinytool.ts';
import { scriptedEngine } from '../fakes/scripted-engine.ts';

/** Answers each case by what is made of the call that is right. */
function calling(made: (call: ToolCall, at: number) => ToolCall): Engine {
  let at = 0;
  const scripted = scriptedEngine(() => Promise.resolve(ok(null)));
  return {
    ...scripted,
    infer: async (request, onText, signal) => {
      const answered = await scripted.infer(request, onText, signal);
      const one = TOOL_CASES[at++];
      if (!answered.ok || one === undefined) return answered;
      return ok({ ...answered.value, answer: { kind: 'tool-call', call: made(asked(one).call, at - 1) } });
    },
  };
}

test('a call counts only when its tool and all its arguments are the ones that were right', async () => {
  const right = await scoreToolCalls(
    calling((call) => call),
    'any',
    TOOL_CASES,
  );
  expect(right).toMatchObject({ cases: 200, exact: 200, wrong: [] });
  const changes: readonly ((call: ToolCall) => ToolCall)[] = [
    (call) => ({ ...call, tool: `${call.tool}2` }),
    (call) => ({ ...call, arguments: {} }),
    (call) => ({ ...call, arguments: { ...(call.arguments as object), more: 1 } }),
  ];
  const changed = calling((call, at) => changes[at]?.(call) ?? call);
  const { exact, expected, wrong } = await scoreToolCalls(changed, 'any', TOOL_CASES.slice(0, 10));
  expect([exact, expected, wrong.length]).toEqual([7, 10, 3]);
});

test('what the model was always known to misspell is not expected of it', async () => {
  const wrong = calling(() => ({ tool: 'none', arguments: {} }));
  const { exact, expected, tokensPerSecond } = await scoreToolCalls(wrong, 'any', TOOL_CASES);
  expect([exact, expected, tokensPerSecond.length]).toEqual([0, 198, 200]);
});

test('every case is asked for with the tools that it offers, in the form of a call', async () => {
  const engine = scriptedEngine(() => Promise.resolve(ok(null)));
  await scoreToolCalls(engine, 'any', TOOL_CASES);
  expect(engine.requests).toHaveLength(TOOL_CASES.length);
  for (const { tools, answer, messages } of engine.requests) {
    expect(answer).toEqual({ kind: 'tool-call' });
    expect(tools.length).toBeGreaterThan(1);
    expect(messages.every(({ label }) => label === OWNER_TYPED)).toBe(true);
  }
});
