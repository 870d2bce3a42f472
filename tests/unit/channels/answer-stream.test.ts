import { beforeEach, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import type { Ms } from '#core/base/ids.ts';
import { ANSWER_MS, type ChannelDesk, type Opened, STREAM_MS } from '#runtime/channels/channel-desk.ts';
import { channelWorld, type ChannelWorld, DRAFT, sendingOf, viewOf } from '#tests/fakes/channel-world.ts';

/** Answers that come piece by piece, with the journal's word on each. */
const NEVER = new AbortController().signal;
const PIECES = [Uint8Array.of(71, 114, 195), Uint8Array.of(188), Uint8Array.of(195, 159, 101)];
const HASH = createHash('sha256').update(Buffer.concat(PIECES)).digest('hex');

let world: ChannelWorld;
let desk: ChannelDesk;
let host: { pulled: number; cancelled: boolean };

/** A host that gives its pieces one by one, when they are asked for. */
function answerWith(pieces: readonly Uint8Array[], end: 'ends' | 'is cut' | 'hangs'): void {
  host = { pulled: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = pieces[host.pulled++];
        if (piece !== undefined) controller.enqueue(piece);
        else if (end === 'ends') controller.close();
        else if (end === 'is cut') controller.error(new TypeError('network error'));
        else return new Promise(() => undefined);
        return undefined;
      },
      cancel: () => {
        host.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  world.egress.answer = () => Promise.resolve({ status: 200, body });
}

async function open(changes: Parameters<typeof sendingOf>[1] = {}, signal = NEVER, from = desk): Promise<Opened> {
  const opened = await world.done(from.open(sendingOf('hello', changes), signal));
  if (opened.kind !== 'opened') throw new Error(JSON.stringify(opened));
  return opened;
}

const departure = async () => (await viewOf(desk)).departures[0];

beforeEach(async () => {
  world = channelWorld();
  ({ desk } = await world.open());
  expect((await world.done(desk.approve(DRAFT))).ok).toBe(true);
});

test('an answer is handed on piece by piece as it came, and the journal has its length and hash at the end', async () => {
  answerWith(PIECES, 'ends');
  const reader = (await open()).body.getReader();
  for (const piece of PIECES) expect(await world.done(reader.read())).toEqual({ done: false, value: piece });
  expect(await departure()).toMatchObject({ status: null, sent: 'unknown', answerHash: null });
  expect(await world.done(reader.read())).toEqual({ done: true, value: undefined });
  // Whoever reads learns of the end when the journal has it.
  expect(await departure()).toMatchObject({ status: 200, failure: null, bytesBack: 7, answerHash: HASH, sent: 'yes' });
});

test('no piece is fetched before it is asked for', async () => {
  answerWith(PIECES, 'ends');
  const reader = (await open()).body.getReader();
  await world.clock.advance(1_000);
  expect(host.pulled).toBe(0);
  await world.done(reader.read());
  await world.clock.advance(1_000);
  expect(host.pulled).toBe(1);
});

test('an answer that is cut is told from one that ends, with the hash of what came', async () => {
  answerWith(PIECES, 'is cut');
  const reader = (await open()).body.getReader();
  for (const piece of PIECES) expect((await world.done(reader.read())).value).toEqual(piece);
  await expect(world.done(reader.read())).rejects.toMatchObject({ code: 'broken' });
  expect(await departure()).toMatchObject({ status: 200, failure: 'broken', bytesBack: 7, answerHash: HASH });
});

test('whoever cancels, or stops, ends the connection', async () => {
  answerWith(PIECES, 'hangs');
  const reader = (await open()).body.getReader();
  await world.done(reader.read());
  await world.done(reader.cancel());
  expect(host.cancelled).toBe(true);
  expect(await departure()).toMatchObject({ failure: 'aborted', bytesBack: 3, sent: 'yes' });

  answerWith(PIECES, 'hangs');
  const stop = new AbortController();
  const stopped = (await open({}, stop.signal)).body.getReader();
  await world.done(stopped.read());
  stop.abort();
  await expect(world.done(stopped.read())).rejects.toMatchObject({ code: 'aborted' });
  expect(host.cancelled).toBe(true);
  expect(await departure()).toMatchObject({ failure: 'aborted', bytesBack: 3 });
});

test('more than is taken of an answer ends the connection, and none of what is too much is handed on', async () => {
  answerWith(PIECES, 'hangs');
  const reader = (await open({ answerBytesMax: 3 })).body.getReader();
  expect((await world.done(reader.read())).value).toEqual(PIECES[0]);
  await expect(world.done(reader.read())).rejects.toMatchObject({ code: 'too-long' });
  expect(host.cancelled).toBe(true);
  expect(await departure()).toMatchObject({ failure: 'too-long', bytesBack: 4 });
});

test('what may come back in a day is counted while it flows, over all tabs and ways to end', async () => {
  const { channels } = await viewOf(desk);
  const id = channels[0]?.id ?? '';
  expect((await world.done(desk.change(id, { ...DRAFT, answerBytesPerDay: 10 }))).ok).toBe(true);
  const second = await world.open();
  answerWith(PIECES, 'ends');
  const first = (await open({ answerBytesMax: 6 })).body.getReader();
  await world.done(first.read());
  // Six are set aside for the one under way: another has four, whatever it asks for, and then there are none.
  expect((await viewOf(desk)).channels).toMatchObject([{ answerBytesToday: 6 }]);
  answerWith(PIECES, 'is cut');
  const other = (await open({ answerBytesMax: 1_000 }, NEVER, second.desk)).body.getReader();
  const refused = await world.done(desk.open(sendingOf('hello'), NEVER));
  expect(refused).toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/10 bytes may come back/) as unknown,
  });
  await world.done(other.read());
  await world.done(other.read());
  await expect(world.done(other.read())).rejects.toMatchObject({ code: 'too-long' });
  // What did not come is given back when it is over.
  await world.done(first.cancel());
  expect((await viewOf(desk)).channels).toMatchObject([{ answerBytesToday: 3 + 7 }]);
});

test('an answer that stops in its middle is given up after a while, and none streams for ever', async () => {
  answerWith(PIECES.slice(1, 2), 'hangs');
  const reader = (await open()).body.getReader();
  await world.done(reader.read());
  const silent = reader.read();
  silent.catch(() => undefined);
  await world.clock.advance(ANSWER_MS + 1_000);
  await expect(world.done(silent)).rejects.toMatchObject({ code: 'aborted' });

  answerWith(PIECES, 'hangs');
  const unread = (await open()).body.getReader();
  world.clock.jump(0);
  await world.clock.advance(STREAM_MS + 1_000);
  await expect(world.done(unread.read())).rejects.toMatchObject({ code: 'aborted' });
  expect(host.cancelled).toBe(true);
});

test('a host that is given longer to begin has it until its first byte, and no longer from then on', async () => {
  const begins = (4 * ANSWER_MS) as Ms;
  world.egress.answer = (_request, signal) =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve({ code: 'aborted', message: 'aborted', sent: 'unknown' })),
    );
  let over = false;
  const silent = desk.open(sendingOf('hello', { begins }), NEVER).finally(() => (over = true));
  await world.clock.advance(begins - 5_000);
  expect(over).toBe(false);
  await world.clock.advance(10_000);
  expect(await world.done(silent)).toMatchObject({
    code: 'aborted',
    message: expect.stringMatching(/4 minutes/) as string,
  });

  for (const [pieces, waits] of [
    [[], begins],
    [PIECES.slice(1, 2), ANSWER_MS],
  ] as const) {
    answerWith(pieces, 'hangs');
    const reader = (await open({ begins })).body.getReader();
    if (pieces.length > 0) await world.done(reader.read());
    let failed = false;
    const more = reader.read().finally(() => (failed = true));
    more.catch(() => undefined);
    await world.clock.advance(waits - 5_000);
    expect(failed).toBe(false);
    await world.clock.advance(10_000);
    await expect(world.done(more)).rejects.toMatchObject({ code: 'aborted' });
  }
});

test('another tab does not take a long stream for one that was cut', async () => {
  answerWith(PIECES, 'ends');
  const reader = (await open()).body.getReader();
  await world.done(reader.read());
  const second = await world.open();
  world.clock.jump(3 * ANSWER_MS);
  expect(await world.done(second.desk.settle())).toBe(0);
  await world.done(reader.read());
  await world.done(reader.read());
  expect((await world.done(reader.read())).done).toBe(true);
  expect(await departure()).toMatchObject({ failure: null, answerHash: HASH });
});
