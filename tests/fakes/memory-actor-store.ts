import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId, Envelope } from '#core/actors/envelope.ts';
import { admit, receiptsEndAt } from '#core/actors/receipts.ts';
import type { Epoch } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { err, ok } from '#core/base/result.ts';
import type { StoreError } from '#ports/agent-store.ts';
import type { ActorPast, ActorStore } from '#ports/actor-store.ts';

/** What stays when a tab dies: hand the same disk to the next store. */
export interface MemoryActorDisk {
  readonly actors: Map<ActorId, Kept>;
  readonly mail: Envelope[];
  /** Receipts of messages that were taken: the sequence of the entry that took each. */
  readonly receipts: Map<string, number>;
  /** The highest number that each receiver heard of each sender. */
  readonly heard: Map<string, number>;
  /** Fails the next writes with this. */
  fail: StoreError | null;
  /** Entries read by activations so far. */
  entriesRead: number;
}

interface Kept {
  epoch: number;
  entries: ActorEntry[];
  snapshot: { sequence: number; state: Json } | null;
  outbox: Envelope[];
  /** What was found missing, until the owner knows. */
  damage: string | null;
}

export function memoryActorDisk(): MemoryActorDisk {
  return { actors: new Map(), mail: [], receipts: new Map(), heard: new Map(), fail: null, entriesRead: 0 };
}

/** Entries that its log has, those that were found missing among them. */
function lengthOf(kept: Kept | undefined): number {
  return kept?.entries.at(-1)?.sequence ?? 0;
}

export function memoryActorStore(disk: MemoryActorDisk = memoryActorDisk()): ActorStore {
  const kept = (actor: ActorId): Kept => {
    const found = disk.actors.get(actor) ?? { epoch: 0, entries: [], snapshot: null, outbox: [], damage: null };
    disk.actors.set(actor, found);
    return found;
  };
  const pastOf = ({ snapshot, entries }: Kept): ActorPast => {
    const tail = entries.filter(({ sequence }) => sequence > (snapshot?.sequence ?? 0));
    disk.entriesRead += tail.length;
    return structuredClone({ snapshot, tail });
  };
  const fail = (): void => {
    if (disk.fail !== null) throw new Error(disk.fail);
  };
  const key = ({ to, id }: Envelope): string => JSON.stringify([to, id]);
  const isOf = (id: string, actor: ActorId): boolean => (JSON.parse(id) as string[])[0] === actor;

  return {
    actors: () => Promise.resolve([...disk.actors].filter(([, { entries }]) => entries.length > 0).map(([id]) => id)),
    waiting: () =>
      Promise.resolve([
        ...new Set([
          ...disk.mail.map(({ to }) => to as ActorId),
          ...[...disk.actors].filter(([, { outbox }]) => outbox.length > 0).map(([id]) => id),
        ]),
      ]),
    activate: async (actor) => {
      await Promise.resolve();
      fail();
      const found = kept(actor);
      found.epoch += 1;
      return { ...pastOf(found), epoch: found.epoch as Epoch };
    },
    past: (actor) => Promise.resolve(pastOf(kept(actor))),
    log: (actor, from, count) =>
      Promise.resolve(
        structuredClone(kept(actor).entries.filter(({ sequence }) => sequence >= from && sequence < from + count)),
      ),
    commit: (actor, epoch, { entry, taken, outbox, snapshot, damage }) => {
      const found = kept(actor);
      const last = lengthOf(found);
      const follows = snapshot === null ? entry.sequence === last + 1 : entry.sequence > last;
      if (found.epoch !== epoch || !follows) return Promise.resolve(err('fenced'));
      if (disk.fail !== null) return Promise.resolve(err(disk.fail));
      found.entries.push(structuredClone(entry));
      found.outbox.push(...structuredClone(outbox));
      if (damage !== undefined) found.damage = damage;
      if (snapshot !== null) found.snapshot = structuredClone({ sequence: entry.sequence, state: snapshot });
      const at = disk.mail.findIndex(({ to, id }) => to === actor && id === entry.message);
      if (taken && at >= 0) {
        disk.receipts.set(key(disk.mail[at] as Envelope), entry.sequence);
        disk.mail.splice(at, 1);
      }
      for (const [id, sequence] of disk.receipts)
        if (isOf(id, actor) && sequence <= receiptsEndAt(entry.sequence)) disk.receipts.delete(id);
      return Promise.resolve(ok(undefined));
    },
    post: async (envelope) => {
      await Promise.resolve();
      fail();
      const { stamp, from, to } = envelope;
      const pair = JSON.stringify([to, from]);
      const admission = admit({
        stamp,
        entries: lengthOf(disk.actors.get(to as ActorId)),
        waits: disk.mail.some((other) => key(other) === key(envelope)),
        receipt: disk.receipts.has(key(envelope)),
        highest: disk.heard.get(pair) ?? null,
      });
      if (admission !== 'kept') return admission;
      if (stamp.by === 'sender') disk.heard.set(pair, stamp.number);
      disk.mail.push(structuredClone(envelope));
      return 'kept';
    },
    mailbox: (actor) => Promise.resolve(structuredClone(disk.mail.filter(({ to }) => to === actor))),
    outbox: (actor) => Promise.resolve(structuredClone(kept(actor).outbox)),
    sent: (actor, ids) => {
      const found = kept(actor);
      found.outbox = found.outbox.filter(({ id }) => !ids.includes(id));
      return Promise.resolve();
    },
    rewrite: (change) => {
      for (const found of disk.actors.values()) {
        found.epoch += 1;
        found.entries = found.entries.map((entry) => change(entry));
        found.outbox = found.outbox.map((envelope) => change(envelope));
        if (found.snapshot !== null) found.snapshot.state = change(found.snapshot.state);
      }
      disk.mail.splice(0, disk.mail.length, ...disk.mail.map((envelope) => change(envelope)));
      return Promise.resolve();
    },
    damage: () => {
      const reports = new Set([...disk.actors.values()].flatMap(({ damage }) => damage ?? []));
      return Promise.resolve(reports.size === 0 ? null : [...reports].join(' '));
    },
    noticed: () => {
      for (const found of disk.actors.values()) found.damage = null;
      return Promise.resolve();
    },
    erase: () => {
      Object.assign(disk, memoryActorDisk());
      return Promise.resolve();
    },
    close: () => undefined,
  };
}
