import type { Json } from '#core/base/json.ts';
import type { GoalKind, UnderstoodGoal } from '#core/planner/goal.ts';
import type { Plan } from '#core/planner/plan.ts';
import type { AgentClient } from '#lib/client/agent.ts';

const PREVIEW_DELAY_MS = 250;

export interface Preview {
  readonly goal: UnderstoodGoal;
  readonly plan: Plan;
}

/** The goal being written: its text, what was understood, and the details that the owner changed. */
export class GoalState {
  text = $state('');
  overrides = $state.raw<{ readonly [name: string]: Json }>({});
  preview = $state.raw<Preview | null>(null);
  problem = $state.raw<string | null>(null);
  /** True while the shown preview is older than the text. */
  reading = $state(false);
  /** Run was pressed: it waits for the last of the files that are coming in, or until the run is kept. */
  waiting = $state.raw<'files' | 'agent' | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #kind: GoalKind | null = null;

  constructor(readonly client: Pick<AgentClient, 'preview'>) {}

  write(text: string): void {
    this.text = text;
    this.#schedule(PREVIEW_DELAY_MS);
  }

  /** Puts a whole goal in, as an example or an earlier run does. */
  replace(text: string, overrides: { readonly [name: string]: Json } = {}): void {
    this.text = text;
    this.overrides = overrides;
    this.#kind = null;
    this.#schedule(0);
  }

  set(name: string, value: Json): void {
    this.overrides = { ...this.overrides, [name]: value };
    this.#schedule(PREVIEW_DELAY_MS);
  }

  /** Takes another reading of the same words. */
  choose(kind: GoalKind): void {
    this.overrides = { kind };
    this.#kind = null;
    this.#schedule(0);
  }

  reset(name: string): void {
    if (name === 'kind') this.#kind = null;
    this.overrides =
      name === 'kind' ? {} : Object.fromEntries(Object.entries(this.overrides).filter(([key]) => key !== name));
    this.#schedule(0);
  }

  /** Reads the goal again, because the files or the settings changed. */
  refresh(): void {
    if (this.text.trim() !== '') this.#schedule(0);
  }

  clear(): void {
    this.replace('');
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    if (this.text.trim() === '') {
      this.preview = null;
      this.problem = null;
      this.reading = false;
      this.overrides = {};
      return;
    }
    this.reading = true;
    this.#timer = setTimeout(() => void this.#read(asked), delay);
  }

  async #read(asked: number): Promise<void> {
    try {
      const preview = await this.client.preview(this.text, this.overrides);
      if (asked !== this.#asked) return;
      this.problem = null;
      this.reading = false;
      this.preview = preview;
      this.#keepFitting(preview.goal);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.preview = null;
      this.reading = false;
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Changes made to another kind of goal do not carry over: its details mean other things. */
  #keepFitting(goal: UnderstoodGoal): void {
    const changedKind = this.#kind !== null && this.#kind !== goal.kind;
    this.#kind = goal.kind;
    if (changedKind && Object.keys(this.overrides).length > 0) {
      this.overrides = {};
      this.#schedule(0);
    }
  }
}
