import { readFileSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';
import { filesFolder } from '#adapters/tar/files-folder.ts';
import { readTar, writeTar } from '#adapters/tar/tar-archive.ts';
import { hex } from '#core/base/bytes.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { Sequence, SourceId } from '#core/base/ids.ts';
import { identityOf, type Genesis } from '#core/identity/record.ts';
import type { FreshPlace } from '#ports/restore-place.ts';
import { vaultOfCopy } from '#runtime/backup/open-sealed-copy.ts';
import { Restorer } from '#runtime/backup/restorer.ts';
import { SEALED_HEAD, SEALED_KEYS, sealedCopyMembers } from '#runtime/backup/sealed-copy.ts';
import type { Secret } from '#runtime/contract/vault-api.ts';
import { NO_SECRETS, readSecretBackup, type BackedUpSecrets } from '#runtime/identity/secret-backup.ts';
import { destroyRecordKeys } from '#runtime/journal/record-keys.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { otherDevice } from '#tests/fakes/backup-world.ts';
import { memoryJournalLeg } from '#tests/fakes/memory-journal-leg.ts';
import { SEALED_AT, SEALED_FILES, SEALED_PASSPHRASE, sealedWorld } from '#tests/fakes/sealed-world.ts';
import { VaultWorld } from '#tests/fakes/vault-world.ts';
import { sealerOf } from '#workers/sealer-of.ts';

// Real cryptography, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let sealed: Awaited<ReturnType<typeof sealedWorld>>;
let archive: Blob;

beforeAll(async () => {
  sealed = await sealedWorld();
  archive = await writeTar(sealedCopyMembers(sealed.here, SEALED_AT), SEALED_AT);
});

/** Another device to restore on, and what it is asked to keep. */
function device() {
  const { parts, place } = otherDevice();
  const kept: BackedUpSecrets[] = [];
  const events: string[] = [];
  const fresh: FreshPlace = {
    ...place,
    use: () => Promise.resolve(void events.push('use')),
    erase: () => Promise.resolve(void events.push('erase')),
  };
  const nothing = (): Promise<void> => Promise.resolve();
  const keepSecrets = (secrets: BackedUpSecrets) => Promise.resolve(void kept.push(secrets));
  const restorer = new Restorer({
    parts: () => Promise.resolve({ ...parts, keepSecrets }),
    places: {
      fresh: () => Promise.resolve(fresh),
      setAside: () => Promise.resolve(null),
      bringBack: nothing,
      discard: nothing,
    },
    vaultOf: (copy) => vaultOfCopy(new VaultWorld().parts(), copy),
    sealerOf,
    remains: { journal: { ...parts, ...place }, blobs: place.blobs },
    stop: nothing,
    replaced: () => undefined,
  });
  const look = (body: Blob = archive) => restorer.look(() => filesFolder([new File([body], 'windhover-sealed.tar')]));
  return { restorer, look, kept, events, place, parts };
}

const passphrase = (given: string): Secret => ({ kind: 'passphrase', passphrase: given });

/** The archive with some members changed; one that becomes null is left out. */
async function changed(change: (name: string, body: Blob) => Blob | null): Promise<Blob> {
  const members = ((await readTar(archive)) ?? []).flatMap(({ name, body }) => {
    const other = change(name, body);
    return other === null ? [] : [{ name, body: other }];
  });
  return writeTar(
    (async function* () {
      for (const { name, body } of members)
        yield {
          name,
          bytes: (async function* () {
            yield new Uint8Array(await body.arrayBuffer());
          })(),
        };
    })(),
  );
}

test('a sealed copy holds nothing in the clear but what lies in the clear in the browser', async () => {
  const text = Buffer.from(await archive.arrayBuffer()).toString('latin1');
  for (const word of ['Kestrel', 'Gr\u00c3\u00b6', 'vouching.begun","key', SEALED_PASSPHRASE])
    expect(text).not.toContain(word);
  const names = ((await readTar(archive)) ?? []).map(({ name }) => name);
  expect(names).toContain(SEALED_HEAD);
  expect(names.filter((name) => name.endsWith('.blob'))).toHaveLength(2);
  expect(text).not.toContain('cannot be taken out');
});

test('with the passphrase it is restored whole on another device, and the root and the keys of providers come along', async () => {
  const { restorer, look, kept, events, place, parts } = device();
  const looked = await look();
  expect(looked).toMatchObject({
    ok: true,
    value: [{ ways: [{ kind: 'passphrase' }, { kind: 'recovery' }], files: 2 }],
  });
  const wrong = await restorer.openSealed(passphrase('not that one'));
  expect(wrong).toMatchObject({ ok: true, value: { outcome: { ok: false, error: { code: 'wrong' } }, summary: null } });
  expect(await restorer.restore(() => undefined)).toMatchObject({ ok: false, error: { code: 'nothing' } });
  const opened = await restorer.openSealed(passphrase(SEALED_PASSPHRASE));
  expect(opened).toMatchObject({
    ok: true,
    value: { outcome: { ok: true }, summary: { entries: sealed.entries, createdAt: SEALED_AT, files: 2, runs: null } },
  });
  const restored = await restorer.restore(() => undefined);
  expect(restored).toMatchObject({
    ok: true,
    value: { entries: sealed.entries, files: 2, unreadable: 0, missing: [], sameKey: false },
  });
  expect(events).toEqual(['use']);
  const journal = { ...parts, store: place.store, legs: place.legs };
  expect(await verifyJournal(journal, { payloads: true })).toMatchObject({ problem: null });
  for (const bytes of SEALED_FILES) {
    const read = await place.blobs.read(hex(sha256(bytes)) as SourceId, 0, bytes.length);
    expect(read.ok && hex(sha256(read.value))).toBe(hex(sha256(bytes)));
  }
  const genesis = sealed.records[0]?.record as Genesis;
  const id = identityOf(sha256, genesis);
  expect(readSecretBackup('root', kept[0]?.root ?? '')).toEqual({
    agent: id,
    secret: await sealed.ring.secretOf(genesis.root),
  });
  expect(readSecretBackup('vouching', kept[0]?.vouching ?? '')).toEqual({
    agent: id,
    secret: await sealed.ring.secretOf(sealed.vouching),
  });
  expect(kept[0]?.providers).toBe('{"host":"a1b2c3d4e5f60718 sk-sealed"}');
});

test('the recovery code opens it too, and wrong attempts are held up as at the door', async () => {
  const { restorer, look } = device();
  await look();
  expect(await restorer.openSealed({ kind: 'recovery', code: 'nonsense' })).toMatchObject({
    value: { outcome: { error: { code: 'malformed' } } },
  });
  for (let i = 0; i < 8; i++) await restorer.openSealed(passphrase(`wrong ${String(i)}`));
  const held = await restorer.openSealed({ kind: 'recovery', code: sealed.code });
  expect(held).toMatchObject({ value: { outcome: { ok: false, error: { code: 'too-soon' } } } });
  await look();
  expect(await restorer.openSealed({ kind: 'recovery', code: sealed.code })).toMatchObject({
    value: { outcome: { ok: true }, summary: { entries: sealed.entries } },
  });
});

test('a passkey restores it where passphrase and recovery code are forgotten, and no other passkey does', async () => {
  const world = await sealedWorld();
  const secret = new Uint8Array(32).fill(7);
  const facts = { credential: Uint8Array.of(1, 2, 3), input: new Uint8Array(32).fill(5) };
  const proof = passphrase(SEALED_PASSPHRASE);
  await world.vault.change(
    { type: 'add', way: { kind: 'passkey', label: 'Key ring', ...facts, output: secret } },
    proof,
  );
  const body = await writeTar(sealedCopyMembers({ ...world.here, record: world.vaults.record! }, SEALED_AT), SEALED_AT);
  const { restorer, look, kept, place, parts } = device();
  const looked = await look(body);
  const ways = looked.ok ? (looked.value[0]?.ways ?? []) : [];
  // What a browser needs to ask an authenticator for its secret travels with the copy; the secret does not.
  const way = ways.find(({ kind }) => kind === 'passkey');
  expect(way).toMatchObject({ label: 'Key ring', ...facts });
  const opening = (output: Uint8Array) => restorer.openSealed({ kind: 'passkey', way: way?.id ?? '', output });
  expect(await opening(new Uint8Array(32).fill(8))).toMatchObject({
    value: { outcome: { ok: false, error: { code: 'wrong' } }, summary: null },
  });
  expect(await opening(secret)).toMatchObject({
    value: { outcome: { ok: true }, summary: { entries: world.entries, files: 2 } },
  });
  expect(await restorer.restore(() => undefined)).toMatchObject({
    value: { entries: world.entries, files: 2, unreadable: 0, missing: [] },
  });
  const journal = { ...parts, store: place.store, legs: place.legs };
  expect(await verifyJournal(journal, { payloads: true })).toMatchObject({ problem: null });
  expect(kept[0]?.root).toBeTruthy();
});

test('what is destroyed stays so, and keys that are lost cost only the entries that they open', async () => {
  const other = await sealedWorld();
  const { journal, epoch } = other;
  const entries = [{ epoch, sequence: 9 as never }];
  expect((await destroyRecordKeys(journal, other.world.store.epoch as typeof epoch, entries)).ok).toBe(true);
  const keyPool: typeof journal.store.keyPool = async (of, sequence) => {
    const pool = await journal.store.keyPool(of, sequence);
    return pool !== null && pool.first > 60 ? null : pool;
  };
  const body = await writeTar(sealedCopyMembers({ ...other.here, store: { keyPool } }, SEALED_AT));
  const { restorer, look } = device();
  await look(body);
  await restorer.openSealed({ kind: 'recovery', code: other.code });
  const restored = await restorer.restore(() => undefined);
  expect(restored.ok && restored.value.unreadable).toBeGreaterThan(1);
  expect(restored).toMatchObject({ ok: true, value: { entries: other.entries, files: 2 } });
});

test('a damaged copy is refused, and what stands aside is not touched', async () => {
  const spoilt: readonly [string, (name: string, body: Blob) => Blob | null, string][] = [
    ['no list', (name, body) => (name === SEALED_HEAD ? null : body), 'no Windhover backup'],
    ['no JSON', (name, body) => (name === SEALED_HEAD ? new Blob(['{']) : body), 'cannot be read'],
    ['another', (name, body) => (name === SEALED_HEAD ? new Blob(['{"format":"x"}']) : body), 'cannot be read'],
    [
      'no vault',
      (name, body) =>
        name === SEALED_HEAD
          ? new Blob(['{"format":"windhover-sealed","version":1,"createdAt":1,"record":{"version":1}}'])
          : body,
      'cannot be read',
    ],
    [
      'newer',
      (name, body) => (name === SEALED_HEAD ? new Blob(['{"format":"windhover-sealed","version":2}']) : body),
      'update it first',
    ],
  ];
  for (const [what, change, message] of spoilt)
    expect(await device().look(await changed(change)), what).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message) as string },
    });
});

test('a copy with spoilt parts opens nothing that is not proved', async () => {
  const restored = async (change: (name: string, body: Blob) => Blob | null) => {
    const { restorer, look, events } = device();
    await look(await changed(change));
    const opened = await restorer.openSealed(passphrase(SEALED_PASSPHRASE));
    return { opened, done: opened.ok ? await restorer.restore(() => undefined) : null, events };
  };
  const keys = await restored((name, body) => (name === SEALED_KEYS ? new Blob(['{}\n']) : body));
  expect(keys.opened).toMatchObject({ ok: false, error: { code: 'damaged' } });
  const entries = (name: string): boolean => /entries-0\.bin$/.test(name);
  const torn = await restored((name, body) => (entries(name) ? body.slice(0, body.size - 30) : body));
  expect(torn.done).toMatchObject({ ok: false });
  expect(torn.events).toEqual(['erase']);
  const blob = await restored((name, body) =>
    name.endsWith('.bytes') && body.size < 1_000 ? body.slice(0, 40) : body,
  );
  expect(blob.done).toMatchObject({ ok: true, value: { files: 1, missing: ['1.md'] } });
  const none = await restored((name, body) => (name.includes('entries') ? null : body));
  expect(none.opened).toMatchObject({ ok: false, error: { code: 'nothing' } });
});

test('a profile without a journal, or with half of it gone, is told to be so when the copy is made', async () => {
  const empty = { ...sealed.here, legs: [memoryJournalLeg()] };
  const made = (await readTar(await writeTar(sealedCopyMembers(empty, SEALED_AT)))) ?? [];
  expect(made.some(({ name }) => name.includes('entries'))).toBe(false);
  const [leg] = sealed.here.legs;
  const half = {
    ...leg!,
    read: async (from?: Sequence) => (Number(from) > 0 ? { groups: [], damage: 'torn' } : leg!.read(from, 2)),
  };
  await expect(writeTar(sealedCopyMembers({ ...sealed.here, legs: [half] }, SEALED_AT))).rejects.toThrow(
    'No copy of the journal holds entry 2',
  );
  const unreadable = {
    ...sealed.here.blobs,
    read: () => Promise.resolve({ ok: false as const, error: { code: 'io' as const, message: 'The disk is gone.' } }),
  };
  await expect(writeTar(sealedCopyMembers({ ...sealed.here, blobs: unreadable }, SEALED_AT))).rejects.toThrow('disk');
});

test('a kept sealed copy of version 1 opens with its recovery code and restores what it held', async () => {
  const place = 'tests/fixtures/sealed-copy/v1';
  const expected = JSON.parse(readFileSync(`${place}/expected.json`, 'utf8')) as { code: string; entries: number };
  const { restorer, look, kept } = device();
  await look(new Blob([readFileSync(`${place}/sealed.tar`)]));
  await restorer.openSealed({ kind: 'recovery', code: expected.code });
  expect(await restorer.restore(() => undefined)).toMatchObject({
    ok: true,
    value: { entries: expected.entries, files: 2, unreadable: 0, missing: [] },
  });
  expect(kept[0]).not.toEqual(NO_SECRETS);
});
