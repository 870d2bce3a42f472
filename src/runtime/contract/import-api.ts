import type { SourceId } from '#core/base/ids.ts';
import type { Source } from '#core/items/source.ts';
import type { OpenVault } from '#ports/vault.ts';
import type { ImportProgress } from './views.ts';

/** What the import worker offers to the agent worker that started it, over Comlink. */
export interface ImportWorkerApi {
  /**
   * Brings files in and resolves with the last progress. Runs once: the worker is terminated afterwards.
   * @param vault whose keys seal what comes in
   * @param place which set of stores is in use
   * @param known sources that are there already
   */
  run(
    vault: OpenVault,
    place: number,
    files: readonly ImportWorkerFile[],
    known: readonly KnownSource[],
    progress: (progress: Omit<ImportProgress, 'id'>) => void,
    added: (source: Source) => Promise<void>,
  ): Promise<Omit<ImportProgress, 'id'>>;
  /** What is staged is given up; what was added stays. */
  cancel(): Promise<void>;
}

export interface ImportWorkerFile {
  readonly path: string;
  readonly file: Blob;
}

export interface KnownSource {
  readonly id: SourceId;
  readonly path: string;
}
