import { expect, test } from 'vitest';
import type { Digest, RunId, SourceId, StepId, UnixMs } from '#core/base/ids.ts';
import { digestOf, type Json } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { ToolError } from '#core/tools/definition.ts';
import { definitions } from '#core/tools/definitions.ts';
import { isRepeatable } from '#core/tools/definition.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { type CachedCall, ToolCache, type Finder, type Found } from '#runtime/tools/tool-cache.ts';
import type { ToolContext } from '#runtime/tools/tool.ts';
import { OWNER } from '../fakes/tool-context.ts';

type Work = (context: ToolContext) => Promise<Result<Json, ToolError>>;

const keyOf = (name: string): Digest => digestOf(sha256, name);
const finder = (step: string): Finder => ({ run: 'run-1' as RunId, step: step as StepId });
const given = (more: Partial<ToolContext> = {}): ToolContext =>
  ({ now: 1 as UnixMs, zone: 'UTC', owner: OWNER, signal: new AbortController().signal, ...more }) as ToolContext;

/** A cache, and how often work was done through it. */
function bench(bytesMax?: number) {
  const cache = new ToolCache(sha256, bytesMax);
  const calls: string[] = [];
  const call = (
    name: string,
    {
      step = 'a',
      key = keyOf(name),
      context = given(),
      read = new Set(),
      work = () => Promise.resolve(ok(name)),
    }: Partial<Pick<CachedCall, 'key' | 'context' | 'read'>> & {
      readonly step?: string;
      readonly work?: Work | undefined;
    } = {},
  ): Promise<Result<Found, ToolError>> =>
    cache.call({
      ...{ key, context, read, by: finder(step) },
      work: (watched) => {
        calls.push(name);
        return work(watched);
      },
    });
  return { cache, calls, call };
}

/** Work that ends when told to. */
function held(): { readonly work: Work; readonly end: (result: Result<Json, ToolError>) => void } {
  let end: (result: Result<Json, ToolError>) => void = () => undefined;
  const ended = new Promise<Result<Json, ToolError>>((resolve) => (end = resolve));
  return { work: () => ended, end: (result) => end(result) };
}

test('the same call is made once, and its answer names the files read and the step that found it', async () => {
  const { calls, call } = bench();
  const read = new Set<SourceId>();
  const first = await call('x', {
    read,
    work: () => {
      read.add('file' as SourceId);
      return Promise.resolve(ok({ rows: [1, 2] }));
    },
  });
  const again = await call('x', { step: 'b' });
  expect(again).toEqual(first);
  expect(again).toMatchObject({
    value: { observation: { rows: [1, 2] }, bytes: 14, by: finder('a'), read: new Set(['file']) },
  });
  await call('y');
  await call('x', { key: null });
  await call('x', { key: null });
  expect(calls).toEqual(['x', 'y', 'x', 'x']);
});

test('two calls at once are made once, and one that fails tells all of them and is not kept', async () => {
  const { calls, call } = bench();
  const good = held();
  const both = [call('x', { work: good.work }), call('x', { step: 'b' }), call('x', { step: 'c' })];
  good.end(ok('found'));
  for (const result of await Promise.all(both))
    expect(result).toMatchObject({ ok: true, value: { observation: 'found', by: finder('a') } });
  expect(calls).toEqual(['x']);

  const bad = held();
  const failing = [call('y', { work: bad.work }), call('y', { step: 'b' }), call('y', { step: 'c' })];
  bad.end(err({ code: 'io', message: 'The disk did not answer.' }));
  for (const result of await Promise.all(failing))
    expect(result).toEqual(err({ code: 'io', message: 'The disk did not answer.' }));
  expect(calls).toEqual(['x', 'y']);
  expect(await call('y')).toMatchObject({ ok: true, value: { observation: 'y' } });
  expect(calls).toEqual(['x', 'y', 'y']);
});

test('the one that is cancelled does not cancel the other: whoever waits goes on, and whoever stops waiting stops alone', async () => {
  const { calls, call } = bench();
  const first = new AbortController();
  const work = held();
  const stopped = call('x', { work: work.work, context: given({ signal: first.signal }) });
  const others = [call('x', { step: 'b' }), call('x', { step: 'c' })];
  first.abort();
  // What a stopped call still comes to may be a part only.
  work.end(ok('half'));
  expect(await stopped).toMatchObject({ value: { observation: 'half' } });
  for (const result of await Promise.all(others)) expect(result).toMatchObject({ value: { observation: 'x' } });
  expect(calls).toEqual(['x', 'x']);

  const waiting = new AbortController();
  const long = held();
  const made = call('z', { work: long.work });
  const givenUp = call('z', { step: 'b', context: given({ signal: waiting.signal }) });
  waiting.abort();
  expect(await givenUp).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  long.end(ok('whole'));
  expect(await made).toMatchObject({ value: { observation: 'whole' } });
  expect(calls).toEqual(['x', 'x', 'z']);
});

test('a call that took too long is made anew by the next that waits, as is one that threw', async () => {
  const { calls, call } = bench();
  const slow = held();
  const [late, next] = [call('x', { work: slow.work }), call('x', { step: 'b' })];
  slow.end(err({ code: 'timeout', message: 'Read took longer than 120 seconds.' }));
  expect(await late).toMatchObject({ error: { code: 'timeout' } });
  expect(await next).toMatchObject({ value: { observation: 'x', by: finder('b') } });
  const [thrown, well] = [call('y', { work: () => Promise.reject(new Error('no')) }), call('y', { step: 'b' })];
  await expect(thrown).rejects.toThrow('no');
  expect(await well).toMatchObject({ value: { observation: 'y' } });
  expect(calls).toEqual(['x', 'x', 'y', 'y']);
});

test('what looked at the day, the zone or the owner is found only while those are the same; what did not, always', async () => {
  const looks: { readonly [name: string]: Work } = {
    now: ({ now }) => Promise.resolve(ok(now)),
    zone: ({ zone }) => Promise.resolve(ok(zone)),
    owner: ({ owner }) => Promise.resolve(ok([...owner.names])),
  };
  const other: { readonly [name: string]: Partial<ToolContext> } = {
    now: { now: 2 as UnixMs },
    zone: { zone: 'Asia/Tokyo' },
    owner: { owner: { ...OWNER, names: ['Kim'] } },
  };
  const { calls, call } = bench();
  for (const [name, work] of Object.entries(looks)) {
    const of = async (more: Partial<ToolContext>): Promise<number> => {
      await call(name, { work, context: given(more) });
      return calls.length;
    };
    const before = calls.length;
    expect(await of({}), name).toBe(before + 1);
    for (const unseen of Object.keys(other).filter((each) => each !== name))
      expect(await of(other[unseen] ?? {}), `${name}, another ${unseen}`).toBe(before + 1);
    expect(await of(other[name] ?? {}), `another ${name}`).toBe(before + 2);
    expect(await of(other[name] ?? {}), name).toBe(before + 2);
  }
  // Those that wait for a call that looked at another day make their own.
  const slow = held();
  const monday = call('day', { work: async ({ now }) => (now === 1 ? slow.work(given()) : ok(now)) });
  const tuesday = call('day', { work: looks.now, context: given({ now: 2 as UnixMs }) });
  slow.end(ok(1));
  expect([await monday, await tuesday]).toMatchObject([{ value: { observation: 1 } }, { value: { observation: 2 } }]);
});

test('what is kept stays under its bound in bytes, and what was used last stays longest', async () => {
  const { cache, calls, call } = bench(4_000);
  const big = 'b'.repeat(1_000);
  const work: Work = () => Promise.resolve(ok(big));
  await call('x', { work });
  await call('y', { work });
  const two = cache.bytes;
  expect(two).toBeGreaterThan(2_000);
  await call('x', { work });
  await call('z', { work });
  expect(cache.bytes).toBe(two);
  expect(calls).toEqual(['x', 'y', 'z']);
  await call('x', { work });
  expect(calls).toEqual(['x', 'y', 'z']);
  await call('y', { work });
  expect(calls).toEqual(['x', 'y', 'z', 'y']);
  // What fits alone in nothing is not kept, and pushes nothing out.
  await call('huge', { work: () => Promise.resolve(ok('h'.repeat(4_000))) });
  expect(cache.bytes).toBe(two);
  // Small things count too.
  for (let at = 0; at < 100; at++) await call(String(at), { work: () => Promise.resolve(ok(0)) });
  expect(cache.bytes).toBeLessThanOrEqual(4_000);
  cache.forget();
  expect(cache.bytes).toBe(0);
});

test('what is forgotten is found anew, and what was under way meanwhile is not kept nor waited for', async () => {
  const { cache, calls, call } = bench();
  await call('x');
  cache.forget();
  await call('x');
  expect(calls).toEqual(['x', 'x']);
  const slow = held();
  const before = call('y', { work: slow.work });
  cache.forget();
  expect(await call('y', { step: 'b' })).toMatchObject({ value: { observation: 'y', by: finder('b') } });
  slow.end(ok('of before'));
  expect(await before).toMatchObject({ value: { observation: 'of before' } });
  expect(await call('y')).toMatchObject({ value: { observation: 'y' } });
  expect(calls).toEqual(['x', 'x', 'y', 'y']);
});

test('only tools that change nothing and ask nobody are answered from memory', () => {
  const repeatable = Object.values(definitions).filter(isRepeatable);
  expect(repeatable.map(({ name }) => name).sort()).toEqual([
    ...['answer-from-passages', 'collect-report-facts', 'compose-mail-summary', 'compose-report', 'compute-table'],
    ...['explain-limits', 'find-asks', 'find-free-slots', 'find-waiting', 'join-answers', 'list-events'],
    ...['read-busy-times', 'read-table', 'read-threads', 'resolve-corrections', 'search-passages'],
    'summarise-threads',
  ]);
});
