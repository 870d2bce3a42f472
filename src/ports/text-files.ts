/** Small texts under names in one folder of the private file system: each write takes the place of the old one whole. */
export interface TextFiles {
  /** Null when there is none. */
  readonly get: (name: string) => Promise<string | null>;
  /** The new text counts when it is written whole, the old one until then: the platform swaps the files. */
  readonly set: (name: string, text: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  readonly names: () => Promise<readonly string[]>;
  readonly erase: () => Promise<void>;
}
