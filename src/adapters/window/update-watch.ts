/** A worker that still answers something holds the new one back; leaving the page ends what it answers. */
const TAKEOVER_PATIENCE_MS = 5_000;
/** Says over the reload that the owner took the new version; this tab only. */
const ACCEPTED = 'windhover-update-accepted';

/** Registers the service worker and says when a new version waits. Nothing is taken over without the owner's word. */
export class UpdateWatch {
  #waiting: ServiceWorker | null = null;
  #accepted = sessionStorage.getItem(ACCEPTED) !== null;

  /**
   * @param script URL of the service worker
   * @param type 'module' in development, where it is not bundled
   * @param onWaiting called when a new version is installed and waits
   */
  async start(script: string, type: WorkerType, onWaiting: () => void): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    const offer = (worker: ServiceWorker | null): void => {
      // Without a controller this is the first install, which replaces nothing.
      if (worker === null || navigator.serviceWorker.controller === null) return;
      this.#waiting = worker;
      if (this.#accepted) worker.postMessage('skip-waiting');
      else onWaiting();
    };
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (!this.#accepted) return;
      sessionStorage.removeItem(ACCEPTED);
      location.reload();
    });
    const registration = await navigator.serviceWorker.register(script, { type, updateViaCache: 'none' });
    if (registration.waiting === null && registration.installing === null) this.#settled();
    offer(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const installing = registration.installing;
      installing?.addEventListener('statechange', () => {
        if (installing.state === 'installed') offer(installing);
      });
    });
  }

  /** Lets the waiting version take over and reloads. */
  accept(): void {
    this.#accepted = true;
    sessionStorage.setItem(ACCEPTED, 'yes');
    if (this.#waiting === null || this.#waiting.state === 'activated' || this.#waiting.state === 'redundant')
      location.reload();
    else {
      this.#waiting.postMessage('skip-waiting');
      setTimeout(() => location.reload(), TAKEOVER_PATIENCE_MS);
    }
  }

  /** The new version took over while the page was loading. */
  #settled(): void {
    this.#accepted = false;
    sessionStorage.removeItem(ACCEPTED);
  }
}
