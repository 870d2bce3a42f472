import type { RunState } from './run-state.svelte.ts';

/** The run whose page is open, for the commands that act on it; null on other pages. */
export class CurrentRun {
  state = $state.raw<RunState | null>(null);
}
