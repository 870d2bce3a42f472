import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Epoch, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { SealedHere } from '#runtime/backup/sealed-copy.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { copiedKeyHolder } from '#runtime/identity/copied-key-holder.ts';
import { heldSecrets } from '#runtime/identity/held-secrets.ts';
import { KeyRing } from '#runtime/identity/key-ring.ts';
import { ProviderKeys } from '#runtime/models/provider-keys.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { openJournalSigner } from '#workers/journal-signer.ts';
import { sealerOf } from '#workers/sealer-of.ts';
import { imported, NOW } from './backup-world.ts';
import { journalWorld } from './journal-world.ts';
import { memoryBlobFiles, memoryBlobStore } from './memory-blob-store.ts';
import { memoryKeyHolder } from './memory-key-holder.ts';
import { memoryTextFiles } from './memory-text-files.ts';
import { VaultWorld } from './vault-world.ts';

export const SEALED_PASSPHRASE = 'seven pears on a ladder';
export const SEALED_FILES = [utf8('# Kestrel\n'.repeat(2_000)), utf8('Größe 漢字')];

/** A browser profile with data under a real vault that a passphrase and a recovery code open, as it lies there. */
export async function sealedWorld() {
  const vaults = new VaultWorld();
  const vault = await vaults.tab();
  const code = vault.newRecoveryCode();
  await vault.change({ type: 'add', way: { kind: 'passphrase', passphrase: SEALED_PASSPHRASE } }, null);
  const proof = { kind: 'passphrase', passphrase: SEALED_PASSPHRASE } as const;
  await vault.change({ type: 'add', way: { kind: 'recovery', code } }, proof);
  if (vault.keys === null || vaults.record === null) throw new Error('The vault is open to who made it.');
  const open = { id: vault.record.vault, keys: vault.keys };
  const sealer = sealerOf(open);
  const keys = copiedKeyHolder(memoryKeyHolder(), { files: memoryTextFiles(), vault: open.id, sha256 });
  await keys.set('device', { the: 'key of an older version, which cannot be taken out' });
  const signer = await openJournalSigner(open, keys, sealer);
  const world = journalWorld(3);
  const journal = world.parts({ sealer, signer });
  const { entropy } = journal;
  const identity = { sha256, sealer, entropy, signer, secrets: heldSecrets(keys), keys: nobleIdentityKeys(entropy) };
  const records = await beginIdentity(identity, NOW);
  const ring = new KeyRing(identity);
  await new ProviderKeys(identity).keep('host', 'a1b2c3d4e5f60718', 'sk-sealed');
  const vouching = (await ring.newSigner('Ed25519')).key;
  const files = memoryBlobFiles();
  const blobs = memoryBlobStore(world.clock, files, sealer);
  const sources: Fact[] = [];
  for (const [index, bytes] of SEALED_FILES.entries()) {
    const stage = await blobs.stage();
    await stage.write(bytes);
    await stage.writeItems([{ text: `of ${String(index)}` }]);
    const staged = await stage.commit();
    if (!staged.ok) throw new Error(staged.error.message);
    sources.push(imported(staged.value.id, `${String(index)}.md`, bytes.length));
  }
  const facts: Fact[] = [
    { type: 'agent.created', at: NOW, agent: 'did:key:z6Mk' },
    { type: 'agent.genesis', at: NOW, records },
    { type: 'vouching.begun', at: NOW, key: vouching } as unknown as Fact,
    ...sources,
    ...Array.from({ length: 300 }, (): Fact => ({ type: 'source.removed', at: NOW, source: 'f'.repeat(64) }) as Fact),
  ];
  const opened = await openJournal(journal);
  if (!opened.ok) throw new Error(opened.error.message);
  for (const fact of facts)
    await opened.value.journal.append([{ time: fact.at, type: fact.type, run: null, value: fact as unknown as Json }]);
  await opened.value.journal.settle();
  await opened.value.journal.close();
  const here: SealedHere = { record: vaults.record, legs: journal.legs, store: journal.store, blobs: files, keys };
  return {
    here,
    vaults,
    vault,
    code,
    ring,
    records,
    vouching,
    world,
    journal,
    entries: facts.length,
    epoch: 1 as Epoch,
  };
}

export const SEALED_AT = 1_763_800_000_000 as UnixMs;
