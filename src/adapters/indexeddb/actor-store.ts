import { Dexie, type Table } from 'dexie';
import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId, Draft, Envelope } from '#core/actors/envelope.ts';
import { admit, receiptsEndAt } from '#core/actors/receipts.ts';
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
  /** What was found missing, in words, until the owner knows. */
  readonly damage?: string;
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

/** A message that was taken, and the entry that took it. */
interface ReceiptRow {
  readonly actor: string;
  readonly sequence: number;
  readonly id: string;
}

/** The highest number that an actor heard of another. */
interface HeardRow {
  readonly actor: string;
  readonly from: string;
  readonly number: number;
}

/** No actor is called so: these receipts stay. */
const OF_THE_FIRST_VERSION = '';

type Change = Parameters<ActorStore['rewrite']>[0];

const REWRITTEN_AT_ONCE = 256;

/** Actors in IndexedDB: one transaction a message. Values are sealed before a transaction starts, never inside one. */
export function indexedDbActorStore(sealer: Sealer, name = 'windhover-actors'): ActorStore {
  const database = strictDatabase(name, {
    heads: 'actor',
    entries: '[actor+sequence]',
    mail: '++order, &id, actor',
    taken: 'id',
    outbox: '++order, actor, [actor+id]',
  });
  // The first version remembered every message for ever, and numbered none: what it took is remembered on.
  database
    .version(2)
    .stores({ taken: null, receipts: '[actor+sequence], id', heard: '[actor+from]' })
    .upgrade(async (transaction) => {
      const names = (await transaction.table('taken').toCollection().primaryKeys()) as string[];
      const kept = names.map((id, sequence): ReceiptRow => ({ actor: OF_THE_FIRST_VERSION, sequence, id }));
      await transaction.table('receipts').bulkAdd(kept);
    });
  const heads: Table<HeadRow, string> = database.table('heads');
  const entries: Table<EntryRow, [string, number]> = database.table('entries');
  const mail: Table<MessageRow, number> = database.table('mail');
  const receipts: Table<ReceiptRow, [string, number]> = database.table('receipts');
  const heard: Table<HeardRow, [string, string]> = database.table('heard');
  const outbox: Table<MessageRow, number> = database.table('outbox');

  const nameOf = (actor: string): Promise<string> => sealer.nameOf(`actor/${actor}`);
  const messageName = (to: string, id: string): Promise<string> => sealer.nameOf(`mail/${to}/${id}`);
  const openMessage = async ({ id, sealed }: MessageRow): Promise<Envelope> => ({
    // What the first version wrote has no stamp: it is taken for news while it is not known.
    stamp: { by: 'receiver', entries: Number.MAX_SAFE_INTEGER },
    ...((await openJson(sealer, sealed, `message/${id}`)) as Draft & Partial<Envelope>),
  });
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

  const rewriteMessages = async (change: Change): Promise<void> => {
    for (const table of [mail, outbox]) {
      for (const row of await table.toArray()) {
        const kept = await openMessage(row);
        const changed = change(kept);
        // One that was taken or sent meanwhile is not put back.
        if (changed !== kept)
          await table.update(row.order as number, { sealed: await sealJson(sealer, changed, `message/${row.id}`) });
      }
    }
  };
  const rewriteLog = async (actor: string, change: Change): Promise<void> => {
    for (;;) {
      const head = (await heads.get(actor)) as HeadRow;
      const changed: EntryRow[] = [];
      for (let from = 1; from <= head.sequence; from += REWRITTEN_AT_ONCE) {
        const page = entries.where('[actor+sequence]').between([actor, from], [actor, from + REWRITTEN_AT_ONCE]);
        for (const row of await page.toArray()) {
          const kept = (await openJson(sealer, row.sealed, entryContext(row))) as ActorEntry;
          const next = change(kept);
          if (next !== kept) changed.push({ ...row, sealed: await sealJson(sealer, next, entryContext(row)) });
        }
      }
      const { snapshot: before } = await openPast(head, []);
      const context = snapshotContext(actor, before?.sequence ?? 0);
      const snapshot = before && { ...before, state: await sealJson(sealer, change(before.state), context) };
      const done = await database.transaction('rw', [heads, entries], async () => {
        const now = (await heads.get(actor)) as HeadRow;
        if (now.sequence !== head.sequence) return false;
        await entries.bulkPut(changed);
        await heads.put({ ...now, epoch: now.epoch + 1, snapshot });
        return true;
      });
      if (done) return;
    }
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

    commit: async (actor, epoch, { entry, taken: take, outbox: toSend, snapshot, damage }) => {
      const key = await nameOf(actor);
      const { sequence, message } = entry;
      const id = await messageName(actor, message);
      const sealed = await sealJson(sealer, entry, entryContext({ actor: key, sequence }));
      const messages = await Promise.all(toSend.map((envelope) => sealMessage(key, envelope)));
      const state = snapshot === null ? null : await sealJson(sealer, snapshot, snapshotContext(key, sequence));
      const tables = ['heads', 'entries', 'mail', 'receipts', 'outbox'];
      const outcome = await attempt(() =>
        rawTransaction(database, tables, 'readwrite', 'strict', (transaction, undo) => {
          const table = (of: string): IDBObjectStore => transaction.objectStore(of);
          const kept = table('heads').get(key) as IDBRequest<HeadRow | undefined>;
          kept.onsuccess = () => {
            try {
              const head = kept.result;
              const follows = (last: number): boolean => (state === null ? sequence === last + 1 : sequence > last);
              if (head?.epoch !== epoch || !follows(head.sequence))
                throw new FencedError('The actor was activated elsewhere.');
              table('entries').put({ actor: key, sequence, sealed } satisfies EntryRow);
              for (const row of messages) table('outbox').add(row);
              if (take) takeMail(table, { actor: key, sequence, id });
              table('receipts').delete(IDBKeyRange.bound([key, -Infinity], [key, receiptsEndAt(sequence)]));
              const next = state === null ? head.snapshot : { sequence, state };
              const found = damage === undefined ? {} : { damage };
              table('heads').put({ ...head, sequence, snapshot: next, ...found } satisfies HeadRow);
            } catch (error) {
              undo(error as Error);
            }
          };
        }),
      );
      return outcome.ok ? ok(undefined) : err(outcome.error.code);
    },

    post: async (envelope) => {
      const { stamp } = envelope;
      const [actor, from] = [await nameOf(envelope.to), await nameOf(envelope.from)];
      const row = await sealMessage(actor, envelope);
      return database.transaction('rw', [heads, mail, receipts, heard], async () => {
        const admission = admit({
          stamp,
          entries: (await heads.get(actor))?.sequence ?? 0,
          waits: (await mail.where('id').equals(row.id).count()) > 0,
          receipt: (await receipts.where('id').equals(row.id).count()) > 0,
          highest: (await heard.get([actor, from]))?.number ?? null,
        });
        if (admission !== 'kept') return admission;
        if (stamp.by === 'sender') await heard.put({ actor, from, number: stamp.number });
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

    // The mail first: what is read from now on has nothing of it. Then the logs, with which every activation from before
    // is refused. What those wrote until then is in the mail or in the outbox again.
    rewrite: async (change) => {
      await rewriteMessages(change);
      for (const actor of await heads.toCollection().primaryKeys()) await rewriteLog(actor, change);
      await rewriteMessages(change);
    },
    // What cannot be read is refused where it is read.
    damage: async () => {
      const reports = new Set((await heads.toArray()).flatMap(({ damage }) => damage ?? []));
      return reports.size === 0 ? null : [...reports].join(' ');
    },
    noticed: async () => {
      await heads.toCollection().modify((head: { damage?: string }) => {
        delete head.damage;
      });
    },

    erase: () => database.delete({ disableAutoOpen: false }),
    close: () => database.close(),
  };
}

/** Takes a message from the mailbox, and leaves a receipt. */
function takeMail(table: (of: string) => IDBObjectStore, receipt: ReceiptRow): void {
  table('receipts').put(receipt);
  const waiting = table('mail').index('id').getKey(receipt.id);
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
