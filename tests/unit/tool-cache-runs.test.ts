import { expect, test, vi } from 'vitest';
import { verifyExportFile } from '#core/audit/export-check.ts';
import { verifyDossier } from '#core/audit/dossier.ts';
import type { Run } from '#core/agent/run.ts';
import type { RunId } from '#core/base/ids.ts';
import { exportDossier, exportJournal } from '#runtime/agent/export-journal.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { NOTHING_WITHHELD } from '#runtime/proofs/withheld.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { idOf, order, stands, until, vaultWith, within } from '#tests/fakes/filled-vault.ts';
import type { TabWorld } from '#tests/fakes/tab-world.ts';

// Reading a goal loads the language for real, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const FILES = {
  'policy.md': '# Travel policy\n\nA hotel may cost at most 140 euro a night.\n',
  'diary.md': '# Diary\n\nThe sailing boat is berthed at pier 9000.\n',
};
const BOAT = 'Where is the sailing boat berthed?';

test('a goal asked again takes its steps from the run before: the same answer to the byte, and each step says so', async () => {
  const { world, tab } = await vaultWith(FILES);
  const [first, second] = [await asked(world, tab), await asked(world, tab)];
  expect(fromOf(first)).toEqual({});
  expect(fromOf(second)).toEqual(
    Object.fromEntries(Object.keys(second.steps).map((step) => [step, { run: first.id, step }])),
  );
  expect(Object.keys(second.steps).length).toBeGreaterThan(1);
  expect([second.answer, second.answerDigest, second.verdict]).toEqual([
    first.answer,
    first.answerDigest,
    first.verdict,
  ]);
  // What it may be used for is told as if it had been read now.
  expect(second.label).toEqual(first.label);
  const labels = (run: Run) => Object.values(run.steps).map(({ label, observation }) => ({ label, observation }));
  expect(labels(second)).toEqual(labels(first));
  expect(JSON.stringify(second.label)).toContain(await idOf(tab, 'diary.md'));
  const { timeline } = await within(world, stands(world, tab, second.id, ['complete']));
  expect(timeline.filter(({ text }) => text.endsWith(': as an earlier run found it'))).toHaveLength(
    Object.keys(second.steps).length,
  );
  const trace = await tab.trace(second.id);
  const hits = trace?.spans.flatMap(({ events }) => events.filter(({ name }) => name === 'cache_hit')) ?? [];
  expect(hits.map(({ attributes }) => attributes)).toEqual(
    Object.keys(second.steps).map((step) => ({ run: first.id, step })),
  );

  const agent = (await tab.overview()).journal.agent as Parameters<typeof exportJournal>[1];
  const file = await exportJournal({ ...world.parts(), ...tab.reading }, agent, world.clock.now(), true);
  expect(verifyExportFile(fileTools, file).firstBad).toBeNull();
  const dossier = await exportDossier(tab.reading, agent, second.id, [], NOTHING_WITHHELD);
  expect(dossier.ok).toBe(true);
  if (dossier.ok) expect(verifyDossier(fileTools, new TextDecoder().decode(dossier.value)).firstBad).toBeNull();
  await within(
    world,
    tab.rebuild(() => undefined),
  );
  expect((await stands(world, tab, second.id, ['complete'])).run).toEqual(second);
});

test('what a file may be used for, its seal and its being there hold as if each step were done anew', async () => {
  const { world, tab } = await vaultWith(FILES);
  const diary = await idOf(tab, 'diary.md');
  await asked(world, tab);

  await order(world, tab, { type: 'change-seal', of: { sources: [diary] }, sealed: true });
  const sealed = await asked(world, tab);
  expect(fromOf(sealed)).toEqual({});
  expect(sealed.label?.confidentiality).toBe('sealed');
  const resealed = await asked(world, tab);
  expect(Object.keys(fromOf(resealed))).not.toEqual([]);
  expect(resealed.label).toEqual(sealed.label);

  await order(world, tab, { type: 'change-purposes', sources: [diary], purposes: { inference: false } });
  const without = await asked(world, tab);
  expect(fromOf(without)).toEqual({});
  expect(JSON.stringify(without.answer)).not.toContain('9000');
  await order(world, tab, { type: 'change-purposes', sources: [diary], purposes: { inference: true } });
  expect(JSON.stringify((await asked(world, tab)).answer)).toContain('9000');

  await order(world, tab, { type: 'remove-source', source: diary });
  const removed = await asked(world, tab);
  expect(JSON.stringify(removed.answer)).not.toContain('9000');
  // One more file, and what was found over the others is found anew over all.
  await within(world, world.addFile(tab, 'harbour.md', '# Harbour\n\nThe sailing boat is berthed at pier 12.\n'));
  const moved = await asked(world, tab);
  expect(fromOf(moved)).toEqual({});
  expect(JSON.stringify(moved.answer)).toContain('pier 12');
});

test('nothing is answered from memory after a file or a run was destroyed', async () => {
  const { world, tab } = await vaultWith(FILES);
  const [first, second] = [await asked(world, tab), await asked(world, tab)];
  expect(Object.keys(fromOf(second))).not.toEqual([]);
  const destroy = (doomed: Parameters<Tab['destroy']>[0]) =>
    within(
      world,
      tab.destroy(doomed, () => undefined),
    );
  expect(await destroy({ kind: 'run', id: first.id })).toMatchObject({ ok: true });
  expect(fromOf(await asked(world, tab))).toEqual({});
  expect(Object.keys(fromOf(await asked(world, tab)))).not.toEqual([]);

  const diary = await idOf(tab, 'diary.md');
  await order(world, tab, { type: 'remove-source', source: diary });
  expect(await destroy({ kind: 'source', id: diary })).toMatchObject({ ok: true });
  await within(world, world.addFile(tab, 'diary.md', FILES['diary.md']));
  const anew = await asked(world, tab);
  expect(fromOf(anew)).toEqual({});
  expect(JSON.stringify(anew.answer)).toContain('9000');
});

test('only the tab that leads keeps what steps found, and whoever leads next, or again, begins with nothing', async () => {
  const { world, tab } = await vaultWith(FILES);
  const other = world.tab();
  await within(world, other.start());
  await asked(world, tab);
  // An order from the tab that follows is carried out by the one that leads.
  expect(Object.keys(fromOf(await asked(world, other)))).not.toEqual([]);
  await within(world, tab.close());
  await until(world, async () => (await other.overview()).role === 'leading');
  expect(fromOf(await asked(world, other))).toEqual({});
  expect(Object.keys(fromOf(await asked(world, other)))).not.toEqual([]);
});

let runs = 0;

async function asked(world: TabWorld, tab: Tab, goal = BOAT): Promise<Run> {
  const run = `run-${String(++runs)}` as RunId;
  await order(world, tab, { type: 'start-run', run, goal, overrides: {} });
  return (await stands(world, tab, run, ['complete', 'failed'])).run;
}

/** Of each step that was not done again, which one found it. */
function fromOf(run: Run): Record<string, unknown> {
  return Object.fromEntries(Object.entries(run.steps).flatMap(([id, { from }]) => (from ? [[id, from]] : [])));
}
