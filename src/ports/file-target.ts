import type { Digest } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { ActionRequest, Permit } from '#core/policy/permit.ts';

/** Writes a file outside the app: a folder the owner chose, or the browser's downloads. */
export interface FileTarget {
  /**
   * Recomputes the digest of the request and of the content and refuses on drift; a permit is spent on first use.
   * Never overwrites: an existing name gets a number, and the name written is returned.
   */
  readonly save: (
    permit: Permit,
    request: ActionRequest,
    content: Uint8Array,
  ) => Promise<
    Result<
      { readonly name: string; readonly where: 'folder' | 'downloads' },
      { readonly code: 'drift' | 'spent' | 'denied' | 'io' | 'no-window'; readonly message: string }
    >
  >;
  /**
   * Reads back whether `save` left a file with this content: the name it was given, or null when there is none or that
   * cannot be told.
   */
  readonly written: (name: string, contentDigest: Digest) => Promise<string | null>;
}
