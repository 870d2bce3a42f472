/** Base58 with the Bitcoin alphabet (multibase prefix `z`); draft-msporny-base58-03. */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Digits that are taken at once: as many as leave a product of two limbs exact in a number. */
const [BYTES_AT_ONCE, CHARACTERS_AT_ONCE] = [3, 4];

export function base58(bytes: Uint8Array): string {
  const zeros = leadingZeros(bytes);
  const digits = changeBase(bytes, 256, BYTES_AT_ONCE, 58, CHARACTERS_AT_ONCE);
  let out = ALPHABET.charAt(0).repeat(zeros);
  for (const digit of digits) out += ALPHABET.charAt(digit);
  return out;
}

/** @returns null when a character is not of the alphabet */
export function fromBase58(text: string): Uint8Array | null {
  const values: number[] = [];
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    values.push(value);
  }
  const zeros = leadingZeros(values);
  const digits = changeBase(values, 58, CHARACTERS_AT_ONCE, 256, BYTES_AT_ONCE);
  const out = new Uint8Array(zeros + digits.length);
  out.set(digits, zeros);
  return out;
}

function leadingZeros(digits: ArrayLike<number>): number {
  let count = 0;
  while (count < digits.length && digits[count] === 0) count++;
  return count;
}

/** The same number in another base: digits from the most significant on, without zeros before it. */
function changeBase(
  digits: ArrayLike<number>,
  from: number,
  fromAtOnce: number,
  to: number,
  toAtOnce: number,
): readonly number[] {
  const limbs: number[] = [];
  for (let at = 0; at < digits.length;) {
    // The first are fewer where the number of digits asks for it.
    const end = at + 1 + ((digits.length - at - 1) % fromAtOnce);
    let taken = 0;
    for (; at < end; at++) taken = taken * from + (digits[at] ?? 0);
    carryInto(limbs, taken, from ** fromAtOnce, to ** toAtOnce);
  }
  const out: number[] = [];
  for (const limb of limbs)
    for (let i = 0, rest = limb; i < toAtOnce; i++, rest = Math.floor(rest / to)) out.push(rest % to);
  while (out.at(-1) === 0) out.pop();
  return out.reverse();
}

/** number = number * from + digit, for a number held as little-endian digits of base `to`. */
function carryInto(number: number[], digit: number, from: number, to: number): void {
  let carry = digit;
  for (let i = 0; i < number.length; i++) {
    carry += (number[i] ?? 0) * from;
    number[i] = carry % to;
    carry = Math.floor(carry / to);
  }
  while (carry > 0) {
    number.push(carry % to);
    carry = Math.floor(carry / to);
  }
}
