import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId } from '#core/actors/envelope.ts';
import type { SourceId } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { AgentOrder, AgentsApi, AgentsView } from '#runtime/contract/agents-api.ts';

/** The owner's agents, as the page shows them. */
export class AgentsState {
  view = $state.raw<AgentsView | null>(null);
  /** Why they cannot be shown; null while all is well. */
  problem = $state.raw<string | null>(null);
  readonly #api: AgentsApi;
  #watching = false;

  constructor(api: AgentsApi) {
    this.#api = api;
  }

  /** Follows them from now on. */
  async watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    try {
      await this.#api.onView((view) => {
        this.view = view;
      });
    } catch (error) {
      this.#watching = false;
      this.problem = wordsOf(error);
    }
  }

  /** @returns what went wrong, or null */
  create(name: string, sources: readonly SourceId[] | null): Promise<string | null> {
    return faultOf(() => this.#api.create(name, sources));
  }

  change(agent: ActorId, name: string, sources: readonly SourceId[] | null): Promise<string | null> {
    return faultOf(() => this.#api.change(agent, name, sources));
  }

  give(agent: ActorId, goal: string): Promise<string | null> {
    return faultOf(() => this.#api.give(agent, goal));
  }

  takeBack(agent: ActorId, goal: string): Promise<string | null> {
    return faultOf(() => this.#api.takeBack(agent, goal));
  }

  order(agent: ActorId, order: AgentOrder): Promise<string | null> {
    return faultOf(() => this.#api.order(agent, order));
  }

  noticedDamage(): void {
    void this.#api.noticedDamage().catch(() => undefined);
  }

  log(agent: ActorId, upTo: number | null): Promise<readonly ActorEntry[]> {
    return this.#api.log(agent, upTo);
  }

  /** The page is being frozen: what runs here is given to other tabs. */
  freeze(): void {
    void this.#api.freeze().catch(() => undefined);
  }

  resume(): void {
    void this.#api.resume().catch(() => undefined);
  }
}

async function faultOf(call: () => Promise<Result<unknown, string>>): Promise<string | null> {
  try {
    const done = await call();
    return done.ok ? null : done.error;
  } catch (error) {
    return wordsOf(error);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
