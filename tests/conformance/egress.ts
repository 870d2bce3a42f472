import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Digest } from '#core/base/ids.ts';
import type { Channel } from '#core/channels/channel.ts';
import { outgoingDigest, type OutgoingRequest } from '#core/channels/outgoing.ts';
import { NEUTRAL } from '#core/labels/label.ts';
import { requestDigest } from '#core/policy/decide.ts';
import type { ActionRequest, Permit } from '#core/policy/permit.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { EgressFailure } from '#ports/egress.ts';
import type { Attempt, Outcome } from './egress-attempt.ts';
import { FLOOD_BYTES, STREAMED, type EgressHost } from './egress-host.ts';

export interface EgressBench {
  readonly host: EgressHost;
  /** The same way out for all attempts of one case. */
  readonly attempt: (attempt: Attempt) => Promise<Outcome>;
  /** One for which no service worker answers. */
  readonly unserved: (attempt: Attempt) => Promise<Outcome>;
  /** Whether answers are kept back that their host does not share: browsers do that. */
  readonly keepsBack: boolean;
}

export interface EgressCase {
  readonly name: string;
  readonly run: (bench: EgressBench) => Promise<void>;
}

/** What every way out must do, for any test runner: in Node with its two halves side by side, and in a browser. */
export const EGRESS_CASES: readonly EgressCase[] = [
  {
    name: 'a request arrives to the byte, and its answer comes back whole',
    run: async ({ host, attempt }) => {
      const text = 'für dich: "1\u20442"';
      const sent = composed(host, 'echo?q=1', { headers: [['x-note', 'two words']], body: [...Buffer.from(text)] });
      const outcome = answered(await attempt(sent));
      assert.equal(outcome.status, 200);
      assert.equal(textOf(outcome), text);
      assert.equal(new Map(outcome.headers).get('x-said'), 'yes');
      const [arrival, ...more] = host.arrivals;
      assert.equal(more.length, 0);
      assert.ok(arrival !== undefined);
      assert.deepEqual([arrival.method, arrival.url, arrival.body], ['POST', '/v1/echo?q=1', text]);
      assert.equal(arrival.headers['x-note'], 'two words');
      for (const name of ['cookie', 'referer', 'authorization']) assert.equal(arrival.headers[name], undefined);
    },
  },
  {
    name: 'an answer streams in as it is sent, cut anywhere inside its characters',
    run: async ({ host, attempt }) => {
      const outcome = answered(await attempt(composed(host, 'stream')));
      assert.equal(textOf(outcome), STREAMED);
      assert.ok(outcome.chunks.length > 3, `came in ${String(outcome.chunks.length)} pieces`);
      assert.ok(
        outcome.chunks.some((chunk) => Buffer.from(chunk).toString().includes('\ufffd')),
        'no piece ended inside a character',
      );
      assert.ok(outcome.whole);
    },
  },
  {
    name: 'answers that say no are answers',
    run: async ({ host, attempt }) => {
      for (const status of [204, 404, 429, 500]) {
        const outcome = answered(await attempt(composed(host, `status/${String(status)}`)));
        assert.equal(outcome.status, status);
        assert.equal(textOf(outcome), status === 204 ? '' : String(status));
        assert.equal(new Map(outcome.headers).get('retry-after'), '7');
      }
    },
  },
  {
    name: 'a permit is good for one request only',
    run: async ({ host, attempt }) => {
      const sent = composed(host, 'echo');
      answered(await attempt(sent));
      assert.deepEqual(refusal(await attempt(sent)), ['spent', 'no']);
      assert.equal(host.arrivals.length, 1);
    },
  },
  {
    name: 'one byte, header, method, address or host beside what was decided sends nothing',
    run: async ({ host, attempt }) => {
      const good = composed(host, 'echo', { body: [1, 2, 3] });
      const { request, action } = good;
      const drifted: Attempt[] = [
        { ...good, request: { ...request, body: [1, 2, 2] } },
        { ...good, request: { ...request, body: null } },
        { ...good, request: { ...request, headers: [['x-note', 'more']] } },
        { ...good, request: { ...request, method: 'PUT' } },
        { ...good, request: { ...request, url: `${request.url}x` } },
        { ...good, action: { ...action, contentDigest: null } },
        { ...good, action: { ...action, arguments: { other: 1 } } },
        { ...good, permit: { ...good.permit, nonce: 'of another' } },
        permitted({ ...good, action: { ...action, host: 'http://127.0.0.1:9' } }),
        permitted({ ...good, action: { ...action, host: null } }),
      ];
      for (const one of drifted) assert.deepEqual(refusal(await attempt(one)), ['drift', 'no']);
      assert.equal(host.arrivals.length, 0);
      // None of these was a use of the permit.
      answered(await attempt(good));
    },
  },
  {
    name: 'a channel that does not take the request sends nothing',
    run: async ({ host, attempt }) => {
      const other = { ...channelTo(host), origin: 'http://127.0.0.1:9' };
      const narrow: Partial<Channel>[] = [
        { origin: 'https://api.example.com' },
        { methods: ['GET'] },
        { pathPrefix: '/v1/ech' },
        { headers: [] },
        { expiresAt: 1 },
        { bytesPerDay: 19 },
        { requestsPerMinute: 0 },
      ];
      const made = composed(host, 'echo', { headers: [['x-note', 'yes']], body: [1, 2, 3] });
      for (const part of narrow)
        assert.deepEqual(refusal(await attempt({ ...made, channel: { ...made.channel, ...part } })), [
          'not-admitted',
          'no',
        ]);
      assert.deepEqual(refusal(await attempt({ ...made, channel: other })), ['not-admitted', 'no']);
      assert.equal(host.arrivals.length, 0);
    },
  },
  {
    name: 'what would be sent otherwise than it was shown is not sent',
    run: async ({ host, attempt }) => {
      const odd: Parameters<typeof composed>[2][] = [
        { url: `${host.origin}/v1/../v1/echo` },
        { url: `${host.origin}/v1/echo#part` },
        { url: `${host.origin.replace('127.0.0.1', '127.1')}/v1/echo` },
        { url: `${host.origin.replace('//', '//user@')}/v1/echo` },
        { headers: [['X-Note', 'upper case']] },
        { headers: [['x-note', 'trimmed ']] },
        { headers: [['x-note', 'two\r\nx-more: lines']] },
        { method: 'GET', body: [1] },
        { method: 'trace' },
      ];
      for (const parts of odd)
        assert.deepEqual(
          refusal(await attempt(composed(host, 'echo', parts))),
          ['not-admitted', 'no'],
          JSON.stringify(parts),
        );
      assert.equal(host.arrivals.length, 0);
    },
  },
  {
    name: 'a redirect is not followed',
    run: async ({ host, attempt }) => {
      assert.deepEqual(refusal(await attempt(composed(host, 'redirect'))), ['redirect', 'unknown']);
      assert.deepEqual(
        host.arrivals.map(({ url }) => url),
        ['/v1/redirect'],
      );
    },
  },
  {
    name: 'what is stopped beforehand never leaves, and its permit is still good',
    run: async ({ host, attempt }) => {
      const sent = composed(host, 'echo');
      assert.deepEqual(refusal(await attempt({ ...sent, stop: 'before' })), ['aborted', 'no']);
      assert.equal(host.arrivals.length, 0);
      answered(await attempt(sent));
    },
  },
  {
    name: 'the host sees that a request was stopped, before its answer and in the middle of it',
    run: async ({ host, attempt }) => {
      assert.deepEqual(refusal(await attempt(composed(host, 'silent', { stop: 'waiting' }))), ['aborted', 'unknown']);
      await until(() => host.hungUp.includes('/v1/silent'));
      const outcome = answered(await attempt(composed(host, 'endless', { stop: 'reading' })));
      assert.ok(!outcome.whole);
      await until(() => host.hungUp.includes('/v1/endless'));
    },
  },
  {
    name: 'a host is held back while nobody reads what it sends',
    run: async ({ host, attempt }) => {
      answered(await attempt(composed(host, 'flood', { stop: 'holding' })));
      await until(() => host.hungUp.includes('/v1/flood'));
      assert.ok(host.flooded.bytes < FLOOD_BYTES, `${String(host.flooded.bytes)} bytes were sent`);
    },
  },
  {
    name: 'a connection that is cut in the middle of an answer is no end of it',
    run: async ({ host, attempt }) => {
      const outcome = answered(await attempt(composed(host, 'cut')));
      assert.equal(textOf(outcome), 'half');
      assert.ok(!outcome.whole);
    },
  },
  {
    name: 'no answer at all may have been a request that arrived',
    run: async ({ host, attempt }) => {
      assert.deepEqual(refusal(await attempt(composed(host, 'dropped'))), ['unreachable', 'unknown']);
      assert.ok(host.arrivals.length > 0);
      const gone = composed({ ...host, origin: 'http://127.0.0.1:9' }, 'echo');
      assert.deepEqual(refusal(await attempt(gone)), ['unreachable', 'unknown']);
    },
  },
  {
    name: 'an answer that its host does not share is kept back, though the request arrived',
    run: async ({ host, attempt, keepsBack }) => {
      if (!keepsBack) return;
      assert.deepEqual(refusal(await attempt(composed(host, 'unshared'))), ['unreachable', 'unknown']);
      assert.equal(host.arrivals.length, 1);
    },
  },
  {
    name: 'without a service worker nothing leaves',
    run: async ({ host, unserved }) => {
      assert.deepEqual(refusal(await unserved(composed(host, 'echo'))), ['no-way-out', 'no']);
      assert.equal(host.arrivals.length, 0);
    },
  },
];

let nonces = 0;

/** A request as the desk composes one, decided and permitted. */
export function composed(
  host: Pick<EgressHost, 'origin'>,
  path: string,
  parts: Partial<Attempt['request']> & Pick<Attempt, 'stop'> = {},
): Attempt {
  const { stop, ...rest } = parts;
  const request = { method: 'POST', url: `${host.origin}/v1/${path}`, headers: [], body: null, ...rest };
  return permitted({
    permit: {} as Permit,
    action: {
      tool: 'test',
      run: 'run',
      step: 'step',
      arguments: null,
      contentDigest: digestOf(request),
      host: host.origin,
      label: NEUTRAL,
      policy: '1',
      nonce: String(nonces++),
    },
    request,
    channel: channelTo(host),
    ...(stop === undefined ? {} : { stop }),
  });
}

/** The attempt with a permit for its action, as `decide` would mint it. */
function permitted(attempt: Attempt): Attempt {
  const action: ActionRequest = attempt.action;
  return { ...attempt, permit: { digest: requestDigest(action, sha256), nonce: action.nonce } as Permit };
}

function channelTo({ origin }: Pick<EgressHost, 'origin'>): Channel {
  return {
    id: 'test',
    origin,
    methods: ['POST', 'PUT', 'GET'],
    pathPrefix: '/v1',
    headers: ['x-note', 'x-more'],
    clearance: 'private',
    bytesPerDay: 1_000_000,
    requestsPerMinute: 100,
    expiresAt: null,
  };
}

function digestOf({ body, ...request }: Attempt['request']): Digest {
  const whole: OutgoingRequest = { ...request, body: body === null ? null : Uint8Array.from(body) };
  return outgoingDigest(whole, sha256);
}

function answered(outcome: Outcome): Extract<Outcome, { kind: 'answer' }> {
  assert.equal(outcome.kind, 'answer', JSON.stringify(outcome));
  return outcome;
}

function refusal(outcome: Outcome): [EgressFailure['code'], EgressFailure['sent']] {
  assert.equal(outcome.kind, 'failure', JSON.stringify(outcome));
  const { failure } = outcome;
  return [failure.code, failure.sent];
}

function textOf({ chunks }: Extract<Outcome, { kind: 'answer' }>): string {
  return Buffer.from(chunks.flat()).toString();
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    assert.ok(waited < 30_000, 'what was waited for did not come');
    await pause(20);
  }
}
