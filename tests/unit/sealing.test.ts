import { expect, test, vi } from 'vitest';
import { inSealedFolders, isIn, labelOfSource, folderName, staysHere, withSeal } from '#core/items/sealing.ts';
import type { RunId, SourceId } from '#core/base/ids.ts';
import { WORST } from '#core/labels/label.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { ask, idOf, order, stands, vaultWith, within } from '#tests/fakes/filled-vault.ts';
import type { TabWorld } from '#tests/fakes/tab-world.ts';
import { whatLeaves } from '#tests/fakes/what-leaves.ts';

// Reading a goal loads the language for real, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const DIARY = '# Diary\n\nThe sailing boat is berthed at pier 9000.\n';
const POLICY = '# Travel policy\n\nA hotel may cost at most 140 euro a night.\n';
const SALES = 'Region,Amount\nNorth,100\nSouth,250\nNorth,40\n';
const BOAT = 'Where is the sailing boat berthed?';

test('what is sealed is told by the file; a file of which nothing is known has the worst label', () => {
  const id = 'a'.repeat(64) as SourceId;
  expect(labelOfSource(undefined)).toBe(WORST);
  expect(labelOfSource({ id })).toMatchObject({ confidentiality: 'private', integrity: 'untrusted', readers: 'all' });
  expect(labelOfSource({ id, sealed: 'folder' })).toMatchObject({ confidentiality: 'sealed', readers: [] });
  expect(staysHere(['a.md', 'b.md', 'c.md', 'd.md'])).toContain('a.md, b.md, c.md and 1 more');
  expect(staysHere([])).toContain('a file that was sealed');
});

test('a folder holds what lies in it and in its folders, and nothing that is only called alike', () => {
  expect(folderName(' /tax\\2026/ ')).toBe('tax/2026');
  expect(isIn('tax', { path: 'tax/a.md' }) && isIn('tax', { path: 'tax/2026/a.md' })).toBe(true);
  expect(isIn('tax', { path: 'taxi/a.md' }) || isIn('tax', { path: 'tax' }) || isIn('tax', { path: 'b/tax/a' })).toBe(
    false,
  );
  const file = { id: 'x' as SourceId, path: 'tax/a.md' };
  const placed = inSealedFolders(file, ['tax']);
  expect(placed).toEqual({ ...file, sealed: 'folder' });
  expect(inSealedFolders(placed, [])).toEqual(file);
  expect(inSealedFolders(withSeal(placed, true), [])).toEqual({ ...file, sealed: 'file' });
  expect(withSeal(placed, false)).toBe(placed);
});

test('an answer made from a sealed file is given, labelled and kept here; saving says which file and what to do', async () => {
  const { world, tab } = await vaultWith({ 'diary.md': DIARY, 'policy.md': POLICY, 'sales.csv': SALES });
  const diary = await idOf(tab, 'diary.md');
  await order(world, tab, { type: 'change-seal', of: { sources: [diary] }, sealed: true });
  const { run } = await ask(world, tab, BOAT);
  expect(JSON.stringify(run.answer)).toContain('9000');
  expect(run.label).toMatchObject({ confidentiality: 'sealed', integrity: 'untrusted', readers: [] });
  expect(run.label?.sources).toContain(`file:${diary}`);
  expect(Object.values(run.steps).map(({ label }) => label?.confidentiality)).not.toContain(undefined);
  expect(await save(world, tab, run.id)).toMatchObject({ ok: false, code: 'illegal' });
  expect(await save(world, tab, run.id)).toMatchObject({ message: staysHere(['diary.md']) });

  // A run that read nothing of it is as private as before, and so is one that was kept away from it.
  const sum = await ask(world, tab, 'What is the total amount by region?');
  expect(sum.run.answer?.outcome).toBe('answered');
  expect(sum.run.label).toMatchObject({ confidentiality: 'private', readers: 'all' });
  expect(sum.run.label?.sources).toEqual([`file:${await idOf(tab, 'sales.csv')}`, 'owner']);
  const sources = [await idOf(tab, 'policy.md')];
  const hotel = await ask(world, tab, 'How much may a hotel cost?', { sources });
  expect(hotel.run.label).toMatchObject({ confidentiality: 'private' });
  // One that read it is sealed, though it quotes another file.
  const both = await ask(world, tab, 'How much may a hotel cost a night?');
  expect(JSON.stringify(both.run.answer?.evidence)).not.toContain(diary);
  expect(both.run.label).toMatchObject({ confidentiality: 'sealed' });
});

test('taking the seal off frees what is made from then on; a file that was sealed since is kept here too', async () => {
  const { world, tab } = await vaultWith({ 'diary.md': DIARY });
  const diary = await idOf(tab, 'diary.md');
  const { run } = await ask(world, tab, BOAT);
  expect(run.label).toMatchObject({ confidentiality: 'private' });
  const first = 'saving-1' as RunId;
  expect(await save(world, tab, run.id, first)).toMatchObject({ ok: true });
  await stands(world, tab, first, ['waiting-approval']);
  await order(world, tab, { type: 'change-seal', of: { sources: [diary] }, sealed: true });
  expect(await save(world, tab, run.id)).toMatchObject({ message: staysHere(['diary.md']) });
  // A card that waited is decided anew, and there is nothing to approve any more.
  const refused = await stands(world, tab, first, ['failed']);
  expect(refused.run.failure).toEqual({ code: 'denied', message: staysHere(['diary.md']) });
  expect(JSON.stringify(refused.run.answer)).toContain('9000');

  await order(world, tab, { type: 'change-seal', of: { sources: [diary] }, sealed: false });
  expect(await save(world, tab, run.id, 'saving-2' as RunId)).toMatchObject({ ok: true });
  await stands(world, tab, 'saving-2' as RunId, ['waiting-approval']);
});

test('a sealed folder seals what comes in later; seals of single files outlive it, and a deleted file keeps its own', async () => {
  const { world, tab } = await vaultWith({ 'tax/diary.md': DIARY });
  const diary = await idOf(tab, 'tax/diary.md');
  const sealOf = async (path: string) => (await tab.overview()).sources.find((source) => source.path === path)?.sealed;
  const seal = (of: object, sealed: boolean) =>
    within(world, tab.command(world.order({ type: 'change-seal', of, sealed })));
  expect(await seal({ folder: '/tax/' }, true)).toMatchObject({ ok: true });
  expect((await tab.overview()).sealedFolders).toEqual(['tax']);
  await within(world, world.addFile(tab, 'tax/2026/policy.md', POLICY));
  await within(world, world.addFile(tab, 'sales.csv', SALES));
  expect([await sealOf('tax/diary.md'), await sealOf('tax/2026/policy.md'), await sealOf('sales.csv')]).toEqual([
    'folder',
    'folder',
    undefined,
  ]);
  expect(await seal({ sources: [diary] }, false)).toMatchObject({
    ok: false,
    message: 'tax/diary.md lies in a sealed folder. Take the seal off the folder.',
  });
  expect(await seal({ sources: [diary] }, true)).toMatchObject({ ok: true });
  expect(await seal({ sources: [diary] }, true)).toMatchObject({ ok: false, code: 'stale' });
  expect(await seal({ sources: ['none'] }, true)).toMatchObject({ ok: false, code: 'not-found' });
  expect(await seal({ folder: 'tax' }, true)).toMatchObject({ ok: false, code: 'stale' });
  expect(await seal({ folder: ' / ' }, true)).toMatchObject({ ok: false, code: 'illegal' });
  expect(await seal({ folder: 'tax' }, false)).toMatchObject({ ok: true });
  expect([await sealOf('tax/diary.md'), await sealOf('tax/2026/policy.md')]).toEqual(['file', undefined]);

  await order(world, tab, { type: 'remove-source', source: diary });
  await within(world, world.addFile(tab, 'elsewhere/diary.md', DIARY));
  expect(await sealOf('elsewhere/diary.md')).toBe('file');
});

test('sealed text is in no byte that leaves, by whatever way and in whatever form; unsealed it is found', async () => {
  const [berth, column, row] = ['1f', '2e', '3d'].map((pair) => pair.repeat(32)) as [string, string, string];
  const { world, tab } = await vaultWith({
    'diary.md': DIARY.replace('9000', berth),
    'costs.csv': `category,${column}\n${row},12\nother,30\n`,
  });
  const sources = [await idOf(tab, 'diary.md'), await idOf(tab, 'costs.csv')];
  await order(world, tab, { type: 'change-seal', of: { sources }, sealed: true });
  const { run } = await ask(world, tab, BOAT);
  expect(JSON.stringify(run.answer)).toContain(berth);
  const table = await ask(world, tab, 'Count the rows by category');
  expect(JSON.stringify(table.run.plan)).toContain(column);
  expect(await whatLeaves(world, tab, [berth, column, row])).toEqual({
    ...{ 'an export for others': [], 'an export for the owner': [], 'an export without contents': [] },
    ...{ 'a bundle for others': [], 'a bundle without contents': [], 'a checkpoint kept elsewhere': [] },
    ...{
      'what witnesses get': [],
      'a dossier': [],
      'proofs of sentences': [],
      'what is told when saving': [],
      'a backup, as it lies there': [],
    },
  });
  await order(world, tab, { type: 'change-seal', of: { sources }, sealed: false });
  await order(world, tab, { type: 'change-purposes', sources, purposes: { sharing: true } });
  // What is looked for is found where it is no longer sealed; a backup is ciphertext, and without contents there are none.
  const freed = await whatLeaves(world, tab, [berth, column, row]);
  const found = Object.entries(freed).flatMap(([way, canaries]) => (canaries.length > 0 ? [way] : []));
  expect(found).toEqual([
    ...['an export for others', 'an export for the owner', 'a bundle for others', 'a dossier', 'proofs of sentences'],
  ]);
  expect(freed['an export for the owner']).toHaveLength(3);
});

async function save(world: TabWorld, tab: Tab, run: RunId, as = 'saving' as RunId) {
  return within(world, tab.command(world.order({ type: 'save-answer', run, as, fileName: 'a.md' })));
}
