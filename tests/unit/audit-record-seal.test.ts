import { expect, test } from 'vitest';
import { openRecord, RECORD_KEY_BYTES, RECORD_NONCE_BYTES, sealRecord } from '#core/audit/record-seal.ts';
import { concat, fromHex, hex, utf8 } from '#core/base/bytes.ts';

const bytes = (digits: string): Uint8Array => fromHex(digits.replaceAll(/\s/g, '')) ?? new Uint8Array(0);
/** RFC 8439 section 2.8.2. */
const KEY = Uint8Array.from({ length: RECORD_KEY_BYTES }, (_, i) => 0x80 + i);
const NONCE = bytes('07000000 40414243 44454647');
const CONTEXT = bytes('50515253 c0c1c2c3 c4c5c6c7');
const PLAIN = utf8(
  "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
);
const SEALED = bytes(`
  d31a8d34648e60db7b86afbc53ef7ec2 a4aded51296e08fea9e2b5a736ee62d6
  3dbea45e8ca9671282fafb69da92728b 1a71de0a9e060b2905d6a5b67ecd3b36
  92ddbd7f2d778b8c9803aee328091b58 fab324e4fad675945585808b4831d7bc
  3ff4def08e4b7a9de576d26586cec64b 6116 1ae10b594f09e26a7e902ecbd0600691`);

test('a record is sealed as RFC 8439 says: the nonce, then what its example gives', () => {
  const box = sealRecord(KEY, NONCE, PLAIN, CONTEXT);
  expect(hex(box)).toBe(hex(concat(NONCE, SEALED)));
  expect(openRecord(KEY, box, CONTEXT)).toEqual(PLAIN);
});

test('a box that was cut, changed, or is of another key or context does not open', () => {
  const box = sealRecord(KEY, NONCE, PLAIN, CONTEXT);
  for (let length = 0; length < box.length; length++)
    expect(openRecord(KEY, box.subarray(0, length), CONTEXT), String(length)).toBeNull();
  for (let at = 0; at < box.length; at++)
    expect(openRecord(KEY, box.with(at, box[at]! ^ 1), CONTEXT), String(at)).toBeNull();
  expect(openRecord(KEY.with(0, 0), box, CONTEXT)).toBeNull();
  expect(openRecord(KEY, box, CONTEXT.with(0, 0))).toBeNull();
  expect(openRecord(KEY, box, new Uint8Array(0))).toBeNull();
  const empty = sealRecord(KEY, NONCE, new Uint8Array(0), CONTEXT);
  expect(empty).toHaveLength(RECORD_NONCE_BYTES + 16);
  expect(openRecord(KEY, empty, CONTEXT)).toEqual(new Uint8Array(0));
});
