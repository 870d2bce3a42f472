import { Dexie, type Table } from 'dexie';
import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId, Envelope } from '#core/actors/envelope.ts';
import type { Epoch } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { err, ok } from '#core/base/result.ts';
import type { ActorPast, ActorStore } from '#ports/actor-store.ts';
import type { Sealed, Sealer } from '#ports/crypto.ts';
import { attempt, FencedError, rawTransaction, strictDatabase } from './database.ts';
import { openJson, sealJson } from './sealed-json.ts';

/** Actors and messages stand under the vault's names for them; who they are is sealed. */
interface HeadRow {
  readonly actor: string;
  readonly id: Sealed;
  readonly epoch: number;
  readonly sequence: number;
  readonly snapshot: { readonly sequence: number; readonly state: Sealed } | null;
}

interface EntryRow {
  readonly actor: string;
  readonly sequence: number;
  readonly sealed: Sealed;
}

interface MessageRow {
  readonly order?: number;
  readonly actor: string;
  readonly id: string;
  readonly sealed: Sealed;
}

/** Actors in IndexedDB: one transaction a message. Values are sealed before a transaction starts, never inside one. */
export function indexedDbActorStore(sealer: Sealer, name = 'windhover-actors'): ActorStore {
  const database = strictDatabase(name, {
    heads: 'actor',
    entries: '[actor+sequence]',
    mail: '++order, &id, actor',
    taken: 'id',
    outbox: '++order, actor, [actor+id]',
  });
  const heads: Table<HeadRow, string> = database.table('heads');
  const entries: Table<EntryRow, [string, number]> = database.table('entries');
  const mail: Table<MessageRow, number> = database.table('mail');
  const taken: Table<{ id: string }, string> = database.table('taken');
  const outbox: Table<MessageRow, number> = database.table('outbox');

  const nameOf = (actor: string): Promise<string> => sealer.nameOf(`actor/${actor}`);
  const messageName = (to: string, id: string): Promise<string> => sealer.nameOf(`mail/${to}/${id}`);
  const openMessage = async ({ id, sealed }: MessageRow): Promise<Envelope> =>
    (await openJson(sealer, sealed, `message/${id}`)) as Envelope;
  const sealMessage = async (actor: string, envelope: Envelope): Promise<MessageRow> => {
    const id = await messageName(envelope.to, envelope.id);
    return { actor, id, sealed: await sealJson(sealer, envelope, `message/${id}`) };
  };

  const tailOf = (head: HeadRow): Promise<EntryRow[]> =>
    entries
      .where('[actor+sequence]')
      .between([head.actor, head.snapshot?.sequence ?? 0], [head.actor, Dexie.maxKey], false)
      .toArray();
  const openEntries = (rows: readonly EntryRow[]): Promise<ActorEntry[]> =>
    Promise.all(rows.map(async (row) => (await openJson(sealer, row.sealed, entryContext(row))) as ActorEntry));
  const openPast = async (head: HeadRow, tail: readonly EntryRow[]): Promise<ActorPast> => {
    const { actor, snapshot } = head;
    const state =
      snapshot && ((await openJson(sealer, snapshot.state, snapshotContext(actor, snapshot.sequence))) as Json);
    return {
      snapshot: snapshot && { sequence: snapshot.sequence, state },
      tail: await openEntries(tail),
    };
  };

  return {
    actors: async () => {
      const known = (await heads.toArray()).filter(({ sequence }) => sequence > 0);
      const ids = known.map(async ({ actor, id }) => (await openJson(sealer, id, `actor/${actor}`)) as ActorId);
      return (await Promise.all(ids)).sort();
    },
    waiting: async () => {
      const first = async (table: Table<MessageRow, number>): Promise<Envelope[]> => {
        const actors = (await table.orderBy('actor').uniqueKeys()) as string[];
        const rows = await Promise.all(actors.map((actor) => table.where('actor').equals(actor).first()));
        return Promise.all(rows.filter((row) => row !== undefined).map(openMessage));
      };
      const [received, toSend] = await Promise.all([first(mail), first(outbox)]);
      return [...new Set([...received.map(({ to }) => to), ...toSend.map(({ from }) => from)])] as ActorId[];
    },

    activate: async (actor) => {
      const key = await nameOf(actor);
      const id = await sealJson(sealer, actor, `actor/${key}`);
      const { head, tail } = await database.transaction('rw', [heads, entries], async () => {
        const kept = (await heads.get(key)) ?? { actor: key, id, epoch: 0, sequence: 0, snapshot: null };
        const raised = { ...kept, epoch: kept.epoch + 1 };
        await heads.put(raised);
        return { head: raised, tail: await tailOf(raised) };
      });
      return { ...(await openPast(head, tail)), epoch: head.epoch as Epoch };
    },
    past: async (actor) => {
      const key = await nameOf(actor);
      const { head, tail } = await database.transaction('r', [heads, entries], async () => {
        const kept = await heads.get(key);
        return { head: kept, tail: kept === undefined ? [] : await tailOf(kept) };
      });
      return head === undefined ? { snapshot: null, tail: [] } : openPast(head, tail);
    },
    log: async (actor, from, count) => {
      const key = await nameOf(actor);
      const rows = entries.where('[actor+sequence]').between([key, from], [key, from + count], true, false);
      return openEntries(await rows.toArray());
    },

    commit: async (actor, epoch, { entry, taken: take, outbox: toSend, snapshot }) => {
      const key = await nameOf(actor);
      const { sequence, message } = entry;
      const id = await messageName(actor, message);
      const sealed = await sealJson(sealer, entry, entryContext({ actor: key, sequence }));
      const messages = await Promise.all(toSend.map((envelope) => sealMessage(key, envelope)));
      const state = snapshot === null ? null : await sealJson(sealer, snapshot, snapshotContext(key, sequence));
      const tables = ['heads', 'entries', 'mail', 'taken', 'outbox'];
      const outcome = await attempt(() =>
        rawTransaction(database, tables, 'readwrite', 'strict', (transaction, undo) => {
          const table = (of: string): IDBObjectStore => transaction.objectStore(of);
          const kept = table('heads').get(key) as IDBRequest<HeadRow | undefined>;
          kept.onsuccess = () => {
            try {
              const head = kept.result;
              if (head?.epoch !== epoch || head.sequence + 1 !== sequence)
                throw new FencedError('The actor was activated elsewhere.');
              table('entries').put({ actor: key, sequence, sealed } satisfies EntryRow);
              for (const row of messages) table('outbox').add(row);
              if (take) takeMail(table, id);
              const next = state === null ? head.snapshot : { sequence, state };
              table('heads').put({ ...head, sequence, snapshot: next } satisfies HeadRow);
            } catch (error) {
              undo(error as Error);
            }
          };
        }),
      );
      return outcome.ok ? ok(undefined) : err(outcome.error.code);
    },

    post: async (envelope) => {
      const row = await sealMessage(await nameOf(envelope.to), envelope);
      return database.transaction('rw', [mail, taken], async () => {
        const known = (await taken.get(row.id)) !== undefined || (await mail.where('id').equals(row.id).count()) > 0;
        if (known) return 'known';
        await mail.add(row);
        return 'kept';
      });
    },
    mailbox: async (actor) => {
      const rows = await mail
        .where('actor')
        .equals(await nameOf(actor))
        .sortBy('order');
      return Promise.all(rows.map(openMessage));
    },
    outbox: async (actor) => {
      const rows = await outbox
        .where('actor')
        .equals(await nameOf(actor))
        .sortBy('order');
      return Promise.all(rows.map(openMessage));
    },
    sent: async (actor, ids) => {
      const key = await nameOf(actor);
      const rows = await outbox.where('actor').equals(key).toArray();
      const gone = new Set(ids);
      const opened = await Promise.all(rows.map(async (row) => ({ row, envelope: await openMessage(row) })));
      await outbox.bulkDelete(
        opened.filter(({ envelope }) => gone.has(envelope.id)).map(({ row }) => row.order as number),
      );
    },

    erase: () => database.delete({ disableAutoOpen: false }),
    close: () => database.close(),
  };
}

/** Takes a message from the mailbox and remembers it. */
function takeMail(table: (of: string) => IDBObjectStore, id: string): void {
  table('taken').put({ id });
  const waiting = table('mail').index('id').getKey(id);
  waiting.onsuccess = () => {
    if (waiting.result !== undefined) table('mail').delete(waiting.result);
  };
}

function entryContext({ actor, sequence }: { readonly actor: string; readonly sequence: number }): string {
  return `actor/${actor}/entry/${String(sequence)}`;
}

function snapshotContext(actor: string, sequence: number): string {
  return `actor/${actor}/snapshot/${String(sequence)}`;
}
