import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Run } from '#core/agent/run.ts';
import type { SourceId } from '#core/base/ids.ts';
import { staysHere } from '#core/items/sealing.ts';
import { fileLabel, OWNER_TYPED } from '#core/labels/label.ts';
import { commandNamed } from '#lib/commands.ts';
import { t } from '#lib/messages/t.ts';
import type { AppState } from '#lib/state/app-state.ts';

/** "Copy answer": what is copied is kept by the system, and some hand it on to other devices. */
const DIARY = 'diary' as SourceId;
const ANSWER = { sections: [{ title: '', claims: [{ text: 'The boat is at pier 9000.', evidence: [] }] }], notes: [] };
const FREE = { id: DIARY, path: 'diary.md' };
const SEALED = { ...FREE, sealed: 'file' as const };

const copied: string[] = [];
beforeEach(() => {
  copied.length = 0;
  const writeText = (text: string): Promise<void> => Promise.resolve(void copied.push(text));
  vi.stubGlobal('navigator', { clipboard: { writeText } });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

interface Files {
  readonly here?: readonly (typeof FREE)[];
  readonly removed?: readonly (typeof FREE)[];
}

/** @returns what the owner is told */
async function copy(run: Partial<Run>, { here = [], removed = [] }: Files): Promise<string> {
  let said = '';
  const say = (words: string): void => void (said = words);
  const answer = { ...ANSWER, evidence: [] };
  await commandNamed('copy').run({
    agent: { sources: here, removed },
    current: { state: { run: { sources: [DIARY], answer, ...run } } },
    interface: { say, sayFailed: say },
  } as unknown as AppState);
  return said;
}

test('an answer that no sealed file had a part in is copied', async () => {
  expect(await copy({ label: fileLabel(DIARY, false) }, { here: [FREE] })).toBe(t('run.copied'));
  expect(await copy({ label: OWNER_TYPED }, { here: [SEALED] })).toBe(t('run.copied'));
  expect(copied).toEqual(['The boat is at pier 9000.\n', 'The boat is at pier 9000.\n']);
});

test.each<[string, Partial<Run>, Files, readonly string[]]>([
  ['was made from a sealed file', { label: fileLabel(DIARY, true) }, { here: [SEALED] }, ['diary.md']],
  ['was made from one whose seal was taken off since', { label: fileLabel(DIARY, true) }, { here: [FREE] }, []],
  ['was made from a file that was sealed since', { label: fileLabel(DIARY, false) }, { here: [SEALED] }, ['diary.md']],
  ['was made from one that was deleted, too', { label: fileLabel(DIARY, false) }, { removed: [SEALED] }, ['diary.md']],
  ['was made from a file that nobody knows any more', { label: fileLabel(DIARY, false) }, {}, []],
  ['was made before labels, when it could read a sealed file', {}, { here: [SEALED] }, ['diary.md']],
])('an answer that %s is not copied, and the owner is told why', async (_, run, files, named) => {
  expect(await copy(run, files)).toContain(staysHere(named));
  expect(copied).toEqual([]);
});
