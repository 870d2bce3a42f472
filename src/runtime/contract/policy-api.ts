import type { Digest, RunId, Sequence, UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { RuleProblem } from '#ports/rules.ts';

/** What the worker offers to the page about rules. What is refused is in words for the owner. */
export interface PolicyApi {
  /** Pushes all on every change. */
  onView(listener: (view: PolicyView) => void): Promise<void>;
  /** Reads rules as they are typed: what each does, or what is wrong and where. */
  check(text: string): Promise<Result<readonly CheckedRule[], readonly RuleProblem[]>>;
  /** What a draft would have said of what was done before. Dates of its packs do not count. */
  tryOut(draft: PolicyDraft): Promise<Result<DryRun, string>>;
  /**
   * Brings a draft into force, as a new version.
   * @param after the version in force that it was made from; null for the one that the app came with
   */
  adopt(draft: PolicyDraft, after: Digest | null): Promise<Result<void, string>>;
  /** Brings a version of before into force again, as a new entry. */
  restore(version: Digest, after: Digest | null): Promise<Result<void, string>>;
}

export type { RuleProblem };

/** One rule of a text that can be read. */
export interface CheckedRule {
  readonly name: string;
  readonly effect: 'ask' | 'forbid';
  /** In the text, from 1. */
  readonly line: number;
  /** As it is written. */
  readonly text: string;
  /** What it does, in a sentence; null where no words mean the same. */
  readonly words: string | null;
}

/** From when until when a pack counts; null for no bound. */
export interface PackDates {
  readonly from: number | null;
  readonly until: number | null;
}

/** The rules as the owner wants them. */
export interface PolicyDraft {
  /** Packs that are on, by id. */
  readonly packs: readonly ({ readonly id: string } & PackDates)[];
  readonly own: { readonly text: string } & PackDates;
}

export type PackState = 'off' | 'in-force' | 'not-yet' | 'ended';

export interface PackView extends PackDates {
  readonly id: string;
  readonly text: string;
  readonly state: PackState;
}

/** Rules that were in force, or are. */
export interface VersionView {
  readonly digest: Digest;
  /** Null for the one that the app came with. */
  readonly at: UnixMs | null;
  /** The entry that brought it into force. */
  readonly sequence: Sequence | null;
  readonly inForce: boolean;
  readonly packs: readonly ({ readonly id: string; readonly text: string } & PackDates)[];
}

export interface PolicyView {
  /** The version that the owner adopted last; null: the one that the app came with. */
  readonly after: Digest | null;
  /** All there are, those that are off too. */
  readonly packs: readonly PackView[];
  readonly own: { readonly text: string; readonly state: PackState } & PackDates;
  /** The newest first. */
  readonly versions: readonly VersionView[];
}

/** What rules would have said of what was done. */
export interface DryRun {
  /** Calls that were looked at: the newest. */
  readonly looked: number;
  /** Calls that there were. */
  readonly calls: number;
  readonly denied: number;
  /** That nobody was asked about then. */
  readonly asked: number;
  /** What left this device then, and would have with these rules, unasked or once its owner was asked. */
  readonly left: PastRequests;
  /** What left then, and would not have. */
  readonly kept: PastRequests;
  /** Those calls that rules would have changed, the newest first. */
  readonly changed: readonly ChangedCall[];
}

export interface PastRequests {
  readonly requests: number;
  readonly bytes: number;
  /** Those that held of the owner's data nothing but when somebody is busy. */
  readonly freeBusy: number;
}

export interface ChangedCall {
  readonly at: UnixMs;
  /** Null where no run did it. */
  readonly run: RunId | null;
  /** The goal of the run, or what was done. */
  readonly title: string;
  readonly tool: string;
  readonly host: string | null;
  readonly would: 'denied' | 'asked';
  /** Names of the rules that say so. */
  readonly rules: readonly string[];
}
