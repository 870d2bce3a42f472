/** A view that the agent tells anew whenever it changes, as pages show it. */
export abstract class WatchedView<View> {
  view = $state.raw<View | null>(null);
  /** Why it cannot be shown; null while all is well. */
  problem = $state.raw<string | null>(null);
  readonly #onView: (listener: (view: View) => void) => Promise<void>;
  #watching = false;

  constructor(onView: (listener: (view: View) => void) => Promise<void>) {
    this.#onView = onView;
  }

  /** Follows it from now on. */
  async watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    try {
      await this.#onView((view) => {
        this.view = view;
      });
    } catch (error) {
      this.#watching = false;
      this.problem = wordsOf(error);
    }
  }
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
