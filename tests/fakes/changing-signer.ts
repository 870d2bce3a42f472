import type { ChangingSigner, Signer } from '#ports/crypto.ts';
import { seededSigner } from './seeded-signer.ts';

/** What a device keeps of the journal's keys: it outlives the tabs. */
export interface SignerDisk {
  current: Signer;
  next: Signer | null;
  past: readonly Uint8Array[];
  /** How many keys were made; the n-th after the first has the seed `seed * 1000 + n`. */
  made: number;
  readonly seed: number;
}

export function signerDisk(seed: number): SignerDisk {
  return { current: seededSigner(seed), next: null, past: [], made: 0, seed };
}

/** The signer of one tab, which knows what is on the disk when it looks. */
export function changingSigner(disk: SignerDisk): ChangingSigner {
  let { current, past } = disk;
  const refresh = (): Promise<void> => {
    ({ current, past } = disk);
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
      return past;
    },
    refresh,
    prepare: () => Promise.resolve((disk.next ??= seededSigner(disk.seed * 1_000 + ++disk.made))),
    prepared: () => Promise.resolve(disk.next?.publicKey ?? null),
    usePrepared: () => {
      if (disk.next === null) throw new Error('No key lies ready.');
      disk.past = [...disk.past, disk.current.publicKey];
      disk.current = disk.next;
      disk.next = null;
      return refresh();
    },
  };
}
