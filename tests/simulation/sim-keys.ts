import { hash } from 'node:crypto';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import type { CheckTools } from '#core/audit/check-tools.ts';
import { base64, concat, equalBytes, utf8 } from '#core/base/bytes.ts';
import { ed25519Key } from '#core/identity/key-document.ts';
import type { SignatureTools } from '#core/identity/signature.ts';
import type { ChangingSigner, Entropy, Sealed, Signer } from '#ports/crypto.ts';
import type { IdentityKeys } from '#ports/identity-keys.ts';
import type { SecretStore } from '#ports/secret-store.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { sha256 } from './crypto.ts';
import type { IdbDisk } from './idb-disk.ts';
import type { Process } from './scheduler.ts';

/** How a life signs, and the means to check it: Ed25519 as in the product, or a hash that stands for it. */
export interface SigningKit {
  readonly signerOf: (seed: number) => Signer;
  readonly tools: CheckTools & SignatureTools;
  readonly identityKeys: (entropy: Entropy) => IdentityKeys;
}

/** Real signatures; they cost a hundred times what the rest of an append does. */
const REAL: SigningKit = {
  signerOf: remembered(seededSigner),
  tools: { sha256, verifyEd25519: verifiedOnce, verifyMlDsa65: () => false },
  identityKeys: nobleIdentityKeys,
};

const VERIFIED = new Map<string, boolean>();
const VERIFIED_MAX = 10_000;

/** So most lives sign with a keyed hash that any holder of the public key could forge: nobody in them forges. */
const FAST: SigningKit = {
  signerOf: remembered((seed: number) => hashSigner(utf8(`simulated key ${String(seed)}`))),
  tools: {
    sha256,
    verifyEd25519: (key, message, signature) => equalBytes(signature, hashSignature(key, message)),
    verifyMlDsa65: () => false,
  },
  identityKeys: () => ({
    ed25519: (seed) => {
      const { publicKey, sign } = hashSigner(seed);
      return { key: ed25519Key(publicKey), sign: async (message) => [await sign(message)] };
    },
    hybrid: () => Promise.reject(new Error('No hybrid keys in a simulated life.')),
    prover: (seed) => ({
      key: { algorithm: 'ristretto255', key: base64(sha256(seed)) },
      prove: () => {
        throw new Error('Nothing is proved in a simulated life.');
      },
    }),
  }),
};

export function signingKit(real: boolean): SigningKit {
  return real ? REAL : FAST;
}

const TABLE = 'keys';
/** Names in the key holder: seeds of the key in use, of the one that may follow, public halves of those before. */
const [CURRENT, NEXT, PAST, MADE] = ['device', 'signing-next', 'signing-past', 'signing-made'];

/** The seed of the key in use. */
export function signingSeed(disk: IdbDisk): number {
  return (disk.table(TABLE).get('signing') ?? disk.table(TABLE).get(CURRENT)) as number;
}

/**
 * The journal's signer of one tab, on the simulated disk: what workers/journal-signer.ts does, write for write.
 * @param process null for a reader from outside
 */
export function simSigner(disk: IdbDisk, process: Process | null, kit: SigningKit): ChangingSigner {
  const table = disk.table(TABLE);
  const write = (name: string, value: unknown): Promise<void> =>
    process === null
      ? Promise.reject(new Error('Who looks on from outside writes nothing.'))
      : disk.write(process, name, (to) => (value === null ? to.delete(TABLE, name) : to.put(TABLE, name, value)));
  const past = (): readonly Uint8Array[] => (table.get(PAST) as readonly Uint8Array[] | undefined) ?? [];
  const next = (): number | null => (table.get(NEXT) as number | undefined) ?? null;
  let current = kit.signerOf(signingSeed(disk));
  let before = past();
  const refresh = (): Promise<void> => {
    current = kit.signerOf(signingSeed(disk));
    before = past();
    return Promise.resolve();
  };
  return {
    get publicKey() {
      return current.publicKey;
    },
    get sign() {
      return current.sign;
    },
    get past() {
      return before;
    },
    refresh,
    prepare: async () => {
      if (next() === signingSeed(disk)) await write(NEXT, null);
      if (next() === null) {
        const made = 1 + ((table.get(MADE) as number | undefined) ?? signingSeed(disk));
        await write(MADE, made);
        if (next() === null) await write(NEXT, made);
      }
      return kit.signerOf(next()!);
    },
    prepared: () => Promise.resolve(next() === null ? null : kit.signerOf(next()!).publicKey),
    usePrepared: async () => {
      const seed = next();
      if (seed === null) throw new Error('No key lies ready to sign.');
      const { publicKey } = kit.signerOf(seed);
      if (!equalBytes(publicKey, current.publicKey))
        await write(PAST, [...past().filter((key) => !equalBytes(key, current.publicKey)), current.publicKey]);
      await write('signing', seed);
      await write(NEXT, null);
      await refresh();
    },
  };
}

/** The keys go with everything else: what they sealed cannot be opened from then on. */
export function eraseKeys(disk: IdbDisk, process: Process): Promise<void> {
  return disk.write(process, 'erase keys', (to) => {
    for (const name of [...to.all(TABLE).keys()]) to.delete(TABLE, name);
  });
}

/** Sealed secrets of identity keys, beside the journal's. */
export function simSecrets(disk: IdbDisk, process: Process): SecretStore {
  return {
    get: (name) => disk.read(process, 'secret', (from) => (from.get(TABLE, name) ?? null) as Sealed | null),
    put: (name, sealed) => disk.write(process, 'secret', (to) => to.put(TABLE, name, sealed)),
    remove: (name) => disk.write(process, 'secret', (to) => to.delete(TABLE, name)),
  };
}

/** Every look at a journal checks the same signatures again: what was said of the same bytes holds. */
function verifiedOnce(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const asked = hash('sha256', concat(key, signature, message), 'base64');
  const said = VERIFIED.get(asked) ?? verifyEd25519(key, message, signature);
  if (VERIFIED.size > VERIFIED_MAX) VERIFIED.clear();
  VERIFIED.set(asked, said);
  return said;
}

function hashSigner(seed: Uint8Array): Signer {
  const publicKey = sha256(concat(utf8('simulated key'), seed));
  return { publicKey, sign: (message) => Promise.resolve(hashSignature(publicKey, message)) };
}

function hashSignature(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const half = sha256(concat(utf8('simulated signature'), publicKey, message));
  return concat(half, half);
}

function remembered(make: (seed: number) => Signer): (seed: number) => Signer {
  const known = new Map<number, Signer>();
  return (seed) => {
    const signer = known.get(seed) ?? make(seed);
    if (known.size > 1_000) known.clear();
    known.set(seed, signer);
    return signer;
  };
}
