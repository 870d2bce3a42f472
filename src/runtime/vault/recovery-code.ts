import type { Sha256 } from '#core/base/ids.ts';
import { concat, equalBytes, utf8 } from '#core/base/bytes.ts';

/**
 * 128 random bits to be written down: Crockford's base 32 (no I, L, O or U), 26 digits of code and 3 of checksum cut
 * into seven groups of four, the last digit of all being padding of the checksum:
 *
 *     7ZQK-3F0M-…  (28 digits = 140 bits = 128 of code and 12 of checksum)
 *
 * The checksum finds all but one in 4,096 slips of the pen before the code is tried.
 */
export const RECOVERY_BYTES = 16;
export const RECOVERY_GROUPS = 7;
const GROUP_DIGITS = 4;
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const DIGIT_BITS = 5;

export function formatRecoveryCode(sha256: Sha256, secret: Uint8Array): string {
  const bits = [...concat(secret, checksum(sha256, secret))].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const digits: string[] = [];
  for (let at = 0; at < RECOVERY_GROUPS * GROUP_DIGITS; at++) {
    digits.push(DIGITS.charAt(Number.parseInt(bits.slice(DIGIT_BITS * at, DIGIT_BITS * (at + 1)), 2)));
  }
  const groups: string[] = [];
  for (let at = 0; at < digits.length; at += GROUP_DIGITS) groups.push(digits.slice(at, at + GROUP_DIGITS).join(''));
  return groups.join('-');
}

/**
 * Reads a code as people write it: any case, any separators, O for 0, I and L for 1.
 * @returns null when it has another length or a digit is wrong
 */
export function parseRecoveryCode(sha256: Sha256, text: string): Uint8Array | null {
  const digits = text
    .toUpperCase()
    .replaceAll(/[\s\-–—.,]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (digits.length !== RECOVERY_GROUPS * GROUP_DIGITS) return null;
  let bits = '';
  for (const digit of digits) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) return null;
    bits += value.toString(2).padStart(DIGIT_BITS, '0');
  }
  const bytes = Uint8Array.from({ length: RECOVERY_BYTES + 1 }, (_, at) =>
    Number.parseInt(bits.slice(8 * at, 8 * (at + 1)), 2),
  );
  const secret = bytes.slice(0, RECOVERY_BYTES);
  const expected = checksum(sha256, secret);
  // The last four bits of the code are the second half of the checksum.
  const given = concat(bytes.slice(RECOVERY_BYTES), Uint8Array.of(Number.parseInt(bits.slice(-4), 2) << 4));
  return equalBytes(given, expected) ? secret : null;
}

/** Twelve bits, in two bytes whose last four bits are zero. */
function checksum(sha256: Sha256, secret: Uint8Array): Uint8Array {
  const hash = sha256(concat(utf8('windhover recovery code'), secret));
  return hash.slice(0, 2).map((byte, at) => (at === 0 ? byte : byte & 0xf0));
}
