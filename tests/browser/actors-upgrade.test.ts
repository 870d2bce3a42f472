import { expect, test } from 'vitest';
import type { ActorId, Draft, Envelope } from '#core/actors/envelope.ts';
import type { ActorEntry } from '#core/actors/actor.ts';
import type { Epoch, UnixMs } from '#core/base/ids.ts';
import { indexedDbActorStore } from '#adapters/indexeddb/actor-store.ts';
import { strictDatabase } from '#adapters/indexeddb/database.ts';
import { sealJson } from '#adapters/indexeddb/sealed-json.ts';
import { freshName } from '#tests/conformance/indexeddb-benches.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';

/** The database of actors as its first version wrote it, in the browser's own IndexedDB, opened by the newest. */
const sealer = plainSealer();
const ANNA = 'anna' as ActorId;
const EPOCH = 3 as Epoch;

/** The tables and rows of the first version. @returns its connection, as a tab of before holds it */
async function firstVersion(name: string) {
  const database = strictDatabase(name, {
    heads: 'actor',
    entries: '[actor+sequence]',
    mail: '++order, &id, actor',
    taken: 'id',
    outbox: '++order, actor, [actor+id]',
  });
  const actor = await sealer.nameOf(`actor/${ANNA}`);
  const nameOf = ({ to, id }: Draft): Promise<string> => sealer.nameOf(`mail/${to}/${id}`);
  const row = async (draft: Draft) => {
    const id = await nameOf(draft);
    return { actor, id, sealed: await sealJson(sealer, draft, `message/${id}`) };
  };
  const state = await sealJson(sealer, { seen: 2 }, `actor/${actor}/snapshot/2`);
  const id = await sealJson(sealer, ANNA, `actor/${actor}`);
  await database.table('heads').put({ actor, id, epoch: EPOCH, sequence: 3, snapshot: { sequence: 2, state } });
  for (const sequence of [1, 2, 3]) {
    const sealed = await sealJson(sealer, entry(sequence), `actor/${actor}/entry/${String(sequence)}`);
    await database.table('entries').put({ actor, sequence, sealed });
    await database.table('taken').put({ id: await nameOf(draft(`m${String(sequence)}`)) });
  }
  await database.table('mail').add(await row(draft('m4')));
  await database.table('outbox').add(await row(draft('o1', ANNA, 'ben')));
  return database;
}

test('what the first version kept is all there, is not taken twice, and a tab of before lets go', async () => {
  const name = freshName('upgrade');
  const before = await firstVersion(name);
  expect(before.isOpen()).toBe(true);

  const store = indexedDbActorStore(sealer, name);
  expect(await store.actors()).toEqual([ANNA]);
  expect(before.isOpen()).toBe(false);
  expect(await store.waiting()).toEqual([ANNA]);
  expect(await store.past(ANNA)).toEqual({ snapshot: { sequence: 2, state: { seen: 2 } }, tail: [entry(3)] });
  expect(await store.log(ANNA, 1, 10)).toEqual([entry(1), entry(2), entry(3)]);
  expect(await store.mailbox(ANNA)).toMatchObject([draft('m4')]);
  expect(await store.outbox(ANNA)).toMatchObject([draft('o1', ANNA, 'ben')]);
  expect(await store.damage()).toBeNull();

  // What was taken then comes once more, as from a tab that ended before it could say that it was sent.
  for (const id of ['m1', 'm2', 'm3', 'm4']) expect(await store.post(envelope(id)), id).toBe('known');
  const [sent] = await store.outbox(ANNA);
  expect(await store.post(sent as Envelope)).toBe('kept');
  expect(await store.post(sent as Envelope)).toBe('known');

  // The actor goes on under a higher epoch, and what was activated before is refused.
  const { epoch } = await store.activate(ANNA);
  expect(epoch).toBe(EPOCH + 1);
  const next = { entry: { ...entry(4), epoch }, taken: true, outbox: [], snapshot: null };
  expect(await store.commit(ANNA, EPOCH, next)).toEqual({ ok: false, error: 'fenced' });
  expect(await store.commit(ANNA, epoch, next)).toEqual({ ok: true, value: undefined });
  await store.sent(ANNA, ['o1']);
  store.close();

  const again = indexedDbActorStore(sealer, name);
  expect([await again.mailbox(ANNA), await again.outbox(ANNA)]).toEqual([[], []]);
  expect((await again.log(ANNA, 1, 10)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  for (const id of ['m1', 'm4']) expect(await again.post(envelope(id)), id).toBe('known');
  expect(await tablesOf(name)).toEqual(['entries', 'heads', 'heard', 'mail', 'outbox', 'receipts']);
  await again.erase();
  again.close();
});

async function tablesOf(name: string): Promise<string[]> {
  const opening = indexedDB.open(name);
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(new Error(`${name} cannot be opened.`));
  });
  const names = [...database.objectStoreNames].sort();
  database.close();
  return names;
}

function entry(sequence: number): ActorEntry {
  const at = sequence as UnixMs;
  return { sequence, epoch: EPOCH, at, message: `m${String(sequence)}`, event: null, crash: null };
}

function draft(id: string, from: string = 'ben', to: string = ANNA): Draft {
  return { id, from, to, at: 5 as UnixMs, path: [], body: id };
}

/** As a sender of today posts it. */
function envelope(id: string): Envelope {
  return { ...draft(id), stamp: { by: 'receiver', entries: 3 } };
}
