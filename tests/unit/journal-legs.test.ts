import 'fake-indexeddb/auto';
import { indexedDbJournalLegBench } from '#tests/conformance/indexeddb-benches.ts';
import { journalLegSuite } from '#tests/conformance/journal-leg.ts';
import { memoryJournalLeg, memoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';

journalLegSuite('memory', () => {
  const disk = { ...memoryLegDisk(), fencing: true };
  return Promise.resolve({
    leg: () => memoryJournalLeg(disk),
    tear: () => Promise.resolve(void (disk.damagedAt = disk.groups.length - 1)),
    flip: (sequence: number) => {
      const index = disk.groups.findIndex((group) => group.firstSequence + group.count > sequence);
      if (!disk.alsoDamaged.delete(index)) disk.alsoDamaged.add(index);
      return Promise.resolve();
    },
    withoutRoom: async (work: () => Promise<void>) => {
      disk.fail = 'quota';
      await work();
      disk.fail = null;
    },
    dispose: () => Promise.resolve(),
  });
});

journalLegSuite('IndexedDB in memory', indexedDbJournalLegBench);
