import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId, Envelope } from '#core/actors/envelope.ts';
import { RECEIPTS_KEPT, type Stamp } from '#core/actors/receipts.ts';
import type { Epoch, UnixMs } from '#core/base/ids.ts';
import { seededRandom } from '#core/base/random.ts';
import type { ActorCommit, ActorStore } from '#ports/actor-store.ts';

export interface ActorStoreBench {
  /** The store as another tab has it, or the same one after a restart. */
  readonly store: () => ActorStore;
  /** No write finds room while this works. */
  readonly withoutRoom: (work: () => Promise<void>) => Promise<void>;
  /** Cuts the last bytes off what the last commit wrote, as a crash in mid-write does; null where a write is whole or not at all. */
  readonly tear: ((actor: ActorId) => Promise<void>) | null;
  readonly dispose: () => Promise<void>;
}

const FENCED = { ok: false, error: 'fenced' };
const DONE = { ok: true, value: undefined };
const ANNA = 'anna' as ActorId;
const BEN = 'ben' as ActorId;

/** What every store of actors must do, whatever it is made of. */
export function actorStoreSuite(name: string, make: () => Promise<ActorStoreBench>): void {
  describe(`${name} as an actor store`, () => {
    let bench: ActorStoreBench;
    let store: ActorStore;
    beforeEach(async () => {
      bench = await make();
      store = bench.store();
    });
    afterEach(() => bench.dispose());

    test('an actor that nobody knows has no past, no mail and nothing to send', async () => {
      expect(await store.actors()).toEqual([]);
      expect(await store.waiting()).toEqual([]);
      expect(await store.past(ANNA)).toEqual({ snapshot: null, tail: [] });
      expect(await store.mailbox(ANNA)).toEqual([]);
      expect(await store.outbox(ANNA)).toEqual([]);
      expect(await store.activate(ANNA)).toEqual({ snapshot: null, tail: [], epoch: 1 });
      expect(await store.actors()).toEqual([]);
    });

    test('each activation, from whatever tab, gets a higher epoch than the ones before', async () => {
      const other = bench.store();
      const first = (await store.activate(ANNA)).epoch;
      const second = (await other.activate(ANNA)).epoch;
      const third = (await bench.store().activate(ANNA)).epoch;
      expect([second > first, third > second]).toEqual([true, true]);
      expect((await store.activate(BEN)).epoch).toBe(1);
    });

    test('entry, outbox, taken message and snapshot are there together for every tab', async () => {
      const { epoch } = await store.activate(ANNA);
      await store.post(mail('m1'));
      await store.post(mail('m2'));
      const outbox = [mail('o1', ANNA, BEN), mail('o2', ANNA, BEN)];
      expect(await store.commit(ANNA, epoch, commit(1, epoch, 'm1', { outbox }))).toEqual(DONE);
      const other = bench.store();
      expect(await other.past(ANNA)).toEqual({ snapshot: null, tail: [entry(1, epoch, 'm1')] });
      expect(await other.mailbox(ANNA)).toEqual([mail('m2')]);
      expect(await other.outbox(ANNA)).toEqual(outbox);
      expect(await other.actors()).toEqual([ANNA]);
      expect(await store.commit(ANNA, epoch, commit(2, epoch, 'm2', { snapshot: { seen: 2 } }))).toEqual(DONE);
      expect(await other.past(ANNA)).toEqual({ snapshot: { sequence: 2, state: { seen: 2 } }, tail: [] });
      expect(await other.mailbox(ANNA)).toEqual([]);
    });

    test('an activation reads the last snapshot and what came after it, and people can read it all', async () => {
      const { epoch } = await store.activate(ANNA);
      for (let sequence = 1; sequence <= 7; sequence++) {
        const snapshot = sequence % 3 === 0 ? { seen: sequence } : null;
        const written = commit(sequence, epoch, `m${String(sequence)}`, { snapshot });
        expect(await store.commit(ANNA, epoch, written)).toEqual(DONE);
      }
      const next = await bench.store().activate(ANNA);
      expect(next.snapshot).toEqual({ sequence: 6, state: { seen: 6 } });
      expect(next.tail.map(({ sequence }) => sequence)).toEqual([7]);
      const all = await store.log(ANNA, 1, 100);
      expect(all.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect((await store.log(ANNA, 3, 2)).map(({ message }) => message)).toEqual(['m3', 'm4']);
    });

    test('an activation that was followed by another changes nothing at all', async () => {
      const old = await store.activate(ANNA);
      await store.post(mail('m1'));
      const next = await bench.store().activate(ANNA);
      const late = commit(1, old.epoch, 'm1', { outbox: [mail('o1', ANNA, BEN)], snapshot: { seen: 1 } });
      expect(await store.commit(ANNA, old.epoch, late)).toEqual(FENCED);
      const other = bench.store();
      expect(await other.past(ANNA)).toEqual({ snapshot: null, tail: [] });
      expect(await other.mailbox(ANNA)).toEqual([mail('m1')]);
      expect(await other.outbox(ANNA)).toEqual([]);
      expect(await other.commit(ANNA, next.epoch, commit(1, next.epoch, 'm1'))).toEqual(DONE);
      expect(await store.commit(ANNA, old.epoch, commit(2, old.epoch, 'm2'))).toEqual(FENCED);
      expect(await store.past(ANNA)).toEqual({ snapshot: null, tail: [entry(1, next.epoch, 'm1')] });
    });

    test('an entry that does not follow the last is refused', async () => {
      const { epoch } = await store.activate(ANNA);
      expect(await store.commit(ANNA, epoch, commit(1, epoch, 'm1'))).toEqual(DONE);
      expect(await store.commit(ANNA, epoch, commit(1, epoch, 'm2'))).toEqual(FENCED);
      expect(await store.commit(ANNA, epoch, commit(3, epoch, 'm3'))).toEqual(FENCED);
      expect((await store.past(ANNA)).tail).toHaveLength(1);
    });

    test('an entry may come after missing ones where a snapshot stands for them, and that is told until the owner knows', async () => {
      const { epoch } = await store.activate(ANNA);
      for (const sequence of [1, 2])
        expect(await store.commit(ANNA, epoch, commit(sequence, epoch, `m${String(sequence)}`))).toEqual(DONE);
      expect(await store.damage()).toBeNull();
      const after = { ...commit(40, epoch, 'm40', { snapshot: { seen: 40 } }), damage: 'Entries are missing.' };
      expect(await store.commit(ANNA, epoch, after)).toEqual(DONE);
      expect(await store.commit(ANNA, epoch, after)).toEqual(FENCED);
      expect(await store.commit(ANNA, epoch, commit(42, epoch, 'm42'))).toEqual(FENCED);
      const other = bench.store();
      expect(await other.past(ANNA)).toEqual({ snapshot: { sequence: 40, state: { seen: 40 } }, tail: [] });
      expect(await store.commit(ANNA, epoch, commit(41, epoch, 'm41'))).toEqual(DONE);
      const read = async (from: number, count: number) =>
        (await other.log(ANNA, from, count)).map(({ sequence }) => sequence);
      expect([await read(1, 100), await read(2, 39), await read(3, 37)]).toEqual([[1, 2, 40, 41], [2, 40], []]);
      expect(await other.damage()).toBe('Entries are missing.');
      await store.noticed();
      expect([await store.damage(), await bench.store().damage()]).toEqual([null, null]);
    });

    test('messages wait in the order in which they came, once each, and are not accepted again once taken', async () => {
      const other = bench.store();
      for (const id of ['z', 'm', 'a']) expect(await store.post(mail(id))).toBe('kept');
      expect(await other.post(mail('m'))).toBe('known');
      expect(await other.post(mail('m', BEN, BEN))).toBe('kept');
      expect((await other.mailbox(ANNA)).map(({ id }) => id)).toEqual(['z', 'm', 'a']);
      const { epoch } = await store.activate(ANNA);
      expect(await store.commit(ANNA, epoch, commit(1, epoch, 'm'))).toEqual(DONE);
      expect(await bench.store().post(mail('m'))).toBe('known');
      expect((await bench.store().mailbox(ANNA)).map(({ id }) => id)).toEqual(['z', 'a']);
      const next = await bench.store().activate(ANNA);
      expect(await other.commit(ANNA, next.epoch, commit(2, next.epoch, 'z', { snapshot: {} }))).toEqual(DONE);
      const third = bench.store();
      await third.activate(ANNA);
      expect([await third.post(mail('m')), await third.post(mail('z'))]).toEqual(['known', 'known']);
      expect((await third.mailbox(ANNA)).map(({ id }) => id)).toEqual(['a']);
    });

    test('of an actor nothing is accepted that does not exceed what was heard of it before', async () => {
      const sent = (number: number, to = ANNA): Envelope =>
        mail(`n${String(number)}`, BEN, to, { by: 'sender', number });
      expect(await store.post(sent(3))).toBe('kept');
      expect(await bench.store().post(sent(7))).toBe('kept');
      expect([await store.post(sent(7)), await store.post(sent(3)), await store.post(sent(5))]).toEqual(
        Array(3).fill('known'),
      );
      expect(await store.post(sent(3, BEN))).toBe('kept');
      expect(await store.post({ ...sent(1), from: 'carl' })).toBe('kept');
      const { epoch } = await store.activate(ANNA);
      await store.commit(ANNA, epoch, commit(1, epoch, 'n7', { snapshot: {} }));
      const other = bench.store();
      await other.activate(ANNA);
      expect([await other.post(sent(7)), await other.post(sent(8))]).toEqual(['known', 'kept']);
      expect((await store.mailbox(ANNA)).map(({ id }) => id)).toEqual(['n3', 'n1', 'n8']);
    });

    const posted = 'whatever is posted again, in whatever order and however late, is taken once, and news always';
    test(posted, { timeout: 60_000 }, async () => {
      const random = seededRandom(11);
      const { epoch } = await store.activate(ANNA);
      let sequence = 0;
      const take = async (message: string): Promise<void> => {
        sequence += 1;
        const written = commit(sequence, epoch, message, { snapshot: sequence % 16 === 0 ? {} : null });
        expect(await store.commit(ANNA, epoch, written)).toEqual(DONE);
        taken.push(message);
      };
      const made: Envelope[] = [];
      const waiting: string[] = [];
      const taken: string[] = [];
      let late = 0;
      for (let turn = 0; turn < RECEIPTS_KEPT + 80; turn++) {
        const stamp: Stamp = random.chance(0.5)
          ? { by: 'sender', number: turn }
          : { by: 'receiver', entries: random.chance(0.5) ? sequence : Math.max(0, sequence - RECEIPTS_KEPT) };
        const news = mail(`m${String(turn)}`, stamp.by === 'sender' ? BEN : 'owner', ANNA, stamp);
        expect(await store.post(news)).toBe('kept');
        made.push(news);
        waiting.push(news.id);
        const old = made[random.below(Math.ceil(made.length / 8))] as Envelope;
        const said = await store.post(random.pick([news, random.pick(made), old, old]));
        expect(said).not.toBe('kept');
        if (said === 'late') late += 1;
        if (turn % 10 !== 0) await take(waiting.splice(random.below(waiting.length), 1)[0] as string);
      }
      expect((await store.mailbox(ANNA)).map(({ id }) => id)).toEqual(waiting);
      for (const id of waiting) await take(id);
      expect([...taken].sort()).toEqual(made.map(({ id }) => id).sort());
      expect(late).toBeGreaterThan(0);
    });

    test('a message that is to be tried again stays where it is', async () => {
      const { epoch } = await store.activate(ANNA);
      await store.post(mail('m1'));
      const crashed = { ...commit(1, epoch, 'm1'), taken: false };
      expect(await store.commit(ANNA, epoch, crashed)).toEqual(DONE);
      expect(await bench.store().mailbox(ANNA)).toEqual([mail('m1')]);
      expect(await store.post(mail('m1'))).toBe('known');
    });

    test('what is to be sent stays, over restarts, until it is said to be sent', async () => {
      const { epoch } = await store.activate(ANNA);
      const outbox = ['c', 'b', 'a'].map((id) => mail(id, ANNA, BEN));
      await store.commit(ANNA, epoch, commit(1, epoch, 'm1', { outbox, snapshot: { seen: 1 } }));
      await store.commit(ANNA, epoch, commit(2, epoch, 'm2', { outbox: [mail('d', ANNA, BEN)] }));
      const other = bench.store();
      expect((await other.outbox(ANNA)).map(({ id }) => id)).toEqual(['c', 'b', 'a', 'd']);
      await other.sent(ANNA, ['b']);
      await store.sent(ANNA, ['b', 'c']);
      await bench.store().activate(ANNA);
      expect((await bench.store().outbox(ANNA)).map(({ id }) => id)).toEqual(['a', 'd']);
      expect(await store.waiting()).toEqual([ANNA]);
      await store.sent(ANNA, ['a', 'd']);
      expect(await bench.store().waiting()).toEqual([]);
    });

    test('who has mail or something to send is waiting', async () => {
      expect(await store.post(mail('m1', ANNA, BEN))).toBe('kept');
      expect(await bench.store().waiting()).toEqual([BEN]);
      const { epoch } = await store.activate(BEN);
      await store.commit(BEN, epoch, commit(1, epoch, 'm1', { outbox: [mail('o', BEN, ANNA)] }));
      expect(await bench.store().waiting()).toEqual([BEN]);
      await store.post(mail('o', BEN, ANNA));
      expect([...(await bench.store().waiting())].sort()).toEqual([ANNA, BEN]);
    });

    test('one of two tabs that post the same message at once keeps it', async () => {
      const tabs = [bench.store(), bench.store(), store];
      const kept = await Promise.all(tabs.map((tab) => tab.post(mail('same'))));
      expect(kept.filter((answer) => answer === 'kept').length).toBeGreaterThanOrEqual(1);
      expect(await store.mailbox(ANNA)).toEqual([mail('same')]);
    });

    test('without room nothing of a commit is there, and it goes through once there is', async () => {
      const { epoch } = await store.activate(ANNA);
      await store.post(mail('m1'));
      const written = commit(1, epoch, 'm1', { outbox: [mail('o1', ANNA, BEN)], snapshot: { seen: 1 } });
      await bench.withoutRoom(async () => {
        expect(await store.commit(ANNA, epoch, written)).toEqual({ ok: false, error: 'quota' });
      });
      const other = bench.store();
      expect(await other.past(ANNA)).toEqual({ snapshot: null, tail: [] });
      expect(await other.mailbox(ANNA)).toEqual([mail('m1')]);
      expect(await other.outbox(ANNA)).toEqual([]);
      const next = await other.activate(ANNA);
      expect(await other.commit(ANNA, next.epoch, commit(1, next.epoch, 'm1'))).toEqual(DONE);
    });

    test('of a commit that a crash cut short nothing is there', async ({ skip }) => {
      const { tear } = bench;
      if (tear === null) return skip('a write is whole or not at all');
      const { epoch } = await store.activate(ANNA);
      await store.post(mail('m1'));
      await store.post(mail('m2'));
      await store.commit(ANNA, epoch, commit(1, epoch, 'm1', { outbox: [mail('o1', ANNA, BEN)] }));
      await store.commit(ANNA, epoch, commit(2, epoch, 'm2', { outbox: [mail('o2', ANNA, BEN)] }));
      await tear(ANNA);
      const other = bench.store();
      const next = await other.activate(ANNA);
      expect(next.tail).toEqual([entry(1, epoch, 'm1')]);
      expect((await other.outbox(ANNA)).map(({ id }) => id)).toEqual(['o1']);
      expect(await other.commit(ANNA, next.epoch, commit(2, next.epoch, 'm2'))).toEqual(DONE);
      expect((await bench.store().activate(ANNA)).tail.map(({ sequence }) => sequence)).toEqual([1, 2]);
    });

    test('what is changed is changed wherever it was kept, and activations from before write no more', async () => {
      const { epoch } = await store.activate(ANNA);
      await store.post(mail('m1'));
      await store.post(mail('m2'));
      const written = commit(1, epoch, 'm1', { outbox: [mail('o1', ANNA, BEN)], snapshot: { heard: 'm1' } });
      expect(await store.commit(ANNA, epoch, written)).toEqual(DONE);
      expect(await store.commit(ANNA, epoch, commit(2, epoch, 'm3'))).toEqual(DONE);
      const other = bench.store();
      await other.rewrite(
        (kept) => JSON.parse(JSON.stringify(kept).replaceAll(/“.*”|"heard":"m."/g, blankOf)) as never,
      );
      const all = [...(await store.log(ANNA, 1, 9)), ...(await store.mailbox(ANNA)), ...(await store.outbox(ANNA))];
      expect(JSON.stringify([all, await store.past(ANNA)])).not.toMatch(/“|"heard":"m/);
      expect((await store.past(ANNA)).snapshot).toEqual({ sequence: 1, state: { heard: '' } });
      expect((await store.past(ANNA)).tail).toEqual([{ ...entry(2, epoch, 'm3'), event: { heard: '' } }]);
      expect((await store.mailbox(ANNA)).map(({ id }) => id)).toEqual(['m2']);
      expect((await store.outbox(ANNA)).map(({ id }) => id)).toEqual(['o1']);
      expect(await store.post(mail('m1'))).toBe('known');
      expect(await store.commit(ANNA, epoch, commit(3, epoch, 'm2'))).toEqual(FENCED);
      const next = await bench.store().activate(ANNA);
      expect(await store.commit(ANNA, next.epoch, commit(3, next.epoch, 'm2'))).toEqual(DONE);
    });

    test('erasing leaves a fresh store that can be used at once', async () => {
      const { epoch } = await store.activate(ANNA);
      await store.post(mail('m1'));
      await store.commit(ANNA, epoch, commit(1, epoch, 'm1', { outbox: [mail('o1', ANNA, BEN)] }));
      await store.erase();
      expect([await store.actors(), await store.waiting()]).toEqual([[], []]);
      expect((await store.activate(ANNA)).epoch).toBe(1);
      expect(await store.post(mail('m1'))).toBe('kept');
    });
  });
}

function blankOf(found: string): string {
  return found.startsWith('“') ? '' : '"heard":""';
}

function mail(
  id: string,
  from: string = BEN,
  to: string = ANNA,
  stamp: Stamp = { by: 'receiver', entries: 0 },
): Envelope {
  return { ...{ id, from, to, at: 5 as UnixMs, path: [BEN] }, body: { type: 'say', words: `“${id}”` }, stamp };
}

function entry(sequence: number, epoch: Epoch, message: string): ActorEntry {
  return { sequence, epoch, at: 7 as UnixMs, message, event: { heard: message }, crash: null };
}

function commit(
  sequence: number,
  epoch: Epoch,
  message: string,
  rest: Partial<Pick<ActorCommit, 'outbox' | 'snapshot'>> = {},
): ActorCommit {
  return { entry: entry(sequence, epoch, message), taken: true, outbox: [], snapshot: null, ...rest };
}
