import { describe, expect, test } from 'vitest';
import { hex } from '#core/base/bytes.ts';
import type { Channel } from '#core/channels/channel.ts';
import { outgoingDigest, type OutgoingRequest } from '#core/channels/outgoing.ts';
import { answerEgress, PULL_MS } from '#adapters/http/egress-exit.ts';
import { replyOf, type EgressMessage, type HeldRequest, type Reply } from '#adapters/http/egress-wire.ts';
import { COMING_MS, HERE_MS, serviceWorkerEgress } from '#adapters/http/egress.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { WayOutState } from '#ports/window-api.ts';
import { makeAttempt } from '#tests/conformance/egress-attempt.ts';
import { composed, EGRESS_CASES } from '#tests/conformance/egress.ts';
import { egressHost } from '#tests/conformance/egress-host.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { halvesEgress } from '#tests/fakes/halves-egress.ts';
import { memoryBroadcast } from '#tests/fakes/memory-broadcast.ts';

describe('the two halves of the way out, side by side', () => {
  test.each(EGRESS_CASES)('$name', async ({ run }) => {
    const host = await egressHost();
    const egress = halvesEgress((request) => fetch(request));
    try {
      await run({
        host,
        attempt: (attempt) => makeAttempt(egress, attempt),
        unserved: (attempt) => makeAttempt(answeredBy(new Response('Not found', { status: 404 })), attempt),
        keepsBack: false,
      });
    } finally {
      await host.close();
    }
  });
});

const request: OutgoingRequest = {
  method: 'POST',
  url: 'https://api.example.com/v1/chat',
  headers: [['x-note', 'yes']],
  body: Uint8Array.of(1, 2, 3),
};
const channel: Channel = {
  id: 'c',
  origin: 'https://api.example.com',
  methods: ['POST', 'PUT'],
  pathPrefix: '/v1',
  headers: ['x-note'],
  clearance: 'public',
  bytesPerDay: 1_000,
  requestsPerMinute: 1,
  expiresAt: 2_000,
};
const held: HeldRequest = { request, channel, digest: outgoingDigest(request, sha256) };

/** The service worker's half, with a holder that hands over whatever it likes. */
async function exitWith(handedOver: HeldRequest): Promise<{ reply: Reply | null; sent: Request[] }> {
  const { join } = memoryBroadcast<EgressMessage>();
  const holder = join();
  holder.listen((message) => {
    if (message.kind === 'pull') holder.post({ kind: 'held', question: message.question, held: handedOver });
  });
  const sent: Request[] = [];
  const clock = fakeClock();
  const response = await answerEgress('ab', {
    broadcast: join(),
    clock: { ...clock, now: () => 1_000 as ReturnType<typeof clock.now> },
    entropy: webCryptoEntropy,
    hash: (bytes) => Promise.resolve(sha256(bytes)),
    send: (outgoing) => {
      sent.push(outgoing);
      return Promise.resolve(new Response('yes'));
    },
    blocked: () => Promise.resolve(false),
  });
  return { reply: replyOf(response), sent };
}

test('the service worker sends what is as it was decided, and nothing of the browser with it', async () => {
  const { reply, sent } = await exitWith(held);
  expect(reply).toMatchObject({ kind: 'answer', status: 200, digest: held.digest });
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    method: 'POST',
    url: request.url,
    mode: 'cors',
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'manual',
    referrerPolicy: 'no-referrer',
  });
  expect(hex(new Uint8Array(await (sent[0] as Request).arrayBuffer()))).toBe('010203');
});

test.each<[string, Partial<OutgoingRequest>]>([
  ['a byte', { body: Uint8Array.of(1, 2, 4) }],
  ['the body', { body: null }],
  ['a header', { headers: [['x-note', 'no']] }],
  ['the method', { method: 'PUT' }],
  ['the address', { url: 'https://api.example.com/v1/chat?x' }],
])('the service worker itself sees that %s is not what was decided', async (_, change) => {
  const { reply, sent } = await exitWith({ ...held, request: { ...request, ...change } });
  expect(reply?.kind).toBe('drift');
  expect(sent).toEqual([]);
});

test.each<[string, Partial<OutgoingRequest>, Partial<Channel>]>([
  ['other-origin', { url: 'https://evil.example.com/v1/chat' }, {}],
  ['ip-address', { url: 'https://127.0.0.1/v1/chat' }, {}],
  ['scheme', { url: 'http://api.example.com/v1/chat' }, {}],
  ['scheme', { url: 'http://api.example.com/v1/chat' }, { origin: 'http://api.example.com' }],
  ['plain-http', { url: 'http://192.168.1.5/v1/chat' }, { origin: 'http://192.168.1.5' }],
  ['user-info', { url: 'https://api.example.com@evil.example.com/v1/chat' }, {}],
  ['odd-url', { url: 'https://api.example.com/v1/../v1/chat' }, {}],
  ['method', { method: 'DELETE' }, {}],
  ['path', { url: 'https://api.example.com/v10' }, {}],
  ['header', { headers: [['x-other', 'yes']] }, {}],
  ['odd-headers', { headers: [['X-Note', 'yes']] }, {}],
  ['odd-headers', { headers: [['x-note', 'a'] as const, ['x-note', 'b'] as const] }, {}],
  ['body-not-taken', { method: 'GET' }, { methods: ['GET'] }],
  ['expired', {}, { expiresAt: 1_000 }],
  ['unsigned', {}, { signed: true }],
  ['bytes-a-day', {}, { bytesPerDay: 19 }],
  ['too-large', { body: new Uint8Array(33 * 1024 * 1024) }, { bytesPerDay: 1e9 }],
])('the service worker itself refuses: %s', async (problem, change, narrower) => {
  const { reply, sent } = await exitWith({
    ...held,
    request: { ...request, ...change },
    channel: { ...channel, ...narrower },
  });
  expect(reply).toMatchObject({ kind: 'not-admitted', problem });
  expect(sent).toEqual([]);
});

test('a token that nobody holds anything under is answered as missed, in time', async () => {
  const clock = fakeClock();
  const answer = answerEgress('ab', {
    broadcast: memoryBroadcast<EgressMessage>().join(),
    clock,
    entropy: webCryptoEntropy,
    hash: (bytes) => Promise.resolve(sha256(bytes)),
    send: () => Promise.reject(new Error('nothing is there to send')),
    blocked: () => Promise.resolve(false),
  });
  await clock.advance(PULL_MS);
  expect(replyOf(await answer)).toEqual({ kind: 'missed', token: 'ab' });
});

test('whoever asks for a held request a second time, or for another, gets nothing', async () => {
  const { join } = memoryBroadcast<EgressMessage>();
  const thief = join();
  const heard: EgressMessage[] = [];
  thief.listen((message) => heard.push(message));
  const egress = serviceWorkerEgress({
    broadcast: join(),
    clock: platformClock,
    entropy: webCryptoEntropy,
    sha256,
    knock: async (token) => {
      for (const asked of ['00', token, token]) thief.post({ kind: 'pull', token: asked, question: 'q' });
      await new Promise((done) => setTimeout(done, 20));
      return new Response();
    },
  });
  const outcome = await makeAttempt(egress, composed({ origin: 'http://127.0.0.1:9' }, 'echo'));
  expect(heard.map(({ kind }) => kind)).toEqual(['held']);
  // It was handed over and nobody says what became of it.
  expect(outcome).toMatchObject({ kind: 'failure', failure: { code: 'broken', sent: 'unknown' } });
});

test('what is to be sent while the service worker is on its way waits for it; without one it fails at once', async () => {
  const { join } = memoryBroadcast<EgressMessage>();
  const worker = join();
  const clock = fakeClock();
  let there = false;
  let states: WayOutState[] = ['coming', 'coming', 'here'];
  let knocks = 0;
  const egress = serviceWorkerEgress({
    broadcast: join(),
    clock,
    entropy: webCryptoEntropy,
    sha256,
    wayOut: () => Promise.resolve(states.shift() ?? 'here'),
    knock: (token) => {
      knocks++;
      if (!there) return Promise.resolve(new Response(null, { status: 404 }));
      return answerEgress(token, {
        ...{ broadcast: worker, clock: platformClock, entropy: webCryptoEntropy },
        hash: (bytes) => Promise.resolve(sha256(bytes)),
        send: () => Promise.resolve(new Response('yes')),
        blocked: () => Promise.resolve(false),
      });
    },
  });
  const host = { origin: 'http://127.0.0.1:9' };
  const waiting = makeAttempt(egress, composed(host, 'echo'));
  await clock.advance(400);
  expect(knocks).toBe(2);
  there = true;
  await clock.advance(2_000);
  expect(await waiting).toMatchObject({ kind: 'answer', status: 200 });

  there = false;
  states = ['none'];
  knocks = 0;
  expect(await makeAttempt(egress, composed(host, 'echo'))).toMatchObject({
    kind: 'failure',
    failure: { code: 'no-way-out', sent: 'no' },
  });
  expect(knocks).toBe(1);

  // One that never comes is not waited for without an end.
  states = Array.from({ length: 1_000 }, () => 'coming');
  const never = makeAttempt(egress, composed(host, 'echo'));
  await clock.advance(COMING_MS + 2_000);
  expect(await never).toMatchObject({ kind: 'failure', failure: { code: 'no-way-out' } });

  // Nor one that is there for the page and never for this worker.
  states = ['coming'];
  knocks = 0;
  const deaf = makeAttempt(egress, composed(host, 'echo'));
  await clock.advance(HERE_MS - 1_000);
  expect(knocks).toBeGreaterThan(40);
  const before = knocks;
  await clock.advance(60_000);
  expect(await deaf).toMatchObject({ kind: 'failure', failure: { code: 'no-way-out', sent: 'no' } });
  expect(knocks - before).toBeLessThan(10);
});

test('what was handed over too late for whoever asked went nowhere, and is offered again', async () => {
  const { join } = memoryBroadcast<EgressMessage>();
  const worker = join();
  const clock = fakeClock();
  const tokens: string[] = [];
  const egress = serviceWorkerEgress({
    broadcast: join(),
    clock,
    entropy: webCryptoEntropy,
    sha256,
    wayOut: () => Promise.resolve('here'),
    knock: (token) => {
      tokens.push(token);
      worker.post({ kind: 'pull', token, question: 'q' });
      const mark = tokens.length < 3 ? { kind: 'missed', token } : { kind: 'missed', token: 'another', status: 200 };
      return Promise.resolve(new Response(null, { headers: { 'x-egress': encodeURIComponent(JSON.stringify(mark)) } }));
    },
  });
  const outcome = makeAttempt(egress, composed({ origin: 'http://127.0.0.1:9' }, 'echo'));
  await clock.advance(2_000);
  // The third says it of another token: nobody knows what became of this one, so it is not offered a fourth time.
  expect(await outcome).toMatchObject({ kind: 'failure', failure: { code: 'broken', sent: 'unknown' } });
  expect(new Set(tokens).size).toBe(3);
});

test('an answer whose mark names another request is none', async () => {
  const forged = { kind: 'answer', digest: held.digest, status: 200, headers: [] };
  const response = new Response('yes', { headers: { 'x-egress': encodeURIComponent(JSON.stringify(forged)) } });
  const outcome = await makeAttempt(answeredBy(response), composed({ origin: 'http://127.0.0.1:9' }, 'echo'));
  expect(outcome).toMatchObject({ kind: 'failure', failure: { code: 'no-way-out', sent: 'no' } });
});

/** A tab whose knock is answered with that, by nobody who asks for what is held. */
function answeredBy(response: Response): ReturnType<typeof serviceWorkerEgress> {
  return serviceWorkerEgress({
    broadcast: memoryBroadcast<EgressMessage>().join(),
    clock: platformClock,
    entropy: webCryptoEntropy,
    sha256,
    knock: () => Promise.resolve(response),
  });
}
