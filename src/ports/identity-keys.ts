import type { ProofKey, SigningKey } from '#core/identity/key-document.ts';
import type { SchnorrProof } from '#core/identity/schnorr.ts';

/** Signs records. The secret never leaves the adapter. */
export interface RecordSigner {
  readonly key: SigningKey;
  /** One signature for each part of the algorithm, in its order, all over the same bytes. */
  readonly sign: (message: Uint8Array) => Promise<readonly Uint8Array[]>;
}

/** Proves that it knows the secret of a key, and shows nothing else. */
export interface Prover {
  readonly key: ProofKey;
  /** @param userId who proves @param otherInfo what the proof is bound to (RFC 8235 section 3.3) */
  readonly prove: (userId: Uint8Array, otherInfo: Uint8Array) => SchnorrProof;
}

/** Makes signers and provers from 32-byte seeds, which the caller keeps sealed. */
export interface IdentityKeys {
  readonly ed25519: (seed: Uint8Array) => RecordSigner;
  /** Ed25519 and ML-DSA-65, from seeds of their own. */
  readonly hybrid: (ed25519Seed: Uint8Array, mlDsaSeed: Uint8Array) => Promise<RecordSigner>;
  readonly prover: (seed: Uint8Array) => Prover;
}
