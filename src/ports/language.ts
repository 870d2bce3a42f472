import type { UnixMs } from '#core/base/ids.ts';
import type { FoundDate } from '#core/planner/goal.ts';

/** Dates in English text, read against a reference instant in a zone. */
export interface DateFinder {
  readonly find: (text: string, reference: UnixMs, zone: string) => readonly FoundDate[];
}

export interface EntityFinder {
  readonly find: (text: string) => {
    readonly people: readonly string[];
    readonly places: readonly string[];
    readonly organisations: readonly string[];
  };
}

/** ISO 639-1 code of a text, or 'und' when too short to tell. */
export interface LanguageDetector {
  readonly detect: (text: string) => string;
}
