/**
 * Keys by name in a place of their own: keys of the platform that cannot be taken out, and secrets that the vault has
 * sealed or wrapped. Nothing is put here that opens or signs anything by itself, but for the device's key.
 */
export interface KeyHolder {
  /**
   * The value kept under this name, else what `create` makes, kept from now on. Tabs that race all get the one that was
   * kept first.
   */
  readonly once: <T>(name: string, create: () => Promise<T>) => Promise<T>;
  readonly get: <T>(name: string) => Promise<T | null>;
  readonly set: (name: string, value: unknown) => Promise<void>;
  readonly has: (name: string) => Promise<boolean>;
  readonly remove: (name: string) => Promise<void>;
  /** One durable transaction; gives what is kept afterwards. */
  readonly change: <T>(name: string, next: (kept: T | null) => T) => Promise<T>;
  readonly names: () => Promise<readonly string[]>;
  readonly erase: () => Promise<void>;
}
