/** Where a backup lies: a folder of the owner's, or files that were chosen. Failures are thrown as BackupError. */
export interface BackupFolder {
  /** What the owner calls it. */
  readonly name: string;
  readonly list: () => Promise<readonly BackupFile[]>;
  /** The bytes of a file, piece by piece; throws 'incomplete' when there is no such file. */
  readonly read: (name: string) => AsyncIterable<Uint8Array>;
  /** The bytes [start, end) of a file; throws 'incomplete' when there is no such file. */
  readonly slice: (name: string, start: number, end: number) => Promise<Uint8Array>;
  /**
   * Writes a file whole: until its last byte is on the disk, what stood under the name stands there still. A failure or
   * an abort leaves it as it was.
   */
  readonly write: (name: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

export interface BackupFile {
  readonly name: string;
  readonly bytes: number;
}
