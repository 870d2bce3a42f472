/** What the worker asks of its window. */
export interface WindowApi {
  visible(): Promise<boolean>;
  /** Writes to the chosen folder, or downloads. */
  saveFile(
    name: string,
    mediaType: string,
    bytes: Uint8Array,
  ): Promise<{ name: string; where: 'folder' | 'downloads' }>;
  /** The digest of a file in the chosen folder, or null when it is not there or cannot be read. */
  fileDigest(name: string): Promise<string | null>;
  pins: {
    get(): Promise<string | null>;
    set(value: string): Promise<void>;
    erase(): Promise<void>;
  };
}
