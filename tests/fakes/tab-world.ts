import type { CommandId } from '#core/base/ids.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import { Tab } from '#runtime/agent/tab.ts';
import type { TabMessage } from '#runtime/agent/tab-message.ts';
import type { Command } from '#runtime/contract/commands.ts';
import { shareLeadership, type Heartbeat } from '#runtime/leader.ts';
import { journalWorld, type JournalWorld } from './journal-world.ts';
import { memoryAgentStore } from './memory-agent-store.ts';
import { memoryBlobStore } from './memory-blob-store.ts';
import { memoryBroadcast } from './memory-broadcast.ts';
import { memoryLocks } from './memory-locks.ts';
import { seededEntropy } from './seeded-entropy.ts';

/** One browser profile whose tabs share disks, locks and channels. */
export interface TabWorld extends JournalWorld {
  /** One more tab, which has not started yet. */
  readonly tab: () => Tab;
  /** An order with an id of its own. */
  readonly order: (body: Record<string, unknown>) => Command;
}

export function tabWorld(seed = 1): TabWorld {
  const world = journalWorld(seed);
  const locks = memoryLocks();
  const blobs = memoryBlobStore();
  const channel = memoryBroadcast<TabMessage>();
  const heartbeats = memoryBroadcast<Heartbeat>();
  let orders = 0;
  let tabs = 0;
  return {
    ...world,
    order: (body) => ({ id: `order-${String(++orders)}` as CommandId, ...body }) as Command,
    tab: () => {
      const entropy = seededEntropy(seed * 100 + ++tabs);
      const parts = { ...world.parts({ entropy }), store: memoryAgentStore(world.store) };
      const { clock, store } = parts;
      return new Tab({
        // Nothing here runs a goal: no tab loads a language or writes a file.
        ports: { clock, entropy, sha256, store, blobs } as unknown as AgentPorts,
        journal: parts,
        agent: agentIdOf(parts.signer.publicKey),
        messages: channel.join(),
        compete: (lead, heard, failed) =>
          shareLeadership({
            ...{ name: 'agent', lock: locks, broadcast: heartbeats.join(), clock, store, heard, failed },
            visible: () => Promise.resolve(true),
            lead: (_epoch, lost) => lead(lost),
          }),
        defaults: defaultSettings('UTC', 'en-GB'),
        fixedNow: null,
        missing: [],
      });
    },
  };
}
