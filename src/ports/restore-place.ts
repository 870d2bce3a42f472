import type { AgentStore } from './agent-store.ts';
import type { BlobStore } from './blob-store.ts';
import type { JournalLeg } from './journal-leg.ts';

/** A set of stores for one vault, apart from every other. */
export interface RestorePlace {
  readonly store: AgentStore;
  /** The first is the one that an append waits for. */
  readonly legs: readonly JournalLeg[];
  readonly blobs: BlobStore;
}

/** The sets of stores of this browser: the one in use, and what stands beside it. */
export interface RestorePlaces {
  /** An empty set beside the one in use. */
  readonly fresh: () => Promise<FreshPlace>;
  /** When what was in use before the last restore was set aside; null when nothing is. */
  readonly setAside: () => Promise<{ readonly at: number } | null>;
  /** Uses again what was set aside, and sets aside what is in use: from the next start on. */
  readonly bringBack: () => Promise<void>;
  /** Destroys what was set aside. */
  readonly discard: () => Promise<void>;
}

export interface FreshPlace extends RestorePlace {
  /** From the next start on this set is used, and the one before is set aside, whole. One durable step. */
  readonly use: (at: number) => Promise<void>;
  readonly erase: () => Promise<void>;
}
