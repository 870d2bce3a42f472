import type { KeyHolder } from '#ports/key-holder.ts';

/** Keys by name in memory. */
export function memoryKeyHolder(kept = new Map<string, unknown>()): KeyHolder {
  const get = <T>(name: string): T | null => (kept.get(name) ?? null) as T | null;
  const keep = <T>(name: string, value: T): T => {
    kept.set(name, value);
    return value;
  };
  return {
    once: async <T>(name: string, create: () => Promise<T>) => get<T>(name) ?? keep(name, await create()),
    get: <T>(name: string) => Promise.resolve(get<T>(name)),
    set: (name, value) => Promise.resolve(void keep(name, value)),
    has: (name) => Promise.resolve(kept.has(name)),
    remove: (name) => Promise.resolve(void kept.delete(name)),
    change: <T>(name: string, next: (before: T | null) => T) => Promise.resolve(keep(name, next(get<T>(name)))),
    names: () => Promise.resolve([...kept.keys()].sort()),
    erase: () => Promise.resolve(kept.clear()),
  };
}
