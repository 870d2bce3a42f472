import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accessText, KEPT_HERE, keptIn, type FoundPlace } from '#runtime/access/kept-here.ts';
import { ROW_KINDS } from '#runtime/agent/projection.ts';

const place = (where: FoundPlace['where'], name: string): FoundPlace => ({ where, name });

test('every place says what it holds, why, how long and who can read it, and each is named once', () => {
  for (const { what, why, until, readable } of KEPT_HERE)
    for (const words of [what, why, until, readable]) expect(words).toMatch(/\.$/);
  const one = place('IndexedDB', 'windhover-journal~2');
  expect(KEPT_HERE.filter(({ where, name }) => where === one.where && name.test(one.name))).toHaveLength(1);
  expect(keptIn(place('private file system', 'windhover-journal'))).toBeNull();
});

test('the text names the places that are there, those that nobody knows as such, and a file for each kind of view', () => {
  const text = accessText([place('private file system', 'journal'), place('IndexedDB', 'filler')], '2026-11-21');
  expect(text).toContain('private file system: journal\n  What: The first copy of the journal.');
  expect(text).toContain('Places that Windhover does not know');
  expect(text).toContain('  IndexedDB: filler');
  for (const kind of ROW_KINDS) expect(text).toContain(`data/${kind}.json`);
  expect(accessText([], '2026-11-21')).not.toContain('does not know');
});

test('every store that the app composes is described: a new one cannot be forgotten', () => {
  const composed = ['workers/stores.ts', 'workers/agent.worker.ts', 'workers/backup.ts', 'workers/open-vault.ts'];
  const text = composed.map((path) => readFileSync(path, 'utf8')).join('\n');
  const named = (call: RegExp): string[] =>
    [...text.matchAll(call)].map(([, name = '']) => name.replace('${suffix}', '~1'));
  const folders = named(/opfs(?:BlobFiles|JournalLeg|PinStore|TextFiles)\([`'](.+?)[`']/g);
  const databases = named(/(?:indexedDb\w+|keyval\w+)\((?:sealer, )?[`'](.+?)[`']/g);
  expect(folders.length).toBeGreaterThanOrEqual(4);
  expect(databases.length).toBeGreaterThanOrEqual(5);
  for (const name of folders) expect(keptIn(place('private file system', name)), name).not.toBeNull();
  for (const name of databases) expect(keptIn(place('IndexedDB', name)), name).not.toBeNull();
});
