import { requireShut } from './lockdown.ts';
import * as Comlink from 'comlink';
import { MODEL_PATH, MODEL_SHA256 } from '#adapters/goal-reader/shipped-model.ts';
import { ownFileLoader } from '#adapters/http/own-files.ts';
import { shippedModels } from '#adapters/http/shipped-models.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import { opfsModelShelf } from '#adapters/opfs/model-shelf.ts';
import { opfsAvailable } from '#adapters/opfs/sync-handle.ts';
import { RUNTIME_FILES } from '#adapters/transformers/runtime-files.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { deviceAbility } from '#adapters/platform/device-ability.ts';
import type { DeviceEngine, ModelShelf } from '#ports/device-models.ts';
import { hex } from '#core/base/bytes.ts';
import { err, ok } from '#core/base/result.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { OnDeviceView } from '#runtime/contract/on-device-api.ts';
import type { InferenceThread } from './inference-thread.ts';

/** The thread that models run in, started when one is first wanted and ended to give its memory back. */
const TRIED_TOKENS_MAX = 512;
const ownFile = ownFileLoader(platformClock);
const own = shippedModels(ownFile, sha256);
const folders = opfsModelShelf({ sha256, incremental: incrementalSha256 });
const shelf: ModelShelf = {
  models: async () => [...(await own.models()), ...((await opfsAvailable()) ? await folders.models() : [])],
  file: (model, path) => (model.origin === 'app' ? own : folders).file(model, path),
};
let reader: OnDeviceView['goalReader'] = null;
let stopping = new AbortController();
const asked = new Map<number, AbortController>();
let starting: Promise<DeviceEngine> | null = null;

/** The library and its runtime are large: nothing of them is loaded to see what models there are. */
const engine = (): Promise<DeviceEngine> =>
  (starting ??= (async () => {
    await requireShut();
    const { transformersEngine } = await import('#adapters/transformers/transformers-engine.ts');
    return transformersEngine(shelf, deviceAbility);
  })());

/** Not run in this thread: only shown, once its bytes were checked. */
async function goalReader(): Promise<OnDeviceView['goalReader']> {
  const file = await ownFile(MODEL_PATH);
  if (!file.ok) return null;
  const bytes = new Uint8Array(await file.value.arrayBuffer());
  const digest = hex(sha256(bytes));
  return digest === MODEL_SHA256 ? { bytes: bytes.length, digest } : null;
}

const api: InferenceThread = {
  look: async () => {
    await requireShut();
    return {
      ability: await deviceAbility(),
      models: await shelf.models(),
      goalReader: (reader ??= await goalReader()),
      loaded: starting === null ? null : (await starting).loaded(),
    };
  },
  add: async (files, listener) => {
    await requireShut();
    if (!(await opfsAvailable())) return err('This browser keeps no files for this app, so none can be added.');
    stopping = new AbortController();
    const kept = await folders.keep(files, listener, stopping.signal);
    return kept.ok ? ok(kept.value.id) : kept;
  },
  prepare: async () => {
    await requireShut();
    const { webgpu } = await deviceAbility();
    const files = [RUNTIME_FILES.wasm, ...(webgpu === 'ready' || webgpu === 'software' ? [RUNTIME_FILES.webgpu] : [])];
    // Fetching is enough: the service worker keeps them.
    for (const path of files.flatMap(({ mjs, wasm }) => [mjs, wasm])) {
      const file = await ownFile(path);
      if (!file.ok) return file;
    }
    return ok(undefined);
  },
  load: async (model, listener) => {
    const loaded = await (await engine()).load(model, listener);
    return loaded.ok ? loaded : err(loaded.error.message);
  },
  tryOut: async (model, text, listener) => {
    stopping = new AbortController();
    const begun = platformClock.monotonic();
    const answered = await (
      await engine()
    ).infer(
      {
        model,
        messages: [{ role: 'user', text, label: OWNER_TYPED }],
        tools: [],
        answer: { kind: 'text' },
        tokensMax: TRIED_TOKENS_MAX,
        temperature: 0,
        seed: null,
        by: { tool: 'try-model', run: '', step: '' },
        planned: false,
        planner: OWNER_TYPED,
      },
      listener,
      stopping.signal,
    );
    if (!answered.ok) return err(answered.error.message);
    const { tokens } = answered.value;
    const ms = platformClock.monotonic() - begun;
    return ok({ tokensIn: tokens.in.count, tokensOut: tokens.out.count, ms });
  },
  stop: () => {
    stopping.abort();
    return Promise.resolve();
  },
  remove: async (model) => {
    const loaded = starting === null ? null : (await starting).loaded();
    if (loaded?.model === model) await (await engine()).unload();
    await folders.remove(model);
  },
  unload: async () => (await starting)?.unload(),
  models: async () => (await engine()).models(new AbortController().signal),
  countTokens: async (model, text) => (await engine()).countTokens(model, text),
  infer: async (asking, request, onText) => {
    const stop = new AbortController();
    asked.set(asking, stop);
    let last: unknown;
    const told = (piece: string): void => {
      last = onText(piece);
    };
    try {
      return await (await engine()).infer(request, told, stop.signal);
    } finally {
      asked.delete(asking);
      // Pieces come by a port of their own, which the answer would overtake.
      await last;
    }
  },
  abort: (asking) => asked.get(asking)?.abort(),
};
Comlink.expose(api);
