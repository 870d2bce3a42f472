import { newActor, foldEntry, type ActorEntry, type Supervised } from '#core/actors/actor.ts';
import { agentBehaviour } from '#core/actors/agent-actor.ts';
import type { AgentActor, AgentMessage } from '#core/actors/agent-messages.ts';
import { OWNER, type ActorId, type Draft, type Envelope } from '#core/actors/envelope.ts';
import { outboxStamp } from '#core/actors/receipts.ts';
import type { Digest, RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { opfsActorStore } from '#adapters/opfs/actor-store.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import { ACTOR_TAIL_MAX, revive } from '#runtime/actors/run-actor.ts';
import { freshSealer } from '#tests/fakes/fresh-vault.ts';
import { memoryLocks } from '#tests/fakes/memory-locks.ts';
import { memoryOpfs } from '#tests/fakes/memory-opfs.ts';
import { type Figure, growthLaw, ratios, spread } from './statistics.ts';

/** Each ends with the longest tail that an activation finds: a snapshot is written every sixteen entries. */
const SIZES = [95, 1_007, 3_999, 15_999];
const LONG_SIZES = [...SIZES, 63_999];
const ROUNDS = 15;
/** A sentence and its citation, as an answer has them. */
const SENTENCES = 4;

const ACTOR = 'figures' as ActorId;

/**
 * What it takes to activate an agent with so many entries behind it, in a tab that was just opened: opening the agents'
 * files, raising the epoch, and coming to the state from a snapshot and the entries after it, beside folding every entry
 * from the first. The real store with real seals, in Node, over files in memory: what a disk adds does not depend on it.
 */
export async function benchActorActivation(): Promise<Figure[]> {
  const open = await storeInMemory();
  const rows: { size: number; snapshot: number[]; everything: number[] }[] = [];
  let agent = newActor(agentBehaviour, ACTOR);
  for (const size of process.argv.includes('--long') ? LONG_SIZES : SIZES) {
    agent = await workUntil(open(), agent, size);
    const row = { size, snapshot: [] as number[], everything: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      row.snapshot.push(await milliseconds(agent, () => activated(open())));
      if (round < 5 || size < 2_000) row.everything.push(await milliseconds(agent, () => replayed(open(), size)));
    }
    rows.push(row);
  }
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [
    {
      name: `G13 activating an agent, ${String(last.size)} entries before it`,
      unit: 'ms',
      ours: spread(last.snapshot),
      peer: { name: `with ${String(first.size)}`, ...spread(first.snapshot) },
      ratio: spread(ratios(last.snapshot, first.snapshot)),
      goal: '<= 2 x, <= 10 ms',
    },
    ...rows.map(({ size, snapshot, everything }): Figure => ({
      name: `G13 activating an agent, ${String(size)} entries before it`,
      unit: 'ms',
      ours: spread(snapshot),
      peer: { name: 'folding every entry', ...spread(everything) },
      ratio: spread(ratios(snapshot.slice(0, everything.length), everything)),
      goal: 'reported',
    })),
    growthLaw(
      'G13 activating an agent',
      rows.map(({ size, snapshot }) => [size, snapshot] as const),
    ),
    {
      ...growthLaw(
        'G13 folding every entry of an agent',
        rows.map(({ size, everything }) => [size, everything] as const),
      ),
      goal: 'reported',
    },
  ];
}

/** @returns how a tab opens the store, every time anew, on the same files */
async function storeInMemory(): Promise<() => ActorStore> {
  const { storage } = memoryOpfs();
  Object.defineProperty(globalThis, 'navigator', { value: { storage }, configurable: true });
  const parts = { directory: 'actors', lock: memoryLocks(), clock: platformClock };
  const sealer = await freshSealer();
  return () => opfsActorStore(sealer, parts);
}

async function activated(store: ActorStore): Promise<Supervised<AgentActor>> {
  return revive(agentBehaviour, ACTOR, await store.activate(ACTOR));
}

async function replayed(store: ActorStore, entries: number): Promise<Supervised<AgentActor>> {
  return revive(agentBehaviour, ACTOR, { snapshot: null, tail: await store.log(ACTOR, 1, entries) });
}

/** How long the work takes, which must come to this. */
async function milliseconds(
  expected: Supervised<AgentActor>,
  work: () => Promise<Supervised<AgentActor>>,
): Promise<number> {
  const started = performance.now();
  const { sequence, state } = await work();
  const took = performance.now() - started;
  if (JSON.stringify([sequence, state]) !== JSON.stringify([expected.sequence, expected.state]))
    throw new Error('What was read is not what was written.');
  return took;
}

/** The agent answers one goal after the other, until its log has so many entries. */
async function workUntil(
  store: ActorStore,
  from: Supervised<AgentActor>,
  entries: number,
): Promise<Supervised<AgentActor>> {
  const { epoch } = await store.activate(ACTOR);
  let [agent, sent] = [from, [] as string[]];
  while (agent.sequence < entries) {
    const sequence = agent.sequence + 1;
    const message = messageAt(sequence);
    const { event, outbox } = agentBehaviour.receive(agent.state, message, message.at);
    const entry: ActorEntry = { sequence, epoch, at: message.at, message: message.id, event, crash: null };
    agent = foldEntry(agentBehaviour, agent, entry);
    const snapshot = sequence % ACTOR_TAIL_MAX === 0 ? (agent as unknown as Json) : null;
    await store.post(message);
    const written = await store.commit(ACTOR, epoch, {
      entry,
      taken: true,
      outbox: stamped(outbox, sequence),
      snapshot,
    });
    if (!written.ok) throw new Error(written.error);
    sent = [...sent, ...outbox.map(({ id }) => id)];
    if (sequence % ACTOR_TAIL_MAX === 0) await store.sent(ACTOR, sent.splice(0));
  }
  await store.sent(ACTOR, sent);
  return agent;
}

function stamped(outbox: readonly Draft[], sequence: number): Envelope[] {
  return outbox.map((draft, index) => ({ ...draft, stamp: outboxStamp(sequence, index) }));
}

/** It is made, and from then on given a goal and told what came of it, in turn. */
function messageAt(sequence: number): Envelope {
  const goal = `goal-${String(Math.floor(sequence / 2))}`;
  const id = sequence % 2 === 0 ? goal : `${goal}/ended`;
  const stamp = { by: 'receiver', entries: sequence - 1 } as const;
  const body = bodyAt(sequence, goal) as unknown as Json;
  return { id, from: OWNER, to: ACTOR, at: (1_763_700_000_000 + sequence) as UnixMs, path: [], body, stamp };
}

function bodyAt(sequence: number, goal: string): AgentMessage {
  if (sequence === 1) return { type: 'create', name: 'Figures', sources: null };
  if (sequence % 2 === 0)
    return { type: 'goal', goal: 'Total expenses by category since September', asker: '', asks: [] };
  const sentences = Array.from({ length: SENTENCES }, (_, index) => ({
    text: `Travel: 1,200.0${String(index)} euros, of which 800.00 were hotels.`,
    by: 'Figures',
    run: goal as RunId,
    answer: '0'.repeat(64) as Digest,
    citations: [
      {
        source: '1'.repeat(64) as SourceId,
        file: 'expenses.csv',
        locator: 'row 12',
        quote: '2026-09-01,Travel,120.00',
        digest: '2'.repeat(64) as Digest,
      },
    ],
  }));
  return { type: 'ran', run: goal as RunId, outcome: { status: 'answered', reason: null, sentences, more: 0 } };
}
