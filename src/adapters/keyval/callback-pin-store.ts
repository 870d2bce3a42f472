import type { HeadPin, HeadPinStore } from '#ports/journal-leg.ts';

/** A head pin kept by someone else as text: the window's localStorage, which a worker cannot reach. */
export function callbackPinStore(
  get: () => Promise<string | null>,
  set: (value: string) => Promise<void>,
  erase: () => Promise<void>,
): HeadPinStore {
  return {
    name: 'window',
    get: async () => parsePin(await get()),
    set: ({ epoch, size, root }) => set(JSON.stringify({ epoch, size, root })),
    erase,
  };
}

function parsePin(text: string | null): HeadPin | null {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<HeadPin> | null;
    const whole = typeof value?.epoch === 'number' && typeof value.size === 'number' && typeof value.root === 'string';
    return whole ? (value as HeadPin) : null;
  } catch {
    return null;
  }
}
