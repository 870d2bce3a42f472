import { createVaultSealer } from '#adapters/webcrypto/sealer.ts';
import { webCryptoVault } from '#adapters/webcrypto/vault-crypto.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { OpenVault } from '#ports/vault.ts';
import { wrapContext } from '#runtime/vault/slots.ts';

/** An open vault with keys of its own, which are kept nowhere. */
export async function freshVault(id = 'a vault'): Promise<OpenVault> {
  const device = await webCryptoVault.deviceKey();
  const keys = await webCryptoVault.open(await webCryptoVault.create(device, 'slot'), device, 'slot');
  if (keys === null) throw new Error('A vault opens with the key that it was made with.');
  return { id, keys };
}

/** The product's sealer under a fresh vault. */
export async function freshSealer(): Promise<Sealer> {
  const { id, keys } = await freshVault();
  return createVaultSealer(keys, (context) => wrapContext(id, context));
}
