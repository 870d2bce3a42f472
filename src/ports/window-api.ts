export type WayOutState = 'here' | 'coming' | 'none';

/** What the worker asks of its window. */
export interface WindowApi {
  visible(): Promise<boolean>;
  /** Writes to the chosen folder, or downloads. */
  saveFile(
    name: string,
    mediaType: string,
    bytes: Uint8Array,
  ): Promise<{ name: string; where: 'folder' | 'downloads' }>;
  /** The name under which the chosen folder holds this content as `saveFile` names it; null when it does not, or that cannot be told. */
  findFile(name: string, digest: string): Promise<string | null>;
  /** Whether the part of the app that sends (its service worker) is there for this page, on its way, or neither. */
  wayOut(): Promise<WayOutState>;
  /** One pin for each set of stores; the first set's has the empty name. */
  pins: {
    get(place: string): Promise<string | null>;
    set(place: string, value: string): Promise<void>;
    erase(place: string): Promise<void>;
  };
}
