import { expect, test } from 'vitest';
import type { RunId, Sequence, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { err } from '#core/base/result.ts';
import { readTrace } from '#runtime/agent/read-trace.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';
import { journalWorld, type JournalWorld } from '../../fakes/journal-world.ts';

/** The trace of a run, out of a journal that holds other things too. */
const RUN = 'run-1' as RunId;

function fact(
  at: number,
  type: string,
  run: string | null,
  more: { readonly [field: string]: Json } = {},
): JournalFact {
  return { time: at as UnixMs, type, run, value: { type, at, ...(run === null ? {} : { run }), ...more } };
}

const started = (at: number, run: string): JournalFact =>
  fact(at, 'run.started', run, { goal: run, overrides: {}, sources: [], now: at, zone: 'UTC' });
const intent = (at: number, id: string, run: string): JournalFact =>
  fact(at, 'egress.intent', null, {
    intent: { id, host: 'https://host.example', method: 'POST', bytes: 7, by: { tool: 'model', run, step: '' } },
  });
const answered = (at: number, id: string): JournalFact =>
  fact(at, 'egress.answered', null, { intent: id, answer: { status: 503, failure: 'http', bytes: 3, sent: 'yes' } });

async function journalOf(facts: readonly JournalFact[]): Promise<JournalWorld> {
  const world = journalWorld();
  const { journal } = await world.open();
  for (const each of facts) await journal.append([each]);
  await journal.settle();
  return world;
}

/** The run's row of the timeline, as the projection has it: which entries are its own. */
const rowOf = (facts: readonly JournalFact[]) => ({
  row: (kind: string, id: string) => {
    const value = facts.flatMap(({ run, type, time }, sequence) =>
      run === id ? [{ sequence, at: time, type, text: '' }] : [],
    );
    return Promise.resolve(value.length === 0 ? null : { kind, id, sequence: 0 as Sequence, value });
  },
});

const FACTS = [
  ...Array.from({ length: 600 }, (_, at) => fact(at, 'settings.changed', null)),
  started(1_000, RUN),
  started(1_001, 'run-2'),
  intent(1_002, 'mine', RUN),
  intent(1_003, 'other', 'run-2'),
  ...Array.from({ length: 600 }, (_, at) => fact(2_000 + at, 'settings.changed', null)),
  answered(3_000, 'mine'),
  answered(3_001, 'other'),
  fact(3_002, 'run.cancelled', 'run-2'),
  fact(3_003, 'run.failed', RUN, { error: { code: 'model', message: 'The host is down.' } }),
  fact(3_004, 'settings.changed', null),
];

test("it holds the run's own entries and what left for it, over as many pages as they take, and nothing of another run", async () => {
  const world = await journalOf(FACTS);
  const trace = await readTrace(world.parts(), rowOf(FACTS), RUN);
  expect(trace?.spans.map(({ kind, title, from, to, note }) => [kind, title, from, to, note])).toEqual([
    ['run', RUN, 1_000, 3_003, 'The host is down.'],
    ['planning', '', 1_000, 3_003, null],
    ['request', 'https://host.example', 1_002, 3_000, 'http'],
  ]);
  expect(trace?.spans[2]?.parent).toBe(trace?.spans[1]?.id);
  const other = await readTrace(world.parts(), rowOf(FACTS), 'run-2' as RunId);
  expect(other?.spans[0]).toMatchObject({ title: 'run-2', from: 1_001, to: 3_002 });
  expect(other?.id).not.toBe(trace?.id);
});

test('of a run that is not there, or whose entries cannot be read any more, there is none', async () => {
  const world = await journalOf(FACTS.slice(600, 604));
  const facts = FACTS.slice(600, 604);
  expect(await readTrace(world.parts(), rowOf(facts), 'run-9' as RunId)).toBeNull();
  const unread = { ...world.parts().sealer, open: () => Promise.resolve(err('wrong-key' as const)) };
  expect(await readTrace(world.parts({ sealer: unread }), rowOf(facts), RUN)).toBeNull();
});
