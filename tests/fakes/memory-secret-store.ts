import type { Sealed } from '#ports/crypto.ts';
import type { SecretStore } from '#ports/secret-store.ts';

export function memorySecretStore(kept = new Map<string, Sealed>()): SecretStore {
  return {
    get: (name) => Promise.resolve(kept.get(name) ?? null),
    put: (name, sealed) => Promise.resolve(void kept.set(name, sealed)),
    remove: (name) => Promise.resolve(void kept.delete(name)),
  };
}
