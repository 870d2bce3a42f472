import { expect, test } from 'vitest';
import { parseUrl } from '#adapters/http/parse-url.ts';
import { readTarget } from '#core/channels/target.ts';
import { HOSTILE_ADDRESSES, LOCAL } from '../fakes/hostile-addresses.ts';

test('as this browser reads addresses, none that is not what it seems is a target', () => {
  expect(HOSTILE_ADDRESSES.filter((text) => readTarget(text, parseUrl, LOCAL).ok)).toEqual([]);
  expect(readTarget('https://api.example.com/', parseUrl, LOCAL).ok).toBe(true);
});
