import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import { canonicalJson } from '#core/base/json.ts';
import { openSeries, unlockSeries } from '#runtime/backup/open-series.ts';
import type { BackedUpSecrets } from '#runtime/identity/secret-backup.ts';
import { SEGMENT_VERSION } from '#runtime/backup/format.ts';
import { findSeries, indexName, segmentName } from '#runtime/backup/series.ts';
import { once } from '#runtime/backup/write-series.ts';
import { backupTools, otherDevice, restoreSeries } from '../../fakes/backup-world.ts';
import { memoryBackupFolder, type MemoryBackupFolder } from '../../fakes/memory-backup-folder.ts';

// Ciphers and curves in JavaScript, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const FIXTURES = 'tests/fixtures/backup';
const versions = readdirSync(FIXTURES).filter((name) => /^v\d+$/.test(name));

interface Expected {
  readonly passphrase: string;
  readonly key: string;
  readonly entries: number;
  readonly digest: string;
  /** None in version 1. */
  readonly secrets?: BackedUpSecrets;
}

function fixture(version: string): { readonly folder: MemoryBackupFolder; readonly expected: Expected } {
  const place = `${FIXTURES}/${version}`;
  const names = readdirSync(place).filter((name) => name !== 'expected.json');
  const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(`${place}/${name}`))]));
  const expected = JSON.parse(readFileSync(`${place}/expected.json`, 'utf8')) as Expected;
  return { folder: memoryBackupFolder(files), expected };
}

test('there is a kept backup of every version up to the one that is written now', () => {
  expect(versions).toEqual(Array.from({ length: SEGMENT_VERSION }, (_, index) => `v${String(index + 1)}`));
});

test.each(versions)(
  'a kept backup of version %s opens with its passphrase and restores what it held',
  async (version) => {
    const { folder, expected } = fixture(version);
    const [found] = await findSeries(folder);
    const key = await unlockSeries(backupTools, folder, found!, expected.passphrase);
    expect(key).toBe(expected.key);
    const { parts, place } = otherDevice();
    const kept: BackedUpSecrets[] = [];
    const keepSecrets = (secrets: BackedUpSecrets): Promise<void> => Promise.resolve(void kept.push(secrets));
    const options = { signal: new AbortController().signal, progress: () => undefined };
    const report = await restoreSeries(
      { ...parts, keepSecrets },
      folder,
      await openSeries(backupTools, folder, found!, key),
      place,
      options,
    );
    expect(report).toMatchObject({ entries: expected.entries, digest: expected.digest, files: 2, missing: [] });
    expect(kept).toEqual(expected.secrets === undefined ? [] : [{ providers: null, ...expected.secrets }]);
  },
);

test('a segment of a newer version is refused by name, and so is a newer index', async () => {
  const { folder, expected } = fixture('v1');
  const [found] = await findSeries(folder);
  const { series } = found!;
  const header = utf8(canonicalJson({ format: 'windhover-backup', version: SEGMENT_VERSION + 1, unheardOf: true }));
  const record = new Uint8Array([1, header.length, 0, 0, 0, ...header]);
  const sealed: Uint8Array[] = [];
  for await (const piece of backupTools.cipher.seal(expected.key, once(record))) sealed.push(piece);
  const kept = new Map(folder.files);
  folder.files.set(segmentName(series, 1), new Uint8Array(Buffer.concat(sealed)));
  const newer = { code: 'newer-version', message: expect.stringContaining('update it first') as string };
  await expect(openSeries(backupTools, folder, found!, expected.key)).rejects.toMatchObject(newer);

  const index = JSON.parse(new TextDecoder().decode(kept.get(indexName(series)))) as object;
  kept.set(indexName(series), utf8(JSON.stringify({ ...index, version: 2 })));
  const other = memoryBackupFolder(kept);
  const [again] = await findSeries(other);
  await expect(openSeries(backupTools, other, again!, expected.key)).rejects.toMatchObject(newer);
});

test.each([
  ['a vouching key', 'v2', 1, 10],
  ['keys of providers', 'v3', 2, 11],
])('what a version means never changes: %s in a part that is of one before %s', async (_, version, before, kind) => {
  const { folder, expected } = fixture(version);
  const [found] = await findSeries(folder);
  const name = segmentName(found!.series, 1);
  const plain = Buffer.concat(await piecesOf(backupTools.cipher.open(expected.key, folder.read(name))));
  const older = Buffer.from(
    plain.toString('latin1').replace(`"version":${String(before + 1)}`, `"version":${String(before)}`),
    'latin1',
  );
  folder.files.set(
    name,
    new Uint8Array(Buffer.concat(await piecesOf(backupTools.cipher.seal(expected.key, once(older))))),
  );
  const { parts, place } = otherDevice();
  const opened = await openSeries(backupTools, folder, { ...found!, index: null }, expected.key);
  const options = { signal: new AbortController().signal, progress: () => undefined };
  await expect(restoreSeries(parts, folder, opened, place, options)).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringContaining(`unknown kind, ${String(kind)}`) as string,
  });
});

async function piecesOf(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return pieces;
}
