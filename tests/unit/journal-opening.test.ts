import { expect, test } from 'vitest';
import type { Epoch } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { checkpointOf } from '#runtime/journal/reader.ts';
import { countUnreadable } from '#runtime/journal/recover.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { fact, filled, journalWorld, type JournalWorld } from '#tests/fakes/journal-world.ts';
import { memoryJournalLeg, memoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

/** Taking over, where a copy, the store or the pins are not as the last leader left them. */
const BROKEN = err({ code: 'io' as const, message: 'the disk is gone' });

function legsOf(world: JournalWorld): [JournalLeg, JournalLeg] {
  const [first, second] = world.parts().legs;
  if (first === undefined || second === undefined) throw new Error('two copies');
  return [first, second];
}

test('a tab that opens the journal again writes nothing through the one it opened before', async () => {
  const world = await filled(2);
  const parts = world.parts();
  let packed = 0;
  let mended = 0;
  const legs = parts.legs.map((leg) => ({
    ...leg,
    pack: () => (packed++, Promise.resolve(ok(undefined))),
    mend: () => (mended++, Promise.resolve(ok(undefined))),
  }));
  const before = await openJournal({ ...parts, legs });
  const now = await openJournal({ ...parts, legs });
  if (!before.ok || !now.ok) throw new Error('opened');
  await before.value.journal.pack();
  expect(packed).toBe(0);
  await now.value.journal.pack();
  expect(packed).toBe(2);
  const message = 'This tab has opened the journal again since.';
  expect(await before.value.journal.append([fact('old')])).toEqual(err({ code: 'fenced', message }));
  await before.value.journal.close();
  expect(await now.value.journal.append([fact('new')])).toEqual(ok(2));
  expect(await now.value.journal.settle()).toBeNull();
  expect(world.second.groups).toEqual(world.first.groups);
  expect(await world.values()).toEqual([0, 1, 'new']);
  expect(mended).toBe(0);
});

test('a tab that leads again cannot cut or mend through the journal it had before', async () => {
  const world = await filled(4);
  world.first.mends = world.second.mends = true;
  const parts = world.parts();
  const before = await openJournal(parts);
  const now = await openJournal(parts);
  if (!before.ok || !now.ok) throw new Error('opened');
  const message = 'This tab has opened the journal again since.';
  // A copy that must be cut to be mended, and two that must be mended from each other.
  world.second.groups.splice(2);
  expect(await before.value.journal.repair()).toEqual(err({ code: 'fenced', message }));
  expect(await now.value.journal.repair()).toMatchObject({ ok: true });
  expect(world.second.groups).toEqual(world.first.groups);
  world.first.damagedAt = 1;
  world.second.damagedAt = 2;
  expect(await before.value.journal.repair()).toEqual(err({ code: 'fenced', message }));
  expect([world.first.damagedAt, world.second.damagedAt], 'nothing was mended').toEqual([1, 2]);
  expect(await now.value.journal.repair()).toMatchObject({ ok: true });
  expect(await verifyJournal(world.parts(), { payloads: true })).toMatchObject({ verifiedUpTo: 4, payloads: 4 });
});

test.each([
  ['each at one place', { first: [1], second: [2] }, [{ copy: 'opfs', from: 1, to: 2 }]],
  ['at the end', { first: [5], second: [0] }, [{ copy: 'opfs', from: 5, to: 6 }]],
  [
    'at several places, some side by side',
    { first: [1, 2, 4], second: [0, 3, 5] },
    [
      { copy: 'opfs', from: 1, to: 3 },
      { copy: 'opfs', from: 4, to: 5 },
    ],
  ],
] as const)('copies that are damaged %s are mended from each other, and it is told where', async (_, damage, told) => {
  const world = await filled(6);
  const whole = structuredClone(world.first.groups);
  world.first.mends = true;
  world.first.alsoDamaged = new Set(damage.first);
  world.second.alsoDamaged = new Set(damage.second);
  const { report } = await world.open({ thorough: true });
  expect(report.repaired.filter(({ copy }) => copy === 'opfs')).toEqual(told);
  expect([world.first.groups, world.second.groups]).toEqual([whole, whole]);
  expect(await world.values()).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a group that is missing, or changed so that its checksum still holds, is mended from the other copy too', async () => {
  for (const spoil of ['missing', 'changed'] as const) {
    const world = await filled(6);
    const whole = structuredClone(world.first.groups);
    world.first.mends = true;
    const group = world.first.groups[1]!;
    if (spoil === 'missing') world.first.groups.splice(1, 1);
    else world.first.groups[1] = { ...group, entries: group.entries.map((text) => text.replace('run-1', 'run-2')) };
    world.second.damagedAt = 4;
    const opened = await openJournal(world.parts(), { thorough: true });
    // A changed group carries the head that it had: who only compares heads would take it for the right one.
    expect(opened.ok, spoil).toBe(true);
    expect(await verifyJournal(world.parts(), { payloads: true })).toMatchObject({ verifiedUpTo: 6, problem: null });
    expect(world.second.groups).toEqual(whole);
  }
});

test('copies that cannot be mended from each other fail in the words of the one that could not', async () => {
  const world = await filled(4);
  world.first.damagedAt = 1;
  world.second.damagedAt = 2;
  const legs = legsOf(world).map((leg) => ({ ...leg, mend: () => Promise.resolve(BROKEN) }));
  expect(await openJournal({ ...world.parts(), legs }, { thorough: true })).toEqual(BROKEN);
  // One that says it mended and did not is no better than before.
  const idle = legsOf(world).map((leg) => ({ ...leg, mend: () => Promise.resolve(ok(undefined)) }));
  const lost = await openJournal({ ...world.parts(), legs: idle }, { thorough: true });
  expect(lost).toMatchObject({ ok: false, error: { code: 'amnesia', readable: 2, expected: 4 } });
});

test('a copy that another leader has opened ends the taking over, whether it tells its epoch or not', async () => {
  const world = await filled(2);
  const [first, second] = legsOf(world);
  const fenced = err({ code: 'fenced' as const, message: 'A later epoch has opened.' });
  const silent = { ...first, open: () => Promise.resolve(fenced) };
  expect(await openJournal(world.parts({ legs: [silent, second] }))).toEqual(fenced);
  // The store fell back: the epoch is raised above what the copy knows.
  world.first.epoch = 50;
  const opened = await openJournal(world.parts());
  expect(opened.ok && opened.value.journal.epoch).toBe(51);
});

test('what the copies that open have lost may be in the one that does not', async () => {
  const world = await filled(3);
  world.second.groups.splice(1);
  const [first, second] = legsOf(world);
  const absent = { ...first, open: () => Promise.resolve(BROKEN) };
  const opening = openJournal(world.parts({ legs: [absent, second] }));
  await world.clock.advance(5_000);
  expect(await opening).toEqual(
    err({ code: 'io', message: 'The opfs copy of the journal cannot be opened: the disk is gone' }),
  );
  const lost = await openJournal(world.parts({ legs: [memoryJournalLeg(memoryLegDisk(), 'opfs'), second] }));
  expect(lost).toMatchObject({ ok: false, error: { code: 'amnesia', readable: 1, expected: 3 } });
});

test('a damaged head in the store is not believed; without a pin everything is read, and held against its size', async () => {
  const world = await filled(3);
  world.store.head = { ...world.store.head!, root: '0'.repeat(64) };
  for (const pin of world.pins) await pin.erase();
  const opened = await openJournal(world.parts());
  expect(opened).toMatchObject({ ok: false, error: { code: 'amnesia', readable: 3, expected: 3 } });
  const accepted = await openJournal(world.parts(), { acceptLoss: true });
  expect(accepted.ok && accepted.value.report.size).toBe(3);
});

test('entries beyond the head of the store count once they are proved, and not when they are spoilt', async () => {
  for (const spoilt of [false, true]) {
    const world = await filled(4);
    const early = await filled(2);
    for (const pin of world.pins) await pin.erase();
    world.store.head = early.store.head;
    const group = world.first.groups[3]!;
    if (spoilt) world.first.groups[3] = { ...group, entries: ['{}'] };
    world.reads.length = 0;
    const { report } = await world.open();
    expect(report.size).toBe(4);
    expect(report.repaired).toEqual(spoilt ? [{ copy: 'opfs', from: 3, to: 4 }] : []);
    expect(await world.values()).toEqual([0, 1, 2, 3]);
  }
});

test('a copy that tells another history is written anew from its beginning', async () => {
  const [world, other] = [await filled(3), journalWorld()];
  const { journal } = await other.open();
  for (let index = 0; index < 3; index++) await journal.append([fact(`other ${String(index)}`)]);
  await journal.close();
  world.second.groups = other.first.groups;
  const { report } = await world.open({ thorough: true });
  expect(report.repaired).toEqual([{ copy: 'indexeddb', from: 0, to: 3 }]);
  expect(world.second.groups).toEqual(world.first.groups);
});

test('a copy that tells another history counts for nothing, however long it is', async () => {
  const [world, other] = [await filled(3), journalWorld()];
  const { journal } = await other.open();
  for (let index = 0; index < 7; index++) await journal.append([fact(`other ${String(index)}`)]);
  await journal.close();
  const whole = structuredClone(world.first.groups);
  world.second.groups = other.first.groups;
  const { report } = await world.open({ thorough: true });
  expect(report).toMatchObject({ size: 3, repaired: [{ copy: 'indexeddb', from: 0, to: 3 }] });
  expect([world.first.groups, world.second.groups]).toEqual([whole, whole]);
});

test('heads that this device signed under the name another key gave the journal are its own, and read no further', async () => {
  const world = await filled(2);
  const opened = () => openJournal(world.parts({ signer: seededSigner(2) }));
  const later = await opened();
  if (!later.ok) throw new Error(later.error.message);
  await later.value.journal.append([fact('by the other key')]);
  await later.value.journal.close();
  world.reads.length = 0;
  const again = await opened();
  expect(again).toMatchObject({ ok: true, value: { report: { size: 3, repaired: [] } } });
  expect(world.reads).toEqual([]);
});

test('without a pin a thorough opening holds the copies against the head of the store alone', async () => {
  const world = await filled(3);
  for (const pin of world.pins) await pin.erase();
  const { report } = await world.open({ thorough: true });
  expect(report).toEqual({ size: 3, repaired: [], missing: [], unreadable: 0 });
});

test('entries without a record key are counted as far as a copy holds them', async () => {
  const world = await filled(3);
  world.store.keys = [];
  const [first] = legsOf(world);
  expect(await countUnreadable(world.parts(), first, 0, 3)).toBe(3);
  expect(await countUnreadable(world.parts(), first, 1, 3)).toBe(2);
  expect(await countUnreadable(world.parts(), first, 0, 9)).toBe(3);
  expect(await countUnreadable(world.parts(), undefined, 0, 3)).toBe(0);
});

test('the head that was signed with an entry is found in any copy that holds it, and for no entry beyond the last', async () => {
  const world = await filled(3);
  const checkpoints = world.first.groups.map(({ checkpoint }) => checkpoint);
  expect(await checkpointOf(world.parts(), 1)).toBe(checkpoints[1]);
  expect(await checkpointOf(world.parts(), 3)).toBeNull();
  world.first.damagedAt = 1;
  expect(await checkpointOf(world.parts(), 1)).toBe(checkpoints[1]);
  world.second.damagedAt = 1;
  expect(await checkpointOf(world.parts(), 1)).toBeNull();
  expect(await checkpointOf(journalWorld().parts(), 0)).toBeNull();
});

test('a store that keeps no record keys ends the leadership, and one without room only refuses', async () => {
  const many = (name: string) => Array.from({ length: 200 }, (_, index) => fact(`${name} ${String(index)}`));
  const world = await filled(1);
  const { journal } = await world.open();
  world.store.fail = 'quota';
  expect(await journal.append(many('a'))).toEqual(
    err({ code: 'quota', message: 'The store keeps no record keys: quota.' }),
  );
  world.store.fail = null;
  expect(await journal.append(many('b'))).toEqual(ok(200));
  world.store.fail = 'io';
  expect(await journal.append([...many('c'), ...many('d'), ...many('e')])).toEqual(
    err({ code: 'io', message: 'The store keeps no record keys: io.' }),
  );
  world.store.fail = null;
  expect(await journal.append([fact('f')])).toMatchObject({ ok: false, error: { code: 'io' } });
});

test('an append that another leader overtook is not acknowledged', async () => {
  const world = await filled(1);
  const { journal } = await world.open();
  await world.parts().store.raiseEpoch();
  expect(await journal.append([fact('late')])).toEqual(err({ code: 'fenced', message: 'Another tab leads since.' }));
  expect(await journal.append([fact('later')])).toMatchObject({ ok: false, error: { code: 'fenced' } });
});

test('a journal that was opened and holds nothing verifies as that', async () => {
  const world = journalWorld();
  const { journal } = await world.open();
  await journal.close();
  expect(world.store.head).toMatchObject({ epoch: 0 as Epoch, size: 0 });
  const verified = await verifyJournal(world.parts(), { payloads: true });
  expect(verified).toMatchObject({ size: 0, verifiedUpTo: 0, problem: null });
  expect(verified.copies.map(({ problem }) => problem)).toEqual([null, null]);
});
