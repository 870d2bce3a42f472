import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { verifyMlDsa65 } from '#adapters/noble/ml-dsa.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { base64, utf8 } from '#core/base/bytes.ts';
import type { Sequence, UnixMs } from '#core/base/ids.ts';
import type { Digest } from '#core/base/ids.ts';
import { keyIdOf, type KeyDocument, type SigningKey } from '#core/identity/key-document.ts';
import {
  type Certificate,
  type Cosigners,
  type Genesis,
  identityOf,
  recordHash,
  type SignedRecord,
  type Succession,
} from '#core/identity/record.ts';
import { signingBytes, type SignatureTools } from '#core/identity/signature.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import { seededEntropy } from './seeded-entropy.ts';

export const tools: SignatureTools = { sha256, verifyEd25519, verifyMlDsa65 };
export const keys = nobleIdentityKeys(seededEntropy(4));
export const T0 = 1_763_700_000_000 as UnixMs;
const NOBODY: Cosigners = { keys: [], threshold: 0 };

export const seedOf = (name: string): Uint8Array => sha256(utf8(`windhover test key ${name}`));
export const signerOf = (name: string): RecordSigner => keys.ed25519(seedOf(name));
export const hybridOf = (name: string): Promise<RecordSigner> =>
  keys.hybrid(seedOf(name), seedOf(`${name} post-quantum`));

/** Signs as these, whether they may or not. */
export async function signed<T extends object>(
  record: T,
  ...signers: readonly RecordSigner[]
): Promise<SignedRecord<T>> {
  const signatures = await Promise.all(
    signers.map(async ({ key, sign }) => ({
      algorithm: key.algorithm,
      by: keyIdOf(sha256, key),
      values: (await sign(signingBytes(key.algorithm, record))).map(base64),
    })),
  );
  return { record, signatures };
}

/** An identity being written, record by record. */
export class Chain {
  readonly records: SignedRecord[] = [];

  static async begun(
    root: RecordSigner = signerOf('root'),
    first: RecordSigner = signerOf('first'),
    cosigners: Cosigners = NOBODY,
  ): Promise<Chain> {
    const chain = new Chain();
    const genesis: Genesis = {
      type: 'windhover.genesis',
      version: 1,
      hash: 'SHA-256',
      name: 'Kestrel',
      createdAt: T0,
      root: root.key,
      key: first.key,
      cosigners,
    };
    chain.records.push(await signed(genesis, root, first));
    return chain;
  }

  get id(): ReturnType<typeof identityOf> {
    return identityOf(sha256, this.records[0]!.record as Genesis);
  }

  async succeed(key: SigningKey, from: number, signers: readonly RecordSigner[], role: Succession['role'] = 'agent') {
    const record = { ...this.#follows, type: 'windhover.succession' as const, role, key, from: from as Sequence };
    return this.#add(record, signers);
  }

  async certify(subject: KeyDocument, signers: readonly RecordSigner[], more: Partial<Certificate> = {}) {
    const purpose = subject.algorithm === 'ristretto255' ? ('prove' as const) : ('sign' as const);
    const valid = { purpose, subject, notBefore: T0, notAfter: null };
    return this.#add({ ...this.#follows, type: 'windhover.certificate' as const, ...valid, ...more }, signers);
  }

  async cosign(cosigners: Cosigners, signers: readonly RecordSigner[]) {
    return this.#add({ ...this.#follows, type: 'windhover.cosigners' as const, cosigners }, signers);
  }

  async #add(record: SignedRecord['record'], signers: readonly RecordSigner[]): Promise<this> {
    this.records.push(await signed(record, ...signers));
    return this;
  }

  get #follows(): { version: 1; agent: ReturnType<typeof identityOf>; previous: Digest; at: UnixMs } {
    return { version: 1, agent: this.id, previous: recordHash(sha256, this.records.at(-1)!), at: T0 };
  }
}
