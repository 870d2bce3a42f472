import { expect, test } from 'vitest';
import { PASSPHRASE_CHARS_MIN } from '#runtime/contract/vault-api.ts';
import { chooseStretch, FLOOR_STRETCH } from '#runtime/vault/choose-stretch.ts';
import { copiedVaultRecords, decodeRecord } from '#runtime/vault/record-copy.ts';
import { memoryTextFiles } from '#tests/fakes/memory-text-files.ts';
import { VaultWorld } from '#tests/fakes/vault-world.ts';

test('a device on which three passes just fit into the least memory makes them', () => {
  expect(chooseStretch(1_122.8)).toEqual({ memoryKib: FLOOR_STRETCH.memoryKib, passes: 3, lanes: 1 });
  expect(chooseStretch(1_123)).toEqual(FLOOR_STRETCH);
});

test('a passphrase of the least length is taken, and one shorter is not', async () => {
  const vault = await new VaultWorld().tab();
  const add = (passphrase: string) => vault.change({ type: 'add', way: { kind: 'passphrase', passphrase } }, null);
  expect(await add('x'.repeat(PASSPHRASE_CHARS_MIN - 1))).toEqual({ ok: false, error: { code: 'too-short' } });
  expect(await add('x'.repeat(PASSPHRASE_CHARS_MIN))).toMatchObject({ ok: true });
});

test('each lock is counted upwards', async () => {
  const world = new VaultWorld();
  const vault = await world.tab();
  await vault.lock();
  await vault.lock();
  expect(world.record?.locks).toBe(2);
});

test('the copy of a record is written where it differs, and only there', async () => {
  const world = new VaultWorld();
  await world.tab();
  const record = world.record!;
  const copy = memoryTextFiles();
  let writes = 0;
  const counted = { ...copy, set: (name: string, text: string) => (writes++, copy.set(name, text)) };
  const records = copiedVaultRecords(
    { read: () => Promise.resolve(record), change: (next) => Promise.resolve(next(record)) },
    counted,
  );
  for (let time = 0; time < 3; time++) await records.read();
  expect(writes).toBe(1);
  await records.change((kept) => ({ ...kept!, locks: 7 }));
  expect(writes).toBe(2);
});

test('a text that names no vault is no record', () => {
  expect(decodeRecord('{"version":1,"vault":"ab","slots":[]}')).not.toBeNull();
  for (const text of ['{"version":1,"vault":5,"slots":[]}', '{"version":1,"slots":[]}', '{"version":1,"vault":"ab"}'])
    expect(decodeRecord(text), text).toBeNull();
});
