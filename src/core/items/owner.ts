import type { EngineChoices } from '../models/jobs.ts';

/** What the owner says of themselves; defaults come from the browser. */
export interface OwnerSettings {
  /** "asked of me" depends on these. */
  readonly names: readonly string[];
  /** Lowercase mail addresses. */
  readonly addresses: readonly string[];
  /** IANA time zone. */
  readonly zone: string;
  /** BCP 47, for display. */
  readonly locale: string;
  readonly weekStart: 'monday' | 'sunday' | 'saturday';
  readonly units: 'metric' | 'imperial';
  /** Working time per ISO weekday (1 Monday to 7 Sunday), minutes after midnight; a missing day is free. */
  readonly workingHours: Readonly<
    Partial<Record<'1' | '2' | '3' | '4' | '5' | '6' | '7', { readonly from: number; readonly to: number }>>
  >;
  readonly theme: 'system' | 'light' | 'dark' | 'contrast';
  /** Which models help, and with what; left out or empty for none. */
  readonly engines?: EngineChoices;
  /** Whether the built-in model reads goals beside the rules; left out: it does. */
  readonly goalReader?: boolean;
}
