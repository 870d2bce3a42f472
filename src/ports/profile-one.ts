import type { Epoch } from '#core/base/ids.ts';
import type { InboxCommand, JournalHead } from './agent-store.ts';
import type { BlobStore } from './blob-store.ts';
import type { Sealer } from './crypto.ts';
import type { JournalLeg } from './journal-leg.ts';

/** What a browser profile holds that was written before there was a vault: the device's key wrapped each record's. */
export interface ProfileOne {
  readonly sealer: Pick<Sealer, 'open'>;
  readonly store: ProfileOneStore;
  readonly legs: readonly Pick<JournalLeg, 'name' | 'read'>[];
  readonly blobs: Pick<BlobStore, 'list' | 'read' | 'items'>;
}

/** Its projections are not read: they are folded anew. */
export interface ProfileOneStore {
  /** Refuses every later write of a tab that still runs the older version. @returns the epoch that does so */
  readonly fence: () => Promise<Epoch>;
  readonly head: () => Promise<JournalHead | null>;
  /** The wrapped keys of the entries [from, from + count); null where none is kept, empty where it was destroyed. */
  readonly wrappedKeys: (from: number, count: number) => Promise<readonly (Uint8Array | null)[]>;
  /** Orders that were not carried out yet, oldest first. */
  readonly pending: () => Promise<readonly InboxCommand[]>;
  readonly close: () => void;
}
