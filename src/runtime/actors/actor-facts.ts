import { foldEntry, newActor, type ActorEntry, type Supervised } from '#core/actors/actor.ts';
import { agentBehaviour } from '#core/actors/agent-actor.ts';
import type { AgentActor, AgentEvent } from '#core/actors/agent-messages.ts';
import type { ActorId } from '#core/actors/envelope.ts';

/** One line of an agent's own log, signed with everything else that happens in this vault. */
export interface ActorFact {
  readonly type: 'actor.noted';
  readonly actor: ActorId;
  readonly entry: ActorEntry;
}

/** The order that becomes such a fact: it comes from the agent's outbox, and its id makes sure that it counts once. */
export interface ActorCommand {
  readonly type: 'note-actor';
  readonly actor: ActorId;
  readonly entry: ActorEntry;
}

/**
 * An agent as the journal knows it: enough to make it anew where its own store is lost. Null when the entry adds
 * nothing: one that was noted already.
 */
export function projectActor(
  before: Supervised<AgentActor> | undefined,
  { actor, entry }: ActorFact,
): Supervised<AgentActor> | null {
  const kept = before ?? newActor(agentBehaviour, actor);
  const event = entry.event as unknown as AgentEvent | null;
  const anew = event?.type === 'restored';
  // What was destroyed for good leaves a gap.
  if (!anew && entry.sequence <= kept.sequence) return null;
  return foldEntry(agentBehaviour, kept, entry);
}
