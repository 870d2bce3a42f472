import { utf8 } from '#core/base/bytes.ts';
import { freshName, indexedDbJournalLegBench } from '#tests/conformance/indexeddb-benches.ts';
import { entryMark, journalLegSuite } from '#tests/conformance/journal-leg.ts';
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
    flip: (sequence: number) => tab().remote.flip(directory, utf8(entryMark(sequence))),
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
