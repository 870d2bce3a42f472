import assert from 'node:assert/strict';
import type { Json } from '#core/base/json.ts';
import { joinAll, modelLabel, NEUTRAL, OWNER_TYPED, type Label } from '#core/labels/label.ts';
import type { Result } from '#core/base/result.ts';
import type {
  AnswerForm,
  Engine,
  EngineFailure,
  Inference,
  InferenceRequest,
  JsonSchema,
  Message,
  OfferedTool,
} from '#ports/engine.ts';

export interface EngineBench {
  readonly engine: Engine;
  /** One that it has. */
  readonly model: string;
  /** What that one can do: each asks for more than three tokens. */
  readonly text: readonly Message[];
  readonly json: { readonly messages: readonly Message[]; readonly schema: JsonSchema };
  readonly call: { readonly messages: readonly Message[]; readonly tools: readonly OfferedTool[] };
  /** Whether a value fits a schema. */
  readonly fits: (schema: JsonSchema, value: Json) => boolean;
}

export interface EngineCase {
  readonly name: string;
  readonly run: (bench: EngineBench) => Promise<void>;
}

/** What every engine must do, for any test runner. */
export const ENGINE_CASES: readonly EngineCase[] = [
  {
    name: 'says where it runs, and which models it has, each once',
    run: async ({ engine, model }) => {
      const { where, host, name } = engine.describe();
      assert.equal(host === null, where === 'device');
      assert.notEqual(name, '');
      const models = value(await engine.models(new AbortController().signal));
      const ids = models.map(({ id }) => id);
      assert.ok(ids.includes(model), `${model} is not among ${ids.join(', ')}`);
      assert.equal(new Set(ids).size, ids.length);
      for (const { contextTokens } of models) assert.ok(contextTokens === null || contextTokens > 0);
    },
  },
  {
    name: 'what it wrote is what it streamed, in more than one piece',
    run: async (bench) => {
      const { inference, pieces } = await inferred(bench, { messages: bench.text, answer: { kind: 'text' } });
      assert.deepEqual(inference.answer, { kind: 'text' });
      assert.equal(inference.stopped, 'end');
      assert.notEqual(inference.text, '');
      assert.equal(pieces.join(''), inference.text);
      assert.ok(pieces.length > 1, 'came in one piece');
      assert.ok(inference.tokens.in.count > 0 && inference.tokens.out.count > 3);
      assert.equal(inference.bytesSent > 0, bench.engine.describe().where === 'channel');
    },
  },
  {
    name: 'at no temperature the same seed gives the same answer',
    run: async (bench) => {
      const asked = { messages: bench.text, answer: { kind: 'text' }, seed: 7 } as const;
      const [first, second] = [await inferred(bench, asked), await inferred(bench, asked)];
      assert.equal(first.inference.text, second.inference.text);
    },
  },
  {
    name: 'writes no more tokens than it may, and says that it had more to say',
    run: async (bench) => {
      const asked = { messages: bench.text, answer: { kind: 'text' }, tokensMax: 3 } as const;
      const { inference } = await inferred(bench, asked);
      assert.equal(inference.stopped, 'length');
      assert.ok(inference.tokens.out.count <= 3);
    },
  },
  {
    name: 'an answer in a form fits its schema',
    run: async (bench) => {
      const { messages, schema } = bench.json;
      const { inference } = await inferred(bench, { messages, answer: { kind: 'json', schema } });
      assert.ok(inference.answer.kind === 'json');
      assert.ok(bench.fits(schema, inference.answer.value), `${inference.text} does not fit`);
    },
  },
  {
    name: 'a call is one of a tool that was offered, and its arguments fit',
    run: async (bench) => {
      const { messages, tools } = bench.call;
      const { inference } = await inferred(bench, { messages, tools, answer: { kind: 'tool-call' } });
      assert.ok(inference.answer.kind === 'tool-call');
      const { call } = inference.answer;
      const tool = tools.find(({ name }) => name === call.tool);
      assert.ok(tool !== undefined, `nobody offered ${call.tool}`);
      assert.ok(bench.fits(tool.arguments, call.arguments), `${inference.text} does not fit`);
    },
  },
  {
    name: 'what it wrote carries the labels of all that it saw, tools and all',
    run: async (bench) => {
      const { messages, tools } = bench.call;
      const server: Label = { ...NEUTRAL, sources: ['tool:server'], integrity: 'endorsed' };
      const [first, ...rest] = tools;
      assert.ok(first !== undefined);
      const offered = [{ ...first, label: server }, ...rest];
      const { inference } = await inferred(bench, { messages, tools: offered, answer: { kind: 'tool-call' } });
      const window = [...messages, ...offered].map(({ label }) => label);
      assert.deepEqual(inference.label, modelLabel(bench.model, bench.engine.describe().where, window));
      assert.ok(joinAll([inference.label, server]).sources.length === inference.label.sources.length);
    },
  },
  {
    name: 'what is stopped before it begins writes nothing',
    run: async (bench) => {
      const pieces: string[] = [];
      const { engine } = bench;
      const stopped = await engine.infer(request(bench, {}), (piece) => pieces.push(piece), AbortSignal.abort());
      assert.equal(failure(stopped).code, 'aborted');
      assert.deepEqual(pieces, []);
    },
  },
  {
    name: 'what is stopped as it writes writes nothing more, and the next is answered',
    run: async (bench) => {
      const stop = new AbortController();
      let after = 0;
      const onText = (): void => {
        if (stop.signal.aborted) after++;
        stop.abort();
      };
      assert.equal(failure(await bench.engine.infer(request(bench, {}), onText, stop.signal)).code, 'aborted');
      const { inference } = await inferred(bench, {});
      assert.notEqual(inference.text, '');
      assert.equal(after, 0);
    },
  },
  {
    name: 'two that are asked at once are each answered as if alone',
    run: async (bench) => {
      const { messages, tools } = bench.call;
      const asked = { messages, tools, answer: { kind: 'tool-call' } } as const;
      const alone = [await inferred(bench, {}), await inferred(bench, asked)];
      const both = await Promise.all([inferred(bench, {}), inferred(bench, asked)]);
      assert.deepEqual(
        both.map(({ inference }) => inference.text),
        alone.map(({ inference }) => inference.text),
      );
    },
  },
  {
    name: 'a model that it does not have is named',
    run: async (bench) => {
      const failed = failure(await bench.engine.infer(request(bench, { model: 'no-such' }), ignore, never()));
      assert.equal(failed.code, 'no-such-model');
      assert.match(failed.message, /no-such/);
    },
  },
  {
    name: 'more than its window holds is refused and not cut',
    run: async (bench) => {
      const [model] = value(await bench.engine.models(never())).filter(({ id }) => id === bench.model);
      const long = 'one two three four '.repeat((model?.contextTokens ?? 50_000) / 4 + 1);
      const messages = [...bench.text, { role: 'user', text: long, label: OWNER_TYPED } as const];
      const failed = failure(await bench.engine.infer(request(bench, { messages }), ignore, never()));
      assert.equal(failed.code, 'context-too-long');
    },
  },
  {
    name: 'a call without tools to call is not supported',
    run: async (bench) => {
      const asked = request(bench, { answer: { kind: 'tool-call' }, tools: [] });
      assert.equal(failure(await bench.engine.infer(asked, ignore, never())).code, 'not-supported');
    },
  },
  {
    name: 'a longer text has no fewer tokens, and an empty one none',
    run: async ({ engine, model }) => {
      const count = async (text: string): Promise<number> => value(await engine.countTokens(model, text)).count;
      assert.equal(await count(''), 0);
      let before = 0;
      for (const text of ['when', 'when is', 'when is the next meeting', 'when is the next meeting? '.repeat(40)]) {
        const now = await count(text);
        assert.ok(Number.isInteger(now) && now > 0 && now >= before, `${text}: ${String(now)} after ${String(before)}`);
        before = now;
      }
    },
  },
];

interface Asked extends Partial<Omit<InferenceRequest, 'answer'>> {
  readonly answer?: AnswerForm;
}

/** A question that a bench can answer, or another. */
export function request(bench: EngineBench, asked: Asked): InferenceRequest {
  return {
    model: bench.model,
    messages: bench.text,
    tools: [],
    answer: { kind: 'text' },
    tokensMax: 200,
    temperature: 0,
    seed: 1,
    by: { tool: 'ask-model', run: 'run-1', step: 'step-1' },
    planned: true,
    planner: OWNER_TYPED,
    ...asked,
  };
}

async function inferred(
  bench: EngineBench,
  asked: Asked,
): Promise<{ readonly inference: Inference; readonly pieces: readonly string[] }> {
  const pieces: string[] = [];
  const inference = value(await bench.engine.infer(request(bench, asked), (piece) => pieces.push(piece), never()));
  return { inference, pieces };
}

function value<T>(result: Result<T, EngineFailure>): T {
  assert.ok(result.ok, result.ok ? '' : `${result.error.code}: ${result.error.message}`);
  return result.value;
}

function failure(result: Result<unknown, EngineFailure>): EngineFailure {
  assert.ok(!result.ok, 'it was answered');
  assert.notEqual(result.error.message, '');
  return result.error;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

function ignore(): void {
  return;
}
