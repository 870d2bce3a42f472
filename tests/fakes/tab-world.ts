// Loaded here, so that nothing waits for the disk while a test's clock stands.
import '#runtime/agent/outward-acts.ts';
import type { CommandId } from '#core/base/ids.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import { err } from '#core/base/result.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { evaluationLanguage } from '#evals/language.ts';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { IdentityBook } from '#runtime/identity/identity-book.ts';
import { journalKeys } from '#runtime/identity/journal-keys.ts';
import { changeKey, settleKeys } from '#runtime/identity/settle-keys.ts';
import { nameOf } from '#runtime/journal/copies.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import { Tab } from '#runtime/agent/tab.ts';
import type { TabOptions } from '#runtime/agent/tab-options.ts';
import type { TabMessage } from '#runtime/agent/tab-message.ts';
import { sourceGate } from '#runtime/blobs/source-gate.ts';
import type { Command } from '#runtime/contract/commands.ts';
import { shareLeadership, type Heartbeat } from '#runtime/leader.ts';
import type { SecretStore } from '#ports/secret-store.ts';
import { changingSigner, signerDisk, type SignerDisk } from './changing-signer.ts';
import { tools } from './identities.ts';
import { journalWorld, type JournalWorld } from './journal-world.ts';
import { memoryAgentStore } from './memory-agent-store.ts';
import { memoryBlobStore } from './memory-blob-store.ts';
import { memoryBroadcast } from './memory-broadcast.ts';
import { memoryLocks } from './memory-locks.ts';
import { parseFile } from './parse-file.ts';
import { memorySecretStore } from './memory-secret-store.ts';
import { plainRuleEngine } from './plain-rule-engine.ts';
import { seededEntropy } from './seeded-entropy.ts';

/** One browser profile whose tabs share disks, locks and channels. */
export interface TabWorld extends JournalWorld {
  /** Shared by all tabs. */
  readonly blobs: BlobStore;
  /** One more tab, which has not started yet. @param device another one that these stores were restored on */
  readonly tab: (device?: Device, rest?: Pick<TabOptions, 'forgetRuns'>) => Tab;
  /** The keys of the device that the world begins on. */
  readonly device: Device;
  /** Brings a file in through a tab, as an import does. */
  readonly addFile: (tab: Tab, path: string, content: string) => Promise<void>;
  /** An order with an id of its own. */
  readonly order: (body: Record<string, unknown>) => Command;
}

/** What a device keeps of keys. */
export interface Device {
  readonly signing: SignerDisk;
  readonly secrets: SecretStore;
}

export function tabWorld(seed = 1): TabWorld {
  const world = journalWorld(seed);
  const locks = memoryLocks();
  const blobs = memoryBlobStore(world.clock);
  const own: Device = { signing: signerDisk(seed), secrets: memorySecretStore() };
  const channel = memoryBroadcast<TabMessage>();
  const heartbeats = memoryBroadcast<Heartbeat>();
  let orders = 0;
  let tabs = 0;
  const order: TabWorld['order'] = (body) => ({ id: `order-${String(++orders)}` as CommandId, ...body }) as Command;
  return {
    ...world,
    blobs,
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
    device: own,
    tab: (device = own, rest = {}) => {
      const entropy = seededEntropy(seed * 100 + ++tabs);
      const signer = changingSigner(device.signing);
      const given = { ...world.parts({ entropy, signer }), store: memoryAgentStore(world.store) };
      const { clock, store } = given;
      const parts = { ...given, signer, keys: () => journalKeys(store, signer) };
      const ring = { ...parts, sha256, secrets: device.secrets, keys: nobleIdentityKeys(entropy) };
      const book = new IdentityBook({
        ...ring,
        tools: () => Promise.resolve(tools),
        command: (body) => tab.command(order(body as unknown as Record<string, unknown>)),
      });
      const tab: Tab = new Tab({
        ports: {
          clock,
          entropy,
          sha256,
          store,
          blobs: sourceGate(blobs),
          files: NO_WINDOW,
          language: evaluationLanguage,
          rules: () => Promise.resolve(plainRuleEngine()),
        },
        journal: parts,
        agent: nameOf({ signer }, world.store.head?.checkpoint ?? ''),
        beginIdentity: (at) => beginIdentity(ring, at),
        keys: {
          change: changeKey(book, signer),
          settle: (identity, size) => settleKeys(book, signer, identity, size),
          refresh: () => signer.refresh(),
        },
        messages: channel.join(),
        compete: (lead, heard, failed) =>
          shareLeadership({
            ...{ name: 'agent', lock: locks, broadcast: heartbeats.join(), clock, store, heard, failed },
            visible: () => Promise.resolve(true),
            lead,
          }),
        defaults: defaultSettings('UTC', 'en-GB'),
        fixedNow: null,
        missing: [],
        ...rest,
      });
      return tab;
    },
  };
}

const NO_WINDOW = {
  save: () => Promise.resolve(err({ code: 'no-window', message: 'There is no window here.' } as const)),
  written: () => Promise.resolve(null),
};
