import type { Digest, EvidenceId, SourceId, UnixMs } from '../base/ids.ts';
import type { EngineUse } from '../models/jobs.ts';

/**
 * A span of a source that supports a claim. The bytes [start, end) of the source hash to `digest`; `quote` is the
 * text as read from them. When `exact`, decoding the bytes gives the quote; otherwise (PDF, docx, base64 bodies) the
 * bytes are the smallest part of the source that holds it, and the parser gives the quote again from them.
 */
export interface Evidence {
  readonly id: EvidenceId;
  readonly source: SourceId;
  /** Path of the source as imported. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly digest: Digest;
  readonly quote: string;
  readonly exact: boolean;
  /** For people: "Mara Lindqvist, 3 Nov 2026, Re: Budget", "row 12", "page 4". */
  readonly locator: string;
}

/** Evidence before its bytes were hashed: what the pure tools give back; the runtime reads the span and completes it. */
export type EvidenceDraft = Omit<Evidence, 'digest' | 'exact'>;

/** One sentence of an answer, with what it rests on. */
export interface Claim {
  readonly id: string;
  readonly text: string;
  /**
   * extract: words of the evidence, at most shortened or joined; computed: follows from the evidence by `computation`;
   * absent: says that something was looked for and not found.
   */
  readonly basis: 'extract' | 'computed' | 'absent';
  readonly evidence: readonly EvidenceId[];
  readonly computation: Computation | null;
}

/** Numbers of the evidence put together. */
export interface Aggregate {
  readonly kind: 'aggregate';
  readonly operation: 'count' | 'sum' | 'mean' | 'median' | 'min' | 'max' | 'difference' | 'share';
  /** Operands in order, each from one piece of evidence (null where the operand is a count of evidence). */
  readonly values: readonly { readonly evidence: EvidenceId | null; readonly value: number }[];
  readonly result: number;
  /** As one would write it: sum(Amount) where Region = North = 1,240.50. */
  readonly shown: string;
}

/** How a computed claim follows; the verifier does it again. */
export type Computation =
  | Aggregate
  | {
      /** The claim says an amount in other units: "12 km is about 7.46 miles." */
      readonly kind: 'conversion';
      /** The amount as it is given. */
      readonly words: string;
      /** What gives it: a computation whose result it is, or null for the evidence. */
      readonly of: Aggregate | null;
    }
  | {
      readonly kind: 'free-slot';
      readonly start: UnixMs;
      readonly end: UnixMs;
      /** Every busy time looked at that touches the slot's day; none may overlap the slot. */
      readonly busy: readonly { readonly start: UnixMs; readonly end: UnixMs; readonly evidence: EvidenceId }[];
      /** The allowed windows that the slot must lie in, from working hours and the goal. */
      readonly windows: readonly { readonly start: UnixMs; readonly end: UnixMs }[];
      /** Text of the slot as it must appear in the claim, made by the zone port: date and times. */
      readonly shown: string;
    }
  | {
      readonly kind: 'date';
      /** A date in the claim that the evidence gives in other words ("by Friday"). */
      readonly words: string;
      readonly value: string;
      readonly evidence: EvidenceId;
      /** Reference instant the words were read against. */
      readonly reference: UnixMs;
      readonly zone: string;
    }
  | {
      readonly kind: 'search';
      readonly terms: readonly string[];
      /** Every source that was searched. */
      readonly searched: readonly SourceId[];
      readonly hits: number;
    };

export interface AnswerSection {
  readonly title: string;
  readonly claims: readonly Claim[];
}

export interface Chart {
  readonly kind: 'bar' | 'line';
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly { readonly label: string; readonly value: number }[];
}

export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a run ends with. `outcome` says honestly which kind of answer this is. */
export interface Answer {
  readonly outcome: 'answered' | 'not-found' | 'not-understood' | 'language-not-understood';
  readonly sections: readonly AnswerSection[];
  readonly evidence: readonly Evidence[];
  /** What the reader must know about how it was made: conflicts, skipped data, assumptions. Not claims. */
  readonly notes: readonly string[];
  readonly chart: Chart | null;
  readonly table: DataTable | null;
  /** The steps of a computation, one line each, as shown under the answer. */
  readonly workings: readonly string[];
  /** For not-understood: goals that would work, ready to run. */
  readonly suggestions: readonly string[];
  /** Language models that had a part in it; left out for none. */
  readonly engines?: readonly EngineUse[];
}

export type AnswerDraft = Omit<Answer, 'evidence'> & { readonly evidence: readonly EvidenceDraft[] };

export function claimsOf(answer: { readonly sections: readonly AnswerSection[] }): Claim[] {
  return answer.sections.flatMap((section) => section.claims);
}
