import type { Ms, RunId } from '#core/base/ids.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Health, Overview, RunView, StepProgress } from '../contract/views.ts';
import { readRun } from './read-views.ts';
import type { ProgressReport, RowName } from './tab-message.ts';

const READ_AGAIN_MS = 1_000 as Ms;

/** Who looks at what in one tab, and pushing it to them anew when it changes. */
export class TabViews {
  readonly #store: AgentStore;
  readonly #clock: Clock;
  readonly #overview: () => Promise<Overview>;
  #last: Overview | null = null;
  readonly #overviewListeners = new Set<(overview: Overview) => void>();
  readonly #runListeners = new Map<RunId, Set<(view: RunView | null) => void>>();
  /** The last reading of each run that is watched, and how far its steps were said to be. */
  readonly #shown = new Map<RunId, RunView>();
  readonly #progress = new Map<RunId, Record<string, StepProgress>>();
  readonly #reads = new Map<RunId, Promise<void>>();
  #refreshing = false;
  #refreshAgain = false;
  #ended = false;

  constructor(store: AgentStore, clock: Clock, overview: () => Promise<Overview>) {
    this.#store = store;
    this.#clock = clock;
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
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#shown.delete(run);
      this.#progress.delete(run);
    };
  }

  /** A running step is so far: shown at once to who looks at its run, and kept nowhere else. */
  showProgress({ run, step, done, total }: ProgressReport): void {
    const view = this.#shown.get(run);
    if (!view) return;
    this.#progress.set(run, { ...this.#progress.get(run), [step]: { done, total } });
    this.#push(run, view);
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
    if (this.#ended) return;
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return;
    }
    this.#refreshing = true;
    void this.#overview()
      .then((overview) => this.#tell(overview))
      // What could not be read now must not stay on the screen as if it were so.
      .catch(() => void this.#clock.after(READ_AGAIN_MS, () => this.refresh()))
      .finally(() => {
        this.#refreshing = false;
        if (!this.#refreshAgain) return;
        this.#refreshAgain = false;
        this.refresh();
      });
  }

  /** Says what has become of it to who looks, without reading what is no more. */
  end(health: Health): void {
    if (this.#last) this.#tell({ ...this.#last, health });
    this.#ended = true;
  }

  #tell(overview: Overview): void {
    if (this.#ended) return;
    this.#last = overview;
    for (const listener of this.#overviewListeners) listener(overview);
  }

  /** One reading after the other, so that an older view never comes after a newer one. */
  #showRun(id: RunId): void {
    const reading = (this.#reads.get(id) ?? Promise.resolve())
      .then(() => readRun(this.#store, id))
      .then((view) => this.#push(id, view))
      .catch(() => void this.#clock.after(READ_AGAIN_MS, () => this.#showRun(id)));
    this.#reads.set(id, reading);
  }

  #push(id: RunId, view: RunView | null): void {
    const listeners = this.#runListeners.get(id);
    if (!listeners?.size) return;
    if (view) this.#shown.set(id, view);
    const live = view && { ...view, progress: ofRunningSteps(view, this.#progress.get(id) ?? {}) };
    for (const listener of listeners) listener(live);
  }
}

/** A step that is over, or begins again, says nothing about itself. */
function ofRunningSteps({ run }: RunView, progress: RunView['progress']): RunView['progress'] {
  return Object.fromEntries(Object.entries(progress).filter(([step]) => run.steps[step]?.status === 'running'));
}
