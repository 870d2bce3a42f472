import { expect, test } from 'vitest';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import {
  discardAside,
  keepMigration,
  type KeptMigration,
  retryMigration,
  setAsideView,
  settleMigration,
} from '#runtime/vault/kept-migration.ts';
import type { HeldKey } from '#ports/vault.ts';
import type { MigrationReport } from '#runtime/vault/migrate-profile.ts';
import { memoryKeyHolder } from '#tests/fakes/memory-key-holder.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';

const AT = 7 as UnixMs;
const LOST = [
  { id: 'aa' as SourceId, path: 'one.md' },
  { id: 'bb' as SourceId, path: 'two.md' },
];
const WHOLE: MigrationReport = { entries: 9, destroyed: 1, unreadable: 0, files: 3, lost: [] };
const LOSSY: MigrationReport = { ...WHOLE, unreadable: 2, files: 1, lost: LOST };

/** A browser that holds an older version's data under a device key, and the sets of stores beside it. */
function browser() {
  const kept = new Map<string, unknown>([['device', 'the device key']]);
  const aside: { at: number | null; discarded: number[] } = { at: null, discarded: [] };
  const parts = {
    keys: memoryKeyHolder(kept),
    sealer: plainSealer('vault'),
    places: {
      setAside: () => Promise.resolve(aside.at === null ? null : { at: aside.at }),
      discard: () => {
        if (aside.at !== null) aside.discarded.push(aside.at);
        aside.at = null;
        return Promise.resolve();
      },
    },
  };
  /** Copies, remembers, switches; cut off after so many of these. */
  const copy = (report: MigrationReport, steps = 3) => {
    let copied = 0;
    return {
      copied: () => copied,
      run: async (deviceKey: HeldKey): Promise<KeptMigration> => {
        expect(deviceKey).toBe('the device key');
        copied++;
        const cut = (after: number): void => {
          if (steps === after) throw new Error('cut off');
        };
        cut(1);
        const migration = await keepMigration(parts, AT, report);
        cut(2);
        aside.at = AT;
        return migration;
      },
    };
  };
  return { kept, aside, parts, copy };
}

test('what was copied whole leaves nothing of the older version, whatever cut the migration off before', async () => {
  for (const steps of [1, 2, 3]) {
    const { kept, aside, parts, copy } = browser();
    const first = copy(WHOLE, steps);
    await settleMigration(parts, first.run).catch(() => undefined);
    if (steps < 3) expect([kept.has('device'), aside.at]).toEqual([true, null]);
    await settleMigration(parts, copy(WHOLE).run);
    expect([kept.size, aside.at, aside.discarded]).toEqual([0, null, [AT]]);
  }
});

test('a migration that was cut off right after its switch is ended by the next start, and not made again', async () => {
  const { kept, aside, parts, copy } = browser();
  await keepMigration(parts, AT, WHOLE);
  aside.at = AT;
  const again = copy(WHOLE);
  await settleMigration(parts, again.run);
  expect([again.copied(), kept.size, aside.discarded]).toEqual([0, 0, [AT]]);
  // As versions left it that remembered nothing before the switch.
  const older = browser();
  older.aside.at = AT;
  await settleMigration(older.parts, again.run);
  expect([again.copied(), older.kept.size, older.aside.discarded]).toEqual([0, 0, [AT]]);
});

test('where something was lost the older data stays, start after start, until its owner deletes it', async () => {
  const { kept, aside, parts, copy } = browser();
  await settleMigration(parts, copy(LOSSY).run);
  const again = copy(LOSSY);
  await settleMigration(parts, again.run);
  expect([again.copied(), aside.at, kept.has('device')]).toEqual([0, AT, true]);
  expect(await setAsideView(parts)).toEqual({ at: AT, migrated: { unreadable: 2, lost: ['one.md', 'two.md'] } });
  // What it names is sealed.
  expect(JSON.stringify([...kept.values()])).not.toContain('one.md');
  await discardAside(parts);
  expect([aside.at, kept.size]).toEqual([null, 0]);
  expect(await setAsideView(parts)).toBeNull();
});

test('entries that cannot be read are reason enough to keep it; such as were destroyed on purpose are none', async () => {
  const { aside, parts, copy } = browser();
  await settleMigration(parts, copy({ ...WHOLE, unreadable: 1 }).run);
  expect(aside.at).toBe(AT);
  expect(await setAsideView(parts)).toMatchObject({ migrated: { unreadable: 1, lost: [] } });
});

test('what a later restore set aside is not taken for the older data, nor deleted in its place', async () => {
  const { kept, aside, parts, copy } = browser();
  await settleMigration(parts, copy(LOSSY).run);
  aside.at = 99;
  expect(await setAsideView(parts)).toEqual({ at: 99, migrated: null });
  await retryMigration(parts, () => Promise.reject(new Error('asked')));
  await discardAside(parts);
  expect(aside.discarded).toEqual([99]);
  // It was not the older data that went: that is still remembered.
  expect([...kept.keys()].sort()).toEqual(['device', 'migration']);
  await retryMigration(parts, () => Promise.reject(new Error('asked')));
  await discardAside(parts);
  expect([...kept.keys()].sort()).toEqual(['device', 'migration']);
  aside.at = 100;
  // The restore replaced the older data: nothing of it is left to copy.
  await settleMigration(parts, () => Promise.resolve(null));
  expect([kept.size, aside.at]).toEqual([0, 100]);
  await settleMigration(parts, copy(WHOLE).run);
  expect(aside.at).toBe(100);
});

test('what was set aside where nothing was ever migrated is no older data, and goes without its key', async () => {
  const { kept, aside, parts } = browser();
  aside.at = 5;
  expect(await setAsideView(parts)).toEqual({ at: 5, migrated: null });
  await retryMigration(parts, () => Promise.reject(new Error('asked')));
  await discardAside(parts);
  expect([aside.at, aside.discarded, [...kept.keys()]]).toEqual([null, [5], ['device']]);
});

test('without the key of the older data nothing is read again', async () => {
  const { kept, aside, parts, copy } = browser();
  await settleMigration(parts, copy(LOSSY).run);
  kept.delete('device');
  await retryMigration(parts, () => Promise.reject(new Error('asked')));
  expect([aside.at, kept.has('migration')]).toEqual([AT, true]);
});

test('a report that cannot be opened still keeps the older data', async () => {
  const { aside, parts, copy } = browser();
  await settleMigration(parts, copy(LOSSY).run);
  const other = { ...parts, sealer: plainSealer('another vault') };
  await settleMigration(other, copy(LOSSY).run);
  expect(aside.at).toBe(AT);
  expect(await setAsideView(other)).toEqual({ at: AT, migrated: { unreadable: 0, lost: [] } });
  await retryMigration(other, () => Promise.reject(new Error('asked')));
  expect(aside.at).toBe(AT);
});

test('files that can be read after all are taken over, and with the last of them the older data goes', async () => {
  const { kept, aside, parts, copy } = browser();
  await settleMigration(parts, copy({ ...LOSSY, unreadable: 0 }).run);
  const given: unknown[] = [];
  const reading = (still: number) => (deviceKey: HeldKey, files: readonly (typeof LOST)[number][]) => {
    given.push([deviceKey, files.map(({ path }) => path)]);
    return Promise.resolve(files.slice(0, still));
  };
  await retryMigration(parts, reading(1));
  expect(await setAsideView(parts)).toEqual({ at: AT, migrated: { unreadable: 0, lost: ['one.md'] } });
  const now = await parts.sealer.open((kept.get('migration') as KeptMigration).sealed, 'vault/migration');
  expect(now.ok && JSON.parse(new TextDecoder().decode(now.value))).toMatchObject({ files: 2, lost: LOST.slice(0, 1) });
  await retryMigration(parts, reading(0));
  expect([aside.at, kept.size]).toEqual([null, 0]);
  expect(given).toEqual([
    ['the device key', ['one.md', 'two.md']],
    ['the device key', ['one.md']],
  ]);
  await retryMigration(parts, reading(0));
  expect(given).toHaveLength(2);
  await settleMigration(parts, copy(WHOLE).run);
  expect(aside.discarded).toEqual([AT]);
});
