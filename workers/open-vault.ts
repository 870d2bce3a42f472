import * as Comlink from 'comlink';
import { broadcastKeySharing } from '#adapters/broadcast/key-sharing.ts';
import { keyHolder, vaultRecords } from '#adapters/keyval/key-holder.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { opfsAvailable } from '#adapters/opfs/sync-handle.ts';
import { opfsTextFiles } from '#adapters/opfs/text-files.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { webCryptoVault } from '#adapters/webcrypto/vault-crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { TextFiles } from '#ports/text-files.ts';
import type { Stretcher } from '#ports/vault.ts';
import { copiedVaultRecords } from '#runtime/vault/record-copy.ts';
import { Vault } from '#runtime/vault/vault.ts';
import Argon2Worker from './argon2.worker.ts?worker';
import type { Argon2Api } from './argon2.worker.ts';

export interface VaultOfThread {
  readonly vault: Vault;
  readonly keys: KeyHolder;
}

/** The second copy of the vault's record, in the private file system. */
export const vaultCopy = (): TextFiles => opfsTextFiles('vault');
/** And that of the keys and secrets that it seals. */
export const secretsCopy = (): TextFiles => opfsTextFiles('secrets');

/** @param ask whether another tab may hand on the keys that it has */
export async function openVault(ask: boolean): Promise<VaultOfThread> {
  const keys = keyHolder();
  const records = vaultRecords(keys);
  const copied = (await opfsAvailable()) ? copiedVaultRecords(records, vaultCopy()) : records;
  const parts = { ...openingParts, records: copied, sharing: broadcastKeySharing(webCryptoEntropy) };
  return { vault: await Vault.open(parts, ask), keys };
}

/** What any vault is opened with, wherever its record lies. */
export const openingParts = {
  crypto: webCryptoVault,
  entropy: webCryptoEntropy,
  clock: platformClock,
  sha256,
  stretcher: argon2InWorker,
};

function argon2InWorker(): Stretcher {
  const worker = new Argon2Worker({ name: 'argon2' });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(new Error(`The passphrase could not be stretched: ${event.message || 'its worker could not start'}.`));
    });
  });
  const api = Comlink.wrap<Argon2Api>(worker);
  const stretch: Stretcher['stretch'] = (...given) => Promise.race([api.stretch(...given), broken]);
  return {
    stretch,
    measure: async (parameters) => {
      const begun = platformClock.monotonic();
      await stretch(new Uint8Array(16), new Uint8Array(16), parameters);
      return platformClock.monotonic() - begun;
    },
    close: () => worker.terminate(),
  };
}
