import type { WayOutState } from '#ports/window-api.ts';

/**
 * The service worker is a page's only way out. On the first visit it comes once the offline copy is whole; after a hard
 * reload it is there and answers the page only when it is told to.
 */
export async function wayOutState(): Promise<WayOutState> {
  if (!('serviceWorker' in navigator)) return 'none';
  if (navigator.serviceWorker.controller !== null) return 'here';
  const registration = await navigator.serviceWorker.getRegistration().catch(() => undefined);
  if (registration === undefined) return 'none';
  registration.active?.postMessage('claim');
  return 'coming';
}

/** Nobody is told that a service worker begins to be registered, so it is looked for this often until it is there. */
const LOOK_AGAIN_MS = 1_000;

/** @param listener told now, and until the way out is there. @returns ends it */
export function watchWayOut(listener: (state: WayOutState) => void): () => void {
  if (!('serviceWorker' in navigator)) {
    listener('none');
    return () => undefined;
  }
  const { serviceWorker } = navigator;
  let ended = false;
  let again: ReturnType<typeof setTimeout> | undefined;
  const tell = async (): Promise<void> => {
    clearTimeout(again);
    const state = await wayOutState();
    if (ended) return;
    listener(state);
    if (state !== 'here') again = setTimeout(() => void tell(), LOOK_AGAIN_MS);
  };
  const changed = (): void => void tell();
  changed();
  serviceWorker.addEventListener('controllerchange', changed);
  return () => {
    ended = true;
    clearTimeout(again);
    serviceWorker.removeEventListener('controllerchange', changed);
  };
}
