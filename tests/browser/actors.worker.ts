import * as Comlink from 'comlink';
import { broadcastChannel } from '#adapters/broadcast/broadcast-channel.ts';
import { indexedDbActorStore } from '#adapters/indexeddb/actor-store.ts';
import { webLeaderLock } from '#adapters/locks/leader-lock.ts';
import { decodeFrames, encodeFrame } from '#adapters/opfs/actor-frames.ts';
import { opfsActorStore } from '#adapters/opfs/actor-store.ts';
import { openSyncHandle, type SyncHandle } from '#adapters/opfs/sync-handle.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { newActor, type Supervised } from '#core/actors/actor.ts';
import { OWNER, type ActorId } from '#core/actors/envelope.ts';
import type { Json } from '#core/base/json.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import { ActorSystem, type ActorNews } from '#runtime/actors/actor-system.ts';
import { answerTo, ask } from '#tests/linearizability/actor-world.ts';
import { registerBehaviour } from '#tests/linearizability/register.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';

/** One tab's thread as far as actors go: the real stores, locks and channels. The vault's keys are those of a test. */
export type StoreKind = 'IndexedDB' | 'OPFS';

const handles = (
  globalThis as unknown as { FileSystemSyncAccessHandle: { prototype: SyncHandle & { write: unknown } } }
).FileSystemSyncAccessHandle.prototype;
const { write } = handles;
let system: ActorSystem<Json> | null = null;
let store: ActorStore | null = null;
let unfenced = false;
let hang: string | null = null;
let hanging = false;
const told = new Map<ActorId, Supervised<Json>>();

function storeOf(kind: StoreKind, name: string): ActorStore {
  const sealer = plainSealer();
  if (kind === 'IndexedDB') return indexedDbActorStore(sealer, name);
  return opfsActorStore(sealer, { directory: name, lock: webLeaderLock(), clock: platformClock });
}

const api = {
  store: (kind: StoreKind, name: string) => {
    const real = storeOf(kind, name);
    return Comlink.proxy({
      ...real,
      // A change that lives on the page answers late: it is asked about everything that is kept first.
      rewrite: async (change: (kept: Json) => Promise<Json>) => {
        const kept = new Map<string, Json>();
        await real.rewrite((value) => {
          kept.set(JSON.stringify(value), value as Json);
          return value;
        });
        const changed = new Map<string, Json>();
        for (const [text, value] of kept) changed.set(text, await change(value));
        await real.rewrite((value) => changed.get(JSON.stringify(value)) as typeof value);
      },
    });
  },

  /** Runs registers over a store that other workers share. */
  start: (kind: StoreKind, name: string, channel = name) => {
    const real = storeOf(kind, name);
    const locks = webLeaderLock();
    const during = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
      await reached(`before ${step}`);
      const done = await work();
      await reached(`after ${step}`);
      return done;
    };
    store = real;
    system = new ActorSystem<Json>({
      behaviour: registerBehaviour,
      store: {
        ...real,
        // A seeded fault: an epoch that is always the newest, and entries that always follow.
        commit: async (actor, epoch, commit) => {
          if (!unfenced) return during('commit', () => real.commit(actor, epoch, commit));
          const fresh = await real.activate(actor);
          const last = fresh.tail.at(-1)?.sequence ?? fresh.snapshot?.sequence ?? 0;
          return real.commit(actor, fresh.epoch, { ...commit, entry: { ...commit.entry, sequence: last + 1 } });
        },
        post: (envelope) => (envelope.from === OWNER ? real.post(envelope) : during('post', () => real.post(envelope))),
        sent: (actor, ids) => during('sent', () => real.sent(actor, ids)),
      },
      clock: platformClock,
      broadcast: broadcastChannel<ActorNews>(channel),
      lock: { hold: (lock, lead, how) => locks.hold(`${channel}/${lock}`, lead, how) },
      outside: {},
      visible: () => Promise.resolve(true),
      note: () => null,
      witness: {
        told: (actor) => Promise.resolve(told.get(actor) ?? null),
        restored: (state) => ({ event: { state, output: null }, outbox: [] }),
      },
      changed: () => undefined,
    });
    system.start();
  },
  /** A journal heard of so many entries of the actor, and that they came to this. */
  tell: (actor: string, sequence: number, state: Json) => {
    told.set(actor as ActorId, { ...newActor(registerBehaviour, actor as ActorId), sequence, state });
  },
  wake: (actor: string) => system?.wake(actor as ActorId),
  damage: () => store?.damage() ?? null,
  breakFence: () => void (unfenced = true),
  hangAt: (where: string) => void (hang = where),
  hangs: () => hanging,
  log: async (actor: string) => (await store?.log(actor as ActorId, 1, 1_000))?.map(({ message }) => message) ?? [],
  ask: async (id: string, to: string, body: Json) => {
    if (system !== null) await ask({ system }, id, to, body);
  },
  answer: async (actor: string, message: string) =>
    store === null ? null : ((await answerTo(store, actor, message)) ?? null),
  seize: (actor: string) => system?.seize(actor as ActorId),
  waiting: () => store?.waiting(),
  /** Blocks the thread as a frozen tab is blocked: nothing in it runs. */
  freeze: (milliseconds: number) => {
    const until = Date.now() + milliseconds;
    while (Date.now() < until);
  },

  full: (yes: boolean) => {
    const refuse = (): never => {
      throw new DOMException('The disk is full.', 'QuotaExceededError');
    };
    handles.write = yes ? refuse : write;
  },
  /** Cuts seven bytes off the newest file. */
  tear: (directory: string) => cut(directory, (bytes) => bytes.length - 7),
  /** Cuts the last records off the newest file, so that what is left of it looks whole. */
  cutRecords: (directory: string, count: number) =>
    cut(directory, (bytes) =>
      decodeFrames(bytes)
        .records.slice(0, -count)
        .reduce<number>((length, record) => length + encodeFrame(record).length, 0),
    ),
};

async function cut(directory: string, lengthOf: (bytes: Uint8Array) => number): Promise<void> {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(directory);
  const names: string[] = [];
  for await (const name of folder.keys()) if (name.endsWith('.actors')) names.push(name);
  const newest = names.sort().at(-1);
  const handle = newest === undefined ? null : await openSyncHandle(await folder.getFileHandle(newest));
  if (handle === null) throw new Error('There is nothing to cut.');
  const bytes = new Uint8Array(handle.getSize());
  handle.read(bytes, { at: 0 });
  handle.truncate(lengthOf(bytes));
  handle.flush();
  handle.close();
}

async function reached(where: string): Promise<void> {
  if (hang !== where) return;
  hanging = true;
  await new Promise<never>(() => undefined);
}

export type ActorsWorkerApi = typeof api;

Comlink.expose(api);
