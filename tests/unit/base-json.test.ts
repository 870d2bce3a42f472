import { expect, test } from 'vitest';
import { hex, utf8 } from '#core/base/bytes.ts';
import { canonicalJson, NotJsonError } from '#core/base/json.ts';
import { testWithVectors, vectorFiles, vectorJson, vectorText } from '#tests/fakes/vectors.ts';

testWithVectors('jcs', 'the RFC 8785 vectors give their canonical text and bytes', () => {
  const files = vectorFiles('jcs/testdata/input', '.json');
  expect(files).toHaveLength(6);
  for (const file of files) {
    const canonical = canonicalJson(vectorJson(file));
    expect(canonical, file).toBe(vectorText(file.replace('input', 'output')));
    const expected = vectorText(file.replace('input', 'outhex').replace('.json', '.txt')).replaceAll(/\s/g, '');
    expect(hex(utf8(canonical)), file).toBe(expected);
  }
});

/** Appendix B of RFC 8785: IEEE 754 double precision in hex, and how it is written. */
const NUMBERS: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

test('numbers are written as RFC 8785 appendix B says', () => {
  for (const [bits, text] of NUMBERS) {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(`0x${bits}`));
    expect(canonicalJson(view.getFloat64(0)), bits).toBe(text);
  }
});

test('what JSON cannot carry is refused with its path', () => {
  const bad = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    undefined,
    () => 1,
    1n,
    Symbol('s'),
    new Date(0),
    new Map(),
    '\ud800',
  ];
  for (const value of bad) expect(() => canonicalJson({ a: [0, value] })).toThrow(NotJsonError);
  expect(() => canonicalJson({ a: [0, undefined] })).toThrow('$.a[1]: undefined is not JSON');
  expect(() => canonicalJson({ 'a\udc00': 1 })).toThrow('lone surrogate');
});
