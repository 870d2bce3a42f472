import { COMMAND_ACK_TIMEOUT_MS } from '#core/base/limits.ts';
import { beforeEach, expect, test } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import { fileLabel, OWNER_TYPED } from '#core/labels/label.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { ANSWER_MS, type ChannelDesk, type SendOutcome } from '#runtime/channels/channel-desk.ts';
import { channelWorld, type ChannelWorld, DRAFT, sendingOf, viewOf } from '#tests/fakes/channel-world.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';

const NEVER = new AbortController().signal;
const DAY_MS = 86_400_000;
const SEALED = fileLabel('a', true);
const FROM_A_FILE = fileLabel('a', false);

let world: ChannelWorld;
let tab: Tab;
let desk: ChannelDesk;
let channel: string;

beforeEach(async () => {
  world = channelWorld();
  ({ tab, desk } = await world.open());
  const approved = await world.done(desk.approve(DRAFT));
  channel = approved.ok ? approved.value : '';
  expect(channel).not.toBe('');
});

const send = (body: string, changes: Parameters<typeof sendingOf>[1] = {}, from = desk): Promise<SendOutcome> =>
  world.done(from.send(sendingOf(body, changes), NEVER));

const text = (outcome: SendOutcome): string => (outcome.kind === 'refused' ? outcome.message : outcome.kind);

const facts = async (): Promise<{ type: string }[]> =>
  ((await world.values()) as unknown as ({ type: string } | null)[]).filter((value) => value !== null);

test('what is sent is in the journal before its first byte leaves, and its outcome after the answer', async () => {
  let journaled: string[] = [];
  world.egress.answer = async () => {
    journaled = (await facts()).map(({ type }) => type).filter((type) => type.startsWith('egress.'));
    return { status: 201, headers: [['x-kind', 'note']], body: 'kept' };
  };
  const outcome = await send('hello');
  expect(outcome).toMatchObject({ kind: 'answered', status: 201, headers: [['x-kind', 'note']] });
  expect(outcome.kind === 'answered' && new TextDecoder().decode(outcome.body)).toBe('kept');
  expect(journaled).toEqual(['egress.intent']);
  const all = await facts();
  expect(all.map(({ type }) => type).filter((type) => type.startsWith('egress.'))).toEqual([
    'egress.intent',
    'egress.answered',
  ]);
  const { departures } = await viewOf(desk);
  expect(departures).toMatchObject([
    {
      ...{ channel, host: 'https://api.example.com', method: 'POST', reason: 'as-planned', tool: 'tests.send' },
      ...{ bytesOut: '/v1/noteshello'.length, bytesBack: 4, status: 201, failure: null, sent: 'yes' },
    },
  ]);
  // Neither what was said nor the whole address is told by the entries.
  expect(JSON.stringify(all)).not.toMatch(/hello|v1\/notes/);
});

test('an intent that cannot be journaled sends nothing', async () => {
  world.store.fail = 'io';
  const sending = send('hello');
  // Another tab might have carried the order out meanwhile.
  await world.clock.advance(COMMAND_ACK_TIMEOUT_MS);
  expect((await sending).kind).toBe('refused');
  expect(world.egress.reached).toEqual([]);
});

test('what no approved way out takes is refused with what to do, and leaves no entry', async () => {
  const at = (url: string, method = 'POST', headers: [string, string][] = []) => ({
    request: { method, url, headers, body: method === 'GET' ? null : utf8('x') },
  });
  const cases: [Parameters<typeof at>, RegExp][] = [
    [['https://other.example.com/v1/notes'], /No way out to https:\/\/other\.example\.com is approved/],
    [['https://api.example.com/v2'], /takes paths under \/v1 and not https:\/\/api\.example\.com\/v2/],
    [['https://api.example.com/v1/notes', 'GET'], /does not take GET \(it takes POST\)/],
    [['https://api.example.com/v1/notes', 'POST', [['x-key', '1']]], /does not take the header x-key/],
    [['https://api.example.com@evil.example/v1'], /name before an @/],
    [['http://api.example.com/v1'], /Only https/],
    [['https://192.168.0.1/v1'], /No way out to https:\/\/192\.168\.0\.1/],
  ];
  for (const [request, words] of cases) expect(text(await send('', at(...request)))).toMatch(words);
  expect(world.egress.reached).toEqual([]);
  expect((await viewOf(desk)).departures).toEqual([]);
});

test('the limits count over all tabs, outlive a restart, and begin anew with the owner’s next day', async () => {
  const second = await world.open();
  const size = (bytes: number): string => 'x'.repeat(bytes - '/v1/notes'.length);
  expect((await send(size(6_000))).kind).toBe('answered');
  expect((await send(size(4_000), {}, second.desk)).kind).toBe('answered');
  expect(text(await send(size(20), {}, second.desk))).toMatch(/may send 10000 bytes a day/);
  // All tabs end; what was counted is in the journal.
  await world.done(tab.close());
  await world.done(second.tab.close());
  world.store.rows.clear();
  world.store.applied = -1;
  world.store.snapshot = null;
  const { desk: later } = await world.open();
  expect(text(await send(size(20), {}, later))).toMatch(/may send 10000 bytes a day/);
  world.clock.jump(DAY_MS);
  expect((await send(size(20), {}, later)).kind).toBe('answered');
  expect((await viewOf(later)).channels).toMatchObject([{ bytesToday: 20 }]);
});

test('two tabs that ask in the same moment do not get more than the limit between them', async () => {
  const second = await world.open();
  const changed = await world.done(desk.change(channel, { ...DRAFT, requestsPerMinute: 1 }));
  expect(changed.ok).toBe(true);
  const both = await world.done(
    Promise.all([desk.send(sendingOf('a'), NEVER), second.desk.send(sendingOf('b'), NEVER)]),
  );
  expect(both.map(({ kind }) => kind).sort()).toEqual(['answered', 'refused']);
  expect(world.egress.reached).toHaveLength(1);
  world.clock.jump(60_000);
  expect((await send('c')).kind).toBe('answered');
});

test('what certainly never left counts against no day', async () => {
  world.egress.answer = () => Promise.resolve({ code: 'no-way-out', message: 'No worker answers.', sent: 'no' });
  expect(await send('x'.repeat(9_000))).toEqual({
    ...{ kind: 'failed', code: 'no-way-out', message: 'No worker answers.', sent: 'no' },
  });
  world.egress.answer = () => Promise.resolve({ status: 200 });
  expect((await send('x'.repeat(9_000))).kind).toBe('answered');
  const view = await viewOf(desk);
  expect(view.departures.map(({ sent, failure }) => [sent, failure])).toEqual([
    ['yes', null],
    ['no', 'no-way-out'],
  ]);
});

test('a tab that ends between intent and answer leaves it unknown, and nothing is sent again', async () => {
  world.egress.answer = () => new Promise(() => undefined);
  void desk.send(sendingOf('hello'), NEVER);
  await world.clock.advance(500);
  expect(world.egress.reached).toHaveLength(1);
  await world.done(tab.close());
  const { desk: later } = await world.open();
  expect((await viewOf(later)).departures).toMatchObject([{ sent: 'unknown', status: null, failure: null }]);
  expect(await world.done(later.settle())).toBe(0);
  world.clock.jump(2 * ANSWER_MS + 1_000);
  expect(await world.done(later.settle())).toBe(1);
  expect((await viewOf(later)).departures).toMatchObject([{ sent: 'unknown', failure: 'cut' }]);
  expect(await world.done(later.settle())).toBe(0);
  expect(world.egress.reached).toHaveLength(1);
  expect((await viewOf(later)).channels).toMatchObject([{ bytesToday: '/v1/noteshello'.length }]);
});

test('an answer that does not come in time is given up, and whether it got there is not known', async () => {
  world.egress.answer = (_request, signal) =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve({ code: 'aborted', message: 'aborted', sent: 'unknown' })),
    );
  const sending = desk.send(sendingOf('hello'), NEVER);
  await world.clock.advance(ANSWER_MS + 1_000);
  expect(await world.done(sending)).toMatchObject({ kind: 'failed', sent: 'unknown' });
  expect((await viewOf(desk)).departures).toMatchObject([{ sent: 'unknown', failure: 'aborted' }]);
});

test('an answer that is too long is not cut: it fails', async () => {
  world.egress.answer = () => Promise.resolve({ status: 200, body: 'x'.repeat(1_001) });
  expect(await send('hello')).toMatchObject({ kind: 'failed', code: 'too-long', sent: 'yes' });
  expect((await viewOf(desk)).departures).toMatchObject([{ status: 200, failure: 'too-long', bytesBack: 1_001 }]);
});

test('what the plan did not foresee is asked, and goes out once its very digest is approved', async () => {
  const asked = await send('hello', { planned: false });
  if (asked.kind !== 'ask') throw new Error(asked.kind);
  expect(asked).toMatchObject({ reason: 'not-planned', action: { host: 'https://api.example.com' } });
  expect(world.egress.reached).toEqual([]);
  world.approved.set(asked.digest, 'approval-1');
  const { nonce } = asked.action;
  expect((await send('hello!', { planned: false, nonce })).kind).toBe('ask');
  expect((await send('hello', { planned: false, nonce })).kind).toBe('answered');
  expect(await facts()).toContainEqual(
    expect.objectContaining({
      intent: expect.objectContaining({ reason: 'approved', approval: 'approval-1' }) as unknown,
    }),
  );
});

test('sealed text goes nowhere, approved or not; text nobody vouches for is asked about', async () => {
  const carrying = (label: typeof OWNER_TYPED) => ({ carries: [{ name: 'body', role: 'content' as const, label }] });
  expect(text(await send('secret', carrying(SEALED)))).toMatch(/is sealed, and sealed text never leaves/);
  // An address says something, too: one made of sealed text is none, whatever the owner said yes to.
  const url = 'https://api.example.com/v1/notes?of=secret';
  const addressed = (label: typeof OWNER_TYPED) => ({
    ...{ request: { method: 'POST', url, headers: [], body: utf8('hello') }, nonce: 'n' },
    carries: [
      { name: 'url', role: 'address' as const, label },
      { name: 'body', role: 'content' as const, label: OWNER_TYPED },
    ],
  });
  const asked = await send('hello', { ...addressed(FROM_A_FILE), planned: false });
  if (asked.kind !== 'ask') throw new Error(asked.kind);
  world.approved.set(asked.digest, 'approval-1');
  expect(text(await send('hello', { ...addressed(SEALED), planned: false }))).toMatch(/is sealed/);
  expect(text(await send('hello', addressed(SEALED)))).toMatch(/is sealed, and sealed text never leaves/);
  expect(await send('found', carrying(FROM_A_FILE))).toMatchObject({ kind: 'ask', reason: 'content-untrusted' });
  expect(world.egress.reached).toEqual([]);
});

test('a rule that forbids or cannot be evaluated keeps it here', async () => {
  const forbidding = await world.open({
    rules: {
      digest: () => Promise.resolve('d'.repeat(64) as never),
      verdicts: () => Promise.resolve([{ rule: 'mine', effect: 'forbid' }]),
    },
  });
  expect(text(await send('hello', {}, forbidding.desk))).toMatch(
    /^A rule of yours forbids this, so nothing goes to https:/,
  );
  const broken = await world.open({
    rules: {
      digest: () => Promise.resolve('d'.repeat(64) as never),
      verdicts: () => Promise.reject(new Error('no engine')),
    },
  });
  expect(text(await send('hello', {}, broken.desk))).toMatch(/could not be evaluated/);
  expect(world.egress.reached).toEqual([]);
});

test('only what the owner typed opens a way out', async () => {
  const { desk: model } = await world.open();
  const refused = await world.done(model.approve({ ...DRAFT, address: 'https://evil.example.com' }, FROM_A_FILE));
  expect(refused).toMatchObject({ ok: false, error: expect.stringMatching(/Only what you type yourself/) as unknown });
  expect((await viewOf(model)).channels).toHaveLength(1);
});

test('a way out that was revoked takes nothing more until it is restored, and what went out still counts', async () => {
  expect((await send('x'.repeat(9_000))).kind).toBe('answered');
  expect((await world.done(desk.revoke(channel))).ok).toBe(true);
  expect(text(await send('hello'))).toMatch(/No way out to https:\/\/api\.example\.com is approved/);
  expect(text(await send('hello', { channel }))).toMatch(/was revoked/);
  expect((await world.done(desk.revoke(channel))).ok).toBe(false);
  expect((await viewOf(desk)).channels).toMatchObject([{ revokedAt: expect.any(Number) as unknown }]);
  expect((await world.done(desk.restore(channel))).ok).toBe(true);
  expect(text(await send('x'.repeat(2_000)))).toMatch(/bytes a day/);
  expect((await send('hello')).kind).toBe('answered');
});

test('what was decided under another channel than the leader’s is refused, not sent', async () => {
  // This tab reads rows that are behind: the owner has just changed the way out elsewhere.
  const old = memoryAgentStore(world.store);
  const rows = await old.rows('channel');
  const behind = await world.open({
    store: { ...old, rows: (kind) => (kind === 'channel' ? Promise.resolve(rows) : old.rows(kind)) },
  });
  expect((await world.done(desk.change(channel, { ...DRAFT, clearance: 'public' }))).ok).toBe(true);
  expect(text(await send('hello', {}, behind.desk))).toMatch(/was changed meanwhile/);
  expect(await send('hello')).toMatchObject({ kind: 'ask', reason: 'above-clearance' });
  expect(world.egress.reached).toEqual([]);
});

test('what a form gets wrong is said with what to do', async () => {
  const cases: [Partial<typeof DRAFT>, RegExp][] = [
    [{ name: ' ' }, /Give it a name/],
    [{ name: 'x'.repeat(61) }, /60 characters/],
    [{ why: 'x'.repeat(301) }, /300 characters/],
    [{ address: 'example' }, /not an address/],
    [{ address: 'https://exa mple.com' }, /blanks/],
    [{ address: 'https://api.example.com/v1?key=1' }, /Leave out all from the \?/],
    [{ address: 'https://example.com./' }, /ends with a dot/],
    [{ address: 'https://8.8.8.8/' }, /by number/],
    [{ address: 'https://example.com/a%2Fb' }, /hides a separator/],
    [{ address: 'http://192.168.1.5/' }, /only localhost and 127\.0\.0\.1/],
    [{ methods: [] }, /at least one method/],
    [{ methods: ['CONNECT'] }, /CONNECT is not a method/],
    [{ headers: ['x key'] }, /not the name of a header/],
    [{ headers: ['Cookie'] }, /set by the browser/],
    [{ clearance: 'sealed' }, /Sealed text never leaves/],
    [{ bytesPerDay: 0 }, /Bytes a day/],
    [{ requestsPerMinute: 1.5 }, /Requests a minute/],
    [{ expiresAt: 1 }, /lies in the past/],
    [{}, /already/],
  ];
  for (const [change, words] of cases) {
    const refused = await world.done(desk.approve({ ...DRAFT, ...change }));
    expect(refused.ok ? 'approved' : refused.error).toMatch(words);
  }
  expect((await viewOf(desk)).channels).toHaveLength(1);
});

test('hosts on this device and network are told apart from public ones', async () => {
  for (const [address, space] of [
    ['http://127.0.0.1:8080/x', 'loopback'],
    ['http://localhost:1234', 'loopback'],
    ['https://printer.local/', 'local'],
    ['https://example.org/', 'public'],
  ] as const)
    expect(await desk.readAddress(address)).toMatchObject({ ok: true, value: { space } });
  expect((await desk.readAddress('ftp://example.org')).ok).toBe(false);
  const approved = await world.done(desk.approve({ ...DRAFT, name: 'Local', address: 'http://127.0.0.1:8080' }));
  expect(approved.ok).toBe(true);
  expect((await viewOf(desk)).channels).toMatchObject([{ space: 'public' }, { name: 'Local', space: 'loopback' }]);
  const request = { method: 'POST', url: 'http://127.0.0.1:8080/add', headers: [], body: null };
  expect((await send('', { request })).kind).toBe('answered');
});

test('a way out that has expired takes nothing, and its time can be extended', async () => {
  const expiresAt = world.clock.now() + 60_000;
  expect((await world.done(desk.change(channel, { ...DRAFT, expiresAt }))).ok).toBe(true);
  world.clock.jump(60_000);
  expect(text(await send('hello'))).toMatch(/has expired/);
  expect((await world.done(desk.change(channel, DRAFT))).ok).toBe(true);
  expect((await send('hello')).kind).toBe('answered');
  expect(await world.done(desk.change(channel, { ...DRAFT, address: 'https://other.example.com' }))).toMatchObject({
    ok: false,
    error: 'Another host is another way out: approve it as a new one.',
  });
});

test('who looks is told of every change', async () => {
  const seen: number[] = [];
  await desk.onView(({ departures }) => seen.push(departures.length));
  await send('hello');
  desk.changed();
  await world.clock.advance(50);
  expect(seen).toEqual([0, 1]);
});
