import type { Json } from '../base/json.ts';
import { parseIsoDate } from '../base/civil-date.ts';
import type { Label } from './label.ts';

/** Bits of choice that text nobody vouches for may have in one run (SECURITY.md, rule 7). */
export const ENDORSEMENT_BITS_MAX = 32;
/** Members an enumeration may have at most to be small. */
export const ENUM_MEMBERS_MAX = 16;

/**
 * A type with so few values that a reader may choose among them without being able to say anything: whatever an
 * untrusted text does to the reader, one of these values comes out. Bounds and members are fixed before it is read.
 */
export type FiniteType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'enum'; readonly members: readonly string[] }
  /** Whole multiples of 1 / `per` from `min` to `max`: cents have 100 per unit. */
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly per: number }
  /** An ISO 8601 calendar date, both ends included. */
  | { readonly kind: 'date'; readonly from: string; readonly to: string };

/** What is left of the bits that untrusted text may choose in a run. */
export interface EndorsementBudget {
  readonly bitsLeft: number;
}

export const FULL_BUDGET: EndorsementBudget = { bitsLeft: ENDORSEMENT_BITS_MAX };

/** What untrusted text chose in a run, as the journal keeps it: one of the values of a small type. */
export interface Choice {
  readonly name: string;
  readonly type: FiniteType;
  readonly value: Json;
  readonly bits: number;
}

/** What is left of a run's budget after these. They stand in the journal, so nothing that stops a run gives it more. */
export function budgetAfter(choices: readonly Choice[]): EndorsementBudget {
  return choices.reduce(({ bitsLeft }, { bits }) => ({ bitsLeft: bitsLeft - bits }), FULL_BUDGET);
}

export type Endorsement =
  | { readonly kind: 'endorsed'; readonly label: Label; readonly bits: number; readonly budget: EndorsementBudget }
  | { readonly kind: 'refused'; readonly reason: 'not-of-its-type' | 'type-too-large' | 'budget-spent' };

/**
 * Raises a reader's output to *endorsed* when it is of its finite type and the run's budget holds it. Confidentiality,
 * sources and readers stay as they were: what was chosen may still tell of what it was chosen from.
 */
export function endorse(value: Json, type: FiniteType, label: Label, budget: EndorsementBudget): Endorsement {
  const bits = bitsOf(type);
  if (bits === null) return { kind: 'refused', reason: 'type-too-large' };
  if (!isOf(type, value)) return { kind: 'refused', reason: 'not-of-its-type' };
  if (label.integrity !== 'untrusted') return { kind: 'endorsed', label, bits: 0, budget };
  if (bits > budget.bitsLeft) return { kind: 'refused', reason: 'budget-spent' };
  return {
    kind: 'endorsed',
    label: { ...label, integrity: 'endorsed' },
    bits,
    budget: { bitsLeft: budget.bitsLeft - bits },
  };
}

/** The bits that a choice among the type's values carries, rounded up; null when it has too many to be small. */
export function bitsOf(type: FiniteType): number | null {
  const values = countOf(type);
  if (!Number.isSafeInteger(values) || values < 1) return null;
  const bits = Math.ceil(Math.log2(values));
  return bits <= ENDORSEMENT_BITS_MAX ? bits : null;
}

function countOf(type: FiniteType): number {
  switch (type.kind) {
    case 'boolean':
      return 2;
    case 'enum': {
      const members = new Set(type.members).size;
      return members <= ENUM_MEMBERS_MAX ? members : Number.NaN;
    }
    case 'number':
      return type.per >= 1 ? Math.floor((type.max - type.min) * type.per) + 1 : Number.NaN;
    case 'date':
      return (parseIsoDate(type.to) ?? Number.NaN) - (parseIsoDate(type.from) ?? Number.NaN) + 1;
  }
}

function isOf(type: FiniteType, value: Json): boolean {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'enum':
      return typeof value === 'string' && type.members.includes(value);
    case 'number':
      return typeof value === 'number' && value >= type.min && value <= type.max && isMultiple(value, type.per);
    case 'date':
      return typeof value === 'string' && parseIsoDate(value) !== null && value >= type.from && value <= type.to;
  }
}

/** Whether the value is a whole number of 1 / `per`, as far as doubles can tell. */
function isMultiple(value: number, per: number): boolean {
  return Math.abs(value * per - Math.round(value * per)) < 1e-6;
}
