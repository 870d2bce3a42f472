import { base64 } from '#core/base/bytes.ts';
import { canonicalJson } from '#core/base/json.ts';
import {
  ed25519Key,
  keyIdOf,
  type ProofKey,
  type SigningAlgorithm,
  type SigningKey,
} from '#core/identity/key-document.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import { signingBytes } from '#core/identity/signature.ts';
import type { Entropy, Signer } from '#ports/crypto.ts';
import type { IdentityKeys, Prover, RecordSigner } from '#ports/identity-keys.ts';
import { SealedSecrets, type SecretParts } from './sealed-secrets.ts';

export interface KeyRingParts extends SecretParts {
  readonly entropy: Entropy;
  readonly keys: IdentityKeys;
  /** The journal's own key, whose secret no program sees. */
  readonly signer: Signer;
}

const SEED_BYTES = 32;

/** The keys of this agent that lie on this device. New ones are kept before they are used. */
export class KeyRing {
  readonly #parts: KeyRingParts;
  readonly #secrets: SealedSecrets;

  constructor(parts: KeyRingParts) {
    this.#parts = parts;
    this.#secrets = new SealedSecrets(parts);
  }

  /** The journal's key, which signs for the agent. */
  get own(): RecordSigner {
    const { publicKey, sign } = this.#parts.signer;
    return { key: ed25519Key(publicKey), sign: async (message) => [await sign(message)] };
  }

  async newSigner(algorithm: SigningAlgorithm): Promise<RecordSigner> {
    const seeds = this.#parts.entropy.bytes(algorithm === 'Ed25519' ? SEED_BYTES : 2 * SEED_BYTES);
    const signer = await this.#signerFrom(algorithm, seeds);
    await this.#secrets.keep(signer.key, seeds);
    return signer;
  }

  async newProver(): Promise<Prover> {
    const seed = this.#parts.entropy.bytes(SEED_BYTES);
    const prover = this.#parts.keys.prover(seed);
    await this.#secrets.keep(prover.key, seed);
    return prover;
  }

  /** Null when the key's secret does not lie here. */
  async signerOf(key: SigningKey): Promise<RecordSigner | null> {
    if (canonicalJson(key) === canonicalJson(this.own.key)) return this.own;
    const seeds = await this.#secrets.read(key);
    const signer = seeds === null ? null : await this.#signerFrom(key.algorithm, seeds);
    return signer !== null && canonicalJson(signer.key) === canonicalJson(key) ? signer : null;
  }

  async proverOf(key: ProofKey): Promise<Prover | null> {
    const seed = await this.#secrets.read(key);
    const prover = seed === null ? null : this.#parts.keys.prover(seed);
    return prover?.key.key === key.key ? prover : null;
  }

  /** The secret itself, for a backup that the owner asked for. */
  secretOf(key: SigningKey): Promise<Uint8Array | null> {
    return this.#secrets.read(key);
  }

  /** Takes a secret back from a backup. @returns false when it makes another key than this */
  async restore(key: SigningKey, seeds: Uint8Array): Promise<boolean> {
    if (seeds.length !== (key.algorithm === 'Ed25519' ? SEED_BYTES : 2 * SEED_BYTES)) return false;
    const signer = await this.#signerFrom(key.algorithm, seeds);
    if (canonicalJson(signer.key) !== canonicalJson(key)) return false;
    await this.#secrets.keep(key, seeds);
    return true;
  }

  /** The public key stays in the records; only who has a backup can use it again. */
  async remove(key: SigningKey): Promise<void> {
    await this.#secrets.remove(key);
  }

  async sign<T extends object>(record: T, ...signers: readonly RecordSigner[]): Promise<SignedRecord<T>> {
    const signatures = await Promise.all(
      signers.map(async ({ key, sign }) => ({
        algorithm: key.algorithm,
        by: keyIdOf(this.#parts.sha256, key),
        values: (await sign(signingBytes(key.algorithm, record))).map(base64),
      })),
    );
    return { record, signatures };
  }

  #signerFrom(algorithm: SigningAlgorithm, seeds: Uint8Array): Promise<RecordSigner> {
    const first = seeds.slice(0, SEED_BYTES);
    const { keys } = this.#parts;
    return algorithm === 'Ed25519' ? Promise.resolve(keys.ed25519(first)) : keys.hybrid(first, seeds.slice(SEED_BYTES));
  }
}
