import type { UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { BackupArchive } from './backup-archive.ts';
import type { Secret, VaultOutcome, WayView } from './vault-api.ts';

/** What the agent worker offers to its page about the encrypted backup, over Comlink. */
export interface BackupApi {
  /** Pushes the view at once and on every change. */
  onView(listener: (view: BackupView) => void): Promise<void>;
  /** Makes a key, locks it with the passphrase, and writes the first backup when the place is a folder. */
  setUp(place: 'folder' | 'downloads', passphrase: string): Promise<Result<void, BackupFailure>>;
  /** The key stays; from the next backup on it lies under this passphrase. */
  changePassphrase(passphrase: string): Promise<Result<void, BackupFailure>>;
  /** `AGE-SECRET-KEY-1…`, for writing down. */
  showKey(): Promise<string | null>;
  /** Brings the folder up to what is kept here, now. */
  backUp(): Promise<Result<void, BackupFailure>>;
  /**
   * An archive for saving by hand: what is new since the last one, which goes with it, or everything.
   * @param whole everything, whatever was saved before
   */
  archive(whole: boolean): Promise<Result<BackupArchive, BackupFailure>>;
  /** Reads the backup back and compares it with what is kept here. @param from null for the folder */
  drill(from: BackupSource | null): Promise<Result<void, BackupFailure>>;
  /** Stops the backup or the drill that goes on in this tab. */
  cancel(): Promise<void>;
  /** Forgets the backup and its key. The files in the folder stay. */
  turnOff(): Promise<void>;

  /** The backups in a folder or among files. */
  look(from: BackupSource): Promise<Result<readonly FoundBackup[], BackupFailure>>;
  /** What is in one of them. @param secret the passphrase, or the key itself */
  open(series: string, secret: string): Promise<Result<BackupSummary, BackupFailure>>;
  /** The same of a sealed copy, with what opened its vault. */
  openSealed(secret: Secret): Promise<Result<OpenedCopy, BackupFailure>>;
  /** Restores what was opened. What was here is set aside; the page is to be loaded again afterwards. */
  restore(listener: (fraction: number) => void): Promise<Result<RestoredView, BackupFailure>>;
  /** The same from what is left here, where a part of the storage is lost and the vault could still be opened. */
  recover(listener: (fraction: number) => void): Promise<Result<RestoredView, BackupFailure>>;
  stopRestore(): Promise<void>;
  /** What was in use before the last restore, or what an older version left, while it is kept. */
  setAside(): Promise<SetAsideView | null>;
  /** Uses it again; the page is to be loaded again afterwards. */
  bringBack(): Promise<void>;
  discardSetAside(): Promise<void>;
  /** Tries again to read what could not be read of an older version's data. */
  retryMigration(): Promise<SetAsideView | null>;
}

export interface SetAsideView {
  readonly at: number;
  /** Where it is an older version's data, kept because this of it could not be read; it cannot be used again. */
  readonly migrated: {
    /** Entries of the journal without their contents. */
    readonly unreadable: number;
    /** Paths of files. */
    readonly lost: readonly string[];
  } | null;
}

/** A folder that was picked, or files, archives among them. */
export type BackupSource =
  | { readonly kind: 'folder'; readonly folder: FileSystemDirectoryHandle }
  | { readonly kind: 'files'; readonly files: readonly File[] };

export interface BackupFailure {
  readonly code: string;
  /** A sentence for the owner. */
  readonly message: string;
  /** The file it is about. */
  readonly file: string | null;
}

export interface BackupView {
  /** Null while no backup is set up, or the one that was cannot be opened on this device. */
  readonly place: 'folder' | 'downloads' | null;
  readonly working: { readonly what: 'backup' | 'drill'; readonly fraction: number } | null;
  readonly problem: BackupFailure | null;
  readonly last: { readonly at: UnixMs; readonly entries: number; readonly bytes: number } | null;
  /** Entries that are not in the backup yet. */
  readonly behind: number;
  /** Archives saved by hand that belong together. */
  readonly archives: number;
  readonly drill: DrillView | null;
  /** Other data is in use now: this page shows what was set aside. */
  readonly replaced: boolean;
}

export interface DrillView {
  readonly at: UnixMs;
  readonly ok: boolean;
  /** What was wrong, in a sentence; empty when nothing was. */
  readonly message: string;
  readonly entries: number;
  readonly files: number;
}

export interface FoundBackup {
  readonly series: string;
  /** The ways to open a sealed copy of a vault; null where it is a backup, with a passphrase and a key of its own. */
  readonly ways: readonly WayView[] | null;
  readonly files: number;
  readonly bytes: number;
}

export interface BackupSummary {
  readonly agent: string;
  readonly entries: number;
  readonly createdAt: UnixMs;
  readonly files: number;
  readonly bytes: number;
  /** Null where that is not known before it is restored. */
  readonly runs: number | null;
  /** What of the backup cannot be read, and which file is at fault; null when it can all be opened. */
  readonly problem: BackupFailure | null;
}

export interface RestoredView {
  readonly entries: number;
  readonly files: number;
  readonly runs: number;
  readonly unreadable: number;
  /** Paths of files that are not in the backup. */
  readonly missing: readonly string[];
  /** The key that signed last is on this device: nothing needs to be certified. */
  readonly sameKey: boolean;
}

/** What came of trying to open a sealed copy. */
export interface OpenedCopy {
  readonly outcome: VaultOutcome;
  /** Null where it did not open. */
  readonly summary: BackupSummary | null;
}
