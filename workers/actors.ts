import { broadcastChannel } from '#adapters/broadcast/broadcast-channel.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { LeaderLock } from '#ports/coordination.ts';
import type { WindowApi } from '#ports/window-api.ts';
import type { ActorNews } from '#runtime/actors/actor-system.ts';
import { AgentsDesk } from '#runtime/actors/agents-desk.ts';
import type { Tab } from '#runtime/agent/tab.ts';

export interface ActorsComposition {
  readonly tab: Tab;
  readonly actors: ActorStore;
  readonly store: AgentStore;
  readonly lock: LeaderLock;
  readonly window: WindowApi;
}

/** The owner's agents in this tab, at work once this resolves. */
export async function openAgents({ tab, actors, store, lock, window }: ActorsComposition): Promise<AgentsDesk> {
  const desk = new AgentsDesk({
    store: actors,
    rows: store,
    lock,
    broadcast: broadcastChannel<ActorNews>('actors'),
    clock: platformClock,
    entropy: webCryptoEntropy,
    visible: () => window.visible(),
    command: (command) => tab.command(command),
  });
  tab.closing.addEventListener('abort', () => {
    actors.close();
    void desk.stop();
  });
  await desk.start();
  // Whatever tab ends a run, all of them hear of it.
  tab.onOverview(() => void desk.settle().catch(() => undefined));
  return desk;
}
