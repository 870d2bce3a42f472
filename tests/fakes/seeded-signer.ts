import { createNobleSigner } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Signer } from '#ports/crypto.ts';

/** The same seed gives the same key and, Ed25519 being deterministic, the same signatures. */
export function seededSigner(seed: number): Signer {
  return createNobleSigner(sha256(utf8(`windhover test signer ${String(seed)}`)));
}
