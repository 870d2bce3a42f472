import { requireShut } from './lockdown.ts';
import * as Comlink from 'comlink';
import { stretchWithArgon2 } from '#adapters/argon2/argon2id.ts';
import type { Stretch } from '#ports/vault.ts';

/** The thread that stretches passphrases: it takes a good part of a second and much memory, and ends with its work. */
const api = {
  stretch: async (passphrase: Uint8Array, salt: Uint8Array, stretch: Stretch): Promise<Uint8Array> => {
    await requireShut();
    return stretchWithArgon2(passphrase, salt, stretch);
  },
};
export type Argon2Api = typeof api;
Comlink.expose(api);
