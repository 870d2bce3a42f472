import { expect, test } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import type { Epoch } from '#core/base/ids.ts';
import { freshName, indexedDbJournalLegBench } from '#tests/conformance/indexeddb-benches.ts';
import { entryMark, journalLegSuite, testGroup } from '#tests/conformance/journal-leg.ts';
import { legIn, openTab, withoutRoom, type StorageTab } from './storage-worker.ts';

journalLegSuite('OPFS', () => {
  const directory = freshName('journal');
  const tabs: StorageTab[] = [];
  const tab = (): StorageTab => {
    const opened = openTab();
    tabs.push(opened);
    return opened;
  };
  return Promise.resolve({
    leg: () => legIn(tab(), directory),
    tear: () => tab().remote.tear(directory),
    flip: (sequence: number, offset?: number) => tab().remote.flip(directory, utf8(entryMark(sequence)), offset),
    flipStep: 7,
    withoutRoom,
    dispose: async () => {
      for (const opened of tabs) opened.kill();
      const last = openTab();
      await last.remote.removeDirectory(directory);
      last.kill();
    },
  });
});

journalLegSuite('IndexedDB', indexedDbJournalLegBench);

test('IndexedDB: what nobody can read any more at the end gives way to who goes on from what can be read', async () => {
  const bench = await indexedDbJournalLegBench();
  const before = bench.leg();
  await before.open(1 as Epoch);
  for (let sequence = 0; sequence < 3; sequence++) await before.append([testGroup(1, sequence, 1)]);
  await before.close();
  await bench.flip(2);
  const after = bench.leg();
  await after.open(2 as Epoch);
  expect((await after.head())?.firstSequence).toBe(1);
  expect(await after.append([testGroup(2, 2, 1)])).toMatchObject({ ok: true });
  await after.close();
  const whole = [testGroup(1, 0, 1), testGroup(1, 1, 1), testGroup(2, 2, 1)];
  expect(await bench.leg().read()).toEqual({ groups: whole, damage: null });
  await bench.dispose();
});
