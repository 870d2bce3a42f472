import * as Comlink from 'comlink';
import type { ImportWorkerApi } from '#runtime/contract/import-api.ts';
import type { Importer } from '#runtime/agent/tab-files.ts';
import ImportWorker from './import.worker.ts?worker';

/**
 * Runs one import in a thread of its own, which ends with it: what the parsers held goes with them.
 * A cancelled import first gives up what it had staged.
 */
export const importInWorker: Importer = async (files, known, { added, progress, signal }) => {
  const worker = new ImportWorker({ name: 'import' });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(new Error(`The import stopped: ${event.message || 'its worker could not start'}.`));
    });
  });
  const api = Comlink.wrap<ImportWorkerApi>(worker);
  const cancel = (): void => void api.cancel();
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  try {
    return await Promise.race([api.run(files, known, Comlink.proxy(progress), Comlink.proxy(added)), broken]);
  } finally {
    signal.removeEventListener('abort', cancel);
    worker.terminate();
  }
};
