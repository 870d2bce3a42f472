import type { UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { GoalKind } from '#core/planner/goal.ts';
import type { Answer } from '#core/tools/answer.ts';

export type Method = 'mail' | 'calendar' | 'agenda' | 'report' | 'question' | 'table' | 'unfit' | 'sample';

/** A made-up vault with goals whose true answers are known from how it was made, never from the product. */
export interface World {
  readonly method: Method;
  readonly seed: number;
  readonly files: readonly WorldFile[];
  readonly owner: OwnerSettings;
  readonly now: UnixMs;
  readonly cases: readonly Case[];
}

export interface WorldFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** What a reader of the file sees, where its bytes do not show it (docx, PDF). */
  readonly text: string | null;
}

export interface Case {
  readonly goal: string;
  /** Name of the phrasing, for grouping failures: "mail/asks-3". */
  readonly phrasing: string;
  /** Held-out phrasings are not shown to those who write the methods. */
  readonly heldOut: boolean;
  readonly expect: Expectation;
}

export interface Expectation {
  readonly kinds: readonly GoalKind[];
  readonly outcomes: readonly Answer['outcome'][];
  readonly facts: readonly Fact[];
  /** Must not be said. */
  readonly forbidden: readonly Fact[];
  readonly slots: Slots | null;
}

/** Holds when one statement of the answer (or, `in: 'answer'`, all of it together) has all terms. */
export interface Fact {
  readonly name: string;
  readonly all: readonly Term[];
  readonly in: 'statement' | 'answer';
  /** For forbidden facts: a statement with one of these words is excused ("was", "earlier"). */
  readonly unless?: readonly Term[];
}

/** One of the forms must be there. Dates are ISO; numbers count in any notation. */
export type Term =
  { readonly text: readonly string[] } | { readonly date: readonly string[] } | { readonly number: number };

export interface Slots {
  readonly minutes: number;
  /** Free under the strictest reading of the goal: each must be offered. */
  readonly required: readonly Interval[];
  /** Free under the most generous reading: nothing outside may be offered. */
  readonly allowed: readonly Interval[];
}

/** Unix milliseconds, end exclusive. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

export const nothing: Pick<Expectation, 'facts' | 'forbidden' | 'slots'> = { facts: [], forbidden: [], slots: null };
