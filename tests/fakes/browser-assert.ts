import { expect } from 'vitest';

/** What the suites use of Node's assert, in a browser. */
const assert = {
  ok: (value: unknown, message?: string): void => expect(value, message).toBeTruthy(),
  equal: (actual: unknown, expected: unknown, message?: string): void => expect(actual, message).toBe(expected),
  notEqual: (actual: unknown, expected: unknown, message?: string): void => expect(actual, message).not.toBe(expected),
  deepEqual: (actual: unknown, expected: unknown, message?: string): void =>
    expect(actual, message).toStrictEqual(expected),
  match: (actual: string, expected: RegExp): void => expect(actual).toMatch(expected),
};

export default assert;
