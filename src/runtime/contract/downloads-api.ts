import type { Result } from '#core/base/result.ts';

/** What the worker offers to the page about models that come over the network. What is refused is in words for the owner. */
export interface DownloadsApi {
  look(): Promise<readonly DownloadView[]>;
  /** Opens a way out to the files beside a manifest, and fetches that alone. @returns the download's id */
  order(what: ModelToFetch): Promise<Result<string, string>>;
  /**
   * Fetches what is not here yet, reporting the part that is here from 0 to 1; the way out is closed once it is all here.
   * @returns the model's id
   */
  download(id: string, listener: (fraction: number) => void): Promise<Result<string, string>>;
  /** Stops what is being fetched; what came stays. */
  stop(): Promise<void>;
  /** Removes what came, and closes the way out. */
  discard(id: string): Promise<void>;
}

export interface ModelToFetch {
  /** Of a manifest: name, licence, and for each file its path beside the manifest, bytes and SHA-256. */
  readonly address: string;
  /** SHA-256 of the manifest in hexadecimal, as whoever offers the model tells it. */
  readonly digest: string;
}

export interface DownloadView {
  readonly id: string;
  readonly name: string;
  readonly licence: string | null;
  /** The origin. */
  readonly host: string;
  readonly files: number;
  readonly bytes: number;
  /** Bytes that are here. */
  readonly here: number;
}
