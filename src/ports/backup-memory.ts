/** A few bytes about the backup, apart from the stores: they outlive a restore. Sealed by whoever keeps them. */
export interface BackupMemory {
  readonly get: () => Promise<Uint8Array | null>;
  readonly set: (bytes: Uint8Array) => Promise<void>;
  readonly erase: () => Promise<void>;
}
