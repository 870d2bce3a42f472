/** Numbers of JSON while they are written. Digits are bounded: a model that loops does not write one for ever. */
const INTEGER_DIGITS_MAX = 21;
const FRACTION_DIGITS_MAX = 24;
const BEGUN = /^-?(?:0|[1-9]\d*)?(?:(?<=\d)\.\d*)?(?:(?<=\d)[eE][+-]?\d{0,3})?$/;
const WHOLE = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;

interface Bounds {
  readonly integer: boolean;
  readonly min: number;
  readonly max: number;
}

/** The text is a number that fits as it stands. */
export function numberIsWhole(bounds: Bounds, text: string): boolean {
  if (!WHOLE.test(text) || (bounds.integer && !isInteger(text))) return false;
  const { min, max } = exact(bounds);
  const value = Number(text);
  return Number.isFinite(value) && value >= min && value <= max;
}

/** Some number that fits begins with the text. */
export function digitsMayGoOn(given: Bounds, text: string): boolean {
  const bounds = exact(given);
  if (!BEGUN.test(text) || (bounds.integer && text !== '-' && !isInteger(text))) return false;
  const [whole = '', fraction = ''] = text.replace('-', '').split(/[eE]/)[0]?.split('.') ?? [];
  if (whole.length > INTEGER_DIGITS_MAX || fraction.length > FRACTION_DIGITS_MAX) return false;
  const bounded = bounds.min !== -Infinity || bounds.max !== Infinity;
  // With an exponent, what a number comes to is known last.
  if (/[eE]/.test(text)) return !bounded && (!WHOLE.test(text) || Number.isFinite(Number(text)));
  if (!bounded) return true;
  if (text === '-') return bounds.integer ? bounds.min <= -1 : bounds.min < 0;
  return reaches(bounds, text, whole, fraction);
}

/** Larger integers are not what they say, once they are read. */
function exact(bounds: Bounds): Bounds {
  if (!bounds.integer) return bounds;
  const most = Number.MAX_SAFE_INTEGER;
  return { integer: true, min: Math.max(bounds.min, -most), max: Math.min(bounds.max, most) };
}

/** Minus zero is no integer that anyone writes. */
function isInteger(text: string): boolean {
  return /^(?:0|-?[1-9]\d*)$/.test(text);
}

/**
 * One of the numbers that a text goes on to lies between the bounds. What is smallest and largest is read as a whole text
 * is: sums of parts would be rounded otherwise.
 */
function reaches(bounds: Bounds, text: string, whole: string, fraction: string): boolean {
  if (numberIsWhole(bounds, text)) return true;
  const digits = text.replace('-', '');
  const [low, high] = text.startsWith('-') ? [-bounds.max, -bounds.min] : [bounds.min, bounds.max];
  const meets = (from: string, to: string): boolean => {
    const [least, most] = [Number(from), Number(to)];
    if (least > high || most < low) return false;
    return least >= low || most <= high || (bounds.integer ? Math.ceil(low) <= high : canBeWritten(low, high));
  };
  if (digits.includes('.')) return meets(`${digits}0`, digits + '9'.repeat(FRACTION_DIGITS_MAX - fraction.length));
  const rest = bounds.integer ? '' : `.${'9'.repeat(FRACTION_DIGITS_MAX)}`;
  // Nothing but a point comes after a leading zero.
  const more = whole === '0' ? 0 : INTEGER_DIGITS_MAX - whole.length;
  for (let count = bounds.integer ? 1 : 0; count <= more; count++)
    if (meets(digits + '0'.repeat(count), digits + '9'.repeat(count) + rest)) return true;
  return false;
}

/** A number with as many digits after its point as there may be lies between the two. */
function canBeWritten(low: number, high: number): boolean {
  return (
    high - low > 10 ** -FRACTION_DIGITS_MAX ||
    [low, high].some((end) => {
      const nearest = Number(end.toFixed(FRACTION_DIGITS_MAX));
      return nearest >= low && nearest <= high;
    })
  );
}
