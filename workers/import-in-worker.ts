import * as Comlink from 'comlink';
import { platformClock } from '#adapters/platform/clock.ts';
import type { Ms } from '#core/base/ids.ts';
import type { ImportWorkerApi } from '#runtime/contract/import-api.ts';
import type { ImportProgress } from '#runtime/contract/views.ts';
import type { Importer } from '#runtime/agent/tab-files.ts';
import type { OpenVault } from '#ports/vault.ts';
import ImportWorker from './import.worker.ts?worker';

const CANCEL_GRACE_MS = 3_000 as Ms;

/**
 * Runs one import in a thread of its own, which ends with it: what the parsers held goes with them.
 * A cancelled import first gives up what it had staged.
 */
export const importInWorker =
  (vault: OpenVault, place: number): Importer =>
  async (files, known, { added, progress, signal }) => {
    const worker = new ImportWorker({ name: 'import' });
    const broken = new Promise<never>((_, reject) => {
      worker.addEventListener('error', (event) => {
        reject(new Error(`The import stopped: ${event.message || 'its worker could not start'}.`));
      });
    });
    const api = Comlink.wrap<ImportWorkerApi>(worker);
    let last: Omit<ImportProgress, 'id'> | null = null;
    const seen = Comlink.proxy((report: Omit<ImportProgress, 'id'>) => {
      last = report;
      progress(report);
    });
    // A parser deep in one large file may not hear of it: then its thread is ended, and what it staged is swept later.
    const ended = new Promise<Omit<ImportProgress, 'id'>>((resolve) => {
      signal.addEventListener('abort', () => {
        platformClock.after(CANCEL_GRACE_MS, () => {
          if (last !== null) resolve({ ...last, current: '', state: 'cancelled' });
        });
      });
    });
    const cancel = (): void => void api.cancel();
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    try {
      return await Promise.race([api.run(vault, place, files, known, seen, Comlink.proxy(added)), broken, ended]);
    } finally {
      signal.removeEventListener('abort', cancel);
      worker.terminate();
    }
  };
