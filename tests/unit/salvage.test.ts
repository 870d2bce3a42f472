import { expect, test } from 'vitest';
import { verifyExportFile } from '#core/audit/export-check.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { RunId } from '#core/base/ids.ts';
import { labelOfSource } from '#core/items/sealing.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { salvage } from '#runtime/access/salvage.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { sourceGate } from '#runtime/blobs/source-gate.ts';
import type { JournalReading } from '#runtime/journal/parts.ts';
import { backupWorld, NOW, type BackupWorld } from '#tests/fakes/backup-world.ts';
import { canariesIn } from '#tests/fakes/canary-forms.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

const settings = (zone: string): Fact => ({ type: 'settings.changed', at: NOW, settings: { zone } }) as unknown as Fact;

/** Six entries, each a group of its own; the fifth brings a file in. */
async function lived(): Promise<BackupWorld> {
  const world = backupWorld();
  await world.add([{ type: 'agent.created', at: NOW, agent: world.agent }]);
  for (const zone of ['UTC', 'Asia/Tokyo', 'Europe/Paris']) await world.add([settings(zone)]);
  await world.addFile('notes.md', utf8('notes'), []);
  await world.add([settings('Europe/Oslo')]);
  return world;
}

/** Both copies are damaged where these groups lie. */
function damaged(world: BackupWorld, ...groups: readonly number[]): JournalReading {
  const parts = world.journal.parts();
  for (const disk of [world.journal.first, world.journal.second]) disk.alsoDamaged = new Set(groups);
  const until = (from: number): number => {
    let end = from + 1;
    while (groups.includes(end)) end++;
    return end;
  };
  const legs = parts.legs.map((leg): JournalLeg => ({
    ...leg,
    damaged: (from) =>
      Promise.resolve(groups.includes(from) ? { first: from, bytes: new Uint8Array(), until: until(from) } : null),
  }));
  return { ...parts, legs };
}

async function salvaged(world: BackupWorld, reading: JournalReading): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for await (const { path, bytes } of salvage(reading, sourceGate(world.blobs), NOW)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of bytes) pieces.push(piece);
    found.set(path, new Uint8Array(Buffer.concat(pieces)));
  }
  return found;
}

const linesOf = (bytes: Uint8Array | undefined): Record<string, unknown>[] =>
  new TextDecoder()
    .decode(bytes)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('what stands behind entries that no copy can read is kept apart, opened, and said to be unproved', async () => {
  const world = await lived();
  const files = await salvaged(world, damaged(world, 2));
  const report = verifyExportFile(fileTools, files.get('journal.ndjson')!);
  expect(report).toMatchObject({ firstBad: null, size: 2, verifiedUpTo: 2, payloads: 2 });

  const [header, ...lines] = linesOf(files.get('journal-set-aside.ndjson'));
  expect(header).toMatchObject({ format: 'windhover-set-aside', agent: world.agent, lost: [{ from: 2, to: 3 }] });
  const entries = lines.filter((line) => 'entry' in line);
  expect(entries.map((line) => (line.entry as { sequence: number }).sequence)).toEqual([3, 4, 5]);
  expect(entries.map((line) => (line.payload as { value: Fact }).value)).toEqual([
    settings('Europe/Paris'),
    expect.objectContaining({ type: 'source.imported' }),
    settings('Europe/Oslo'),
  ]);
  const heads = lines.filter((line) => 'checkpoint' in line);
  expect(heads.map(({ signed, size }) => [signed, size])).toEqual([
    [true, 4],
    [true, 5],
    [true, 6],
  ]);
  // What it says counts for the names of the files.
  expect(new TextDecoder().decode(files.get('files/notes.md'))).toBe('notes');
  const told = new TextDecoder().decode(files.get('README.txt'));
  expect(told).toContain('No copy can read these entries any more: 2.');
  expect(told).toContain('Entries of the journal: 5, of which 5 can be opened.');
  expect(told).toContain('The 3 that stand behind them are set aside');
});

test('heads that no key of this device signed are said not to be, and what they stand over is kept all the same', async () => {
  const world = await lived();
  const reading = { ...damaged(world, 1, 2, 4), signer: seededSigner(99) };
  const files = await salvaged(world, reading);
  const [header, ...lines] = linesOf(files.get('journal-set-aside.ndjson'));
  expect(header).toMatchObject({
    lost: [
      { from: 1, to: 3 },
      { from: 4, to: 5 },
    ],
  });
  expect(lines.filter((line) => 'checkpoint' in line).map(({ signed }) => signed)).toEqual([false, false]);
  expect(new TextDecoder().decode(files.get('README.txt'))).toContain('any more: 1 to 2, 4.');
  expect([...files.keys()].filter((path) => path.startsWith('files/'))).toHaveLength(1);
});

test('a journal of which the beginning is lost is kept without proof, and one that is whole has nothing set aside', async () => {
  const world = await lived();
  const whole = await salvaged(world, world.journal.parts());
  expect([...whole.keys()]).toEqual(['journal.ndjson', 'files/notes.md', 'README.txt']);
  expect(verifyExportFile(fileTools, whole.get('journal.ndjson')!)).toMatchObject({ verifiedUpTo: 6, payloads: 6 });

  const files = await salvaged(world, damaged(world, 0));
  expect([...files.keys()]).toEqual(['journal-set-aside.ndjson', 'files/notes.md', 'README.txt']);
  expect(new TextDecoder().decode(files.get('README.txt'))).not.toContain('journal.ndjson holds');
});

test('what is sealed stays where it is: its file, its name, what was made of it, and what nothing tells of any more', async () => {
  const canary = '5e'.repeat(32);
  const world = backupWorld();
  await world.add([{ type: 'agent.created', at: NOW, agent: world.agent }]);
  const open = await world.addFile('notes.md', utf8('notes'), []);
  const diary = await world.addFile(`${canary}.md`, utf8(`diary ${canary}`), []);
  await world.add([{ type: 'seal.changed', at: NOW, of: { sources: [diary] }, sealed: true }]);
  const run = 'r' as RunId;
  const label = labelOfSource({ id: diary, sealed: 'file' });
  const step = {
    id: 'a',
    title: canary,
    tool: 'answer-from-passages',
    args: {},
    dependsOn: [],
    produces: ['answer'],
    consumes: [],
  };
  const plan = { goal: { restated: canary }, steps: [step], answerStep: 'a' };
  const answer = { outcome: 'answered', sections: [], evidence: [], notes: [canary], table: null, chart: null };
  await world.add(
    ...[
      { type: 'run.started', goal: 'Where is it?', overrides: {}, sources: [open, diary], now: NOW, zone: 'UTC' },
      { type: 'plan.committed', plan },
      { type: 'step.started', step: 'a', attempt: 1 },
      { type: 'step.failed', step: 'a', error: { code: 'io', message: canary }, retry: true },
      { type: 'step.started', step: 'a', attempt: 2 },
      { type: 'step.finished', step: 'a', observation: canary, digest: 'd', label },
      { type: 'answer.verified', answer, verdict: { result: 'PASS', checks: [] }, digest: 'd', label },
    ].map((fact) => [{ ...fact, at: NOW, run } as unknown as Fact]),
  );
  await world.addFile('later.md', utf8('of later'), []);
  const unknown = await world.addFile('unknown.md', utf8(`of a name that is lost ${canary}`), []);

  const look = (files: ReadonlyMap<string, Uint8Array>): void => {
    for (const [path, bytes] of files)
      expect(canariesIn(bytes, [canary], path).concat(path.includes(canary) ? path : []), path).toEqual([]);
    expect(new TextDecoder().decode(files.get('README.txt'))).toContain('Left out because you sealed it');
  };
  await world.add([{ type: 'seal.changed', at: NOW, of: { sources: [unknown] }, sealed: true }]);
  const whole = await salvaged(world, world.journal.parts());
  look(whole);
  expect([...whole.keys()]).toEqual(['journal.ndjson', 'files/notes.md', 'files/later.md', 'README.txt']);
  const withheld = linesOf(whole.get('journal.ndjson')).filter(({ missing }) => missing === 'withheld');
  expect(withheld.map(({ entry }) => (entry as { type: string }).type)).toEqual([
    'source.imported',
    'plan.committed',
    'step.failed',
    'step.finished',
    'answer.verified',
    'source.imported',
  ]);
  expect(verifyExportFile(fileTools, whole.get('journal.ndjson')!)).toMatchObject({ firstBad: null, verifiedUpTo: 14 });

  // Where the entry that tells of a file is lost, and something was sealed, the file may be sealed, too.
  const files = await salvaged(world, damaged(world, 12));
  expect(linesOf(files.get('journal-set-aside.ndjson'))[0]).toMatchObject({ lost: [{ from: 12, to: 13 }] });
  look(files);
  expect([...files.keys()].filter((path) => path.startsWith('files/'))).toEqual(['files/notes.md', 'files/later.md']);
  expect(new TextDecoder().decode(files.get('README.txt'))).toContain('in an entry that is lost');
});
