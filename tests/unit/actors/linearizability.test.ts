import { describe, expect, test } from 'vitest';
import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId } from '#core/actors/envelope.ts';
import type { Json } from '#core/base/json.ts';
import { seededRandom } from '#core/base/random.ts';
import { ok } from '#core/base/result.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import { actorWorld, answerTo, ask, type WorldOptions, type WorldTab } from '#tests/linearizability/actor-world.ts';
import { brokenKeys, type Operation } from '#tests/linearizability/check.ts';
import { REGISTER, registerBehaviour, type RegisterCall } from '#tests/linearizability/register.ts';
import { memoryActorDisk, type MemoryActorDisk } from '#tests/fakes/memory-actor-store.ts';

describe('the checker', () => {
  const of = (input: RegisterCall, called: number, at: number | null, output: Json = null): Operation => ({
    key: 'x',
    input: input,
    called,
    answer: at === null ? null : { at, output },
  });
  const write = (value: number, called: number, at: number | null, old: number): Operation =>
    of({ do: 'write', value }, called, at, old);
  const read = (called: number, at: number, output: number): Operation => of({ do: 'read' }, called, at, output);

  test('takes calls that overlap in any order that explains them', () => {
    expect(brokenKeys([write(1, 0, 10, 0), read(1, 2, 0), read(3, 4, 1)], REGISTER)).toEqual([]);
  });

  test('finds a read that goes back in time', () => {
    expect(brokenKeys([write(1, 0, 10, 0), read(1, 2, 1), read(3, 4, 0)], REGISTER)).toEqual(['x']);
  });

  test('finds a write that was lost, and one that was done twice', () => {
    expect(brokenKeys([write(1, 0, 1, 0), read(2, 3, 0)], REGISTER)).toEqual(['x']);
    const add = (called: number, output: number): Operation => of({ do: 'add', value: 1 }, called, called + 1, output);
    expect(brokenKeys([add(0, 1), add(2, 3)], REGISTER)).toEqual(['x']);
  });

  test('lets a call without an answer have happened late or never', () => {
    const pending = write(7, 0, null, 0);
    expect(brokenKeys([pending, read(1, 2, 0), read(3, 4, 7)], REGISTER)).toEqual([]);
    expect(brokenKeys([pending, read(1, 2, 0)], REGISTER)).toEqual([]);
    expect(brokenKeys([pending, read(1, 2, 7), read(3, 4, 0)], REGISTER)).toEqual(['x']);
  });

  test('says the same as trying every order, over small histories', () => {
    const random = seededRandom(5);
    const verdicts = new Set<boolean>();
    for (let round = 0; round < 400; round++) {
      const history = Array.from({ length: 5 }, (): Operation => {
        const called = random.below(12);
        const at = random.chance(0.2) ? null : called + 1 + random.below(6);
        const call: RegisterCall = random.chance(0.5) ? { do: 'read' } : { do: 'add', value: 1 };
        return of(call, called, at, random.below(4));
      });
      const found = brokenKeys(history, REGISTER).length === 0;
      expect(found).toBe(everyOrder(history));
      verdicts.add(found);
    }
    expect(verdicts.size).toBe(2);
  });
});

/** Tries all orders of all choices of the calls without an answer. */
function everyOrder(history: readonly Operation[]): boolean {
  const place = (left: readonly Operation[], state: Json): boolean => {
    if (left.every(({ answer }) => answer === null)) return true;
    return left.some((next) => {
      const others = left.filter((other) => other !== next);
      if (others.some(({ answer }) => answer !== null && answer.at < next.called)) return false;
      const { state: after, output } = REGISTER.step(state, next.input);
      if (next.answer !== null && next.answer.output !== output) return false;
      return place(others, after);
    });
  };
  return place(history, REGISTER.initial);
}

/** Seeds of each kind of run. */
const SEEDS = 60;
const ACTORS = ['x', 'y'];

interface Outcome {
  readonly broken: readonly string[];
  readonly answered: number;
  /** Actors with mail or something to send when all faults have ended. */
  readonly left: number;
}

interface Call extends Operation {
  answer: Operation['answer'];
  readonly id: string;
  readonly tab: WorldTab<Json>;
}

/** Callers in two tabs ask two actors at random, while tabs are killed, frozen and thawed and disks fail. */
async function play(seed: number, store?: (plain: ActorStore) => ActorStore, disk?: MemoryActorDisk): Promise<Outcome> {
  const random = seededRandom(seed);
  const failures = { random, chance: 0.03 };
  const strikes = { chance: 0.03 };
  const between: WorldOptions['between'] = (tab) => {
    if (!random.chance(strikes.chance)) return;
    if (random.chance(0.3)) tab.kill();
    else tab.freeze();
  };
  const world = actorWorld(registerBehaviour, { failures, between, ...(store && { store }), ...(disk && { disk }) });
  const tabs: WorldTab<Json>[] = [world.tab(), world.tab()];
  const history: Call[] = [];
  const again: (() => Promise<void>)[] = [];
  let time = 0;
  const look = async (): Promise<void> => {
    for (const call of history) {
      if (call.answer !== null || call.tab.dead()) continue;
      const output = await answerTo(world.store, call.key, call.id);
      if (output !== undefined) call.answer = { output, at: ++time };
    }
  };
  for (let step = 0; step < 40; step++) {
    const at = random.below(tabs.length);
    if (tabs[at]?.dead()) tabs[at] = world.tab();
    const tab = tabs[at] as WorldTab<Json>;
    const dice = random.next();
    if (dice < 0.6) {
      const key = random.pick(ACTORS);
      const call = random.pick<RegisterCall>([
        { do: 'read' },
        { do: 'add', value: 1 },
        { do: 'write', value: random.below(5) },
        { do: 'swap', from: random.below(5), to: random.below(5) },
      ]);
      const input = call as unknown as Json;
      const through = random.chance(0.3) ? random.pick(ACTORS) : null;
      const id = `call-${String(step)}`;
      history.push({ key, input, called: ++time, answer: null, id: through === null ? id : `${id}/on`, tab });
      const send = (): Promise<void> =>
        ask(tab, id, through ?? key, through === null ? { call: input } : { call: input, forward: key });
      // A message whose posting failed may have been kept all the same; some callers send it again, soon or late.
      void send().catch(() => random.chance(0.7) && again.push(send));
    } else if (dice < 0.7)
      void again
        .shift()?.()
        .catch(() => undefined);
    else if (dice < 0.9) tab.thaw();
    else tab.system.seize(random.pick(ACTORS) as ActorId);
    await world.clock.advance(random.pick([0, 5, 50, 400, 2_500]));
    await look();
  }
  failures.chance = 0;
  strikes.chance = 0;
  const last = world.tab();
  for (const tab of tabs) tab.thaw();
  await world.clock.advance(60_000);
  await look();
  for (const tab of [...tabs, last]) tab.kill();
  return {
    broken: brokenKeys(history, REGISTER),
    answered: history.filter(({ answer }) => answer !== null).length,
    left: (await world.store.waiting()).length,
  };
}

describe('actors over two tabs', { timeout: 60_000 }, () => {
  test('look like one actor each, whatever is killed, frozen or fails', async () => {
    let answered = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = await play(seed);
      expect(outcome.broken, `seed ${String(seed)}`).toEqual([]);
      expect(outcome.left, `seed ${String(seed)}`).toBe(0);
      answered += outcome.answered;
    }
    expect(answered).toBeGreaterThan(SEEDS * 10);
  });

  test('are caught when a late write is not fenced', async () => {
    expect(await caughtWithin(400, unfenced)).not.toBeNull();
  });

  test('are caught when a message that was taken is accepted again', async () => {
    expect(await caughtWithin(400, forgetful)).not.toBeNull();
  });
});

/** The first seed whose history gives a broken store away. */
async function caughtWithin(
  seeds: number,
  breakStore: (plain: ActorStore, disk: MemoryActorDisk) => ActorStore,
): Promise<number | null> {
  for (let seed = 1; seed <= seeds; seed++) {
    const disk = memoryActorDisk();
    if ((await play(seed, (plain) => breakStore(plain, disk), disk)).broken.length > 0) return seed;
  }
  return null;
}

/** A store whose writes do not look at the epoch: the entry goes where the log is now. */
function unfenced(plain: ActorStore, disk: MemoryActorDisk): ActorStore {
  return {
    ...plain,
    commit: (actor, epoch, commit) => {
      const kept = disk.actors.get(actor);
      if (kept === undefined || kept.epoch === epoch) return plain.commit(actor, epoch, commit);
      const entry: ActorEntry = { ...commit.entry, sequence: kept.entries.length + 1 };
      kept.entries.push(entry);
      const at = disk.mail.findIndex(({ to, id }) => to === actor && id === entry.message);
      if (at >= 0) disk.mail.splice(at, 1);
      return Promise.resolve(ok(undefined));
    },
  };
}

/** A store that does not remember what was taken. */
function forgetful(plain: ActorStore, disk: MemoryActorDisk): ActorStore {
  return {
    ...plain,
    post: (envelope) => {
      disk.receipts.clear();
      disk.heard.clear();
      return plain.post(envelope);
    },
  };
}
