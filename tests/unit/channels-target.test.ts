import { expect, test } from 'vitest';
import type { Channel } from '#core/channels/channel.ts';
import { checkOutgoing, UNUSED } from '#core/channels/check-outgoing.ts';
import { parseUrl as parse } from '#adapters/http/parse-url.ts';
import { readTarget, type TargetProblem } from '#core/channels/target.ts';
import { HOSTILE_ADDRESSES, LOCAL } from '../fakes/hostile-addresses.ts';

const OURS = 'https://api.example.com';
function read(text: string): string {
  const target = readTarget(text, parse, LOCAL);
  return target.ok ? `${target.value.space} ${target.value.origin}` : target.error;
}

test.each([
  ['https://api.example.com/v1/chat?a=b', `public ${OURS}`],
  ['https://API.Example.COM:443/', `public ${OURS}`],
  ['https://api.example.com:8443/', `public ${OURS}:8443`],
  ['https://b\u00fccher.example/', 'public https://xn--bcher-kva.example'],
  ['http://localhost:11434/api/tags', 'loopback http://localhost:11434'],
  ['http://127.0.0.1:8080/', 'loopback http://127.0.0.1:8080'],
  ['http://2130706433:8080/', 'loopback http://127.0.0.1:8080'],
  ['http://[::1]:9000/', 'loopback http://[::1]:9000'],
])('%s is %s', (text, said) => {
  expect(read(text)).toBe(said);
});

test(`none of ${String(HOSTILE_ADDRESSES.length)} addresses that are not what they seem is a target, nor admitted by a way out`, () => {
  expect(new Set(HOSTILE_ADDRESSES).size).toBeGreaterThanOrEqual(200);
  expect(HOSTILE_ADDRESSES.filter((text) => readTarget(text, parse, LOCAL).ok)).toEqual([]);
  for (const origin of [OURS, ...LOCAL]) {
    const channel: Channel = {
      ...{ id: 'c', origin, methods: ['GET'], pathPrefix: '/', headers: [], clearance: 'public' },
      ...{ bytesPerDay: 1e6, requestsPerMinute: 10, expiresAt: null },
    };
    const admits = (url: string): boolean =>
      checkOutgoing(channel, { method: 'GET', url, headers: [], body: null }, parse, UNUSED, 0).ok;
    expect(HOSTILE_ADDRESSES.filter(admits), origin).toEqual([]);
    if (origin === OURS) expect(admits(`${origin}/`)).toBe(true);
  }
});

test.each<[string, TargetProblem]>([
  ['https://user@example.com/', 'user-info'],
  ['https://example.com\\x', 'odd-characters'],
  ['https://0x7f.1/', 'ip-address'],
  ['https://printer.local/', 'local-name'],
  ['https://example.com./', 'trailing-dot'],
  ['http://example.com/', 'scheme'],
  ['https://example.com/%2F', 'encoded-separator'],
  ['nothing', 'not-a-url'],
])('%s is refused because of its %s', (text, problem) => {
  expect(read(text)).toBe(problem);
});
