import fc from 'fast-check';
import { test, vi } from 'vitest';
import type { Fact } from '#runtime/agent/facts.ts';
import { liveDigest } from '#runtime/backup/content-digest.ts';
import { openSeries } from '#runtime/backup/open-series.ts';
import { findSeries } from '#runtime/backup/series.ts';
import { writeSeries } from '#runtime/backup/write-series.ts';
import { backupTools, backupWorld, NOW, otherDevice, seriesToWrite, restoreSeries } from '../fakes/backup-world.ts';
import { memoryBackupFolder } from '../fakes/memory-backup-folder.ts';
import { NO_SECRETS } from '#runtime/identity/secret-backup.ts';

// Ciphers and curves in JavaScript, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as never);
const act = fc.oneof(
  fc.record({ do: fc.constant('facts' as const), values: fc.array(json, { minLength: 1, maxLength: 5 }) }),
  fc.record({
    do: fc.constant('file' as const),
    bytes: fc.uint8Array({ maxLength: 3_000 }),
    items: fc.array(fc.array(json, { maxLength: 3 }), { maxLength: 3 }),
  }),
  fc.record({ do: fc.constant('back-up' as const) }),
);

test('what is backed up in any steps and restored elsewhere has the same digest, byte for byte', async () => {
  const { key } = await seriesToWrite();
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
      const world = backupWorld();
      const folder = memoryBackupFolder();
      const target = await seriesToWrite('00000000000000bb', key);
      const backUp = () => writeSeries(backupTools, world.live, folder, target, world.options());
      await world.add([{ type: 'agent.created', at: NOW, agent: world.agent }]);
      let files = 0;
      for (const step of acts) {
        if (step.do === 'back-up') await backUp();
        else if (step.do === 'file') await world.addFile(`${String(files++)}.md`, step.bytes, step.items);
        else
          await world.add(
            step.values.map((value) => ({ type: 'settings.changed', at: NOW, settings: value }) as unknown as Fact),
          );
      }
      const { to } = await backUp();
      const ids = await world.blobs.list();
      const before = await liveDigest(world.live, backupTools.hash, to, ids);

      const { parts, place } = otherDevice();
      const [found] = await findSeries(folder);
      const opened = await openSeries(backupTools, folder, found!, key);
      const options = { signal: new AbortController().signal, progress: () => undefined };
      const report = await restoreSeries(parts, folder, opened, place, options);
      const journal = { ...parts, store: place.store, legs: place.legs };
      const restored = { journal, blobs: place.blobs, store: place.store, secrets: () => Promise.resolve(NO_SECRETS) };
      const after = await liveDigest(restored, backupTools.hash, to, await place.blobs.list());
      return after.digest === before.digest && report.digest === before.digest;
    }),
    { numRuns: 15, seed: 20261121 },
  );
});
