import type { Result } from '#core/base/result.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { RestorePlaces } from '#ports/restore-place.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { OpenVault } from '#ports/vault.ts';
import type { BackupFailure, BackupSummary, FoundBackup, OpenedCopy, RestoredView } from '../contract/backup-api.ts';
import type { Secret } from '../contract/vault-api.ts';
import { secretsAsText } from '../identity/secret-backup.ts';
import type { Vault } from '../vault/vault.ts';
import { viewOf, wayOf } from '../vault/vault-view.ts';
import { attempt } from './keeper.ts';
import { openSeries, type OpenSeries, unlockSeries } from './open-series.ts';
import { findSealedCopy, remainsInCopy, type SealedCopy, type SealedRemains } from './open-sealed-copy.ts';
import { restoreFrom, type RestoreParts, seriesSource } from './restore.ts';
import { openRemains, type Remains, type RestoreSource } from './salvaged-parts.ts';
import { findSeries, type FoundSeries } from './series.ts';

export interface RestorerParts {
  /** Loaded when first needed. */
  readonly parts: () => Promise<RestoreParts>;
  readonly places: RestorePlaces;
  /** The vault of a sealed copy, to be opened. */
  readonly vaultOf: (copy: SealedCopy) => Promise<Vault>;
  readonly sealerOf: (vault: OpenVault) => Sealer;
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
  #copy: SealedCopy | null = null;
  /** Of the sealed copy that was found, once it is opened or tried. */
  #vault: Vault | null = null;
  #remains: SealedRemains | null = null;
  #stopping = new AbortController();

  constructor(options: RestorerParts) {
    this.#options = options;
  }

  look(from: () => Promise<BackupFolder>): Promise<Result<readonly FoundBackup[], BackupFailure>> {
    return attempt(async () => {
      this.#folder = await from();
      this.#opened = null;
      this.#vault = null;
      this.#found = await findSeries(this.#folder);
      this.#copy = await findSealedCopy(this.#folder);
      if (this.#found.length === 0 && this.#copy === null)
        throw new BackupError('nothing', 'There is no Windhover backup here.');
      const backups: FoundBackup[] = this.#found.map(({ series, files }) => ({
        series,
        ways: null,
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      }));
      if (this.#copy === null) return backups;
      const { record, files, bytes } = this.#copy;
      return [...backups, { series: record.vault, ways: record.slots.map(wayOf), files, bytes }];
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
      this.#remains = null;
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

  /** The same with a sealed copy, and what opened its vault. */
  openSealed(secret: Secret): Promise<Result<OpenedCopy, BackupFailure>> {
    return attempt(async () => {
      const [folder, copy] = [this.#folder, this.#copy];
      if (folder === null || copy === null) throw new BackupError('nothing', 'Choose the sealed copy first.');
      const vault = (this.#vault ??= await this.#options.vaultOf(copy));
      const unlocked = await vault.unlock(secret);
      const view = viewOf(vault, false);
      if (!unlocked.ok || vault.keys === null)
        return { outcome: { ok: false, error: unlocked.ok ? { code: 'wrong' } : unlocked.error, view }, summary: null };
      const parts = await this.#options.parts();
      const sealer = this.#options.sealerOf({ id: copy.record.vault, keys: vault.keys });
      this.#remains = await remainsInCopy(parts, parts, folder, sealer);
      this.#opened = null;
      const { agent, last } = await openRemains(parts, this.#remains);
      const { createdAt, files, bytes } = copy;
      const summary = { agent, entries: last.to, createdAt, files, bytes, runs: null, problem: null };
      return { outcome: { ok: true, view }, summary };
    });
  }

  restore(progress: (fraction: number) => void): Promise<Result<RestoredView, BackupFailure>> {
    const remains = this.#remains;
    if (remains !== null)
      return this.#restoreFrom(
        progress,
        (parts) => openRemains(parts, remains),
        (parts) => ({
          ...parts,
          keepSecrets: async (_, restored) =>
            parts.keepSecrets(
              {
                ...(await secretsAsText({ verifyMlDsa65: () => false, ...parts.tools }, restored, remains.secretOf)),
                providers: await remains.providers(),
              },
              restored,
            ),
        }),
      );
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
    changed: (parts: RestoreParts) => RestoreParts = (parts) => parts,
  ): Promise<Result<RestoredView, BackupFailure>> {
    return attempt(async () => {
      this.#stopping = new AbortController();
      const parts = changed(await this.#options.parts());
      const source = await find(parts);
      const place = await this.#options.places.fresh();
      try {
        const options = { signal: this.#stopping.signal, progress };
        const done = await restoreFrom(parts, source, place, options);
        await this.#options.stop();
        await place.use(parts.clock.now());
        this.#options.replaced();
        const { entries, files, runs, unreadable, missing, sameKey } = done;
        return { entries, files, runs, unreadable, missing, sameKey };
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
