import { describe, expect, test } from 'vitest';
import {
  backOffMs,
  BACK_OFF_MAX_MS,
  CRASHES_NONE,
  isCalm,
  MESSAGE_TRIES_MAX,
  type Behaviour,
} from '#core/actors/actor.ts';
import type { ActorId, Envelope } from '#core/actors/envelope.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { ACTOR_IDLE_MS, ACTOR_TAIL_MAX, revive } from '#runtime/actors/run-actor.ts';
import { actorWorld, answerTo, ask, type ActorWorld } from '#tests/linearizability/actor-world.ts';
import { registerBehaviour } from '#tests/linearizability/register.ts';

const X = 'x' as ActorId;
const add = (value: number): Json => ({ call: { do: 'add', value } });

/** The register, but a message that says so breaks it. */
const brittle: Behaviour<Json> = {
  ...registerBehaviour,
  receive: (state, message, at) => {
    if ((message.body as { readonly poison?: boolean }).poison === true) throw new Error('it broke');
    return registerBehaviour.receive(state, message, at);
  },
  choose: (_, mail, calm) => {
    const order = mail.find((message) => 'order' in (message.body as object));
    return order ?? (calm ? (mail[0] ?? null) : null);
  },
};

async function crashesOf(world: ActorWorld<Json>) {
  return revive(brittle, X, await world.store.past(X)).crashes;
}

describe('an actor', () => {
  test('is activated by its mail, answers it, and leaves memory when it is idle', async () => {
    const world = actorWorld(registerBehaviour);
    const tab = world.tab();
    expect(tab.system.isActive(X)).toBe(false);
    await ask(tab, 'a', X, add(2));
    await world.clock.advance(100);
    expect(await answerTo(world.store, X, 'a')).toBe(2);
    expect(tab.system.isActive(X)).toBe(true);
    await world.clock.advance(ACTOR_IDLE_MS + 100);
    expect(tab.system.isActive(X)).toBe(false);
    await ask(tab, 'b', X, add(3));
    await world.clock.advance(100);
    expect(await answerTo(world.store, X, 'b')).toBe(5);
  });

  test('is activated in one tab at a time, whichever its mail comes from', async () => {
    const world = actorWorld(registerBehaviour);
    const tabs = [world.tab(), world.tab(), world.tab()];
    for (let round = 0; round < 12; round++) {
      await ask(tabs[round % 3] as (typeof tabs)[0], `m${String(round)}`, X, add(1));
      await world.clock.advance(40);
      expect(tabs.filter((tab) => tab.system.isActive(X))).toHaveLength(1);
    }
    expect(await answerTo(world.store, X, 'm11')).toBe(12);
    expect(world.disk.actors.get(X)?.epoch).toBe(1);
  });

  test('acts once on a message, however often it is posted', async () => {
    const world = actorWorld(registerBehaviour);
    const tabs = [world.tab(), world.tab()];
    for (const tab of [...tabs, ...tabs]) {
      await ask(tab, 'same', X, add(1));
      await world.clock.advance(3_000);
    }
    expect((await world.store.log(X, 1, 100)).map(({ message }) => message)).toEqual(['same']);
  });

  test('reads a snapshot and a short tail, however long its log is', async () => {
    const world = actorWorld(registerBehaviour);
    const tab = world.tab();
    for (let round = 0; round < 200; round++) await ask(tab, `m${String(round)}`, X, add(1));
    await world.clock.advance(ACTOR_IDLE_MS + 1_000);
    expect(tab.system.isActive(X)).toBe(false);
    const before = world.disk.entriesRead;
    await ask(tab, 'last', X, add(1));
    await world.clock.advance(100);
    expect(await answerTo(world.store, X, 'last')).toBe(201);
    // Looking whether there is work reads it once more.
    expect(world.disk.entriesRead - before).toBeLessThanOrEqual(2 * ACTOR_TAIL_MAX);
  });

  test('goes on in another tab when its own is killed, and nothing is lost or done twice', async () => {
    const world = actorWorld(registerBehaviour);
    const [first, second] = [world.tab(), world.tab()];
    for (let round = 0; round < 5; round++) await ask(first, `a${String(round)}`, X, add(1));
    first.kill();
    await world.clock.advance(6_000);
    await ask(second, 'b', X, add(1));
    await world.clock.advance(6_000);
    expect(await answerTo(world.store, X, 'b')).toBe(6);
    expect(await world.store.waiting()).toEqual([]);
  });

  test('is taken from a tab that was stopped, and what that tab still writes is refused', async () => {
    const world = actorWorld(registerBehaviour);
    const [first, second] = [world.tab(), world.tab()];
    await ask(first, 'a', X, add(1));
    await world.clock.advance(100);
    first.freeze();
    await ask(second, 'b', X, add(1));
    await world.clock.advance(1_000);
    expect(await answerTo(world.store, X, 'b')).toBeUndefined();
    await world.clock.advance(3_000);
    expect(await answerTo(world.store, X, 'b')).toBe(2);
    first.thaw();
    await ask(first, 'c', X, add(1));
    await world.clock.advance(3_000);
    expect(await answerTo(world.store, X, 'c')).toBe(3);
    expect([first.system.isActive(X), second.system.isActive(X)]).toEqual([false, true]);
  });

  test('is given up when its page is frozen, and another tab goes on at once', async () => {
    const world = actorWorld(registerBehaviour);
    const [first, second] = [world.tab(), world.tab()];
    await ask(first, 'a', X, add(1));
    await world.clock.advance(100);
    await first.system.rest();
    expect(first.system.isActive(X)).toBe(false);
    await ask(second, 'b', X, add(1));
    await world.clock.advance(100);
    expect(await answerTo(world.store, X, 'b')).toBe(2);
    await second.system.rest();
    await ask(first, 'c', X, add(1));
    await world.clock.advance(10_000);
    expect(await answerTo(world.store, X, 'c')).toBeUndefined();
    first.system.resume();
    await world.clock.advance(100);
    expect(await answerTo(world.store, X, 'c')).toBe(3);
  });

  test('is seized from a tab that hangs in handing something on, and takes an order first', async () => {
    const outside = { void: () => new Promise<boolean>(() => undefined) };
    const world = actorWorld(brittle, { outside });
    const [first, second] = [world.tab(), world.tab()];
    await ask(first, 'a', X, { forward: 'void', call: { do: 'read' } });
    await world.clock.advance(100);
    await ask(first, 'b', X, { order: true, call: { do: 'add', value: 1 } });
    await world.clock.advance(5_000);
    expect(await answerTo(world.store, X, 'b')).toBeUndefined();
    second.system.seize(X);
    await world.clock.advance(100);
    expect(await answerTo(world.store, X, 'b')).toBe(1);
    expect(world.disk.actors.get(X)?.epoch).toBe(2);
  });
});

describe('an actor that crashes', () => {
  test('is tried again after longer and longer waits, sets the message aside, and answers the next', async () => {
    const world = actorWorld(brittle);
    const tab = world.tab();
    await ask(tab, 'bad', X, { poison: true });
    await ask(tab, 'good', X, add(1));
    await world.clock.advance(10);
    expect(await crashesOf(world)).toMatchObject({ total: 1, inARow: 1, tries: 1, reason: 'it broke' });
    await world.clock.advance(backOffMs(1));
    expect(await crashesOf(world)).toMatchObject({ total: 2, inARow: 2, tries: 2 });
    await world.clock.advance(backOffMs(2) - 100);
    expect(await crashesOf(world)).toMatchObject({ total: 2 });
    await world.clock.advance(200);
    expect(await crashesOf(world)).toMatchObject({ total: MESSAGE_TRIES_MAX, inARow: 3 });
    expect((await world.store.mailbox(X)).map(({ id }) => id)).toEqual(['good']);
    await world.clock.advance(backOffMs(3));
    expect(await answerTo(world.store, X, 'good')).toBe(1);
    expect(await crashesOf(world)).toMatchObject({ total: 3, inARow: 0, retryAt: null });
  });

  test('takes orders while it waits, and is calm after one', async () => {
    const world = actorWorld(brittle);
    const tab = world.tab();
    await ask(tab, 'bad', X, { poison: true });
    await world.clock.advance(backOffMs(1) + 10);
    expect(await crashesOf(world)).toMatchObject({ inARow: 2 });
    await ask(tab, 'now', X, { order: true, call: { do: 'read' } });
    await world.clock.advance(10);
    expect(await answerTo(world.store, X, 'now')).toBe(0);
    expect(await crashesOf(world)).toMatchObject({ total: 3, inARow: 1 });
  });

  test('waits no longer than the longest wait, even after its clock was set back', () => {
    expect([backOffMs(1), backOffMs(2), backOffMs(1_000)]).toEqual([1_000, 2_000, BACK_OFF_MAX_MS]);
    const crashes = { ...CRASHES_NONE, retryAt: 1_000_000 as UnixMs };
    expect(isCalm(crashes, 999_999 as UnixMs)).toBe(false);
    expect(isCalm(crashes, 1_000_000 as UnixMs)).toBe(true);
    expect(isCalm(crashes, 5 as UnixMs)).toBe(true);
  });

  test('by what it would be folded from does not break its log', async () => {
    const folding: Behaviour<Json> = {
      ...registerBehaviour,
      apply: (state, event) => {
        if ((event as { readonly output?: Json }).output === 13) throw new Error('cannot be folded');
        return registerBehaviour.apply(state, event);
      },
    };
    const world = actorWorld(folding);
    const tab = world.tab();
    await ask(tab, 'bad', X, add(13));
    await world.clock.advance(10_000);
    await ask(tab, 'good', X, add(1));
    await world.clock.advance(1_000);
    expect(await answerTo(world.store, X, 'good')).toBe(1);
  });
});

describe('what an actor sends', () => {
  test('reaches each receiver once and in order, though tabs die while handing it on', async () => {
    const heard: string[] = [];
    const seen = new Set<string>();
    const outside = {
      out: ({ id }: Pick<Envelope, 'id'>) => {
        if (!seen.has(id)) heard.push(id);
        seen.add(id);
        return Promise.resolve(true);
      },
    };
    const world = actorWorld(registerBehaviour, { outside });
    for (let round = 0; round < 6; round++) {
      const tab = world.tab();
      for (let index = 0; index < 3; index++)
        await ask(tab, `m${String(round)}${String(index)}`, X, { forward: 'out', call: { do: 'read' } });
      await world.clock.advance(round % 2 === 0 ? 0 : 6_000);
      tab.kill();
    }
    world.tab();
    await world.clock.advance(10_000);
    expect(heard).toHaveLength(18);
    expect(heard).toEqual([...heard].sort());
    expect(await world.store.waiting()).toEqual([]);
  });

  test('waits until it can be handed on', async () => {
    let open = false;
    const world = actorWorld(registerBehaviour, { outside: { out: () => Promise.resolve(open) } });
    const tab = world.tab();
    await ask(tab, 'a', X, { forward: 'out', call: { do: 'read' } });
    await world.clock.advance(30_000);
    expect(await world.store.outbox(X)).toHaveLength(1);
    open = true;
    await world.clock.advance(3_000);
    expect(await world.store.outbox(X)).toEqual([]);
  });
});

test('a store that fails does not stop the others, and is tried again', async () => {
  const world = actorWorld(registerBehaviour);
  const tab = world.tab();
  await ask(tab, 'a', X, add(1));
  world.disk.fail = 'io';
  await world.clock.advance(500);
  expect(tab.system.failureOf(X)?.reason).toBe('io');
  world.disk.fail = null;
  await world.clock.advance(10_000);
  expect(await answerTo(world.store, X, 'a')).toBe(1);
  expect(tab.system.failureOf(X)).toBeNull();
});
