import * as Comlink from 'comlink';
import { broadcastKeySharing } from '#adapters/broadcast/key-sharing.ts';
import { keyHolder, vaultRecords, type KeyHolder } from '#adapters/keyval/key-holder.ts';
import { createNobleSigner } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import {
  canSign,
  createSigningKeys,
  createWebCryptoSigner,
  openSigner,
  type KeptSigningKeys,
} from '#adapters/webcrypto/signer.ts';
import { webCryptoVault } from '#adapters/webcrypto/vault-crypto.ts';
import type { Sealed, Sealer, Signer } from '#ports/crypto.ts';
import type { OpenVault, Stretcher } from '#ports/vault.ts';
import { wrapContext } from '#runtime/vault/slots.ts';
import { Vault } from '#runtime/vault/vault.ts';
import Argon2Worker from './argon2.worker.ts?worker';
import type { Argon2Api } from './argon2.worker.ts';

const SIGNING_SECRET = 'signing-secret';
/** RFC 8032 section 5.1.5. */
const ED25519_SECRET_BYTES = 32;

export interface VaultOfThread {
  readonly vault: Vault;
  readonly keys: KeyHolder;
}

/** @param ask whether another tab may hand on the keys that it has */
export async function openVault(ask: boolean): Promise<VaultOfThread> {
  const keys = keyHolder();
  const parts = {
    crypto: webCryptoVault,
    records: vaultRecords(keys),
    sharing: broadcastKeySharing(webCryptoEntropy),
    entropy: webCryptoEntropy,
    clock: platformClock,
    sha256,
    stretcher: argon2InWorker,
  };
  return { vault: await Vault.open(parts, ask), keys };
}

/**
 * The agent's signing key. Its secret half is wrapped by the vault; one made before there was a vault cannot be taken
 * out to be wrapped, and stays as it is. Where the platform has no Ed25519 the secret is 32 random bytes, sealed by the
 * vault, and signing is done in JavaScript.
 */
export async function signerOf(
  { id, keys }: OpenVault,
  kept: KeyHolder,
  sealer: Sealer,
): Promise<{ readonly signer: Signer; readonly byPlatform: boolean }> {
  const unwrapped = await kept.get<CryptoKeyPair>('signing');
  if (unwrapped !== null) return { signer: await createWebCryptoSigner(unwrapped), byPlatform: true };
  if ((await kept.has(SIGNING_SECRET)) || !((await kept.has('signing-key')) || (await canSign())))
    return { signer: await signerWithoutPlatform(kept, sealer), byPlatform: false };
  const context = wrapContext(id, 'secret/signing-key');
  const pair = await kept.once<KeptSigningKeys>('signing-key', async () => {
    const made = await createSigningKeys(keys, context);
    if (!made.ok) throw new Error('This browser stopped signing with Ed25519 while the key was made.');
    return made.value;
  });
  const signer = await openSigner(pair, keys, context);
  if (signer === null) throw new Error('The signing key was wrapped by another vault, or it was changed.');
  return { signer, byPlatform: true };
}

async function signerWithoutPlatform(kept: KeyHolder, sealer: Sealer): Promise<Signer> {
  const sealed = await kept.once<Sealed>(SIGNING_SECRET, () =>
    sealer.seal(webCryptoEntropy.bytes(ED25519_SECRET_BYTES), SIGNING_SECRET),
  );
  const secret = await sealer.open(sealed, SIGNING_SECRET);
  if (!secret.ok) throw new Error('The signing key was sealed by another vault, or it was changed.');
  return createNobleSigner(secret.value);
}

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
