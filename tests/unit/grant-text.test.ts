import { expect, test } from 'vitest';
import type { RunId, Sequence, UnixMs } from '#core/base/ids.ts';
import { Format } from '#lib/format/format.ts';
import { grantOver, grantStanding } from '#lib/format/grant-text.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import type { StoredGrant } from '#runtime/policy/grant-facts.ts';

/** What the page says of a standing yes. */
const NOW = 1_763_700_000_000;
const TIMES = { now: NOW, policy: 'p1', toolVersion: 1 };
const STORED: StoredGrant = {
  grant: {
    ...{ id: 'g', run: 'r', tool: 'send-answer', toolVersion: 1, host: 'https://a.example', policy: 'p1' },
    ...{
      arguments: { url: 'https://a.example/x', method: 'POST' },
      confidentiality: 'private',
      integrity: 'untrusted',
    },
    ...{ uses: 2, bytes: 250, until: NOW + 1_000 },
  },
  givenAt: NOW as UnixMs,
  revokedAt: null,
  sequence: 1 as Sequence,
  uses: [],
};
const used = (...bytes: number[]): StoredGrant => ({
  ...STORED,
  uses: bytes.map((each) => ({ run: 'r' as RunId, at: NOW as UnixMs, bytes: each, sequence: 2 as Sequence })),
});
const format = new Format(defaultSettings('UTC', 'en-GB'));

test('a standing yes says what is left of it, also before the rules and the tool are known', () => {
  expect(grantStanding(used(100), TIMES)).toEqual({ stands: true, uses: 1, bytes: 150 });
  expect(grantStanding(STORED, { now: NOW, policy: null, toolVersion: null })).toMatchObject({ stands: true });
});

test.each([
  ['revoked', { ...STORED, revokedAt: NOW as UnixMs }, TIMES, /^Taken back\. You did that 21 Nov 2025/],
  ['expired', STORED, { ...TIMES, now: NOW + 1_000 }, /^Its time is over since 21 Nov 2025/],
  ['uses', used(1, 1), TIMES, /^Used up: it was for 2 times\.$/],
  ['bytes', used(250), TIMES, /^Used up: it was for 250 bytes in all\.$/],
  ['policy-changed', STORED, { ...TIMES, policy: 'p2' }, /^Your rules are no longer those/],
  ['tool-changed', STORED, { ...TIMES, toolVersion: 2 }, /^The tool is another one/],
] as const)('a standing yes that is over says why: %s', (why, stored, times, words) => {
  expect(grantStanding(stored, times)).toEqual({ stands: false, why });
  expect(grantOver(stored, why, format)).toMatch(words);
});
