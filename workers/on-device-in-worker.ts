import * as Comlink from 'comlink';
import type { OnDeviceApi } from '#runtime/contract/on-device-api.ts';
import InferenceWorker from './inference.worker.ts?worker';

/** Models of this device, in a thread of their own that is begun when something is first asked of it. */
export function onDeviceInWorker(): OnDeviceApi {
  let thread: { readonly api: Comlink.Remote<OnDeviceApi>; readonly broken: Promise<never>; end: () => void } | null =
    null;

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
    return (thread = { api: Comlink.wrap<OnDeviceApi>(worker), broken, end });
  };
  const ask = <T>(question: (api: Comlink.Remote<OnDeviceApi>) => Promise<T>): Promise<T> => {
    const { api, broken } = start();
    return Promise.race([question(api), broken]);
  };
  const told = <T>(listener: (value: T) => void): ((value: T) => void) =>
    Comlink.proxy((value: T) => {
      listener(value);
    });

  return {
    look: () => ask((api) => api.look()),
    add: (files, listener) => ask(async (api) => await api.add(files, told(listener))),
    load: (model, listener) => ask(async (api) => await api.load(model, told(listener))),
    tryOut: (model, text, listener) => ask(async (api) => await api.tryOut(model, text, told(listener))),
    stop: () => (thread === null ? Promise.resolve() : ask((api) => api.stop())),
    remove: (model) => ask((api) => api.remove(model)),
    unload: async () => {
      const running = thread;
      if (running === null) return;
      await ask((api) => api.unload());
      // WebAssembly never gives memory back while its thread lives.
      running.end();
    },
  };
}
