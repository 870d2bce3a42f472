/** An exact decimal: `units` / 10^`scale`. Sums of money come out to the cent, as they do on paper. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { units: 0n, scale: 0 };

/** Reads "-12400.50"; null for anything else. */
export function parseDecimal(plain: string): Decimal | null {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(plain);
  if (!match) return null;
  const fraction = match[3] ?? '';
  const units = BigInt(`${match[2] ?? ''}${fraction}`);
  return { units: match[1] === '-' ? -units : units, scale: fraction.length };
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { units: -b.units, scale: b.scale });
}

export function compare(a: Decimal, b: Decimal): number {
  const difference = subtract(a, b).units;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function multiply(a: Decimal, by: bigint): Decimal {
  return { units: a.units * by, scale: a.scale };
}

/** a / b to `scale` places, halves away from zero; b must not be zero. */
export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  const shift = scale + b.scale - a.scale;
  const numerator = shift >= 0 ? a.units * 10n ** BigInt(shift) : a.units;
  const denominator = shift >= 0 ? b.units : b.units * 10n ** BigInt(-shift);
  return { units: roundedQuotient(numerator, denominator), scale };
}

/** To at most `scale` places, halves away from zero. */
export function round(a: Decimal, scale: number): Decimal {
  if (a.scale <= scale) return a;
  return { units: roundedQuotient(a.units, 10n ** BigInt(a.scale - scale)), scale };
}

export function sum(values: readonly Decimal[]): Decimal {
  return values.reduce(add, ZERO);
}

export function ofInteger(value: number): Decimal {
  return { units: BigInt(value), scale: 0 };
}

/** "12400.50", with as many places as the decimal has and at least `places`. */
export function plain(a: Decimal, places = 0): string {
  const scale = Math.max(a.scale, places);
  const units = unitsAt(a, scale);
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale > 0 ? `.${digits.slice(-scale)}` : '';
  return `${units < 0n ? '-' : ''}${whole}${fraction}`;
}

/** Without zeros at the end of the fraction. */
export function trimmed(a: Decimal): Decimal {
  let { units, scale } = a;
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  return { units, scale };
}

/** The nearest binary number, for charts and for the verifier. */
export function toNumber(a: Decimal): number {
  return Number(plain(a));
}

function unitsAt(a: Decimal, scale: number): bigint {
  return a.units * 10n ** BigInt(scale - a.scale);
}

function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const [n, d] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator];
  const quotient = (n * 2n + d) / (d * 2n);
  return negative ? -quotient : quotient;
}
