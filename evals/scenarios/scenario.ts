import type { UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { ModelJob } from '#core/models/jobs.ts';
import type { RunStatus } from '#core/agent/run.ts';
import type { ToolName } from '#core/tools/definition.ts';
import type { Expectation, Method, WorldFile } from '../world.ts';
import type { ModelManner } from './scripted-models.ts';

/** What owners ask for on ordinary days. */
export const EVERYDAY_GOALS = [
  'mail-summary',
  'who-waits',
  'free-times',
  'agenda',
  'report',
  'table',
  'comparison',
  'question',
  'save',
  'send',
  'decline',
] as const;
export type EverydayGoal = (typeof EVERYDAY_GOALS)[number];

/** One whole run with a known right end: files, an owner with a goal, what goes wrong on the way, and how it must end. */
export interface Scenario {
  /** "mail/asks-of-me", unique. */
  readonly id: string;
  readonly title: string;
  readonly about: EverydayGoal;
  readonly files: Files;
  /** In the owner's words. */
  readonly goal: string;
  /** The model that helps, scripted; left out for none. */
  readonly model?: ScenarioModel;
  /** What the owner says to every card; left out: yes. */
  readonly owner?: 'says-yes' | 'says-no';
  /** The ways out that are open. */
  readonly waysOut?: readonly WayOut[];
  readonly fault?: Fault;
  readonly ends: Ending;
}

/** A generator's seed, the sample vault, or a few files written out here. */
export type Files =
  | { readonly from: Exclude<Method, 'sample'>; readonly seed: number }
  | { readonly from: 'sample' }
  | { readonly from: 'texts'; readonly texts: Readonly<Record<string, string>> };

export interface ScenarioModel {
  readonly job: ModelJob;
  /** `provider`: a host on the network, asked only after a yes to the question as it would be sent. */
  readonly at: 'device' | 'provider';
  readonly manner: ModelManner;
}

export interface WayOut {
  readonly name: string;
  readonly address: string;
  readonly clearance: 'public' | 'private';
}

/** What goes wrong. Every one of them happens at the same place of the run each time. */
export type Fault =
  /** The bytes of a file are noise, under its name. */
  | { readonly kind: 'unreadable-file'; readonly file: string }
  /** Only the first part of a file is there. */
  | { readonly kind: 'torn-file'; readonly file: string; readonly share: number }
  /** The disk takes so many bytes of files and no more. */
  | { readonly kind: 'disk-full'; readonly bytes: number }
  /** The owner deletes a file between the plan and the step that reads it. */
  | { readonly kind: 'file-deleted'; readonly file: string }
  /** The owner allows a file for no answers any more, between the plan and the step that reads it. */
  | { readonly kind: 'file-forbidden'; readonly file: string }
  /** The bytes of a file are gone from the disk between the plan and the step that reads it. */
  | { readonly kind: 'bytes-lost'; readonly file: string }
  /** A byte of a file on the disk is another one between the plan and the step that reads it. */
  | { readonly kind: 'bytes-changed'; readonly file: string }
  | { readonly kind: 'step-fails'; readonly tool: ToolName; readonly times: number }
  /** The tab dies once this step has begun, and another one takes the journal up. */
  | { readonly kind: 'tab-dies'; readonly at: ToolName }
  | { readonly kind: 'cancelled'; readonly at: ToolName | 'card' }
  /** The window refuses to write the file. */
  | { readonly kind: 'save-refused' }
  | { readonly kind: 'host-fails'; readonly with: number | 'broken' }
  /** The owner closes the way out while the card waits. */
  | { readonly kind: 'way-out-closed' }
  /** The owner seals all files while the card waits. */
  | { readonly kind: 'files-sealed' }
  /** What the card shows is changed by the owner before the yes. */
  | { readonly kind: 'card-edited'; readonly to: string }
  /** A stranger's words, in a mail among the others, that want something done. */
  | { readonly kind: 'planted-words'; readonly text: string }
  /** The model's own ways are the fault: see `model.manner`. */
  | { readonly kind: 'model' }
  | { readonly kind: 'card-denied' };

/** How it must end. What is left out is not looked at, but for what holds for every run (score-run.ts). */
export interface Ending {
  readonly status: RunStatus;
  /** The answer is judged by what the world knows: for the goal itself, or for this other one over the same files. */
  readonly truth?: 'of-goal' | { readonly of: string };
  readonly expect?: Pick<Expectation, 'outcomes'> & Partial<Expectation>;
  /** The owner is told, in the answer, in the failure or on import: each must stand somewhere there. */
  readonly told?: readonly string[];
  /** Must stand nowhere in the answer, nor in what is saved or sent. */
  readonly never?: readonly string[];
  /** Files that did not come in, of those that were brought. */
  readonly refused?: number;
  /** What comes to the hosts and into the owner's folder. */
  readonly sent?: number;
  readonly saved?: number;
  /** Cards put to the owner. */
  readonly cards?: number;
  /** Must stand in all that is saved or sent. */
  readonly carries?: readonly string[];
}

/** The files of a scenario as they are brought in. */
export interface ScenarioWorld {
  readonly files: readonly WorldFile[];
  readonly owner: OwnerSettings;
  readonly now: UnixMs;
  /** The truths that are known about its goals. */
  readonly truths: ReadonlyMap<string, Expectation>;
}
