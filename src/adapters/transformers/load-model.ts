import { AutoModelForCausalLM, AutoTokenizer, env } from '@huggingface/transformers';
import type { Vocabulary } from '#core/grammar/vocabulary.ts';
import type { Processor } from '#ports/device-models.ts';
import type { Weights } from './choose-weights.ts';
import { RUNTIME_FILES } from './runtime-files.ts';
import { vocabularyOfTokenizer } from './token-bytes.ts';

/** What is used of a tokenizer. */
export interface Tokenizer {
  (text: string, options: { add_special_tokens: boolean }): Record<string, Tokens>;
  readonly encode: (text: string, options: { add_special_tokens: boolean }) => readonly number[];
  readonly apply_chat_template: (messages: readonly unknown[], options: Record<string, unknown>) => string;
}

interface Tokens {
  readonly dims: readonly number[];
  readonly tolist: () => readonly (readonly bigint[])[];
}

interface RunnableModel {
  readonly generate: (options: Record<string, unknown>) => Promise<Tokens>;
  readonly dispose: () => Promise<unknown>;
  readonly config: { readonly max_position_embeddings?: number };
  readonly generation_config: { readonly eos_token_id?: number | readonly number[] | null } | null;
  forward: (inputs: unknown) => Promise<unknown>;
}

export interface LoadedModel {
  readonly tokenizer: Tokenizer;
  readonly model: RunnableModel;
  readonly vocabulary: Vocabulary & { readonly has: (token: string) => boolean };
  /** Tokens that end an answer. */
  readonly ends: ReadonlySet<number>;
  readonly contextTokens: number | null;
}

/** Files of a model that are read where it has them. */
export const SMALL_FILES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
];

const ROOT = '/model/';
const NAME = 'checked';

/**
 * Makes a model ready. The library gets the files that are handed in and no others: it asks for names, and nothing of it
 * reaches a network or a cache.
 */
export async function loadModel(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  weights: Weights,
  on: Processor,
): Promise<LoadedModel> {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.localModelPath = ROOT;
  env.fetch = ((asked: string | URL) => {
    const held = files.get(String(asked).slice(`${ROOT}${NAME}/`.length));
    return Promise.resolve(held === undefined ? new Response(null, { status: 404 }) : new Response(held));
  }) as typeof env.fetch;
  const { wasm } = env.backends.onnx;
  if (wasm !== undefined) {
    // The first model of a thread settles it.
    wasm.wasmPaths = RUNTIME_FILES[on];
    // More would be workers of the runtime's own, which nothing of ours shuts in.
    wasm.numThreads = 1;
  }
  const tokenizer = (await AutoTokenizer.from_pretrained(NAME, { local_files_only: true })) as unknown as Tokenizer;
  const model = (await AutoModelForCausalLM.from_pretrained(NAME, {
    device: on,
    dtype: weights.precision,
    local_files_only: true,
    ...(weights.more.length > 0 ? { use_external_data_format: weights.more.length } : {}),
  })) as unknown as RunnableModel;
  yieldBetweenTokens(model);
  const file = files.get('tokenizer.json');
  if (file === undefined) throw new Error('there is no tokenizer.json');
  const ends = [model.generation_config?.eos_token_id ?? []].flat();
  return {
    tokenizer,
    model,
    vocabulary: vocabularyOfTokenizer(file),
    ends: new Set(ends),
    contextTokens: model.config.max_position_embeddings ?? null,
  };
}

/** Without it a thread that generates hears of nothing, not of a stop either, until it is done. */
function yieldBetweenTokens(model: RunnableModel): void {
  const forward = model.forward.bind(model);
  const { port1, port2 } = new MessageChannel();
  let next: () => void = () => undefined;
  port2.onmessage = () => next();
  model.forward = async (inputs) => {
    await new Promise<void>((resolve) => {
      next = resolve;
      port1.postMessage(null);
    });
    return forward(inputs);
  };
}
