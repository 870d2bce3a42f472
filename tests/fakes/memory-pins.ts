import type { HeadPin, HeadPinStore } from '#ports/journal-leg.ts';

export function memoryPins(name = 'memory'): HeadPinStore {
  let kept: HeadPin | null = null;
  return {
    name,
    get: () => Promise.resolve(kept),
    set: (pin) => {
      kept = pin;
      return Promise.resolve();
    },
    erase: () => {
      kept = null;
      return Promise.resolve();
    },
  };
}
