import { describe, expect, test } from 'vitest';
import { ownFileLoader } from '#adapters/http/own-files.ts';
import { shippedModels } from '#adapters/http/shipped-models.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { transformersEngine } from '#adapters/transformers/transformers-engine.ts';
import { scoreToolCalls } from '#evals/tool-calls/score-calls.ts';
import type { DeviceAbility, ModelShelf } from '#ports/device-models.ts';
import { ENGINE_CASES, request } from '../conformance/engine.ts';
import { TOOL_CASES, tinytoolBench } from '../fakes/tinytool-bench.ts';
import { fits } from '../fakes/schema-check.ts';

const ability = (): Promise<DeviceAbility> =>
  Promise.resolve({ webgpu: 'none', graphics: '', half: false, bufferBytesMax: null, memoryGib: null, cores: 2 });
const shelf = shippedModels(ownFileLoader(platformClock), sha256);
const engine = transformersEngine(shelf, ability);
const bench = tinytoolBench(engine);

describe('transformers.js with a real model, on wasm', () => {
  test.each(ENGINE_CASES.map((one) => [one.name, one] as const))(
    '%s',
    async (_, one) => {
      await one.run(bench);
    },
    120_000,
  );

  test('calls the right tool with the right arguments, for all its cases but the two that it is known to misspell', async () => {
    const { cases, exact, expected, wrong } = await scoreToolCalls(engine, 'tinytool', TOOL_CASES);
    expect([cases, expected]).toEqual([200, 198]);
    expect(exact, JSON.stringify(wrong)).toBeGreaterThanOrEqual(expected);
  }, 300_000);

  test('an answer that has to fit a schema fits it, whatever the model would rather write', async () => {
    const schemas = [
      { enum: ['über', 'unter', '😀'] },
      { type: 'array', items: { type: 'boolean' }, minItems: 3, maxItems: 3 },
      {
        type: 'object',
        properties: { ü: { type: 'string', maxLength: 4 }, n: { type: 'null' } },
        required: ['n', 'ü'],
      },
    ] as const;
    for (const schema of schemas)
      for (const temperature of [0, 1.5]) {
        const asking = request(bench, { answer: { kind: 'json', schema }, temperature, tokensMax: 150 });
        const answered = await engine.infer(asking, () => undefined, new AbortController().signal);
        if (!answered.ok) expect(answered.error.code).toBe('malformed');
        else expect(answered.value.answer.kind === 'json' && fits(schema, answered.value.answer.value)).toBe(true);
      }
  }, 120_000);

  test('a stop after five pieces ends it there', async () => {
    const stop = new AbortController();
    let pieces = 0;
    const count = (): void => {
      if (++pieces === 5) stop.abort();
    };
    const asking = request(bench, { temperature: 3, tokensMax: 900 });
    const answered = await engine.infer(asking, count, stop.signal);
    expect(answered.ok ? 'answered' : answered.error.code).toBe('aborted');
    expect(pieces).toBe(5);
  });

  test('a file that is another by one byte is refused by name, and nothing of the model runs', async () => {
    for (const changed of ['tokenizer.json', 'onnx/model_quantized.onnx']) {
      const altered: ModelShelf = {
        ...shelf,
        file: async (model, path) => {
          const file = await shelf.file(model, path);
          if (path !== changed || file === null) return file;
          const bytes = new Uint8Array(await file.arrayBuffer());
          bytes[bytes.length - 2]! ^= 1;
          return new Blob([bytes]);
        },
      };
      const other = transformersEngine(altered, ability);
      const loaded = await other.load('tinytool', () => undefined);
      expect(loaded.ok).toBe(false);
      if (!loaded.ok) expect(loaded.error.message).toContain(`${changed} of Tiny tool caller is not the file it was`);
      expect(other.loaded()).toBeNull();
    }
  });
});
