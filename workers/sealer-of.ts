import { createVaultSealer } from '#adapters/webcrypto/sealer.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { OpenVault } from '#ports/vault.ts';
import { wrapContext } from '#runtime/vault/slots.ts';

/** What seals and opens under an open vault, in whichever thread it was handed to. */
export function sealerOf({ id, keys }: OpenVault): Sealer {
  return createVaultSealer(keys, (context) => wrapContext(id, context));
}
