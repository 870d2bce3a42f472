import type { RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { PendingApproval, Run, RunStatus } from '#core/agent/run.ts';
import type { GoalKind } from '#core/planner/goal.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Purposes } from '#core/items/purposes.ts';
import type { StoredGrant } from '../policy/grant-facts.ts';
import type { ImportProblem, Source } from '#core/items/source.ts';

/** What every page shows: pushed whole when it changes (it is small). */
export interface Overview {
  readonly role: 'leading' | 'following' | 'starting';
  readonly health: Health;
  readonly settings: OwnerSettings;
  /** False until the owner saved settings once: defaults from the browser are shown as such. */
  readonly settingsSaved: boolean;
  /** What files that come in may be used for. */
  readonly newFiles: Purposes;
  /** Folders whose files are sealed, also those that come in later. */
  readonly sealedFolders: readonly string[];
  readonly sources: readonly SourceView[];
  readonly runs: readonly RunSummary[];
  readonly approvals: readonly ApprovalView[];
  /** Standing yeses, those that were taken back too, newest first. */
  readonly grants: readonly StoredGrant[];
  /** What the owner calls the agents, by id. */
  readonly agentNames: { readonly [agent: string]: string };
  readonly journal: JournalView;
}

export interface SourceView extends Source {
  /** Set while deleted and still restorable. */
  readonly removedAt: UnixMs | null;
}

export interface RunSummary {
  readonly id: RunId;
  readonly goal: string;
  readonly kind: GoalKind | null;
  readonly status: RunStatus;
  readonly startedAt: UnixMs;
  readonly endedAt: UnixMs | null;
  readonly stepsDone: number;
  readonly steps: number;
  /** How often it asked its owner. Missing in views that an older app made. */
  readonly questions?: number;
}

export interface ApprovalView {
  readonly run: RunId;
  readonly goal: string;
  /** The agent whose run it is, last, after those that asked it; left out for the owner's own. */
  readonly agents?: readonly string[];
  readonly askedAt: UnixMs;
  /** How many questions the run has asked, with this one. */
  readonly questions: number;
  readonly approval: PendingApproval;
}

export interface JournalView {
  readonly size: number;
  /** Highest entry (count) verified in this session; null while checking. */
  readonly verifiedUpTo: number | null;
  readonly verification: 'checking' | 'verified' | 'failed';
  /** When verification failed: the first bad entry and why. */
  readonly problem: string | null;
  readonly root: string;
  /** Entries that the second copy is behind. */
  readonly secondCopyLag: number;
  /** The disk is full: what is written now takes up a reserve that was kept for this. */
  readonly full: boolean;
  /** Names of copies that were found damaged when the journal was opened, and were mended from the other. */
  readonly mended: readonly string[];
  /** Names of the copies in use: ['opfs','indexeddb'] or one of them. */
  readonly copies: readonly string[];
  /** did:key of the agent. */
  readonly agent: string;
}

/** What is missing or wrong, in the open. */
export interface Health {
  /** erased: another tab erased everything; the page begins anew. */
  readonly state: 'ok' | 'amnesia' | 'damaged' | 'failed' | 'erased';
  readonly message: string;
  /** Missing platform pieces the app works without: 'opfs' | 'locks' | 'file-system-access' | 'persist' | 'ed25519'. */
  readonly missing: readonly string[];
}

/** A run, whole, with its timeline. */
export interface RunView {
  readonly run: Run;
  readonly timeline: readonly TimelineEntry[];
  /** How far running steps are, those that can tell, by step. Live, for display: it is in no journal. */
  readonly progress: { readonly [step: string]: StepProgress };
  /** Null where nothing cost anything. */
  readonly spent: RunSpent | null;
  /** What left the device for it, host by host; empty where nothing did. */
  readonly left: readonly RunLeft[];
}

/** What left for a run to one host. */
export interface RunLeft {
  readonly host: string;
  readonly requests: number;
  /** Bytes of those requests. */
  readonly bytes: number;
  /** Whether the host got each of them; `maybe` where nobody knows of one. */
  readonly got: 'yes' | 'maybe';
}

/** What a run spent, in millionths of a unit of the currency. */
export interface RunSpent {
  readonly micro: number;
  /** Set aside for what nobody knows the end of: it may have cost so much more. */
  readonly open: number;
  readonly currency: string;
}

export interface StepProgress {
  /** Items that went by, of this many. */
  readonly done: number;
  readonly total: number;
}

export interface TimelineEntry {
  readonly sequence: number;
  readonly at: UnixMs;
  readonly type: string;
  /** One plain sentence. */
  readonly text: string;
}

/** Import as it goes on, pushed by the tab that imports. */
export interface ImportProgress {
  readonly id: string;
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  readonly bytesDone: number;
  readonly current: string;
  readonly results: readonly ImportResult[];
  readonly state: 'running' | 'done' | 'cancelled';
}

export type ImportResult = { readonly path: string } & (
  | {
      readonly outcome: 'added';
      readonly source: SourceId;
      readonly items: number;
      readonly warnings: readonly ImportProblem[];
    }
  | { readonly outcome: 'duplicate'; readonly source: SourceId; readonly of: string }
  | { readonly outcome: 'failed'; readonly problem: ImportProblem }
);

/** A journal entry for the audit page, with its payload when it can be opened. */
export interface EntryView {
  readonly sequence: number;
  readonly epoch: number;
  readonly time: UnixMs;
  readonly type: string;
  readonly run: RunId | null;
  readonly payloadDigest: string;
  readonly payload: Json | null;
  /** The owner had what it says destroyed. */
  readonly destroyed: boolean;
}
