import type { SourceId, UnixMs } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { OwnerSettings } from '../items/owner.ts';
import type { ModelHelper } from '../models/jobs.ts';
import type { GoalForm } from './forms.ts';

export type GoalKind =
  | 'summarise-mail'
  | 'find-free-time'
  | 'list-events'
  | 'write-report'
  | 'answer-question'
  | 'query-table'
  /** Several goals that a model made of one. */
  | 'parts'
  | 'not-understood';

/** A goal as it was understood: shown in plain words, its parameters editable before the run. */
export interface UnderstoodGoal {
  readonly kind: GoalKind;
  /** The owner's words. */
  readonly text: string;
  /** "Find 45 minutes with Alice Moreau between Mon 23 and Fri 27 Nov, after lunch, not on Friday." */
  readonly restated: string;
  readonly parameters: readonly Parameter[];
  /** 0 to 1; below a half the interface asks the owner to look. */
  readonly confidence: number;
  /** Goals that could have been meant instead, best first. */
  readonly alternatives: readonly { readonly kind: GoalKind; readonly restated: string }[];
  /** For not-understood: what was not, and what it can do that is nearest. */
  readonly reason: string;
  readonly suggestions: readonly string[];
  /** Set when a model read the goal, being surer than the rules; left out when the rules did. */
  readonly readBy?: ReadByModel;
}

/** Which model read a goal, and how surely. */
export interface ReadByModel {
  /** SHA-256 of the model's file, in hex. */
  readonly model: string;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface Parameter {
  /** camelCase, unique in the goal. */
  readonly name: string;
  /** For the form: "How long". */
  readonly label: string;
  readonly type: ParameterType;
  readonly value: Json;
  /** For choice and choices. */
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** Where the value came from; shown beside the field. */
  readonly from: 'goal' | 'settings' | 'files' | 'default' | 'owner';
}

/**
 * Values by type: text string; number number; minutes number; date "2026-11-23"; date-range {from, to} of dates,
 * to inclusive; time-range {from, to} minutes after midnight; choice string; choices string[]; people
 * {name, address}[]; boolean boolean; filters {column, op, value, value2?}[] with op one of = != < <= > >= contains
 * between (value to value2, both inclusive), values as text, "=" on one column several times meaning any of them.
 */
export type ParameterType =
  | 'text'
  | 'number'
  | 'minutes'
  | 'date'
  | 'date-range'
  | 'time-range'
  | 'choice'
  | 'choices'
  | 'people'
  | 'boolean'
  | 'filters';

/** All that understanding a goal may look at; values only, gathered by the runtime through ports. */
export interface GoalContext {
  readonly now: UnixMs;
  readonly owner: OwnerSettings;
  /** Today in the owner's zone. */
  readonly today: LocalDate;
  readonly inventory: Inventory;
  readonly language: GoalLanguage;
  /** The ways out that are open; left out for none. */
  readonly channels?: readonly KnownChannel[];
  /** What the built-in model makes of the goal; left out where there is no model, or it is not loaded. */
  readonly reading?: ModelReading | undefined;
  /** The models that the owner chose to help; left out for none. */
  readonly helpers?: readonly ModelHelper[];
}

/** A way out that the owner opened, as far as planning needs it. */
export interface KnownChannel {
  readonly id: string;
  readonly name: string;
  /** `https://hooks.example.com` */
  readonly origin: string;
  readonly pathPrefix: string;
  readonly methods: readonly string[];
}

/** A date in the owner's zone; weekday 1 Monday to 7 Sunday. */
export interface LocalDate {
  /** ISO 8601 calendar date. */
  readonly iso: string;
  readonly weekday: number;
}

/** What the vault holds, small enough to plan with. */
export interface Inventory {
  readonly sources: readonly { readonly id: SourceId; readonly path: string; readonly kind: string }[];
  readonly messages: number;
  readonly events: number;
  readonly documents: readonly { readonly title: string; readonly path: string }[];
  readonly tables: readonly {
    readonly name: string;
    readonly path: string;
    readonly columns: readonly { readonly name: string; readonly type: string; readonly unit: string }[];
    readonly rows: number;
    /** Distinct values of short text columns, for recognising filters: at most 50 a column. */
    readonly values: Readonly<Record<string, readonly string[]>>;
    /** Number columns that only number the rows: invoice 1001, 1002, …: nothing to add up. */
    readonly numbering: readonly string[];
  }[];
  /** People met in mail and calendars, most frequent first, at most 500. */
  readonly people: readonly { readonly name: string; readonly address: string }[];
  readonly calendars: readonly { readonly name: string; readonly owner: string | null }[];
}

/** What the language ports found in the goal's text. */
export interface GoalLanguage {
  /** 'en', another code when recognised as not English, 'und' when unsure. */
  readonly code: string;
  readonly dates: readonly FoundDate[];
  readonly people: readonly string[];
  readonly places: readonly string[];
  readonly organisations: readonly string[];
}

/** A date or range found in a text by the date port. */
export interface FoundDate {
  readonly text: string;
  /** UTF-16 offsets into the text. */
  readonly start: number;
  readonly end: number;
  /** ISO local date of the first day, in the reference zone. */
  readonly from: string;
  /** ISO local date of the last day, inclusive; equals `from` for one day. */
  readonly to: string;
  /** Minutes after midnight when a time was named, else null. */
  readonly timeFrom: number | null;
  readonly timeTo: number | null;
  /** What was said outright rather than implied. */
  readonly certain: {
    readonly day: boolean;
    readonly month: boolean;
    readonly year: boolean;
    readonly weekday: boolean;
    readonly hour: boolean;
  };
}

/** What a model made of a goal, as a value: the planner weighs it against what its rules make of it. */
export interface ModelReading {
  readonly form: GoalForm;
  /** 0 to 1: how often such a reading is right. */
  readonly confidence: number;
  /** The goal in plain English, for the rules; null where its own words must stand. */
  readonly plain: string | null;
  /** What the language ports found in `plain`; null with it. */
  readonly language: GoalLanguage | null;
  /** SHA-256 of the model's file, in hex. */
  readonly model: string;
}
