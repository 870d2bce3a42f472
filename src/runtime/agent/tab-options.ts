import type { Epoch, RunId, UnixMs } from '#core/base/ids.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Broadcast } from '#ports/coordination.ts';
import type { JournalParts } from '../journal/parts.ts';
import type { Leadership } from '../leader.ts';
import type { AgentPorts } from './ports.ts';
import type { StoredIdentity } from '../identity/identity-facts.ts';
import type { KeyFact } from '../identity/settle-keys.ts';
import type { ChangeKey } from './leading-agent.ts';
import type { TabMessage } from './tab-message.ts';

export interface TabKeys {
  readonly change: ChangeKey;
  /**
   * Brings this device's key and the identity together before the leader writes: uses the key that the identity named
   * last if it lies ready here, goes on under a key of this device after a restore, and has the root name it where the
   * root is at hand.
   * @param size entries in the journal
   * @returns what the journal must say of it first; most often nothing
   */
  readonly settle: (identity: StoredIdentity, size: number) => Promise<readonly KeyFact[]>;
  /** Another tab changed the identity: the key that signs may be another by now. */
  readonly refresh: () => Promise<void>;
}

/** What a tab is made of. */
export interface TabOptions {
  readonly ports: AgentPorts;
  readonly journal: Omit<JournalParts, 'changed'>;
  readonly agent: AgentId;
  /** Makes the agent's identity, for a journal that has none yet. */
  readonly beginIdentity: (at: UnixMs) => Promise<readonly SignedRecord[]>;
  /** How the keys that sign the journal change; left out where one key signs all. */
  readonly keys?: TabKeys;
  /** Takes what these runs said out of the logs and the mail of the owner's agents; left out where there are none. */
  readonly forgetRuns?: (runs: readonly RunId[]) => Promise<void>;
  readonly messages: Broadcast<TabMessage>;
  /**
   * Competes for leading and calls back each time this tab leads, under the epoch that was raised for it, or hears that
   * another does; `lost` aborts when it must stop at once.
   */
  readonly compete: (
    lead: (epoch: Epoch, lost: AbortSignal) => Promise<void>,
    follow: () => void,
    failed: (error: unknown) => void,
  ) => Leadership;
  /** Settings until the owner has saved any. */
  readonly defaults: OwnerSettings;
  /** The fixed clock of demonstrations and tests; null for the real one. */
  readonly fixedNow: UnixMs | null;
  readonly missing: readonly string[];
}
