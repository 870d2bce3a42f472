import { beforeEach, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { parseUrl } from '#adapters/http/parse-url.ts';
import { outgoingDigest } from '#core/channels/outgoing.ts';
import type { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import { ConnectionDoctor, PROBE_MS } from '#runtime/channels/connection-doctor.ts';
import type { Diagnosis, Examination, ToExamine } from '#runtime/contract/channels-api.ts';
import type { Result } from '#core/base/result.ts';
import { channelWorld, type ChannelWorld, DRAFT, sendingOf, viewOf } from '#tests/fakes/channel-world.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';

const ADDRESS: ToExamine = { address: 'https://api.example.com/v1', headers: ['X-Key', 'accept'], methods: ['POST'] };

let world: ChannelWorld;
let desk: ChannelDesk;
let doctor: ConnectionDoctor;

beforeEach(async () => {
  world = channelWorld();
  const opened = await world.open();
  ({ desk } = opened);
  doctor = new ConnectionDoctor({
    ...{ desk, sha256, clock: world.clock, entropy: seededEntropy(77), parse: parseUrl, page: 'https://app.example' },
    store: memoryAgentStore(world.store),
    network: { online: () => true, permission: () => Promise.resolve('granted') },
    command: (command) => opened.tab.command(command),
  });
});

const examined = async (what: ToExamine): Promise<Examination> => {
  const shown = await world.done(doctor.examine(what));
  if (!shown.ok) throw new Error(shown.error);
  return shown.value;
};
const diagnosed = (id: string): Promise<Result<Diagnosis, string>> => world.done(doctor.diagnose(id));

test('nothing is sent before the yes, then exactly what was shown, once, by a way out that is gone afterwards', async () => {
  const { id, questions, place } = await examined(ADDRESS);
  expect(place).toBe('https://api.example.com/v1');
  expect(questions.map(({ text }) => text)).toEqual([
    'GET https://api.example.com/v1',
    'GET https://api.example.com/v1\nx-key: windhover-check',
  ]);
  expect(world.egress.reached).toEqual([]);
  const found = await diagnosed(id);
  expect(found).toMatchObject({
    ok: true,
    value: { status: 200, asked: 2, findings: [{ code: 'works' }], letter: null },
  });
  expect(world.egress.reached.map((request) => outgoingDigest(request, sha256))).toEqual(
    questions.map(({ digest }) => digest),
  );
  expect(world.egress.reached.every(({ body, method }) => body === null && method === 'GET')).toBe(true);
  expect(await diagnosed(id)).toMatchObject({ ok: false });
  expect(world.egress.reached).toHaveLength(2);
  // It is in the list of what left, and no way out of the owner's: nothing else goes by it.
  const { channels, departures } = await viewOf(desk);
  expect(channels).toEqual([]);
  expect(departures.map(({ way, tool }) => [way, tool])).toEqual([
    ['Connection check', 'connection.check'],
    ['Connection check', 'connection.check'],
  ]);
  expect(await world.done(desk.send(sendingOf('x'), new AbortController().signal))).toMatchObject({ kind: 'refused' });
  expect(await world.done(desk.send(sendingOf('x', { channel: id }), new AbortController().signal))).toMatchObject({
    kind: 'refused',
  });
});

test('a way out there is gets examined as it is set, and goes on as before', async () => {
  const approved = await world.done(desk.approve({ ...DRAFT, headers: ['x-key'], methods: ['POST', 'PUT'] }));
  const channel = approved.ok ? approved.value : '';
  const { id } = await examined({ channel });
  world.egress.answer = (request) =>
    Promise.resolve(
      request.headers.length === 0 ? { status: 405 } : { code: 'unreachable', message: 'no', sent: 'unknown' },
    );
  const found = await diagnosed(id);
  expect(found).toMatchObject({
    ok: true,
    value: { findings: [{ code: 'preflight' }, { code: 'methods-untried' }] },
  });
  const letter = found.ok ? found.value.letter : null;
  expect(letter?.text).toContain('Access-Control-Allow-Methods: POST, PUT');
  expect(letter?.text).toContain('Access-Control-Allow-Headers: x-key');
  expect(letter?.text).toContain('Access-Control-Allow-Origin: https://app.example');
  world.egress.answer = () => Promise.resolve({ status: 200 });
  expect(await world.done(desk.send(sendingOf('x'), new AbortController().signal))).toMatchObject({ kind: 'answered' });
});

test('where the plainest question fails nothing more is asked; a silent host is given up', async () => {
  world.egress.answer = () => Promise.resolve({ code: 'redirect', message: 'no', sent: 'unknown' });
  expect(await diagnosed((await examined(ADDRESS)).id)).toMatchObject({
    ok: true,
    value: { asked: 1, status: null, findings: [{ code: 'redirect' }] },
  });
  world.egress.answer = (_request, signal) =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve({ code: 'aborted', message: '', sent: 'unknown' })),
    );
  const { id } = await examined(ADDRESS);
  const asking = doctor.diagnose(id);
  await world.clock.advance(PROBE_MS + 2_000);
  expect(await world.done(asking)).toMatchObject({ ok: true, value: { findings: [{ code: 'silent' }] } });
});

test('an address that may not be reached, a header that cannot be set and a yes that comes too late are refused', async () => {
  for (const [what, words] of [
    [{ ...ADDRESS, address: 'https://good.example@evil.example/' }, /before an @/],
    [{ ...ADDRESS, address: 'http://192.168.1.5/' }, /only localhost/],
    [{ ...ADDRESS, address: 'https://api.example.com/?q=private' }, /Leave out all from the \?/],
    [{ ...ADDRESS, headers: ['cookie'] }, /set by the browser/],
    [{ ...ADDRESS, headers: Array.from({ length: 9 }, (_, at) => `x-${String(at)}`) }, /8 headers at most/],
    [{ channel: 'none' }, /no such way out/],
  ] as [ToExamine, RegExp][]) {
    const shown = await world.done(doctor.examine(what));
    expect(shown.ok ? 'shown' : shown.error).toMatch(words);
  }
  const { id } = await examined(ADDRESS);
  world.clock.jump(400_000);
  expect(await diagnosed(id)).toMatchObject({ ok: false });
  expect(world.egress.reached).toEqual([]);
});
