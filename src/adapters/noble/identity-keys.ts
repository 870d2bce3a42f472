import { ed25519Key } from '#core/identity/key-document.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { IdentityKeys } from '#ports/identity-keys.ts';
import { createNobleSigner } from './ed25519.ts';
import { createRistrettoProver } from './ristretto-prover.ts';

/** The keys of an identity in JavaScript: their secrets must be exportable for a backup, which WebCrypto's are not. */
export function nobleIdentityKeys(entropy: Entropy): IdentityKeys {
  return {
    ed25519: (seed) => {
      const { publicKey, sign } = createNobleSigner(seed);
      return { key: ed25519Key(publicKey), sign: async (message) => [await sign(message)] };
    },
    // Heavy, and most identities have no hybrid key.
    hybrid: async (ed25519Seed, mlDsaSeed) => (await import('./ml-dsa.ts')).createHybridSigner(ed25519Seed, mlDsaSeed),
    prover: (seed) => createRistrettoProver(seed, entropy),
  };
}
