import type { Broadcast } from '#ports/coordination.ts';

/** A channel between tabs of one browser: each `join` is a tab; a tab that is frozen neither sends nor hears. */
export interface MemoryBroadcast<T> {
  readonly join: () => Broadcast<T> & { frozen: boolean };
}

export function memoryBroadcast<T>(): MemoryBroadcast<T> {
  const members = new Set<Broadcast<T> & { frozen: boolean; readonly listeners: Set<(message: T) => void> }>();
  return {
    join: () => {
      const listeners = new Set<(message: T) => void>();
      const member = {
        frozen: false,
        listeners,
        post: (message: T): void => {
          if (member.frozen) return;
          for (const other of members) {
            if (other === member) continue;
            queueMicrotask(() => {
              if (!other.frozen) for (const listener of other.listeners) listener(structuredClone(message));
            });
          }
        },
        listen: (listener: (message: T) => void) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      };
      members.add(member);
      return member;
    },
  };
}
