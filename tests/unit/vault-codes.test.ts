import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stretchWithArgon2 } from '#adapters/argon2/argon2id.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { chooseStretch, FLOOR_STRETCH, FULL_STRETCH } from '#runtime/vault/choose-stretch.ts';
import { formatRecoveryCode, parseRecoveryCode, RECOVERY_BYTES } from '#runtime/vault/recovery-code.ts';
import { retryAt, unlockDelay } from '#runtime/vault/unlock-delay.ts';

const SECRET = Uint8Array.from({ length: RECOVERY_BYTES }, (_, index) => 17 * index);
const CODE = formatRecoveryCode(sha256, SECRET);

test('a recovery code is seven groups of four digits, and reads back as what it was made from', () => {
  expect(CODE).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: RECOVERY_BYTES, maxLength: RECOVERY_BYTES }), (secret) => {
      expect(parseRecoveryCode(sha256, formatRecoveryCode(sha256, secret))).toEqual(secret);
    }),
  );
});

test('a code that was written down once is read for ever', () => {
  const written = '008J-4CT4-ANK7-F24S-NAXW-SQFE-ZX86';
  expect(CODE).toBe(written);
  expect(parseRecoveryCode(sha256, written)).toEqual(SECRET);
  for (const separator of ['', ' ', '\t', '-', '–', '—', '.', ',', ' - ', '..'])
    expect(parseRecoveryCode(sha256, written.replaceAll('-', separator)), separator).toEqual(SECRET);
  for (const separator of ['/', '_', ':', '+'])
    expect(parseRecoveryCode(sha256, written.replaceAll('-', separator)), separator).toBeNull();
});

test('a recovery code may be written in any case, with any separators, and with the letters that look like digits', () => {
  const written = CODE.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
  expect(parseRecoveryCode(sha256, `  ${written}\n`)).toEqual(SECRET);
  expect(parseRecoveryCode(sha256, CODE.replaceAll('1', 'I').replaceAll('-', ''))).toEqual(SECRET);
});

test('every digit that looks like a letter may be written as one', () => {
  const secret = Uint8Array.of(8, 66, 16, 132, 33, 8, 66, 0, 0, 0, 8, 66, 16, 132, 33, 8);
  const code = formatRecoveryCode(sha256, secret);
  expect(code.slice(0, 14)).toBe('1111-1111-1110');
  for (const one of ['I', 'i', 'L', 'l'])
    for (const zero of ['O', 'o'])
      expect(parseRecoveryCode(sha256, code.replaceAll('1', one).replaceAll('0', zero))).toEqual(secret);
});

test('a slip of the pen is found: one digit changed or two neighbours swapped, in all but one of 4,096 cases', () => {
  let slips = 0;
  let missed = 0;
  const digits = CODE.replaceAll('-', '');
  for (let at = 0; at < digits.length; at++) {
    for (const other of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
      if (other === digits[at]) continue;
      slips++;
      if (parseRecoveryCode(sha256, digits.slice(0, at) + other + digits.slice(at + 1)) !== null) missed++;
    }
    const [a, b] = [digits[at], digits[at + 1]];
    if (a === undefined || b === undefined || a === b) continue;
    slips++;
    if (parseRecoveryCode(sha256, digits.slice(0, at) + b + a + digits.slice(at + 2)) !== null) missed++;
  }
  expect(slips).toBeGreaterThan(800);
  expect(missed).toBeLessThanOrEqual(2);
});

test('a code that is too short, too long or holds a digit that there is not is no code', () => {
  for (const text of ['', CODE.slice(1), `${CODE}0`, CODE.replace(/.$/, 'U'), CODE.replace(/^./, '!')])
    expect(parseRecoveryCode(sha256, text)).toBeNull();
  for (const digit of '0123456789ABCDEFGHJKMNPQRSTVWXYZ')
    expect(parseRecoveryCode(sha256, CODE + digit), digit).toBeNull();
});

test('two slips are free, then the wait doubles from one second to five minutes', () => {
  expect([0, 1, 2, 3, 4, 5, 11, 12, 500].map(unlockDelay)).toEqual([
    0, 0, 0, 1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
  ]);
});

test('the wait is over in time, and where the clock was set back: it would not end before that has caught up', () => {
  const at = (ms: number): UnixMs => ms as UnixMs;
  const attempts = { failed: 5, lastAt: at(100_000) };
  expect(retryAt({ failed: 2, lastAt: at(100_000) }, at(100_000))).toBeNull();
  expect(retryAt(attempts, at(100_000))).toBe(104_000);
  expect(retryAt(attempts, at(103_999))).toBe(104_000);
  expect(retryAt(attempts, at(104_000))).toBeNull();
  expect(retryAt(attempts, at(99_999))).toBeNull();
  expect(retryAt({ failed: 0, lastAt: at(100_000) }, at(50_000))).toBeNull();
});

test('a passphrase is stretched for half a second to a second: more passes on a fast device, less memory on a slow one', () => {
  expect(chooseStretch(50)).toEqual({ ...FULL_STRETCH, passes: 10 });
  expect(chooseStretch(166)).toEqual({ ...FULL_STRETCH, passes: 4 });
  expect(chooseStretch(167)).toEqual(FULL_STRETCH);
  expect(chooseStretch(300)).toEqual(FULL_STRETCH);
  expect(chooseStretch(600)).toEqual({ memoryKib: 36_408, passes: 3, lanes: 1 });
  expect(chooseStretch(5_000)).toEqual(FLOOR_STRETCH);
  expect(chooseStretch(0).passes).toBe(64);
});

test('passphrases are stretched as the reference implementation of Argon2id does', async () => {
  const [passphrase, salt] = [utf8('password'), utf8('somesalt')];
  for (const [stretch, key] of [
    [{ memoryKib: 65_536, passes: 2, lanes: 1 }, '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7'],
    [{ memoryKib: 256, passes: 2, lanes: 1 }, '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe'],
  ] as const)
    expect(hex(await stretchWithArgon2(passphrase, salt, stretch))).toBe(key);
});
