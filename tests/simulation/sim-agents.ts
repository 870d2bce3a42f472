import { agentBehaviour } from '#core/actors/agent-actor.ts';
import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId, Envelope } from '#core/actors/envelope.ts';
import { admit, receiptsEndAt } from '#core/actors/receipts.ts';
import type { Epoch } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { isEnded } from '#core/agent/transition.ts';
import { err, ok } from '#core/base/result.ts';
import type { ActorPast, ActorStore } from '#ports/actor-store.ts';
import { revive } from '#runtime/actors/run-actor.ts';
import type { IdbDisk, Transaction } from './idb-disk.ts';
import type { Process } from './scheduler.ts';
import type { World } from './world.ts';

/** All that is kept of one actor; never changed, always replaced. */
interface Kept {
  readonly epoch: number;
  readonly entries: readonly ActorEntry[];
  readonly snapshot: { readonly sequence: number; readonly state: Json } | null;
  readonly outbox: readonly Envelope[];
}

const NEW: Kept = { epoch: 0, entries: [], snapshot: null, outbox: [] };
const [ACTORS, MAIL, RECEIPTS, HEARD] = ['actors', 'actor.mail', 'actor.receipts', 'actor.heard'];

/** Entries that its log has, those that were found missing among them. */
const lengthOf = ({ entries }: Kept): number => entries.at(-1)?.sequence ?? 0;

class Fenced extends Error {}

/** The actors' store as IndexedDB keeps it, on a simulated disk. @param process null for a reader from outside */
export function idbActorStore(disk: IdbDisk, process: Process | null): ActorStore {
  const read = <T>(label: string, work: (from: Transaction) => T): Promise<T> => disk.read(process, label, work);
  const write = <T>(label: string, work: (to: Transaction) => T): Promise<T> =>
    process === null
      ? Promise.reject(new Error('Who looks on from outside writes nothing.'))
      : disk.write(process, label, work);
  const keptIn = (from: Transaction, actor: string): Kept => (from.get(ACTORS, actor) as Kept | undefined) ?? NEW;
  const mailIn = (from: Transaction): [string | number, Envelope][] =>
    [...from.all(MAIL)] as [string | number, Envelope][];
  const pastOf = ({ snapshot, entries }: Kept): ActorPast => ({
    snapshot,
    tail: entries.filter(({ sequence }) => sequence > (snapshot?.sequence ?? 0)),
  });
  const name = ({ to, id }: Pick<Envelope, 'to' | 'id'>): string => `${to}\n${id}`;
  return {
    actors: () =>
      read('actors', (from) =>
        ([...from.all(ACTORS)] as [ActorId, Kept][]).filter(([, { entries }]) => entries.length > 0).map(([id]) => id),
      ),
    waiting: () =>
      read('actors waiting', (from) => {
        const sending = ([...from.all(ACTORS)] as [ActorId, Kept][]).filter(([, { outbox }]) => outbox.length > 0);
        return [...new Set([...mailIn(from).map(([, { to }]) => to as ActorId), ...sending.map(([id]) => id)])];
      }),
    activate: (actor) =>
      write('activate', (to) => {
        const kept = keptIn(to, actor);
        const epoch = kept.epoch + 1;
        to.put(ACTORS, actor, { ...kept, epoch });
        return { ...pastOf(kept), epoch: epoch as Epoch };
      }),
    past: (actor) => read('actor', (from) => pastOf(keptIn(from, actor))),
    log: (actor, from, count) =>
      read('actor log', (of) =>
        keptIn(of, actor).entries.filter(({ sequence }) => sequence >= from && sequence < from + count),
      ),
    commit: async (actor, epoch, { entry, taken, outbox, snapshot }) => {
      try {
        await write('actor entry', (to) => {
          const kept = keptIn(to, actor);
          const last = lengthOf(kept);
          const follows = snapshot === null ? entry.sequence === last + 1 : entry.sequence > last;
          if (kept.epoch !== epoch || !follows) throw new Fenced();
          to.put(ACTORS, actor, {
            epoch,
            entries: [...kept.entries, entry],
            snapshot: snapshot === null ? kept.snapshot : { sequence: entry.sequence, state: snapshot },
            outbox: [...kept.outbox, ...outbox],
          } satisfies Kept);
          const letter = mailIn(to).find(([, other]) => other.to === actor && other.id === entry.message);
          if (taken && letter !== undefined) {
            to.delete(MAIL, letter[0]);
            to.put(RECEIPTS, name(letter[1]), { actor, sequence: entry.sequence });
          }
          for (const [id, receipt] of to.all(RECEIPTS)) {
            const { actor: of, sequence } = receipt as { readonly actor: string; readonly sequence: number };
            if (of === actor && sequence <= receiptsEndAt(entry.sequence)) to.delete(RECEIPTS, id);
          }
        });
        return ok(undefined);
      } catch (error) {
        if (error instanceof Fenced) return err('fenced');
        return err(error instanceof DOMException && error.name === 'QuotaExceededError' ? 'quota' : 'io');
      }
    },
    post: (envelope) =>
      write('post', (to) => {
        const pair = `${envelope.to}\n${envelope.from}`;
        const admission = admit({
          stamp: envelope.stamp,
          entries: lengthOf(keptIn(to, envelope.to)),
          waits: mailIn(to).some(([, other]) => name(other) === name(envelope)),
          receipt: to.get(RECEIPTS, name(envelope)) !== undefined,
          highest: (to.get(HEARD, pair) as number | undefined) ?? null,
        });
        if (admission !== 'kept') return admission;
        if (envelope.stamp.by === 'sender') to.put(HEARD, pair, envelope.stamp.number);
        const order = ((to.get('store.meta', 'mail') ?? 0) as number) + 1;
        to.put('store.meta', 'mail', order);
        to.put(MAIL, order, envelope);
        return admission;
      }),
    mailbox: (actor) =>
      read('mailbox', (from) =>
        mailIn(from)
          .filter(([, { to }]) => to === actor)
          .sort(([a], [b]) => Number(a) - Number(b))
          .map(([, envelope]) => envelope),
      ),
    outbox: (actor) => read('outbox', (from) => keptIn(from, actor).outbox),
    sent: (actor, ids) =>
      write('sent', (to) => {
        const kept = keptIn(to, actor);
        to.put(ACTORS, actor, { ...kept, outbox: kept.outbox.filter(({ id }) => !ids.includes(id)) });
      }),
    rewrite: (change) =>
      write('rewrite', (to) => {
        for (const [actor, kept] of [...to.all(ACTORS)] as [string, Kept][])
          to.put(ACTORS, actor, {
            epoch: kept.epoch + 1,
            entries: kept.entries.map((entry) => change(entry)),
            snapshot: kept.snapshot && { ...kept.snapshot, state: change(kept.snapshot.state) },
            outbox: kept.outbox.map((envelope) => change(envelope)),
          } satisfies Kept);
        for (const [order, envelope] of mailIn(to)) to.put(MAIL, order, change(envelope));
      }),
    damage: () => Promise.resolve(null),
    noticed: () => Promise.resolve(),
    erase: () =>
      write('erase actors', (to) => {
        for (const table of [ACTORS, MAIL, RECEIPTS, HEARD])
          for (const key of [...to.all(table).keys()]) to.delete(table, key);
      }),
    close: () => undefined,
  };
}

/** Whether an agent has nothing left to do: of one that its owner has stopped, goals may wait. */
export function agentsSettled(world: World): boolean {
  return problems(world).length === 0;
}

/** Each message was answered once, all that was begun has ended, and the journal has heard of every entry. */
export function checkAgents(world: World): void {
  for (const problem of problems(world)) world.history.violated('actors', problem);
  for (const [actor, { entries }] of world.idb.table(ACTORS) as Map<string, Kept>) {
    const answered = new Set<string>();
    entries.forEach(({ sequence, epoch, message, event, crash }, index) => {
      const before = entries[index - 1];
      const last = before?.sequence ?? 0;
      // Where entries were lost, what made it anew from the journal comes after those that the journal knows.
      const follows =
        (event as { readonly type?: string } | null)?.type === 'restored' ? sequence > last : sequence === last + 1;
      if (!follows || epoch < (before?.epoch ?? 0))
        world.history.violated('actors', `entry ${String(sequence)} of ${actor} is out of order`);
      if (crash === null && answered.has(message))
        world.history.violated('actors', `${actor} answered ${message} twice`);
      if (crash === null) answered.add(message);
    });
  }
}

function problems(world: World): string[] {
  const { idb, history } = world;
  const actors = [...(idb.table(ACTORS) as Map<string, Kept>)];
  const mail = [...idb.table(MAIL).values()] as Envelope[];
  return actors.flatMap(([id, kept]) => {
    if (kept.entries.length === 0) return [];
    const { state, sequence } = revive(agentBehaviour, id as ActorId, { snapshot: null, tail: kept.entries });
    const found: string[] = [];
    if (kept.outbox.length > 0) found.push(`${id} has ${String(kept.outbox.length)} messages that nobody handed on`);
    const waiting = mail.filter(({ to }) => to === id).length;
    if (waiting > 0 && state.phase === 'running') found.push(`${id} leaves ${String(waiting)} messages unread`);
    for (const { run, status } of state.tasks) {
      const known = run === null ? undefined : history.state.runs.get(run);
      if (status === 'working' && state.phase === 'running' && (known === undefined || isEnded(known)))
        found.push(`${id} waits for ${String(run)}, which is ${known?.status ?? 'not there'}`);
    }
    const noted = history.state.actors.get(id as ActorId)?.sequence;
    if (noted !== sequence)
      found.push(`${id} has ${String(sequence)} entries; the journal knows of ${String(noted ?? 0)}`);
    return found;
  });
}
