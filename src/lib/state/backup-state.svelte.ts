import type { BackupApi, BackupView, SetAsideView } from '#runtime/contract/backup-api.ts';
import type { BackupFolderChoice } from '#lib/client/device.ts';
import type { AgentClient } from '#lib/client/agent.ts';

/** A backup older than this, while something is new, is worth a word. */
const OLD_MS = 7 * 24 * 3_600_000;

/** The encrypted backup of this vault, as every page shows it. */
export class BackupState {
  view = $state.raw<BackupView | null>(null);
  /** What stands beside the data in use. */
  aside = $state.raw<SetAsideView | null>(null);
  /** Name of the chosen folder. */
  folderName = $state.raw<string | null>(null);
  readonly api: BackupApi;

  constructor(
    client: AgentClient,
    readonly folder: BackupFolderChoice,
  ) {
    this.api = client.backup;
    void this.readFolder();
  }

  /** Follows the backup, once the agent has started. Where it cannot start there is nothing to follow. */
  async watch(): Promise<void> {
    await this.api
      .onView((view) => {
        this.view = view;
        // What this page shows was set aside by a restore in another tab.
        if (view.replaced && !this.#restoring) location.reload();
      })
      .catch(() => undefined);
    await this.readAside().catch(() => undefined);
  }

  async readAside(): Promise<void> {
    this.aside = await this.api.setAside();
  }

  #restoring = false;

  /** This page restores: it shows the outcome before it is loaded again. */
  begunRestore(): void {
    this.#restoring = true;
  }

  async readFolder(): Promise<void> {
    this.folderName = await this.folder.name();
  }

  /** Whether there is something to say: no backup of anything, or one that does not keep up. */
  needsWord(hasData: boolean, now: number): boolean {
    const { view } = this;
    if (view === null || !hasData) return false;
    if (view.place === null || view.last === null || view.problem !== null) return true;
    return view.behind > 0 && now - view.last.at > OLD_MS;
  }
}
