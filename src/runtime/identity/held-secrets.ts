import type { Sealed } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { SecretStore } from '#ports/secret-store.ts';

/** What the names of sealed secrets begin with, among the other keys. */
export const SECRET_PREFIX = 'sealed:';

/** Of all sealed secrets there are. */
export async function secretNames(keys: Pick<KeyHolder, 'names'>): Promise<string[]> {
  const names = await keys.names();
  return names.filter((name) => name.startsWith(SECRET_PREFIX)).map((name) => name.slice(SECRET_PREFIX.length));
}

/** Sealed secrets beside the other keys: erased and copied with them. */
export function heldSecrets(keys: Pick<KeyHolder, 'get' | 'set' | 'remove'>): SecretStore {
  return {
    get: (name) => keys.get<Sealed>(SECRET_PREFIX + name),
    put: (name, sealed) => keys.set(SECRET_PREFIX + name, sealed),
    remove: (name) => keys.remove(SECRET_PREFIX + name),
  };
}
