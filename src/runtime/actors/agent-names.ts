import type { Supervised } from '#core/actors/actor.ts';
import type { AgentActor } from '#core/actors/agent-messages.ts';
import type { AgentStore } from '#ports/agent-store.ts';

/** What the owner calls the agents, by id; those that are gone too. */
export async function agentNames(store: Pick<AgentStore, 'rows'>): Promise<{ readonly [agent: string]: string }> {
  const actors = await store.rows('actor');
  return Object.fromEntries(actors.map(({ id, value }) => [id, (value as Supervised<AgentActor>).state.name]));
}
