import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64, concat, equalBytes, fromBase64, fromHex, hex, utf8, utf8After } from '#core/base/bytes.ts';

test('text becomes the same UTF-8 as the platform gives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(hex(utf8(text))).toBe(Buffer.from(text, 'utf8').toString('hex'));
    }),
  );
  expect(['a', 'ä', 'b'].map(utf8).map(hex)).toEqual(['61', 'c3a4', '62']);
  expect(['a', 'ä'].map((text) => hex(utf8After(2, text)))).toEqual(['000061', '0000c3a4']);
  expect(utf8('\ud800x')).toEqual(new TextEncoder().encode('\ud800x'));
});

test('base64 and hex are those of the platform and come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(hex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      expect(fromBase64(base64(bytes))).toEqual(bytes);
      expect(fromHex(hex(bytes))).toEqual(bytes);
    }),
  );
});

test('base64 with loose padding, stray bits or foreign characters is refused', () => {
  for (const text of ['A', 'AA', 'AAA', 'AA=', 'AB==', 'AAB=', 'A===', '====', 'AA-_', 'AA==AA==', ' AAA', 'AAAA\n'])
    expect(fromBase64(text), text).toBeNull();
  for (const text of ['0', 'zz', '0x00', ' 00']) expect(fromHex(text), text).toBeNull();
});

test('bytes are joined in order and compared by value', () => {
  const joined = concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3));
  expect(joined).toEqual(Uint8Array.of(1, 2, 3));
  expect(equalBytes(joined, Uint8Array.of(1, 2, 3))).toBe(true);
  expect(equalBytes(joined, Uint8Array.of(1, 2, 4))).toBe(false);
  expect(equalBytes(joined, Uint8Array.of(1, 2))).toBe(false);
});
