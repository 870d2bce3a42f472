import { err, ok, type Result } from '../base/result.ts';

/** Whole millionths of a unit of a currency: 20,000 of EUR are 0.02 EUR. */
export type Micro = number;

/** What something came to. */
export interface Spent {
  readonly micro: Micro;
  readonly currency: string;
  /** What was used was told by who charges it; else it was counted here, and is an estimate. */
  readonly told: boolean;
}

export const MICRO_PER_UNIT = 1_000_000;
/** No amount is larger: sums of many stay whole numbers. */
export const MICRO_MAX = 1_000_000 * MICRO_PER_UNIT;

export type AmountProblem = 'not-an-amount' | 'too-fine' | 'too-much';

/** Whether it is an amount that anything here may hold. */
export function isMicro(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= MICRO_MAX;
}

/** ISO 4217, as far as its form tells. */
export function isCurrency(text: string): boolean {
  return /^[A-Z]{3}$/.test(text);
}

/** Reads "0.02" or "1,50": digits with at most one point or comma, and at most six digits after it. */
export function readAmount(text: string): Result<Micro, AmountProblem> {
  const match = /^(\d{1,15})(?:[.,](\d+))?$/.exec(text.trim());
  if (match === null) return err('not-an-amount');
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > 6) return err('too-fine');
  const micro = Number(match[1]) * MICRO_PER_UNIT + Number(fraction.padEnd(6, '0'));
  return isMicro(micro) ? ok(micro) : err('too-much');
}

/** "0.02", "1.5", "0.000003": as many digits as it takes, two at least. */
export function amountText(micro: Micro): string {
  const fraction = String(micro % MICRO_PER_UNIT).padStart(6, '0');
  return `${String(Math.floor(micro / MICRO_PER_UNIT))}.${fraction.replace(/0{1,4}$/, '')}`;
}

/** "0.02 EUR" */
export function moneyText(micro: Micro, currency: string): string {
  return `${amountText(micro)} ${currency}`;
}

/** What two things came to together, in one currency; either may have come to nothing. */
export function bothSpent(one: Spent | null, other: Spent | null): Spent | null {
  if (one === null || other === null) return one ?? other;
  return { ...one, micro: plus(one.micro, other.micro), told: one.told && other.told };
}

/** A sum that stays a whole number, whatever is added. */
export function plus(a: Micro, b: Micro): Micro {
  return Math.min(Number.MAX_SAFE_INTEGER, a + b);
}
