import type { CommandId } from '#core/base/ids.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import { err } from '#core/base/result.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { evaluationLanguage } from '#evals/language.ts';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { Tab } from '#runtime/agent/tab.ts';
import type { TabMessage } from '#runtime/agent/tab-message.ts';
import { sourceGate } from '#runtime/blobs/source-gate.ts';
import type { Command } from '#runtime/contract/commands.ts';
import { shareLeadership, type Heartbeat } from '#runtime/leader.ts';
import { journalWorld, type JournalWorld } from './journal-world.ts';
import { memoryAgentStore } from './memory-agent-store.ts';
import { memoryBlobStore } from './memory-blob-store.ts';
import { memoryBroadcast } from './memory-broadcast.ts';
import { memoryLocks } from './memory-locks.ts';
import { parseFile } from './parse-file.ts';
import { memorySecretStore } from './memory-secret-store.ts';
import { seededEntropy } from './seeded-entropy.ts';

/** One browser profile whose tabs share disks, locks and channels. */
export interface TabWorld extends JournalWorld {
  /** One more tab, which has not started yet. */
  readonly tab: () => Tab;
  /** Brings a file in through a tab, as an import does. */
  readonly addFile: (tab: Tab, path: string, content: string) => Promise<void>;
  /** An order with an id of its own. */
  readonly order: (body: Record<string, unknown>) => Command;
}

export function tabWorld(seed = 1): TabWorld {
  const world = journalWorld(seed);
  const locks = memoryLocks();
  const blobs = memoryBlobStore();
  const secrets = memorySecretStore();
  const channel = memoryBroadcast<TabMessage>();
  const heartbeats = memoryBroadcast<Heartbeat>();
  let orders = 0;
  let tabs = 0;
  const order: TabWorld['order'] = (body) => ({ id: `order-${String(++orders)}` as CommandId, ...body }) as Command;
  return {
    ...world,
    order,
    addFile: async (tab, path, content) => {
      const { items, messages, events, documents, tables } = await parseFile(path, content);
      const stage = await blobs.stage();
      await stage.write(utf8(content));
      await stage.writeItems(items);
      const committed = await stage.commit();
      if (!committed.ok) throw new Error(committed.error.message);
      const counts = {
        ...{ messages: messages.length, events: events.length },
        ...{ documents: documents.length, tables: tables.length },
      };
      const source = {
        id: hex(sha256(utf8(content))),
        path,
        counts,
        warnings: [],
        sample: false,
        bytes: content.length,
      };
      const outcome = await tab.command(order({ type: 'add-source', source }));
      if (!outcome.ok) throw new Error(outcome.message);
    },
    tab: () => {
      const entropy = seededEntropy(seed * 100 + ++tabs);
      const parts = { ...world.parts({ entropy }), store: memoryAgentStore(world.store) };
      const { clock, store } = parts;
      return new Tab({
        ports: {
          clock,
          entropy,
          sha256,
          store,
          blobs: sourceGate(blobs),
          files: NO_WINDOW,
          language: evaluationLanguage,
        },
        journal: parts,
        agent: agentIdOf(parts.signer.publicKey),
        beginIdentity: (at) => beginIdentity({ ...parts, sha256, secrets, keys: nobleIdentityKeys(entropy) }, at),
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

const NO_WINDOW = {
  save: () => Promise.resolve(err({ code: 'no-window', message: 'There is no window here.' } as const)),
  written: () => Promise.resolve(null),
};
