import type { RunId } from '#core/base/ids.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Overview, RunView } from '../contract/views.ts';
import { readRun } from './read-views.ts';
import type { RowName } from './tab-message.ts';

/** Who looks at what in one tab, and pushing it to them anew when it changes. */
export class TabViews {
  readonly #store: AgentStore;
  readonly #overview: () => Promise<Overview>;
  readonly #overviewListeners = new Set<(overview: Overview) => void>();
  readonly #runListeners = new Map<RunId, Set<(view: RunView | null) => void>>();
  readonly #reads = new Map<RunId, Promise<void>>();
  #refreshing = false;
  #refreshAgain = false;

  constructor(store: AgentStore, overview: () => Promise<Overview>) {
    this.#store = store;
    this.#overview = overview;
  }

  onOverview(listener: (overview: Overview) => void): void {
    this.#overviewListeners.add(listener);
    this.refresh();
  }

  watchRun(run: RunId, listener: (view: RunView | null) => void): () => void {
    const listeners = this.#runListeners.get(run) ?? new Set();
    listeners.add(listener);
    this.#runListeners.set(run, listeners);
    this.#showRun(run);
    return () => listeners.delete(listener);
  }

  /** Rows were written: whoever looks at them gets them as they are now. */
  show(rows: readonly RowName[]): void {
    for (const row of rows) {
      if (row.kind !== 'run') continue;
      if (this.#runListeners.get(row.id as RunId)?.size) this.#showRun(row.id as RunId);
    }
    this.refresh();
  }

  /** Reads the overview again; changes that come while it is read are read once more, not one by one. */
  refresh(): void {
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return;
    }
    this.#refreshing = true;
    void this.#overview()
      .then((overview) => this.#overviewListeners.forEach((listener) => listener(overview)))
      .catch(() => undefined)
      .finally(() => {
        this.#refreshing = false;
        if (!this.#refreshAgain) return;
        this.#refreshAgain = false;
        this.refresh();
      });
  }

  /** One reading after the other, so that an older view never comes after a newer one. */
  #showRun(id: RunId): void {
    const reading = (this.#reads.get(id) ?? Promise.resolve())
      .then(() => readRun(this.#store, id))
      .then((view) => this.#runListeners.get(id)?.forEach((listener) => listener(view)))
      .catch(() => undefined);
    this.#reads.set(id, reading);
  }
}
