import type { TextFiles } from '#ports/text-files.ts';

/** A folder in memory. */
export function memoryTextFiles(): TextFiles & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    get: (name) => Promise.resolve(kept.get(name) ?? null),
    set: (name, text) => Promise.resolve(void kept.set(name, text)),
    remove: (name) => Promise.resolve(void kept.delete(name)),
    names: () => Promise.resolve([...kept.keys()].sort()),
    erase: () => {
      kept.clear();
      return Promise.resolve();
    },
  };
}
