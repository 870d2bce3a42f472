import { InterruptableStoppingCriteria, TextStreamer, random } from '@huggingface/transformers';
import { err, ok, type Result } from '#core/base/result.ts';
import { modelLabel } from '#core/labels/label.ts';
import type { DeviceAbility, DeviceEngine, DeviceModel, ModelShelf, Processor } from '#ports/device-models.ts';
import type { EngineFailure, Inference, InferenceRequest } from '#ports/engine.ts';
import { checkedFiles } from './checked-files.ts';
import { chooseWeights } from './choose-weights.ts';
import { grammarProcessors } from './grammar-processor.ts';
import { loadModel, SMALL_FILES, type LoadedModel } from './load-model.ts';
import { answerIn, chatOf, grammarFor, toolsOf } from './prompt.ts';

interface Ready extends LoadedModel {
  readonly described: DeviceModel;
  readonly on: Processor;
}

/**
 * Models of the shelf, by transformers.js. One is in memory at a time, and one answer is written at a time: others wait.
 * @param ability asked once, when the first model is loaded; from then on the thread stays with one processor
 */
export function transformersEngine(shelf: ModelShelf, ability: () => Promise<DeviceAbility>): DeviceEngine {
  let ready: Ready | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  };

  const find = async (id: string): Promise<Result<DeviceModel, EngineFailure>> => {
    const found = (await shelf.models()).find((model) => model.id === id);
    return found === undefined
      ? failed('no-such-model', `There is no model ${id} on this device. Choose another one, or add it.`)
      : ok(found);
  };

  const unload = async (): Promise<void> => {
    const old = ready;
    ready = null;
    await old?.model.dispose();
  };

  const load = async (id: string, progress: (fraction: number) => void): Promise<Result<Ready, EngineFailure>> => {
    const found = await find(id);
    if (!found.ok) return found;
    const described = found.value;
    if (ready?.described.digest === described.digest) return ok(ready);
    await unload();
    const { webgpu, half } = await ability();
    const on: Processor = webgpu === 'ready' || webgpu === 'software' ? 'webgpu' : 'wasm';
    const weights = chooseWeights(described, on, half);
    if (weights === null)
      return failed(
        'not-supported',
        `${described.name} has no weights that run here: an ONNX file in 8 or 4 bits or in full precision is needed.`,
      );
    const paths = [...SMALL_FILES, weights.path, ...weights.more];
    const files = await checkedFiles(shelf, described, paths, progress);
    if (!files.ok) return files;
    try {
      const loaded = await loadModel(files.value, weights, on);
      ready = { ...loaded, described, on };
      return ok(ready);
    } catch (error) {
      return err(failureOf(error, `${described.name} could not be made ready`));
    }
  };

  const infer = async (
    request: InferenceRequest,
    onText: (piece: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Inference, EngineFailure>> => {
    if (signal.aborted) return stopped();
    const { answer, tools } = request;
    const loaded = await load(request.model, () => undefined);
    if (!loaded.ok) return loaded;
    const { tokenizer, model, vocabulary, ends, contextTokens, described } = loaded.value;
    const grammar = grammarFor(request, vocabulary.has('<tool_call>'));
    if (!grammar.ok) return failed('not-supported', grammar.error);
    const prompt = tokenizer.apply_chat_template(chatOf(request.messages), {
      tools: toolsOf(tools),
      add_generation_prompt: true,
      tokenize: false,
    });
    const inputs = tokenizer(prompt, { add_special_tokens: false });
    const promptTokens = inputs['input_ids']?.dims.at(-1) ?? 0;
    const room = (contextTokens ?? Infinity) - promptTokens;
    if (room < 1)
      return failed(
        'context-too-long',
        `That is ${promptTokens} tokens, and ${described.name} takes ${contextTokens ?? 0}. Ask for less, or choose a model with a larger window.`,
      );
    const interrupt = new InterruptableStoppingCriteria();
    const interrupted = (): void => interrupt.interrupt();
    signal.addEventListener('abort', interrupted);
    const pieces: string[] = [];
    const streamer = new TextStreamer(tokenizer as never, {
      skip_prompt: true,
      skip_special_tokens: true,
      callback_function: (piece: string) => {
        if (piece === '' || signal.aborted) return;
        pieces.push(piece);
        onText(piece);
      },
    });
    seed(request.seed);
    const greedy = request.temperature === 0;
    try {
      const output = await model.generate({
        ...inputs,
        streamer,
        stopping_criteria: interrupt,
        max_new_tokens: Math.min(request.tokensMax, room),
        do_sample: !greedy,
        ...(greedy ? {} : { temperature: request.temperature }),
        ...(grammar.value === null
          ? {}
          : {
              logits_processor: grammarProcessors({
                mask: vocabulary.within(grammar.value),
                promptTokens,
                ends,
                greedy,
              }),
            }),
      });
      if (wasStopped(signal)) return stopped();
      const written = (output.tolist()[0] ?? []).slice(promptTokens).map(Number);
      const ended = ends.has(written.at(-1) ?? -1);
      const text = pieces.join('');
      if (!ended && answer.kind !== 'text')
        return failed('malformed', 'The model had not finished its answer when it had written as much as it may.');
      return ok({
        answer: answerIn(text, answer),
        text,
        tokens: { in: { count: promptTokens, exact: true }, out: { count: written.length, exact: true } },
        stopped: ended ? 'end' : 'length',
        digest: described.digest,
        repaired: false,
        bytesSent: 0,
        spent: null,
        label: modelLabel(
          request.model,
          'device',
          [...request.messages, ...tools].map(({ label }) => label),
        ),
      });
    } catch (error) {
      return wasStopped(signal) ? stopped() : err(failureOf(error, `${described.name} broke off`));
    } finally {
      signal.removeEventListener('abort', interrupted);
    }
  };

  return {
    describe: () => ({ name: 'This device', where: 'device', host: null }),
    models: async () => {
      const models = await shelf.models();
      const windows = await Promise.all(models.map((model) => contextOf(shelf, model)));
      return ok(models.map(({ id, digest }, at) => ({ id, digest, contextTokens: windows[at] ?? null })));
    },
    infer: (request, onText, signal) =>
      request.answer.kind === 'tool-call' && request.tools.length === 0
        ? Promise.resolve(failed('not-supported', 'There is no tool to call. Offer one.'))
        : inTurn(() => infer(request, onText, signal)),
    countTokens: (id, text) =>
      inTurn(async () => {
        const loaded = await load(id, () => undefined);
        if (!loaded.ok) return loaded;
        const count = text === '' ? 0 : loaded.value.tokenizer.encode(text, { add_special_tokens: false }).length;
        return ok({ count, exact: true });
      }),
    load: (id, progress) =>
      inTurn(async () => {
        const loaded = await load(id, progress);
        return loaded.ok ? ok(loaded.value.on) : loaded;
      }),
    loaded: () => (ready === null ? null : { model: ready.described.id, on: ready.on }),
    unload: () => inTurn(unload),
  };
}

/** As its configuration states it; whether that is what it was is seen when the model is loaded. */
async function contextOf(shelf: ModelShelf, model: DeviceModel): Promise<number | null> {
  try {
    const file = await shelf.file(model, 'config.json');
    const config = JSON.parse((await file?.text()) ?? 'null') as { readonly max_position_embeddings?: unknown } | null;
    const window = config?.max_position_embeddings;
    return typeof window === 'number' && window > 0 ? window : null;
  } catch {
    return null;
  }
}

/** Meanwhile. */
function wasStopped({ aborted }: AbortSignal): boolean {
  return aborted;
}

/** By chance where there is none. */
function seed(value: number | null): void {
  (random as unknown as { readonly seed: (value?: number) => void }).seed(value ?? undefined);
}

function stopped(): Result<never, EngineFailure> {
  return failed('aborted', 'It was stopped.');
}

function failed(code: Exclude<EngineFailure['code'], 'asks' | 'busy'>, message: string): Result<never, EngineFailure> {
  return err({ code, message });
}

/** The runtime says in words of its own that memory is at its end. */
function failureOf(error: unknown, what: string): EngineFailure {
  const reason = error instanceof Error ? error.message : String(error);
  const memory = /bad_alloc|out of memory|memory access|allocat|Array buffer|OrtRun\(\).*memory/i.test(reason);
  return memory
    ? { code: 'no-room', message: `${what}: this device has not enough memory for it. Choose a smaller model.` }
    : { code: 'not-supported', message: `${what}: ${reason}` };
}
