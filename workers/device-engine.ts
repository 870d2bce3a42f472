import * as Comlink from 'comlink';
import { err, type Result } from '#core/base/result.ts';
import type { Engine, EngineFailure } from '#ports/engine.ts';
import type { InferenceThread } from './inference-thread.ts';

/** Asks the thread of the models; fails when that thread stops. */
export type AskThread = <T>(question: (thread: Comlink.Remote<InferenceThread>) => Promise<T>) => Promise<T>;

/** The models of this device for whoever runs in another thread. What is stopped is over at once, there a little later. */
export function deviceEngine(ask: AskThread): Engine {
  let asked = 0;
  return {
    describe: () => ({ name: 'This device', where: 'device', host: null }),
    models: (signal) => unlessStopped(signal, () => ask(async (thread) => await thread.models())),
    countTokens: (model, text) => answered(() => ask(async (thread) => await thread.countTokens(model, text))),
    infer: (request, onText, signal) =>
      unlessStopped(signal, () => {
        const asking = asked++;
        const abort = (): void => void ask(async (thread) => await thread.abort(asking)).catch(() => undefined);
        signal.addEventListener('abort', abort);
        const told = Comlink.proxy((piece: string) => {
          if (!signal.aborted) onText(piece);
        });
        return ask(async (thread) => await thread.infer(asking, request, told)).finally(() =>
          signal.removeEventListener('abort', abort),
        );
      }),
  };
}

function unlessStopped<T>(
  signal: AbortSignal,
  work: () => Promise<Result<T, EngineFailure>>,
): Promise<Result<T, EngineFailure>> {
  const stopped = err<EngineFailure>({ code: 'aborted', message: 'It was stopped.' });
  if (signal.aborted) return Promise.resolve(stopped);
  return new Promise((resolve) => {
    const stop = (): void => resolve(stopped);
    signal.addEventListener('abort', stop);
    void answered(work).then((answer) => {
      signal.removeEventListener('abort', stop);
      resolve(answer);
    });
  });
}

/** A thread that stops takes with it what it was asked. */
async function answered<T>(work: () => Promise<Result<T, EngineFailure>>): Promise<Result<T, EngineFailure>> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return err({ code: 'cut-off', message: `${message} Ask again.` });
  }
}
