import * as Comlink from 'comlink';
import type { benchAppend } from './append.ts';

/** The page of the append benchmark: sync access handles exist only in a worker, so it starts one and hands on the figures. */
Object.assign(globalThis, {
  benchAppend: async (): ReturnType<typeof benchAppend> => {
    const worker = new Worker(new URL('./append.worker.ts', import.meta.url), { type: 'module' });
    return Comlink.wrap<{ benchAppend: typeof benchAppend }>(worker).benchAppend();
  },
});
