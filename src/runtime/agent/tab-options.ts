import type { UnixMs } from '#core/base/ids.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Broadcast } from '#ports/coordination.ts';
import type { JournalParts } from '../journal/parts.ts';
import type { Leadership } from '../leader.ts';
import type { AgentPorts } from './ports.ts';
import type { TabMessage } from './tab-message.ts';

/** What a tab is made of. */
export interface TabOptions {
  readonly ports: AgentPorts;
  readonly journal: Omit<JournalParts, 'changed'>;
  readonly agent: AgentId;
  /** Makes the agent's identity, for a journal that has none yet. */
  readonly beginIdentity: (at: UnixMs) => Promise<readonly SignedRecord[]>;
  readonly messages: Broadcast<TabMessage>;
  /**
   * Competes for leading and calls back each time this tab leads, or hears that another does; `lost` aborts when it must
   * stop at once.
   */
  readonly compete: (
    lead: (lost: AbortSignal) => Promise<void>,
    follow: () => void,
    failed: (error: unknown) => void,
  ) => Leadership;
  /** Settings until the owner has saved any. */
  readonly defaults: OwnerSettings;
  /** The fixed clock of demonstrations and tests; null for the real one. */
  readonly fixedNow: UnixMs | null;
  readonly missing: readonly string[];
}
