import type { CheckTools } from '#core/audit/check-tools.ts';
import type { KnownKeys } from '#core/audit/signing-keys.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy, Sealer, Signer } from '#ports/crypto.ts';
import type { HeadPinStore, JournalLeg } from '#ports/journal-leg.ts';

/** What reading the journal needs: any tab may. */
export interface JournalReading {
  /** The signing key's public half names the agent whose journal this is, until the journal itself has a name. */
  readonly signer: Pick<Signer, 'publicKey'>;
  /** Which keys signed before that one; left out where a journal has but one. */
  readonly keys?: () => Promise<KnownKeys>;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly tools: CheckTools;
  readonly store: Pick<AgentStore, 'head' | 'keyPool'>;
  /** The copies. The first is the one that an append waits for. */
  readonly legs: readonly JournalLeg[];
}

/** What writing it needs: the leader only. */
export interface JournalParts extends JournalReading {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly signer: Signer;
  readonly sealer: Sealer;
  readonly store: Pick<AgentStore, 'epoch' | 'raiseEpoch' | 'head' | 'moveHead' | 'keepKeys' | 'keyPool'>;
  readonly pins: readonly HeadPinStore[];
  /** Whether the disk was found full, and a reserve is being used up. */
  readonly full?: () => boolean;
  /** Called when the head, the lag or the copies change. */
  readonly changed?: (state: JournalState) => void;
}

/** One thing that happened, to be remembered. */
export interface JournalFact {
  /** Wall time, for display. */
  readonly time: UnixMs;
  readonly type: string;
  readonly run: string | null;
  readonly value: Json;
}

export interface JournalState {
  /** Entries acknowledged. */
  readonly size: number;
  /** Root hash, hex. */
  readonly root: string;
  /** Names of the copies in use. */
  readonly copies: readonly string[];
  /** Entries that the second copy is behind. */
  readonly lag: number;
  /** Why the second copy does not follow, while it does not. */
  readonly lagReason: string | null;
  /** The disk is full: what is written now takes up a reserve. */
  readonly full: boolean;
  /** Copies that were damaged, or of another history, and were mended from another one when this leader opened them. */
  readonly mended: OpenReport['repaired'];
}

export interface JournalError {
  readonly code: 'fenced' | 'quota' | 'io';
  readonly message: string;
}

/** How opening can fail. Amnesia: the journal was longer once than anything that can be read now. */
export type OpenError =
  | JournalError
  | { readonly code: 'amnesia'; readonly message: string; readonly readable: number; readonly expected: number };

/** What opening found and mended. */
export interface OpenReport {
  readonly size: number;
  /** Copies that were mended from another one: entries [from, to) were written anew. */
  readonly repaired: readonly { readonly copy: string; readonly from: number; readonly to: number }[];
  /** Copies that could not be opened. */
  readonly missing: readonly { readonly copy: string; readonly why: string }[];
  /** Entries whose record keys the store lost: they verify, but can no longer be read. */
  readonly unreadable: number;
}
