import { expect, test, vi } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import type { SourceId } from '#core/base/ids.ts';
import { DEFAULT_PURPOSES, leftOutNote, PURPOSES, purposesOf, SAMPLE_PURPOSES } from '#core/items/purposes.ts';
import type { Source } from '#core/items/source.ts';
import { exportDossier, exportJournal, proveClaim } from '#runtime/agent/export-journal.ts';
import { NotAllowed, sourceGate, type Reading } from '#runtime/blobs/source-gate.ts';
import { withheldRuns } from '#runtime/proofs/withheld.ts';
import { memoryBlobStore } from '#tests/fakes/memory-blob-store.ts';
import { ask, idOf, order, vaultWith, within } from '#tests/fakes/filled-vault.ts';

// Reading a goal loads the language for real, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const POLICY = '# Travel policy\n\nA hotel may cost at most 140 euro a night.\n';
const DIARY = '# Diary\n\nThe sailing boat is berthed at pier 9000.\n';

test('a file is for answers and nothing else until its owner says otherwise; sample data is nobody’s', () => {
  expect(purposesOf({ sample: false })).toEqual({ inference: true, training: false, sharing: false });
  expect(purposesOf({ sample: true })).toBe(SAMPLE_PURPOSES);
  const purposes = { ...DEFAULT_PURPOSES, sharing: true };
  expect(purposesOf({ sample: true, purposes })).toBe(purposes);
});

test('what was left out is said with its number, and not at all where nothing was', () => {
  expect(leftOutNote([])).toBeNull();
  expect(leftOutNote(['a' as SourceId])).toMatch(/^1 file was left out/);
  expect(leftOutNote(['a', 'b'] as SourceId[])).toMatch(/^2 files were left out/);
});

test('a reader gets what its purpose allows at that moment, nobody reads for training, and the owner reads all', async () => {
  const blobs = memoryBlobStore();
  const stage = await blobs.stage();
  await stage.write(utf8(POLICY));
  await stage.writeItems([{ kind: 'document' }]);
  const committed = await stage.commit();
  if (!committed.ok) throw new Error(committed.error.message);
  const { id } = committed.value;
  const gate = sourceGate(blobs);
  expect('read' in gate || 'items' in gate).toBe(false);

  const reads = async (reading: Reading, source: Partial<Source> | null): Promise<boolean> => {
    const reader = gate.readFor(reading, () => source as Source | null);
    const [bytes, size] = [await reader.read(id, 0, 8), await reader.size(id)];
    let items = false;
    try {
      for await (const batch of reader.items(id)) items = batch.length > 0;
    } catch (error) {
      expect(error).toBeInstanceOf(NotAllowed);
    }
    expect([size !== null, items]).toEqual([bytes.ok, bytes.ok]);
    if (!bytes.ok) expect(bytes.error.code).toBe(source === null ? 'missing' : 'not-allowed');
    return bytes.ok;
  };
  for (const reading of [...PURPOSES, 'owner'] as const)
    for (const allowed of PURPOSES) {
      const purposes = { inference: false, training: false, sharing: false, [allowed]: true };
      const expected = reading === 'owner' || (reading === allowed && reading !== 'training');
      expect(await reads(reading, { path: 'policy.md', purposes, sample: false }), `${reading}/${allowed}`).toBe(
        expected,
      );
    }
  expect(await reads('owner', null)).toBe(false);

  // The choice is looked at with each reading, not when the reader was made.
  let purposes = DEFAULT_PURPOSES;
  const reader = gate.readFor('inference', () => ({ path: 'policy.md', purposes, sample: false }));
  expect((await reader.read(id, 0, 1)).ok).toBe(true);
  purposes = { ...purposes, inference: false };
  expect(await reader.read(id, 0, 1)).toMatchObject({
    error: { message: 'You do not allow policy.md to be used for answers.' },
  });
});

test('a file that is not for answers is not read, and the answer says how many were left out', async () => {
  const { world, tab } = await vaultWith({ 'policy.md': POLICY, 'diary.md': DIARY });
  const diary = await idOf(tab, 'diary.md');
  expect((await ask(world, tab, 'Where is the sailing boat berthed?')).run.answer?.outcome).toBe('answered');

  await order(world, tab, { type: 'change-purposes', sources: [diary], purposes: { inference: false } });
  const left = await ask(world, tab, 'Where is the sailing boat berthed now?');
  expect(left.run.leftOut).toEqual([diary]);
  expect(left.run.sources).not.toContain(diary);
  expect(JSON.stringify(left.run.answer)).not.toContain('9000');
  expect(left.run.answer?.notes).toContain(leftOutNote([diary]));
  const other = await ask(world, tab, 'How much may a hotel cost?');
  expect(JSON.stringify(other.run.answer?.sections)).toContain('140');
  expect(other.run.answer?.notes).toContain(leftOutNote([diary]));

  await order(world, tab, { type: 'change-purposes', sources: [diary], purposes: { inference: true } });
  const again = await ask(world, tab, 'Where is the sailing boat berthed these days?');
  expect(again.run).not.toHaveProperty('leftOut');
  expect(JSON.stringify(again.run.answer)).toContain('9000');
});

test('files that come in later begin with what the owner chose for them; sample data with its own', async () => {
  const { world, tab } = await vaultWith({});
  await order(world, tab, { type: 'change-purposes', sources: 'new', purposes: { sharing: true, inference: false } });
  await within(world, world.addFile(tab, 'policy.md', POLICY));
  const { sources, newFiles } = await tab.overview();
  expect(newFiles).toEqual({ inference: false, training: false, sharing: true });
  expect(sources[0]?.purposes).toEqual(newFiles);
  const sample = { id: 'f'.repeat(64), path: 'sample.md', sample: true };
  await order(world, tab, { type: 'add-source', source: sample });
  expect((await tab.overview()).sources.find(({ path }) => path === 'sample.md')?.purposes).toEqual(SAMPLE_PURPOSES);
  expect(
    await within(world, tab.command(world.order({ type: 'change-purposes', sources: ['none'], purposes: {} }))),
  ).toMatchObject({ ok: false, code: 'not-found' });
  expect(
    await within(world, tab.command(world.order({ type: 'change-purposes', sources: [], purposes: {} }))),
  ).toMatchObject({ ok: false, code: 'illegal' });
});

test('what quotes a file that may not be shared stays out of exports, proofs and dossiers until it may be', async () => {
  const { world, tab } = await vaultWith({ 'policy.md': POLICY, 'diary.md': DIARY });
  const policy = await idOf(tab, 'policy.md');
  await order(world, tab, { type: 'change-purposes', sources: [policy], purposes: { sharing: true } });
  const boat = await ask(world, tab, 'Where is the sailing boat berthed?');
  const hotel = await ask(world, tab, 'How much may a hotel cost?');
  const given = async () => {
    const parts = world.parts();
    const { sources, journal } = await tab.overview();
    const agent = journal.agent as Parameters<typeof exportJournal>[1];
    const withheld = await withheldRuns(tab.reading, sources);
    const text = new TextDecoder().decode(
      await exportJournal({ ...parts, store: tab.reading.store }, agent, world.clock.now(), true, [], withheld),
    );
    const claim = boat.run.answer?.sections[0]?.claims[0]?.id ?? '';
    return {
      text,
      withheld: [...withheld.runs.keys()],
      boat: await exportDossier(tab.reading, agent, boat.run.id, [], withheld),
      hotel: await exportDossier(tab.reading, agent, hotel.run.id, [], withheld),
      sentence: await proveClaim(tab.reading, agent, boat.run.id, claim, withheld),
    };
  };
  const kept = await given();
  expect(kept.withheld).toEqual([boat.run.id]);
  expect(kept.text).not.toContain('9000');
  expect(kept.text).toContain('140 euro');
  expect(kept.text).toContain('Where is the sailing boat berthed?');
  expect(kept.boat.ok ? '' : kept.boat.error).toContain(
    'It was made from diary.md, which you do not allow to be shared.',
  );
  expect(kept.sentence.ok).toBe(false);
  expect(kept.hotel.ok).toBe(true);

  await order(world, tab, {
    type: 'change-purposes',
    sources: [await idOf(tab, 'diary.md')],
    purposes: { sharing: true },
  });
  const free = await given();
  expect(free.withheld).toEqual([]);
  expect(free.text).toContain('9000');
  expect([free.boat.ok, free.sentence.ok]).toEqual([true, true]);
});
