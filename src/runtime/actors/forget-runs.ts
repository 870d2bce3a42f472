import { agentBehaviour } from '#core/actors/agent-actor.ts';
import { RUNS, type AgentMessage } from '#core/actors/agent-messages.ts';
import { blanked, goalsOfRuns } from '#core/actors/blank.ts';
import type { Json } from '#core/base/json.ts';
import type { RunId } from '#core/base/ids.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Broadcast } from '#ports/coordination.ts';
import type { ActorNews } from './actor-system.ts';
import { revive } from './run-actor.ts';

export interface ForgetParts {
  readonly store: ActorStore;
  readonly clock: Clock;
  readonly broadcast: Broadcast<ActorNews>;
}

/** Takes what these runs were asked and found out of everything that agents keep, for good; every tab looks again. */
export async function forgetRuns({ store, clock, broadcast }: ForgetParts, runs: readonly RunId[]): Promise<void> {
  const goals = goalsOfRuns(runs);
  await store.rewrite((kept) => blanked(kept, goals));
  for (const actor of await store.actors()) {
    const { state, sequence } = revive(agentBehaviour, actor, await store.past(actor));
    // Who was not told yet would wait for the end of a run that nobody knows any more.
    for (const { run, status } of state.tasks) {
      if (status !== 'working' || run === null || !runs.includes(run)) continue;
      const outcome = { status: 'cancelled', reason: null, sentences: [], more: 0 } as const;
      const body = { type: 'ran', run, outcome } satisfies AgentMessage as unknown as Json;
      const stamp = { by: 'receiver', entries: sequence } as const;
      await store.post({ id: `${run}/ended`, from: RUNS, to: actor, at: clock.now(), path: [], body, stamp });
      broadcast.post({ type: 'mail', actor });
    }
    broadcast.post({ type: 'changed', actor });
  }
}
