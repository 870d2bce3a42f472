import type { Trace } from '#core/agent/trace.ts';
import type { RunId, SourceId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { UnderstoodGoal } from '#core/planner/goal.ts';
import type { Plan } from '#core/planner/plan.ts';
import type { WindowApi } from '#ports/window-api.ts';
import type { Command, CommandOutcome, Doomed } from './commands.ts';
import type { AgentsApi } from './agents-api.ts';
import type { BackupApi } from './backup-api.ts';
import type { ChannelsApi, ConnectionApi } from './channels-api.ts';
import type { DownloadsApi } from './downloads-api.ts';
import type { ModelsApi } from './models-api.ts';
import type { OnDeviceApi } from './on-device-api.ts';
import type { PolicyApi } from './policy-api.ts';
import type { IdentityApi } from './identity-api.ts';
import type { ProofsApi, WitnessNetworkApi } from './proofs-api.ts';
import type { EntryView, ImportProgress, Overview, RunView } from './views.ts';

/** Named here too, for the interface, which does not see the ports. */
export type { WindowApi };

/** What the agent worker offers to its page, over Comlink. */
export interface AgentApi {
  /** Who the agent is, and proofs of it. */
  readonly identity: IdentityApi;
  readonly proofs: ProofsApi;
  readonly backup: BackupApi;
  readonly agents: AgentsApi;
  /** Ways out of the device, and everything that left by them. */
  readonly channels: ChannelsApi;
  readonly connection: ConnectionApi;
  /** Hosts of models. */
  readonly models: ModelsApi;
  readonly policy: PolicyApi;
  /** Models that run on this device. */
  readonly onDevice: OnDeviceApi;
  /** Models that come over the network, to run here. */
  readonly downloads: DownloadsApi;
  readonly witnesses: WitnessNetworkApi;

  /** Starts the worker's part in this tab; resolves when the first overview is there. */
  start(options: StartOptions): Promise<Overview>;
  command(command: Command): Promise<CommandOutcome>;
  /** Pushes the overview on every change. */
  onOverview(listener: (overview: Overview) => void): Promise<void>;
  /** Pushes one run while it is watched. @returns a function that ends the watching */
  watchRun(run: RunId, listener: (view: RunView | null) => void): Promise<() => void>;
  /** A run as spans in time; null where it cannot be read any more. */
  trace(run: RunId): Promise<Trace | null>;
  /** Reads a goal without running it: what the page shows under the textbox. */
  preview(goal: string, overrides: { readonly [name: string]: Json }): Promise<{ goal: UnderstoodGoal; plan: Plan }>;

  importFiles(
    id: string,
    files: readonly ImportFile[],
    listener: (progress: ImportProgress) => void,
  ): Promise<ImportProgress>;
  importSample(id: string, listener: (progress: ImportProgress) => void): Promise<ImportProgress>;
  cancelImport(id: string): Promise<void>;

  /**
   * The text of a source around a span, for showing evidence in its place.
   * @param extracted the words themselves where the bytes do not show them: they are looked for in the extracted text
   */
  readSource(
    source: SourceId,
    start: number,
    end: number,
    extracted: ExtractedQuote | null,
  ): Promise<SourceExcerpt | null>;
  entries(from: number, count: number): Promise<EntryView[]>;
  /** Verifies the whole journal again from its bytes, reporting progress as a fraction. */
  verifyJournal(listener: (fraction: number) => void): Promise<VerifyReport>;
  /** The journal as an export file (see core/audit/export.ts), with the payloads when asked for. */
  exportJournal(withPayloads: boolean): Promise<Uint8Array>;
  /** Everything: journal, sources, answers, as one zip. */
  exportAll(listener: (fraction: number) => void): Promise<Uint8Array>;
  /** Sentence -> evidence -> source hash -> entry -> checkpoint, self-contained and checkable offline. */
  proveClaim(run: RunId, claim: string): Promise<Uint8Array>;
  /** Removes every byte the app keeps; the page reloads afterwards. */
  eraseAll(): Promise<void>;
  /** Orders the leading tab to drop all projections and build them again from the journal, reporting a fraction. */
  rebuild(listener: (fraction: number) => void): Promise<CommandOutcome>;
  /** What would go with it; nothing is destroyed yet. */
  doomOf(doomed: Doomed): Promise<DoomView>;
  /** Orders the leading tab to destroy it for good, reporting a fraction. */
  destroy(doomed: Doomed, listener: (fraction: number) => void): Promise<CommandOutcome>;
}

export interface DoomView {
  /** Entries whose contents go. */
  readonly entries: number;
  /** Runs that go: of a file, those that quote it. */
  readonly runs: readonly RunId[];
}

export interface StartOptions {
  /** Fixed clock and zone, for the demo command and tests; null for the real ones. */
  readonly now: number | null;
  readonly zone: string;
  readonly locale: string;
  /** What only the window can do. */
  readonly window: WindowApi;
}

export interface ImportFile {
  readonly path: string;
  readonly file: File;
}

export interface ExtractedQuote {
  readonly quote: string;
  /** As the evidence has it: its page chooses among several places. */
  readonly locator: string;
}

export interface SourceExcerpt {
  readonly before: string;
  readonly quote: string;
  readonly after: string;
  /** Line number of the quote's start, from 1; null for binary formats. */
  readonly line: number | null;
}

export interface VerifyReport {
  readonly verifiedUpTo: number;
  readonly size: number;
  readonly ok: boolean;
  /** First bad entry and why. */
  readonly problem: string | null;
  readonly ms: number;
}
