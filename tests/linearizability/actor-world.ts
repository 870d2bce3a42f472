import type { Behaviour } from '#core/actors/actor.ts';
import { OWNER, type ActorId } from '#core/actors/envelope.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Random } from '#core/base/random.ts';
import { err } from '#core/base/result.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { Clock } from '#ports/clock.ts';
import { ActorSystem, type ActorNews } from '#runtime/actors/actor-system.ts';
import type { ActorParts } from '#runtime/actors/run-actor.ts';
import { fakeClock, type FakeClock } from '#tests/fakes/fake-clock.ts';
import { memoryActorDisk, memoryActorStore, type MemoryActorDisk } from '#tests/fakes/memory-actor-store.ts';
import { memoryBroadcast } from '#tests/fakes/memory-broadcast.ts';
import { memoryLocks } from '#tests/fakes/memory-locks.ts';

/** One browser with tabs that run the same actors, and what can befall them. */
export interface ActorWorld<S> {
  readonly clock: FakeClock;
  readonly disk: MemoryActorDisk;
  /** The store with nothing in its way, for who looks on. */
  readonly store: ActorStore;
  readonly tab: () => WorldTab<S>;
}

export interface WorldTab<S> {
  readonly system: ActorSystem<S>;
  /** Ends it in the middle of whatever it does; the browser gives its locks to others. */
  readonly kill: () => void;
  /** Nothing of it runs until it is thawed; it keeps its locks. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly dead: () => boolean;
}

export interface WorldOptions<S = unknown> {
  /** Makes each store of a tab, from the one with nothing in its way. */
  readonly store?: (store: ActorStore) => ActorStore;
  /** How often a write of a tab fails: before it is made, and after it was made and before it was told. */
  readonly failures?: { readonly random: Random; readonly chance: number };
  /** Called before and after each step of a tab's store, so that a test can strike in the middle of anything. */
  readonly between?: (tab: Pick<WorldTab<unknown>, 'kill' | 'freeze'>) => void;
  readonly outside?: { readonly [address: string]: (envelope: { readonly id: string }) => Promise<boolean> };
  readonly disk?: MemoryActorDisk;
  readonly note?: ActorParts<S>['note'];
  readonly witness?: ActorParts<S>['witness'];
}

export function actorWorld<S>(behaviour: Behaviour<S>, options: WorldOptions<S> = {}): ActorWorld<S> {
  const clock = fakeClock();
  const disk = options.disk ?? memoryActorDisk();
  const locks = memoryLocks();
  const channel = memoryBroadcast<ActorNews>();
  const store = memoryActorStore(disk);
  return {
    clock,
    disk,
    store,
    tab: () => {
      const gate = newGate();
      const broadcast = channel.join();
      const died = new AbortController();
      const death = aborted(died.signal);
      const kill = (): void => {
        gate.dead = true;
        broadcast.frozen = true;
        died.abort();
        void system.stop();
      };
      const freeze = (): void => {
        if (gate.open === null) gate.close();
        broadcast.frozen = true;
      };
      const between = (): void => options.between?.({ kill, freeze });
      const plain = (options.store ?? ((store) => store))(memoryActorStore(disk));
      const system: ActorSystem<S> = new ActorSystem<S>({
        behaviour,
        store: gatedStore(plain, gate, between, options.failures),
        clock: gatedClock(clock, gate),
        broadcast,
        lock: {
          hold: (name, lead, how = {}) =>
            locks.hold(
              name,
              // A dead tab never ends by itself what it began: the browser ends it.
              (lost) => Promise.race([lead(lost), death]),
              how,
            ),
        },
        outside: options.outside ?? {},
        visible: () => Promise.resolve(true),
        note: options.note ?? (() => null),
        witness: options.witness ?? null,
        changed: () => undefined,
      });
      system.start();
      return {
        system,
        kill,
        freeze,
        thaw: () => {
          gate.open?.();
          broadcast.frozen = false;
        },
        dead: () => gate.dead,
      };
    },
  };
}

/** Asks an actor something through a tab, before it did anything; what it answers is read from its log. */
export async function ask(
  tab: { readonly system: Pick<ActorSystem<Json>, 'post'> },
  id: string,
  to: string,
  body: Json,
): Promise<void> {
  const stamp = { by: 'receiver', entries: 0 } as const;
  await tab.system.post({ id, from: OWNER, to, at: 0 as UnixMs, path: [], body, stamp });
}

/** What an actor said to a message; undefined while it has said nothing. */
export async function answerTo(store: ActorStore, actor: string, message: string): Promise<Json | undefined> {
  const log = await store.log(actor as ActorId, 1, Number.MAX_SAFE_INTEGER);
  const entry = log.find((line) => line.message === message && line.event !== null);
  return (entry?.event as { readonly output?: Json } | undefined)?.output;
}

interface Gate {
  dead: boolean;
  passed: Promise<void>;
  open: (() => void) | null;
  readonly close: () => void;
}

function newGate(): Gate {
  const gate: Gate = {
    dead: false,
    passed: Promise.resolve(),
    open: null,
    close: () => {
      gate.passed = new Promise((resolve) => {
        gate.open = () => {
          gate.open = null;
          resolve();
        };
      });
    },
  };
  return gate;
}

/** A frozen tab goes on when it is thawed, a dead one never. */
async function pass(gate: Gate): Promise<void> {
  await gate.passed;
  if (gate.dead) await new Promise<never>(() => undefined);
}

function gatedStore(
  plain: ActorStore,
  gate: Gate,
  between: () => void,
  failures: WorldOptions['failures'],
): ActorStore {
  const fails = (): boolean => failures?.random.chance(failures.chance) ?? false;
  const through =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      between();
      await pass(gate);
      const result = await call(...args);
      between();
      await pass(gate);
      return result;
    };
  const failing =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (fails()) throw new Error('The disk failed before the write.');
      const result = await call(...args);
      if (fails()) throw new Error('The disk failed after the write.');
      return result;
    };
  return {
    ...plain,
    waiting: through(plain.waiting),
    past: through(plain.past),
    mailbox: through(plain.mailbox),
    outbox: through(plain.outbox),
    activate: through(failing(plain.activate)),
    post: through(failing(plain.post)),
    sent: through(failing(plain.sent)),
    commit: through(async (actor, epoch, commit) => {
      if (fails()) return err('io');
      const written = await plain.commit(actor, epoch, commit);
      return fails() ? err('io') : written;
    }),
  };
}

function gatedClock(clock: FakeClock, gate: Gate): Clock {
  return {
    now: clock.now,
    monotonic: clock.monotonic,
    after: (delay, callback) => {
      const cancelled = { yes: false };
      const cancel = clock.after(delay, () => {
        void pass(gate).then(() => {
          if (!cancelled.yes) callback();
        });
      });
      return () => {
        cancelled.yes = true;
        cancel();
      };
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}
