import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { indexedDbAgentStore } from '#adapters/indexeddb/agent-store.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { CommandId, Epoch, RunId, Sequence, SourceId, UnixMs } from '#core/base/ids.ts';
import { canonicalJson, type Json } from '#core/base/json.ts';
import { isEnded } from '#core/agent/transition.ts';
import type { AgentStore, ProjectionRow, Snapshot } from '#ports/agent-store.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { foldHistory } from '#runtime/agent/fold-history.ts';
import type { RunInterpreter } from '#runtime/agent/run-interpreter.ts';
import { LeadingAgent } from '#runtime/agent/leading-agent.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { type AgentState, EMPTY_STATE, project, ROW_KINDS, stateFromRows } from '#runtime/agent/projection.ts';
import { snapshotOf } from '#runtime/agent/state-snapshot.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';
import { changeRows, deleteDatabase, freshName } from '#tests/conformance/indexeddb-benches.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { freshSealer } from '../../fakes/fresh-vault.ts';
import { memoryAgentStore, memoryStoreDisk } from '../../fakes/memory-agent-store.ts';
import { memoryCheckpoint, memoryJournalSink } from '../../fakes/memory-journal-sink.ts';
import { seededEntropy } from '../../fakes/seeded-entropy.ts';

const at = 1_763_700_000_000 as UnixMs;

type Deed = { readonly of: 'run' | 'source' | 'seal' | 'new'; readonly which: number; readonly way: number };

/** Facts as an agent journals them, whatever deeds are drawn: those that do not fit are left out. */
function factsOf(deeds: readonly Deed[]): Fact[] {
  const facts: Fact[] = [{ type: 'agent.created', at, agent: 'did:key:z6Mk' }];
  const runs: ('running' | 'paused' | 'ended' | 'forgotten')[] = [];
  const sources: boolean[] = [];
  for (const { of, which, way } of deeds) {
    const run = `run-${String(which % Math.max(1, runs.length))}` as RunId;
    const source = `source-${String(which % Math.max(1, sources.length))}` as SourceId;
    if (of === 'new' && way % 2 === 0) {
      const id = `run-${String(runs.length)}` as RunId;
      facts.push({
        type: 'run.started',
        run: id,
        at,
        goal: `goal ${id}`,
        overrides: {},
        sources: [],
        now: at,
        zone: 'UTC',
      });
      runs.push('running');
    } else if (of === 'new') {
      const id = `source-${String(sources.length)}` as SourceId;
      facts.push({
        type: 'source.imported',
        at,
        source: { id, path: `folder-${String(way % 2)}/${id}.md`, sample: false } as never,
      });
      sources.push(true);
    } else if (of === 'seal' && sources.length > 0) {
      const named = way % 2 === 0 ? { sources: [source] } : { folder: `folder-${String(which % 2)}` };
      facts.push({ type: 'seal.changed', at, of: named, sealed: which % 3 !== 0 });
    } else if (of === 'source' && sources.length > 0) {
      const index = which % sources.length;
      facts.push({ type: sources[index] === true ? 'source.removed' : 'source.restored', at, source });
      sources[index] = sources[index] !== true;
    } else if (of === 'run' && runs.length > 0) {
      const index = which % runs.length;
      const [type, next] = nextOf(runs[index] ?? 'ended', way);
      facts.push({
        type,
        run,
        at,
        ...(type === 'run.failed' ? { error: { code: 'internal', message: 'no' } } : {}),
      } as Fact);
      runs[index] = next;
    }
  }
  return facts;
}

function nextOf(status: string, way: number): readonly [Fact['type'], 'running' | 'paused' | 'ended' | 'forgotten'] {
  if (status === 'running')
    return (
      (
        [
          ['run.paused', 'paused'],
          ['run.cancelled', 'ended'],
          ['run.failed', 'ended'],
        ] as const
      )[way % 3] ?? ['run.paused', 'paused']
    );
  if (status === 'paused') return way % 2 === 0 ? ['run.resumed', 'running'] : ['run.cancelled', 'ended'];
  return status === 'forgotten' ? ['run.remembered', 'ended'] : ['run.forgotten', 'forgotten'];
}

const deeds = fc.array(
  fc.record({ of: fc.constantFrom('run', 'source', 'seal', 'new'), which: fc.nat(5), way: fc.nat(5) }),
  {
    minLength: 3,
    maxLength: 160,
  },
);

const journaled = (facts: readonly Fact[]): JournalFact[] =>
  facts.map((fact) => ({ time: at, type: fact.type, run: null, value: fact as unknown as Json }));

async function* history(facts: readonly Fact[], from: number): AsyncGenerator<{ sequence: number; fact: Fact }> {
  for (let sequence = from; sequence < facts.length; sequence++)
    yield await Promise.resolve({ sequence, fact: facts[sequence] as Fact });
}

function folded(facts: readonly Fact[]): AgentState {
  return facts.reduce((state, fact, sequence) => project(state, fact, sequence as Sequence).state, EMPTY_STATE);
}

/** As far as it is going on: runs that have ended are in their rows. */
function goingOn(state: AgentState): unknown {
  const runs = [...state.runs].filter(([, run]) => !isEnded(run));
  const timelines = runs.map(([id]) => [id, state.timelines.get(id)]);
  return { ...state, runs, timelines, forgotten: null };
}

async function rowsIn(store: AgentStore): Promise<string[]> {
  const rows = (await Promise.all(ROW_KINDS.map((kind) => store.rows(kind)))).flat();
  return rows.map((row) => canonicalJson(row as unknown as Json)).sort();
}

interface World {
  readonly store: AgentStore;
  readonly epoch: Epoch;
  readonly facts: readonly Fact[];
}

/** One leader takes up the journal. @returns the state, and from which entry on it read */
async function takenUp(
  { store, epoch, facts }: World,
  readable: (from: number) => boolean = () => true,
): Promise<{ agent: LeadingAgent; readFrom: number[]; written: JournalFact[] }> {
  const readFrom: number[] = [];
  const written = journaled(facts);
  const agent = new LeadingAgent(EMPTY_STATE, {
    ports: { clock: fakeClock(), entropy: seededEntropy(1), sha256, store } as unknown as AgentPorts,
    journal: memoryJournalSink(written),
    interpreter: { forget: () => undefined } as unknown as RunInterpreter,
    epoch,
    size: facts.length,
    zone: () => 'UTC',
    history: (from) => {
      readFrom.push(from);
      if (!readable(from)) throw new Error('These entries are lost.');
      return history(facts, from);
    },
    headAt: (sequence) => Promise.resolve(memoryCheckpoint(written, sequence)),
    contents: { find: () => Promise.resolve({ entries: [], runs: [] }), destroy: () => Promise.resolve(null) },
    changed: () => undefined,
    working: () => undefined,
    progress: () => undefined,
    lost: new AbortController().signal,
    broken: () => undefined,
  });
  expect(await agent.takeUp()).toBe(true);
  return { agent, readFrom, written };
}

/** A store as a leader left it that had kept rows up to one entry, and a snapshot up to one before. */
async function left(
  facts: readonly Fact[],
  applied: number,
  snapshot: Snapshot | null,
  store: AgentStore,
): Promise<World> {
  const epoch = await store.raiseEpoch();
  await foldHistory(EMPTY_STATE, history(facts.slice(0, applied + 1), 0), store, epoch, -1, () => undefined);
  if (snapshot !== null && applied >= 0)
    await store.apply(epoch, { applied: applied as Sequence, rows: [], done: [], snapshot });
  return { store, epoch, facts };
}

function snapshotAt(facts: readonly Fact[], sequence: number): Snapshot {
  const state = folded(facts.slice(0, sequence + 1));
  const snapshot = snapshotOf(state, sequence as Sequence, memoryCheckpoint(journaled(facts), sequence));
  // As it comes back from a disk.
  return JSON.parse(JSON.stringify(snapshot)) as Snapshot;
}

test('a snapshot and the entries after it come to the state and the rows of the whole journal, wherever they meet', async () => {
  await fc.assert(
    fc.asyncProperty(deeds, fc.nat(), fc.nat(), async (drawn, a, b) => {
      const facts = factsOf(drawn);
      const applied = a % facts.length;
      const sequence = b % (applied + 1);
      const whole = await takenUp(await left(facts, -1, null, memoryAgentStore()));
      const world = await left(facts, applied, snapshotAt(facts, sequence), memoryAgentStore());
      const { agent, readFrom } = await takenUp(world);
      expect(readFrom).toEqual([sequence + 1]);
      expect(goingOn(agent.state)).toEqual(goingOn(whole.agent.state));
      expect(await rowsIn(world.store)).toEqual(await rowsIn((await wholeStore(facts)).store));
    }),
    { numRuns: 60 },
  );
});

async function wholeStore(facts: readonly Fact[]): Promise<World> {
  const world = await left(facts, -1, null, memoryAgentStore());
  await takenUp(world);
  return world;
}

const SOME = factsOf(
  Array.from({ length: 90 }, (_, i) => ({
    of: (['new', 'run', 'source'] as const)[i % 3] ?? 'new',
    which: i % 7,
    way: i % 5,
  })),
);

test.each<[string, (snapshot: Snapshot) => Snapshot | null]>([
  ['missing', () => null],
  ['of another journal', (kept) => snapshotOf(folded(SOME.slice(0, 41)), kept.sequence, 'another head')],
  ['of another entry', (kept) => ({ ...kept, sequence: (kept.sequence - 1) as Sequence })],
  ['beyond the rows', (kept) => ({ ...kept, sequence: 89 as Sequence })],
  ['folded by another version', (kept) => ({ ...kept, value: { ...(kept.value as object), version: 0 } })],
])('a snapshot that is %s is not believed: the whole journal is read, and comes to the same', async (_, harm) => {
  const world = await left(SOME, 60, harm(snapshotAt(SOME, 40)), memoryAgentStore());
  const { agent, readFrom } = await takenUp(world);
  expect(readFrom).toEqual([0]);
  expect(goingOn(agent.state)).toEqual(goingOn(folded(SOME)));
  expect(await rowsIn(world.store)).toEqual(await rowsIn((await wholeStore(SOME)).store));
  // And what was read is kept, so that the next start reads it no more.
  expect((await takenUp(world)).readFrom).toEqual([SOME.length]);
});

test('a stored snapshot with any byte changed is not believed', async () => {
  const name = freshName('snapshot');
  const store = indexedDbAgentStore(await freshSealer(), name);
  const facts = SOME.slice(0, 12);
  const world = await left(facts, 9, snapshotAt(facts, 7), store);
  const kept = await rawSnapshot(name);
  const bytes = kept.value.sealed.ciphertext.length;
  // Every byte of the key's box and of the sequence, and a tenth of the text's, from its start to its end.
  const places = [
    ...Array.from({ length: kept.value.sealed.wrappedKey.length }, (_, place) => ['wrappedKey', place] as const),
    ...Array.from(
      { length: Math.ceil(bytes / 10) },
      (_, tenth) => ['ciphertext', Math.min(bytes - 1, tenth * 10)] as const,
    ),
    ['ciphertext', bytes - 1] as const,
  ];
  for (const [part, place] of places) {
    const harmed = kept.value.sealed[part].map((byte, index) => (index === place ? byte ^ (1 << (place % 8)) : byte));
    await putRaw(name, { ...kept, value: { ...kept.value, sealed: { ...kept.value.sealed, [part]: harmed } } });
    expect(await store.snapshot(), `${part} ${String(place)}`).toBeNull();
  }
  for (const sequence of [0, 6, 8, -1]) {
    await putRaw(name, { ...kept, value: { ...kept.value, sequence } });
    expect(await store.snapshot()).toBeNull();
  }
  const { agent, readFrom } = await takenUp(world);
  expect(readFrom).toEqual([0]);
  expect(goingOn(agent.state)).toEqual(goingOn(folded(facts)));
  store.close();
  await deleteDatabase(name);
});

test('where the whole journal cannot be read, the rows that were kept of it still count', async () => {
  const world = await left(SOME, SOME.length - 1, null, memoryAgentStore());
  const broken = {
    ...world,
    facts: SOME.map((fact, index) => (index === 5 ? ({ type: 'step.finished', run: 'none' } as Fact) : fact)),
  };
  const { agent, readFrom } = await takenUp(broken);
  expect(readFrom).toEqual([0, SOME.length]);
  expect([...agent.state.runs.keys()].sort()).toEqual([...folded(SOME).runs.keys()].sort());
});

test('a row that is not as the journal says is written again, also where the journal’s beginning is lost', async () => {
  const world = await left(SOME, SOME.length - 1, snapshotAt(SOME, 40), memoryAgentStore());
  const right = await rowsIn(world.store);
  const ofSources = async () => (await world.store.rows('source')).map(({ id, value }) => [id, value]);
  const sources = await ofSources();
  const [older] = await world.store.rows('source');
  const extra = { ...older, id: 'gone', sequence: 1 as Sequence, value: { ...(older?.value as object), id: 'gone' } };
  const rows = [{ ...older, value: { ...(older?.value as object), path: 'older' } }, extra] as ProjectionRow[];
  await world.store.apply(world.epoch, { applied: (SOME.length - 1) as Sequence, rows, done: [] });
  expect(await ofSources()).not.toEqual(sources);
  await takenUp(world, (from) => from > 0);
  expect(await ofSources()).toEqual(sources);

  await world.store.apply(world.epoch, { applied: (SOME.length - 1) as Sequence, rows, done: [] });
  const { readFrom } = await takenUp(world);
  expect(readFrom).toEqual([41, 0, 0]);
  expect(await rowsIn(world.store)).toEqual(right);
});

test('a snapshot holds every part of the state: a new one must be added to it', () => {
  const parts = Object.keys(stateFromRows([]));
  expect(Object.keys(EMPTY_STATE).sort()).toEqual(parts.sort());
  const kept = [
    'agent',
    'identity',
    'witnesses',
    'actors',
    'channels',
    'leaving',
    'rules',
    'grants',
    'spend',
    'runs',
    'sources',
    'newFiles',
    'settings',
    'suggested',
  ];
  // Only runs that have ended are ever forgotten, and those are in their rows.
  expect(parts).toEqual([...kept, 'sealedFolders', 'observations', 'timelines', 'destroying', 'forgotten'].sort());
});

test('an order that names a run which ended before the snapshot finds it in its rows', async () => {
  const facts = [
    ...factsOf([
      { of: 'new', which: 0, way: 0 },
      { of: 'run', which: 0, way: 1 },
    ]),
    ...factsOf([{ of: 'new', which: 0, way: 1 }]).slice(1),
  ];
  const world = await left(facts, 2, snapshotAt(facts, 2), memoryAgentStore());
  const { agent, written } = await takenUp(world);
  expect(agent.state.runs.size).toBe(0);
  const order = (type: string): never => ({ id: type as CommandId, type, run: 'run-0' }) as never;
  expect(await agent.handle(order('stop-run'))).toMatchObject({
    ok: false,
    message: 'This run has ended (cancelled).',
  });
  expect(await agent.handle(order('forget-run'))).toMatchObject({ ok: true });
  expect(await world.store.row('summary', 'run-0')).toBeNull();
  expect(await agent.handle({ ...(order('forget-run') as object), id: 'again' } as never)).toMatchObject({
    ok: false,
    code: 'stale',
  });
  expect(await agent.handle(order('remember-run'))).toMatchObject({ ok: true });
  expect(await world.store.row('summary', 'run-0')).not.toBeNull();
  expect(written.map(({ type }) => type).slice(facts.length)).toEqual(['run.forgotten', 'run.remembered']);
});

test('what is destroyed is in no snapshot from the moment its destruction is durable', async () => {
  const disk = memoryStoreDisk();
  const facts = factsOf([
    { of: 'new', which: 0, way: 1 },
    { of: 'source', which: 0, way: 0 },
  ]);
  const world = await left(facts, facts.length - 1, snapshotAt(facts, facts.length - 1), memoryAgentStore(disk));
  const { agent } = await takenUp(world);
  expect(JSON.stringify(disk.snapshot)).toContain('source-0.md');
  const doomed = { kind: 'source', id: 'source-0' as SourceId } as const;
  expect(await agent.handle({ id: 'c' as CommandId, type: 'destroy', doomed })).toMatchObject({ ok: true });
  expect(disk.snapshot).not.toBeNull();
  expect(JSON.stringify(disk.snapshot)).not.toContain('source-0.md');
});

test('a snapshot is kept every now and then, and goes with the entry it stands for or not at all', async () => {
  const disk = memoryStoreDisk();
  const store = memoryAgentStore(disk);
  const { agent, written } = await takenUp(await left([], -1, null, store));
  const sequences = new Set<number>();
  for (let turn = 0; turn < 200; turn++) {
    await agent.commit([{ type: 'settings.changed', at, settings: { names: [String(turn)] } as never }]);
    expect(disk.snapshot?.sequence ?? -1).toBeLessThanOrEqual(disk.applied);
    if (disk.snapshot !== null) sequences.add(disk.snapshot.sequence);
  }
  expect(sequences.size).toBeGreaterThanOrEqual(3);
  expect(sequences.size).toBeLessThanOrEqual(5);
  // The power goes before the write that holds it: what was kept before still stands for an entry that is there.
  const before = structuredClone(disk);
  disk.fail = 'io';
  await agent.commit([{ type: 'settings.changed', at, settings: { names: ['lost'] } as never }]);
  Object.assign(disk, before, { fail: null });
  const facts = written.map(({ value }) => value as unknown as Fact);
  const next = await takenUp({ store, epoch: await store.raiseEpoch(), facts });
  expect(next.agent.state.settings).toEqual({ names: ['lost'] });
});

interface RawSnapshot {
  readonly key: string;
  readonly value: {
    readonly sequence: number;
    readonly sealed: { readonly ciphertext: Uint8Array; readonly wrappedKey: Uint8Array };
  };
}

async function rawSnapshot(name: string): Promise<RawSnapshot> {
  const kept: RawSnapshot[] = [];
  await changeRows<RawSnapshot>(name, 'meta', (row) => {
    if (row.key === 'snapshot') kept.push(row);
    return null;
  });
  const [snapshot] = kept;
  if (snapshot === undefined) throw new Error('There is no snapshot.');
  return snapshot;
}

const putRaw = (name: string, changed: RawSnapshot): Promise<void> =>
  changeRows<RawSnapshot>(name, 'meta', (row) => (row.key === 'snapshot' ? changed : null));
