/** One holder at a time over all tabs: the Web Locks API, or its replacement where it is missing. */
export interface LeaderLock {
  /** Calls `lead` while the lock is held; `lost` aborts when it is stolen. Resolves when leading ends. */
  readonly hold: (
    name: string,
    lead: (lost: AbortSignal) => Promise<void>,
    options?: { readonly steal?: boolean; readonly signal?: AbortSignal },
  ) => Promise<void>;
}

/** Messages to every other tab of the app. */
export interface Broadcast<T> {
  readonly post: (message: T) => void;
  readonly listen: (listener: (message: T) => void) => () => void;
}
