import { expect, test } from 'vitest';
import type { KeyHolder } from '#ports/key-holder.ts';
import { freshSealer, freshVault } from '#tests/fakes/fresh-vault.ts';
import { memoryKeyHolder } from '#tests/fakes/memory-key-holder.ts';
import { openJournalSigner } from '#workers/journal-signer.ts';

/** @param removes whether it still gets to removing anything */
function memoryKeys(kept: Map<string, unknown>, removes = true): KeyHolder {
  const keys = memoryKeyHolder(kept);
  const killed = (name: string): Promise<never> => Promise.reject(new Error(`stopped before ${name} was removed`));
  return removes ? keys : { ...keys, remove: killed };
}

test('a tab that is killed while the next key is taken up leaves no key to follow itself', async () => {
  const kept = new Map<string, unknown>();
  const [vault, sealer] = [await freshVault(), await freshSealer()];
  const killed = await openJournalSigner(vault, memoryKeys(kept, false), sealer);
  const first = killed.publicKey;
  const second = (await killed.prepare()).publicKey;
  await expect(killed.usePrepared()).rejects.toThrow('stopped');

  const signer = await openJournalSigner(vault, memoryKeys(kept), sealer);
  expect(signer.publicKey).toEqual(second);
  const third = (await signer.prepare()).publicKey;
  expect([first, second]).not.toContainEqual(third);
  await signer.usePrepared();
  expect(signer.publicKey).toEqual(third);
  expect(signer.past).toEqual([first, second]);
});

test('a key that lies ready is the same until it is taken up', async () => {
  const signer = await openJournalSigner(await freshVault(), memoryKeys(new Map()), await freshSealer());
  expect(await signer.prepared()).toBeNull();
  const { publicKey } = await signer.prepare();
  expect((await signer.prepare()).publicKey).toEqual(publicKey);
  expect(await signer.prepared()).toEqual(publicKey);
  expect(publicKey).not.toEqual(signer.publicKey);
});
