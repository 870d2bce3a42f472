import type { ModelInfo } from '#ports/engine.ts';

const MODELS_MAX = 2_000;
const ID_CHARS_MAX = 200;
/** What hosts call the window: OpenRouter, vLLM, LM Studio, Groq, llama.cpp. */
const WINDOWS = ['context_length', 'max_model_len', 'loaded_context_length', 'max_context_length', 'context_window'];

/** The models on a host's list, each once; null when it is no such list. */
export function readModels(text: string): readonly ModelInfo[] | null {
  const data = listIn(text);
  if (data === null) return null;
  const models = new Map<string, ModelInfo>();
  for (const entry of data.slice(0, MODELS_MAX)) {
    const fields = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const { id } = fields;
    // What cannot be shown as it is, is no name.
    if (typeof id !== 'string' || id === '' || id.length > ID_CHARS_MAX || /[\p{C}]/u.test(id)) continue;
    const meta = (fields['meta'] ?? {}) as Readonly<Record<string, unknown>>;
    const window = [...WINDOWS.map((name) => fields[name]), meta['n_ctx_train']].find(
      (value): value is number => Number.isSafeInteger(value) && (value as number) > 0,
    );
    if (!models.has(id)) models.set(id, { id, contextTokens: window ?? null, digest: null });
  }
  return [...models.values()];
}

function listIn(text: string): readonly unknown[] | null {
  try {
    const { data } = JSON.parse(text) as { readonly data?: unknown };
    return Array.isArray(data) ? (data as readonly unknown[]) : null;
  } catch {
    return null;
  }
}
