import type { Result } from '#core/base/result.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { RestorePlaces } from '#ports/restore-place.ts';
import type { BackupFailure, BackupSummary, FoundBackup, RestoredView } from '../contract/backup-api.ts';
import { attempt } from './keeper.ts';
import { openSeries, type OpenSeries, unlockSeries } from './open-series.ts';
import { restoreFrom, type RestoreParts, seriesSource } from './restore.ts';
import { openRemains, type Remains, type RestoreSource } from './salvaged-parts.ts';
import { findSeries, type FoundSeries } from './series.ts';

export interface RestorerParts {
  /** Loaded when first needed. */
  readonly parts: () => Promise<RestoreParts>;
  readonly places: RestorePlaces;
  /** What is in use, for restoring from what is left of it. */
  readonly remains: Remains;
  /** Called when all is written and proved, before the switch: whatever still works on the old stores stops. */
  readonly stop: () => Promise<void>;
  /** Called after the switch. */
  readonly replaced: () => void;
}

/** A restore step by step: look, open, restore. It works whatever has become of what is kept here. */
export class Restorer {
  readonly #options: RestorerParts;
  #folder: BackupFolder | null = null;
  #found: readonly FoundSeries[] = [];
  #opened: OpenSeries | null = null;
  #stopping = new AbortController();

  constructor(options: RestorerParts) {
    this.#options = options;
  }

  look(from: () => Promise<BackupFolder>): Promise<Result<readonly FoundBackup[], BackupFailure>> {
    return attempt(async () => {
      this.#folder = await from();
      this.#opened = null;
      this.#found = await findSeries(this.#folder);
      if (this.#found.length === 0) throw new BackupError('nothing', 'There is no Windhover backup here.');
      return this.#found.map(({ series, files }) => ({
        series,
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      }));
    });
  }

  open(series: string, secret: string): Promise<Result<BackupSummary, BackupFailure>> {
    return attempt(async () => {
      const found = this.#found.find((candidate) => candidate.series === series);
      if (this.#folder === null || found === undefined) throw new BackupError('nothing', 'Choose the backup first.');
      const parts = await this.#options.parts();
      const key = await unlockSeries(parts, this.#folder, found, secret);
      const opened = await openSeries(parts, this.#folder, found, key);
      const last = opened.segments.at(-1);
      if (last === undefined) throw new BackupError('nothing', 'This backup holds nothing yet.');
      this.#opened = opened;
      const { agent, to, createdAt, holds } = last.header;
      const { problem } = opened;
      return {
        agent,
        entries: to,
        createdAt,
        ...holds,
        problem: problem === null ? null : { code: problem.code, message: problem.message, file: problem.file },
      };
    });
  }

  restore(progress: (fraction: number) => void): Promise<Result<RestoredView, BackupFailure>> {
    return this.#restoreFrom(progress, (parts) => {
      const [folder, opened] = [this.#folder, this.#opened];
      if (folder === null || opened === null) throw new BackupError('nothing', 'Open the backup first.');
      return Promise.resolve(seriesSource(parts, folder, opened));
    });
  }

  /** Restores from what is left here, where the store is lost. */
  recover(progress: (fraction: number) => void): Promise<Result<RestoredView, BackupFailure>> {
    return this.#restoreFrom(progress, (parts) => openRemains(parts, this.#options.remains));
  }

  #restoreFrom(
    progress: (fraction: number) => void,
    find: (parts: RestoreParts) => Promise<RestoreSource>,
  ): Promise<Result<RestoredView, BackupFailure>> {
    return attempt(async () => {
      this.#stopping = new AbortController();
      const parts = await this.#options.parts();
      const source = await find(parts);
      const place = await this.#options.places.fresh();
      try {
        const options = { signal: this.#stopping.signal, progress };
        const { digest: _, ...view } = await restoreFrom(parts, source, place, options);
        await this.#options.stop();
        await place.use(parts.clock.now());
        this.#options.replaced();
        return view;
      } catch (error) {
        await place.erase().catch(() => undefined);
        throw error;
      }
    });
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Uses what was set aside again. */
  async bringBack(): Promise<void> {
    await this.#options.stop();
    await this.#options.places.bringBack();
    this.#options.replaced();
  }
}
