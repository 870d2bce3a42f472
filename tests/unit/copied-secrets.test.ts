import { expect, test } from 'vitest';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { verifyIdentity } from '#core/identity/verify-identity.ts';
import type { OpenVault } from '#ports/vault.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { copiedKeyHolder } from '#runtime/identity/copied-key-holder.ts';
import { heldSecrets } from '#runtime/identity/held-secrets.ts';
import { KeyRing } from '#runtime/identity/key-ring.ts';
import { freshVault } from '#tests/fakes/fresh-vault.ts';
import { tools } from '#tests/fakes/identities.ts';
import { memoryKeyHolder } from '#tests/fakes/memory-key-holder.ts';
import { memoryTextFiles } from '#tests/fakes/memory-text-files.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';
import { openJournalSigner } from '#workers/journal-signer.ts';
import { sealerOf } from '#workers/sealer-of.ts';

/** The keys of a device with their copy in the private file system, under a real vault. */
async function device(
  { vault = undefined as OpenVault | undefined, files = memoryTextFiles(), first = new Map<string, unknown>() } = {},
  seed = 1,
) {
  const open = vault ?? (await freshVault());
  const keys = copiedKeyHolder(memoryKeyHolder(first), { files, vault: open.id, sha256 });
  const sealer = sealerOf(open);
  const signer = await openJournalSigner(open, keys, sealer);
  const entropy = seededEntropy(seed);
  const parts = { sha256, sealer, entropy, signer, secrets: heldSecrets(keys), keys: nobleIdentityKeys(entropy) };
  return { vault: open, files, first, keys, signer, ring: new KeyRing(parts), parts };
}

async function begun() {
  const before = await device();
  const records = await beginIdentity(before.parts, 5 as UnixMs);
  const identity = verifyIdentity(tools, records);
  if (!identity.ok) throw new Error(identity.error.why);
  return { ...before, identity: identity.value };
}

test('where IndexedDB is lost alone, whoever opens the vault is the same agent, with the same key and the same root', async () => {
  const before = await begun();
  const after = await device({ vault: before.vault, files: before.files });
  expect(after.signer.publicKey).toEqual(before.signer.publicKey);
  const message = utf8('signed after the loss');
  expect(verifyEd25519(before.signer.publicKey, message, await after.signer.sign(message))).toBe(true);
  expect((await after.ring.signerOf(before.identity.root))?.key).toEqual(before.identity.root);
  const prover = before.identity.certificates[0]?.subject;
  expect(prover && (await after.ring.proverOf(prover as Parameters<KeyRing['proverOf']>[0]))?.key).toEqual(prover);
  // What was read from the copy is kept in the first place again.
  expect([...after.first.keys()].sort()).toEqual([...before.first.keys()].sort());
});

test('a vault that is another finds nothing in the copy and makes keys of its own, which leave the old ones alone', async () => {
  const before = await begun();
  const held = new Map(before.files.kept);
  const other = await device({ vault: await freshVault('another vault'), files: before.files });
  expect(other.signer.publicKey).not.toEqual(before.signer.publicKey);
  expect(await other.ring.signerOf(before.identity.root)).toBeNull();
  for (const [name, text] of held) expect(before.files.kept.get(name)).toBe(text);
  expect((await device({ vault: before.vault, files: before.files })).signer.publicKey).toEqual(
    before.signer.publicKey,
  );
});

test('without the vault’s key nothing in the copy opens, and no secret opens in the place of another', async () => {
  const before = await begun();
  // Somebody with the same profile, and another vault key under the same name.
  const thief = { id: before.vault.id, keys: (await freshVault()).keys };
  await expect(device({ vault: thief, files: before.files })).rejects.toThrow('wrapped by another vault');
  const names = [...before.files.kept.keys()].filter((name) => name.includes('sealed'));
  expect(names).toHaveLength(2);
  const [one, two] = names as [string, string];
  const swapped = memoryTextFiles();
  for (const [name, text] of before.files.kept) swapped.kept.set(name === one ? two : name === two ? one : name, text);
  const after = await device({ vault: before.vault, files: swapped });
  expect(await after.ring.signerOf(before.identity.root)).toBeNull();
});

test('nothing of a secret stands in the copy in the clear', async () => {
  const before = await begun();
  const backup = await before.ring.secretOf(before.identity.root);
  const text = [...before.files.kept.values()].join('\n');
  expect(text).not.toContain(Buffer.from(backup ?? new Uint8Array()).toString('base64'));
  expect(text).not.toContain(Buffer.from(backup ?? new Uint8Array()).toString('hex'));
});

test('a key that gave way to another is in neither place: after a loss the new one signs, and the old never again', async () => {
  const before = await begun();
  const old = before.signer.publicKey;
  const next = await before.signer.prepare();
  const prepared = await device({ vault: before.vault, files: before.files });
  expect(await prepared.signer.prepared()).toEqual(next.publicKey);
  await before.signer.usePrepared();
  const after = await device({ vault: before.vault, files: before.files });
  expect(after.signer.publicKey).toEqual(next.publicKey);
  expect(after.signer.past).toEqual([old]);
  expect(await after.signer.prepared()).toBeNull();
});

test('a root that was taken off the device does not come back from the copy', async () => {
  const before = await begun();
  await before.ring.remove(before.identity.root);
  expect(await before.ring.signerOf(before.identity.root)).toBeNull();
  const after = await device({ vault: before.vault, files: before.files });
  await after.keys.catchUp();
  expect(await after.ring.signerOf(before.identity.root)).toBeNull();
});

test('erasing takes both places', async () => {
  const before = await begun();
  await before.keys.erase();
  expect(before.first.size + before.files.kept.size).toBe(0);
});

test('keys of before there was a copy are copied at the next start, and a lost copy is made again', async () => {
  const before = await begun();
  before.files.kept.clear();
  await before.keys.catchUp();
  const { root } = before.identity;
  const after = await device({ vault: before.vault, files: before.files });
  expect((await after.ring.signerOf(root))?.key).toEqual(root);
  // And the other way round, whether or not anybody asked for the key.
  const lost = await device({ vault: before.vault, files: before.files });
  await lost.keys.catchUp();
  expect(lost.first.size).toBe(before.first.size);
});

test('what only the browser profile can hold is not copied', async () => {
  const files = memoryTextFiles();
  const keys = copiedKeyHolder(memoryKeyHolder(), { files, vault: 'v', sha256 });
  for (const name of ['device', 'vault', 'signing', 'signing-keys']) await keys.set(name, { some: 'key' });
  await keys.remove('device');
  await keys.catchUp();
  expect(files.kept.size).toBe(0);
  expect(await keys.has('signing')).toBe(true);
});

test('a copy that was cut or changed counts as none, so that the app starts all the same', async () => {
  const before = await begun();
  const file = [...before.files.kept.keys()].find((name) => name.includes('signing-key')) ?? '';
  const whole = before.files.kept.get(file) ?? '';
  for (const text of [whole.slice(0, -20), whole.slice(0, -1), whole.replace('base64', 'base65'), '']) {
    const files = memoryTextFiles();
    files.kept.set(file, text);
    const after = await device({ vault: before.vault, files });
    expect(after.signer.publicKey).not.toEqual(before.signer.publicKey);
    expect(files.kept.get(file)).not.toBe(text);
  }
});

test('a disk that takes no copy keeps no old one either, and where that cannot be had the change is an error', async () => {
  const files = memoryTextFiles();
  const first = new Map<string, unknown>();
  const held = (copy = files) => copiedKeyHolder(memoryKeyHolder(first), { files: copy, vault: 'v', sha256 });
  await held().set('signing-key', 1);
  const full = { ...files, set: () => Promise.reject(new Error('full')) };
  await held(full).set('signing-key', 2);
  expect(files.kept.size).toBe(0);
  await held().set('signing-key', 3);
  const stuck = { ...full, remove: () => Promise.reject(new Error('held')) };
  await expect(held(stuck).set('signing-key', 4)).rejects.toThrow('held');
  await expect(held(stuck).remove('signing-key')).rejects.toThrow('held');
  // What nobody had before has no old copy: the app begins without one.
  expect(await held(stuck).once('signing-next', () => Promise.resolve('made'))).toBe('made');
  const mute = { ...files, get: () => Promise.reject(new Error('io')) };
  expect(await held(mute).get('signing-past')).toBeNull();
});

test('a tab that copies while another changes the key leaves a copy of what is kept in the end', async () => {
  const [files, first] = [memoryTextFiles(), new Map<string, unknown>([['signing-key', 'old']])];
  const inTab = (copy: typeof files) => copiedKeyHolder(memoryKeyHolder(first), { files: copy, vault: 'v', sha256 });
  const other = inTab(files);
  let raced = false;
  const slow: typeof files = {
    ...files,
    set: async (name, text) => {
      if (!raced) {
        raced = true;
        await other.set('signing-key', 'new');
      }
      await files.set(name, text);
    },
  };
  await inTab(slow).catchUp();
  first.clear();
  expect(await other.get('signing-key')).toBe('new');

  // The same where the other takes the key away.
  raced = false;
  files.kept.clear();
  const taking: typeof files = {
    ...files,
    set: async (name, text) => {
      if (!raced) {
        raced = true;
        await other.remove('signing-key');
      }
      await files.set(name, text);
    },
  };
  await inTab(taking).catchUp();
  expect(await other.get('signing-key')).toBeNull();
});

test('a root of two algorithms comes back whole', async () => {
  const before = await device();
  const made = await before.ring.newSigner('Ed25519+ML-DSA-65');
  const after = await device({ vault: before.vault, files: before.files });
  expect((await after.ring.signerOf(made.key))?.key).toEqual(made.key);
});
