import type { KeyHolder } from '#ports/key-holder.ts';

/** Keys by name in memory. */
export function memoryKeyHolder(kept = new Map<string, unknown>()): KeyHolder {
  const keep = <T>(name: string, value: T): T => {
    kept.set(name, value);
    return value;
  };
  return {
    once: async <T>(name: string, create: () => Promise<T>) =>
      (kept.get(name) as T | undefined) ?? keep(name, await create()),
    get: <T>(name: string) => Promise.resolve((kept.get(name) ?? null) as T | null),
    set: (name, value) => Promise.resolve(void keep(name, value)),
    has: (name) => Promise.resolve(kept.has(name)),
    remove: (name) => Promise.resolve(void kept.delete(name)),
    change: <T>(name: string, next: (before: T | null) => T) =>
      Promise.resolve(keep(name, next((kept.get(name) ?? null) as T | null))),
    names: () => Promise.resolve([...kept.keys()].sort()),
    erase: () => {
      kept.clear();
      return Promise.resolve();
    },
  };
}
