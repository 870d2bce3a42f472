/** Base58 with the Bitcoin alphabet (multibase prefix `z`); draft-msporny-base58-03. */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

export function base58(bytes: Uint8Array): string {
  const zeros = leading(bytes, (byte) => byte === 0);
  const digits: number[] = [];
  for (const byte of bytes.subarray(zeros)) carryInto(digits, byte, 256, 58);
  let out = ALPHABET.charAt(0).repeat(zeros);
  for (let i = digits.length - 1; i >= 0; i--) out += ALPHABET.charAt(digits[i] ?? 0);
  return out;
}

/** @returns null when a character is not of the alphabet */
export function fromBase58(text: string): Uint8Array | null {
  const values = Array.from(text, (character) => ALPHABET.indexOf(character));
  if (values.includes(-1)) return null;
  const zeros = leading(values, (value) => value === 0);
  const bytes: number[] = [];
  for (const value of values.slice(zeros)) carryInto(bytes, value, 58, 256);
  const out = new Uint8Array(zeros + bytes.length);
  bytes.forEach((byte, i) => (out[out.length - 1 - i] = byte));
  return out;
}

function leading(list: ArrayLike<number>, is: (value: number) => boolean): number {
  let count = 0;
  while (count < list.length && is(list[count] ?? -1)) count++;
  return count;
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
