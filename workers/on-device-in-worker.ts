import * as Comlink from 'comlink';
import type { Result } from '#core/base/result.ts';
import type { Engine } from '#ports/engine.ts';
import type { OnDeviceApi } from '#runtime/contract/on-device-api.ts';
import { deviceEngine, type AskThread } from './device-engine.ts';
import type { InferenceThread } from './inference-thread.ts';
import InferenceWorker from './inference.worker.ts?worker';

export interface DeviceThread {
  /** For the page. */
  readonly onDevice: OnDeviceApi;
  /** For runs. */
  readonly engine: Engine;
}

/** Models of this device, in a thread of their own that is begun when something is first asked of it. */
export function onDeviceInWorker(): DeviceThread {
  let thread: {
    readonly api: Comlink.Remote<InferenceThread>;
    readonly broken: Promise<never>;
    end: () => void;
  } | null = null;
  let asking = 0;

  const start = (): NonNullable<typeof thread> => {
    if (thread !== null) return thread;
    const worker = new InferenceWorker({ name: 'inference' });
    const broken = new Promise<never>((_, reject) => {
      worker.addEventListener('error', (event) => {
        thread = null;
        worker.terminate();
        reject(new Error(`The thread of the models stopped: ${event.message || 'its script could not be loaded'}.`));
      });
    });
    broken.catch(() => undefined);
    const end = (): void => {
      thread = null;
      worker.terminate();
    };
    return (thread = { api: Comlink.wrap<InferenceThread>(worker), broken, end });
  };
  const ask: AskThread = async (question) => {
    const { api, broken } = start();
    asking++;
    try {
      return await Promise.race([question(api), broken]);
    } finally {
      asking--;
    }
  };
  const told = <T>(listener: (value: T) => void): ((value: T) => void) =>
    Comlink.proxy((value: T) => {
      listener(value);
    });

  return {
    onDevice: {
      look: () => ask((api) => api.look()),
      add: (files, listener) => ask(async (api) => await api.add(files, told(listener))),
      prepare: () => ask(async (api): Promise<Result<void, string>> => await api.prepare()),
      load: (model, listener) => ask(async (api) => await api.load(model, told(listener))),
      tryOut: (model, text, listener) => ask(async (api) => await api.tryOut(model, text, told(listener))),
      stop: () => (thread === null ? Promise.resolve() : ask((api) => api.stop())),
      remove: (model) => ask((api) => api.remove(model)),
      unload: async () => {
        const running = thread;
        if (running === null) return;
        await ask((api) => api.unload());
        // WebAssembly never gives memory back while its thread lives; but a run may have asked meanwhile.
        if (asking === 0) running.end();
      },
    },
    engine: deviceEngine(ask),
  };
}
