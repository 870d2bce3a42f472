import type { Epoch, RunId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { type Fact, runOf } from '#runtime/agent/facts.ts';
import { LeadingAgent } from '#runtime/agent/leading-agent.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { EMPTY_STATE } from '#runtime/agent/projection.ts';
import type { RunInterpreter } from '#runtime/agent/run-interpreter.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';
import { checkpointOf, readGroups } from '#runtime/journal/reader.ts';
import { journalInMemory } from './memory-journal.ts';
import { type Figure, growthLaw, ratios, spread } from './statistics.ts';

const SIZES = [100, 1_000, 4_000, 16_000];
const LONG_SIZES = [100, 1_000, 10_000, 100_000];
/** Entries after the snapshot, at every size: fewer than bring the next one about. */
const TAIL = 50;
/** Entries of one run; the last is still going on. */
const RUN_ENTRIES = 20;
const ROUNDS = 15;
const COMMITS = 45;

/**
 * What it takes to lead an agent with so many entries behind it, and to act then: opening the journal and taking up the
 * state from a snapshot and the entries after it, beside reading everything. In Node, over copies that answer at once, as
 * what a disk takes for opening does not depend on the length; that is in the append benchmark.
 */
export async function benchActivation(): Promise<Figure[]> {
  const world = journalInMemory();
  const rows: { size: number; snapshot: number[]; everything: number[]; commit: number[] }[] = [];
  let [journal, made] = [await world.open(), 0];
  const append = async (until: number): Promise<void> => {
    while (journal.head.size < until) {
      const facts = Array.from({ length: Math.min(60, until - journal.head.size) }, () => factAt(made++));
      const appended = await journal.append(facts);
      if (!appended.ok) throw new Error(appended.error.message);
    }
  };
  const takenUp = async (): Promise<LeadingAgent> => {
    await journal.close();
    journal = await world.open();
    const agent = agentOn(world, journal);
    await agent.takeUp();
    return agent;
  };
  for (const size of process.argv.includes('--long') ? LONG_SIZES : SIZES) {
    await append(size - TAIL);
    await takenUp();
    await append(size);
    await takenUp();
    const kept = world.disk.snapshot;
    if (kept === null || kept.sequence !== size - TAIL - 1) throw new Error('There is no snapshot to measure.');
    const row = { size, snapshot: [] as number[], everything: [] as number[], commit: [] as number[] };
    const readings = size <= 1_000 ? ROUNDS : 5;
    for (let round = 0; round < ROUNDS; round++) {
      world.disk.snapshot = kept;
      row.snapshot.push(await milliseconds(takenUp));
      world.disk.snapshot = null;
      if (round < readings) row.everything.push(await milliseconds(takenUp));
    }
    world.disk.snapshot = kept;
    const agent = await takenUp();
    for (let commit = 0; commit < COMMITS; commit++) {
      const fact: Fact = { type: 'run.forgotten', at: commit as UnixMs, run: 'none' as RunId };
      row.commit.push(await milliseconds(() => agent.commit([fact])));
    }
    rows.push(row);
  }
  await journal.close();
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return [];
  const figure = (of: 'snapshot' | 'commit', name: string, goal: string): Figure => ({
    name: `${name}, ${String(last.size)} entries before it`,
    unit: 'ms',
    ours: spread(last[of]),
    peer: { name: `with ${String(first.size)}`, ...spread(first[of]) },
    ratio: spread(ratios(last[of], first[of])),
    goal,
  });
  return [
    figure('snapshot', 'G13 activation', '<= 2 x, <= 10 ms'),
    ...rows.map((row): Figure => {
      const ours = row.snapshot.slice(0, row.everything.length);
      return {
        name: `G13 activation, ${String(row.size)} entries before it`,
        unit: 'ms',
        ours: spread(row.snapshot),
        peer: { name: 'reading everything', ...spread(row.everything) },
        ratio: spread(ratios(ours, row.everything)),
        goal: 'reported',
      };
    }),
    growthLaw(
      'G13 activation',
      rows.map((row) => [row.size, row.snapshot] as const),
    ),
    figure('commit', 'a fact journaled and projected', '<= 1.3 x'),
    growthLaw(
      'a fact journaled and projected',
      rows.map((row) => [row.size, row.commit] as const),
    ),
  ];
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** @param interpreter what does the steps of runs; none are begun here */
export function agentOn(
  { parts, store }: ReturnType<typeof journalInMemory>,
  journal: Journal,
  interpreter = { forget: () => undefined } as unknown as RunInterpreter,
): LeadingAgent {
  return new LeadingAgent(EMPTY_STATE, {
    ports: { clock: parts.clock, entropy: parts.entropy, sha256: parts.tools.sha256, store } as unknown as AgentPorts,
    journal,
    interpreter,
    epoch: journal.epoch satisfies Epoch,
    size: journal.head.size,
    zone: () => 'UTC',
    history: async function* (from) {
      for await (const group of readGroups(parts, from))
        for (const { entry, payload } of group.entries)
          if (payload !== null) yield { sequence: entry.sequence, fact: payload.value as unknown as Fact };
    },
    headAt: (sequence) => checkpointOf(parts, sequence),
    contents: { find: () => Promise.resolve({ entries: [], runs: [] }), destroy: () => Promise.resolve(null) },
    changed: () => undefined,
    working: () => undefined,
    progress: () => undefined,
    lost: new AbortController().signal,
    broken: (code, reason) => {
      throw new Error(`${code}: ${reason}`);
    },
  });
}

/** An agent, and then one run after the other. */
function factAt(index: number): JournalFact {
  const at = (1_763_700_000_000 + index) as UnixMs;
  const fact = index === 0 ? { type: 'agent.created' as const, at, agent: 'did:key:z6Mk' } : runFactAt(index, at);
  return { time: at, type: fact.type, run: runOf(fact), value: fact as unknown as Json };
}

function runFactAt(index: number, at: UnixMs): Fact {
  const run = `run-${String(Math.floor((index - 1) / RUN_ENTRIES))}` as RunId;
  const step = (index - 1) % RUN_ENTRIES;
  if (step === 0) {
    const goal = 'Total expenses by category since September';
    return { type: 'run.started', run, at, goal, overrides: {}, sources: [], now: at, zone: 'UTC' };
  }
  if (step === RUN_ENTRIES - 1) return { type: 'run.cancelled', run, at };
  return { type: step % 2 === 1 ? 'run.paused' : 'run.resumed', run, at };
}
