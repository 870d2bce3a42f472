import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId } from '#core/actors/envelope.ts';
import type { SourceId } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { AgentOrder, AgentsApi, AgentsView } from '#runtime/contract/agents-api.ts';
import { WatchedView, wordsOf } from './watched-view.svelte.ts';

/** The owner's agents, as the page shows them. */
export class AgentsState extends WatchedView<AgentsView> {
  readonly #api: AgentsApi;

  constructor(api: AgentsApi) {
    super((listener) => api.onView(listener));
    this.#api = api;
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
